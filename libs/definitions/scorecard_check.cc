#include "libs/definitions/scorecard_check.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

// Finds KPIs that one scorecard contains more than once, at any depth.
class Contents {
 public:
  Contents(const ResourceName& root, const Catalog& catalog) : root_(root), catalog_(catalog) {}

  // What a child brings that is there already; empty when nothing is.
  std::string Add(const v1::ScorecardChild& child, int depth) {
    if (!child.kpi().empty()) {
      const std::string key = absl::StrCat(child.kpi(), "|", child.window(), "|", child.slice());
      return ++seen_[key] > 1 ? absl::StrCat("KPI ", child.kpi()) : "";
    }
    if (depth >= kMaxScorecardDepth || child.scorecard().empty()) return "";
    const CatalogEntry* entry =
        catalog_.Find({root_.workspace, DefinitionKind::kScorecard, child.scorecard()});
    // What is wrong below is reported there.
    if (entry == nullptr || entry->blocked || !entry->violations.empty()) return "";
    std::string repeated;
    for (const v1::ScorecardChild& inner : entry->definition->scorecard().children()) {
      std::string found = Add(inner, depth + 1);
      if (repeated.empty()) repeated = std::move(found);
      if (!repeated.empty()) break;
    }
    return repeated;
  }

 private:
  const ResourceName& root_;
  const Catalog& catalog_;
  std::map<std::string, int> seen_;
};

void CheckChild(const ResourceName& name, const std::string& field, const v1::ScorecardChild& child,
                const Catalog& catalog, Violations& violations) {
  if (child.kpi().empty() == child.scorecard().empty()) {
    AddRequired(field, "exactly one of kpi and scorecard", violations);
  }
  if (!child.weight().empty()) {
    const auto weight = CheckDecimal(field + ".weight", child.weight(), violations);
    if (weight.has_value() && *weight <= Decimal()) {
      violations.Add(field + ".weight", violation::kOutOfRange,
                     GotWant(child.weight(), "more than 0"));
    }
  }
  CheckEnum(field + ".veto", child.veto(), v1::Veto_IsValid(child.veto()), violations);
  CheckDuration(field + ".max_age", child.max_age(), violations);
  if (child.kpi().empty()) {
    if (!child.window().empty() || !child.slice().empty()) {
      violations.Add(field, violation::kRefused,
                     "got a window or slice, want none: they are for a kpi");
    }
    return;
  }
  const std::shared_ptr<const KpiDefinition> kpi = catalog.FindKpi(name.workspace, child.kpi());
  CheckWindowOfKpi(field + ".window", child.window(), kpi.get(), violations);
  CheckSliceOfKpi(field + ".slice", child.slice(), kpi.get(), violations);
}

// Scorecards inside one another, this one included; at most one more than allowed. `known` holds
// the answers for those below, which may be reached on many ways.
int DepthOf(const ResourceName& name, const v1::Scorecard& scorecard, const Catalog& catalog,
            int limit, std::map<std::string, int>& known) {
  int deepest = 0;
  if (limit == 0) return 1;
  for (const v1::ScorecardChild& child : scorecard.children()) {
    if (child.scorecard().empty()) continue;
    const auto found = known.find(child.scorecard());
    if (found != known.end()) {
      deepest = std::max(deepest, found->second);
      continue;
    }
    const CatalogEntry* entry =
        catalog.Find({name.workspace, DefinitionKind::kScorecard, child.scorecard()});
    if (entry == nullptr || entry->blocked || !entry->violations.empty()) continue;
    const int depth = DepthOf(name, entry->definition->scorecard(), catalog, limit - 1, known);
    known[child.scorecard()] = depth;
    deepest = std::max(deepest, depth);
  }
  return deepest + 1;
}

void CheckMethod(const v1::Scorecard& scorecard, Violations& violations) {
  CheckEnum("scorecard.method", scorecard.method(), v1::RollUp_IsValid(scorecard.method()),
            violations);
  if (scorecard.method() == v1::ROLL_UP_K_OF_N) {
    if (!scorecard.has_k()) {
      AddRequired("scorecard.k", "how many children must be on target", violations);
    } else {
      CheckRange("scorecard.k", scorecard.k(), 1, std::max(1, scorecard.children_size()),
                 violations);
    }
  } else if (scorecard.has_k()) {
    violations.Add("scorecard.k", violation::kRefused,
                   "got a value, want none: it is for the method K_OF_N");
  }
  if (!scorecard.min_coverage().empty()) {
    const auto coverage =
        CheckDecimal("scorecard.min_coverage", scorecard.min_coverage(), violations);
    if (coverage.has_value() && (*coverage < Decimal() || *coverage > Decimal::FromInt(1))) {
      violations.Add("scorecard.min_coverage", violation::kOutOfRange,
                     GotWant(scorecard.min_coverage(), "a decimal from 0 to 1"));
    }
  }
  if (scorecard.has_grain()) CheckGrain("scorecard.grain", scorecard.grain(), violations);
}

}  // namespace

void CheckScorecard(const ResourceName& name, const v1::Scorecard& scorecard,
                    const Catalog& catalog, Violations& violations) {
  if (!scorecard.owner().empty()) CheckAddress("scorecard.owner", scorecard.owner(), violations);
  const int count = scorecard.children_size();
  if (count == 0) AddRequired("scorecard.children", "1 to 100", violations);
  if (count > kMaxScorecardChildren) {
    violations.Add("scorecard.children", violation::kLimit,
                   absl::StrCat("got ", count, ", want at most ", kMaxScorecardChildren));
    return;
  }
  Contents contents(name, catalog);
  for (int i = 0; i < count; ++i) {
    const std::string field = IndexField("scorecard.children", i);
    CheckChild(name, field, scorecard.children(i), catalog, violations);
    const std::string repeated = contents.Add(scorecard.children(i), 1);
    if (!repeated.empty()) {
      violations.Add(field, violation::kDuplicate,
                     absl::StrCat("got ", repeated,
                                  " again, want each KPI once below a "
                                  "scorecard: it would count twice"));
    }
  }
  std::map<std::string, int> known;
  if (DepthOf(name, scorecard, catalog, kMaxScorecardDepth, known) > kMaxScorecardDepth) {
    violations.Add(
        "scorecard.children", violation::kDepth,
        absl::StrCat("got more than ", kMaxScorecardDepth,
                     " scorecards inside one another, want at most ", kMaxScorecardDepth));
  }
  CheckMethod(scorecard, violations);
}

void CheckWindowOfKpi(absl::string_view field, const std::string& window, const KpiDefinition* kpi,
                      Violations& violations) {
  if (window.empty()) return;
  const absl::StatusOr<Window> parsed = ParseWindowName(window);
  if (!parsed.ok()) {
    violations.AddStatus(field, violation::kSyntax, parsed.status());
    return;
  }
  if (kpi == nullptr) return;
  for (const Window& known : kpi->windows) {
    if (known == *parsed) return;
  }
  violations.Add(field, violation::kOutOfRange,
                 GotWant(window, absl::StrCat("a window of KPI ", kpi->id)));
}

void CheckSliceOfKpi(absl::string_view field, const std::string& text, const KpiDefinition* kpi,
                     Violations& violations) {
  const std::optional<Slice> slice = CheckSlice(field, text, violations);
  if (!slice.has_value() || slice->is_total() || kpi == nullptr) return;
  std::vector<std::string> dimensions;
  for (const auto& [dimension, member] : slice->members()) dimensions.push_back(dimension);
  if (kpi->HasGrouping(dimensions)) return;
  violations.Add(field, violation::kSliceDimension,
                 GotWant(text, absl::StrCat("a slice of one of the groupings of KPI ", kpi->id)));
}

}  // namespace kpisuite
