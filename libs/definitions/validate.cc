#include "libs/definitions/validate.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/definitions/difference.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxLabels = 64;
constexpr size_t kMaxLabelBytes = 63;

bool IsLabelKey(absl::string_view key) {
  if (key.empty() || key.size() > kMaxLabelBytes) return false;
  if (!absl::ascii_isalpha(key.front()) && key.front() != '_') return false;
  return std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
  });
}

// The fields that all kinds have.
void CheckCommon(const v1::Definition& definition, Violations& violations) {
  CheckText("display_name", definition.display_name(), 200, violations);
  CheckText("description", definition.description(), 4000, violations);
  if (static_cast<size_t>(definition.labels_size()) > kMaxLabels) {
    violations.Add("labels", violation::kLimit,
                   absl::StrCat("got ", definition.labels_size(), ", want at most ", kMaxLabels));
  }
  const std::map<std::string, std::string> labels(definition.labels().begin(),
                                                  definition.labels().end());
  for (const auto& [key, value] : labels) {
    const std::string field = MapField("labels", key);
    if (!IsLabelKey(key)) {
      violations.Add(
          field, violation::kSyntax,
          GotWant(key, "a key of at most 63 letters, digits and _ - . /, a letter first"));
    }
    CheckText(field, value, kMaxLabelBytes, violations);
  }
}

// Validates one set; used once.
class SetValidator {
 public:
  SetValidator(const Catalog& live, const ProposedSet& proposed, const RetiredMetrics& retired)
      : live_(live), proposed_(proposed), retired_(retired), overlay_(&live) {}

  ValidationResult Run() {
    if (CheckSize()) {
      CheckNames();
      const CatalogChanges changes = Apply();
      for (const auto& [name, index] : index_of_) AddOwn(name, index);
      for (const TouchedDefinition& touched : changes.touched) AddBroken(touched);
      CheckDeletions();
      for (const auto& [name, index] : index_of_) Lint(name, index);
    }
    ValidationResult result;
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) { return a.index < b.index; });
    for (Found& found : found_) result.violations.push_back(std::move(found.violation));
    std::stable_sort(warnings_.begin(), warnings_.end(),
                     [](const Found& a, const Found& b) { return a.index < b.index; });
    for (Found& found : warnings_) result.warnings.push_back(std::move(found.violation));
    return result;
  }

 private:
  struct Found {
    size_t index;  // of the definition in the request
    FieldViolation violation;
  };

  static std::string Prefix(size_t index) { return IndexField("definitions", index); }

  void Add(size_t index, FieldViolation violation) {
    found_.push_back({index, std::move(violation)});
  }

  // Adds what was collected under paths relative to the definition.
  void AddAll(size_t index, const std::vector<FieldViolation>& violations) {
    for (FieldViolation violation : violations) {
      violation.field = absl::StrCat(Prefix(index), ".", violation.field);
      Add(index, std::move(violation));
    }
  }

  bool CheckSize() {
    const size_t size = proposed_.definitions.size();
    if (size <= kMaxSetSize) return true;
    Add(0, {"definitions", absl::StrCat("got ", size, ", want at most ", kMaxSetSize),
            violation::kLimit});
    return false;
  }

  // Fills index_of_ with the definitions whose names are sound.
  void CheckNames() {
    for (size_t i = 0; i < proposed_.definitions.size(); ++i) {
      const v1::Definition& definition = proposed_.definitions[i];
      Violations violations;
      const std::optional<ResourceName> name = CheckName(definition, violations);
      CheckCommon(definition, violations);
      if (name.has_value() && violations_of_name_ == 0) {
        const auto [known, is_new] = index_of_.emplace(*name, i);
        if (!is_new) {
          violations.Add("name", violation::kDuplicate,
                         GotWant(definition.name(), absl::StrCat("each name once; it is also ",
                                                                 Prefix(known->second))));
        }
      }
      AddAll(i, violations.items());
    }
  }

  std::optional<ResourceName> CheckName(const v1::Definition& definition, Violations& violations) {
    violations_of_name_ = 0;
    const size_t before = violations.size();
    const absl::StatusOr<ResourceName> name = ResourceName::Parse(definition.name());
    const std::optional<DefinitionKind> kind = KindOfSpec(definition);
    if (!name.ok()) {
      violations.AddStatus("name", violation::kSyntax, name.status());
    } else if (name->workspace != proposed_.workspace) {
      violations.Add("name", violation::kOutOfRange,
                     GotWant(definition.name(), absl::StrCat("a name in the parent, workspaces/",
                                                             proposed_.workspace)));
    }
    if (!kind.has_value()) {
      AddRequired("spec",
                  "exactly one of metric, kpi, objective, scorecard, calendar, benchmark, "
                  "initiative, alert_rule, source, target",
                  violations);
    } else if (name.ok() && *kind != name->kind) {
      violations.Add(
          "name", violation::kOutOfRange,
          GotWant(definition.name(), absl::StrCat("the collection ", CollectionOf(*kind))));
    }
    if (definition.deleted()) {
      violations.Add("deleted", violation::kRefused,
                     "got true, want nothing: DeleteDefinition and prune delete");
    }
    violations_of_name_ = violations.size() - before;
    if (!name.ok()) return std::nullopt;
    return *name;
  }

  // What does not change is sound already, and so is what refers to it.
  bool IsUnchanged(const ResourceName& name, const v1::Definition& definition) const {
    const CatalogEntry* entry = live_.Find(name);
    return entry != nullptr &&
           google::protobuf::util::MessageDifferencer::Equals(
               WithoutOutputFields(*entry->definition), WithoutOutputFields(definition));
  }

  CatalogChanges Apply() {
    std::vector<v1::Definition> set;
    for (const auto& [name, index] : index_of_) {
      const v1::Definition& definition = proposed_.definitions[index];
      if (!IsUnchanged(name, definition)) set.push_back(definition);
    }
    for (const ResourceName& name : proposed_.deletions) {
      v1::Definition deletion;
      deletion.set_name(name.ToString());
      deletion.set_deleted(true);
      set.push_back(std::move(deletion));
    }
    return overlay_.Apply(set, 0);
  }

  // What is wrong with a definition of the set itself.
  void AddOwn(const ResourceName& name, size_t index) {
    const CatalogEntry* entry = overlay_.Find(name);
    if (entry == nullptr) return;
    AddAll(index, entry->violations);
    if (name.kind != DefinitionKind::kMetric) return;
    const v1::Metric* before = nullptr;
    if (const CatalogEntry* live = live_.Find(name); live != nullptr) {
      before = &live->definition->metric();
    } else if (const auto retired = retired_.find(name); retired != retired_.end()) {
      before = &retired->second->metric();
    }
    if (before == nullptr) return;
    Violations violations;
    CheckImmutable(*before, entry->definition->metric(), violations);
    AddAll(index, violations.items());
  }

  // What a definition of the set breaks elsewhere.
  void AddBroken(const TouchedDefinition& touched) {
    if (index_of_.contains(touched.name)) return;
    const auto cause = index_of_.find(touched.cause);
    const CatalogEntry* entry = overlay_.Find(touched.name);
    // Deletions are checked by who refers to them.
    if (cause == index_of_.end() || entry == nullptr) return;
    for (const FieldViolation& item : entry->violations) {
      // A cycle is reported at its members in the set.
      if (item.reason == violation::kCycle) continue;
      Add(cause->second, {Prefix(cause->second),
                          absl::StrCat("would break ", touched.name.ShortText(), ": ", item.field,
                                       ": ", item.description),
                          item.reason, item.line, item.column});
    }
  }

  void CheckDeletions() {
    for (const ResourceName& name : proposed_.deletions) {
      const std::vector<ResourceName> referrers = overlay_.ReferrersOf(name);
      if (referrers.empty()) continue;
      constexpr size_t kMaxShown = 10;
      std::vector<std::string> shown;
      for (const ResourceName& referrer : referrers) {
        if (shown.size() < kMaxShown) shown.push_back(referrer.ShortText());
      }
      if (referrers.size() > kMaxShown) {
        shown.push_back(absl::StrCat(referrers.size() - kMaxShown, " more"));
      }
      Add(proposed_.definitions.size(),
          {proposed_.deletions_field,
           absl::StrCat("got the deletion of ", name.ShortText(),
                        ", want it unused; it is used by ", absl::StrJoin(shown, ", ")),
           violation::kInUse});
    }
  }

  void Lint(const ResourceName& name, size_t index) {
    const CatalogEntry* entry = overlay_.Find(name);
    if (entry == nullptr || !entry->violations.empty()) return;
    Violations warnings;
    if (entry->kpi != nullptr) {
      LintKpi(name, *entry->kpi, overlay_, proposed_.guardrails, warnings);
    } else if (name.kind == DefinitionKind::kObjective) {
      LintObjective(name, overlay_, warnings);
    } else if (name.kind == DefinitionKind::kScorecard) {
      LintScorecard(entry->definition->scorecard(), warnings);
    }
    for (FieldViolation warning : warnings.Take()) {
      warning.field = absl::StrCat(Prefix(index), ".", warning.field);
      warnings_.push_back({index, std::move(warning)});
    }
  }

  const Catalog& live_;
  const ProposedSet& proposed_;
  const RetiredMetrics& retired_;
  Catalog overlay_;
  std::map<ResourceName, size_t> index_of_;
  size_t violations_of_name_ = 0;  // of the definition whose name was checked last
  std::vector<Found> found_;
  std::vector<Found> warnings_;
};

template <typename T>
void CheckSame(absl::string_view field, const T& before, const T& after, Violations& violations) {
  if (before == after) return;
  violations.Add(field, violation::kImmutable,
                 absl::StrCat("got ", after, ", want ", before,
                              ": samples are stored with it; define a metric of another name"));
}

}  // namespace

ValidationResult ValidateSet(const Catalog& live, const ProposedSet& proposed,
                             const RetiredMetrics& retired) {
  return SetValidator(live, proposed, retired).Run();
}

void CheckImmutable(const v1::Metric& before, const v1::Metric& after, Violations& violations) {
  const auto scale = [](bool has, int value) { return has ? value : kDefaultScale; };
  CheckSame("metric.scale", scale(before.has_scale(), before.scale()),
            scale(after.has_scale(), after.scale()), violations);
  CheckSame("metric.weight_scale", scale(before.has_weight_scale(), before.weight_scale()),
            scale(after.has_weight_scale(), after.weight_scale()), violations);
  const auto dimensions = [](const v1::Metric& metric) {
    const std::set<std::string> sorted(metric.dimensions().begin(), metric.dimensions().end());
    return absl::StrCat("[", absl::StrJoin(sorted, ", "), "]");
  };
  CheckSame("metric.dimensions", dimensions(before), dimensions(after), violations);
  const auto identity = [](const v1::Metric& metric) {
    return metric.identity() == v1::SAMPLE_IDENTITY_TIME ? "TIME" : "EVENT";
  };
  CheckSame<std::string>("metric.identity", identity(before), identity(after), violations);
  const auto group = [](const v1::Metric& metric) {
    return absl::StrCat("\"", metric.partition_group(), "\"");
  };
  CheckSame("metric.partition_group", group(before), group(after), violations);
}

}  // namespace kpisuite
