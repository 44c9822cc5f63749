#include "libs/kpi/target.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

// Collects what is wrong with one target under its path.
class Checker {
 public:
  Checker(size_t index, std::vector<FieldViolation>* violations)
      : path_(absl::StrCat("targets[", index, "].")), violations_(violations) {}

  void Add(absl::string_view field, absl::string_view description) {
    violations_->push_back({absl::StrCat(path_, field), std::string(description), "", 0, 0});
  }
  void Require(bool present, bool wanted, absl::string_view field, absl::string_view kind) {
    if (present == wanted) return;
    Add(field, absl::StrCat("got ", present ? "a value" : "nothing", " with ", kind, ", want ",
                            wanted ? "a value" : "nothing"));
  }
  // Reads a period id; adds a violation and returns nothing if it is none.
  std::optional<Period> ReadPeriod(const Calendar& calendar, absl::string_view field,
                                   absl::string_view id) {
    absl::StatusOr<Period> period = ParsePeriod(calendar, id);
    if (period.ok()) return *std::move(period);
    for (const FieldViolation& violation : GetErrorDetails(period.status()).violations) {
      Add(field, violation.description);
    }
    return std::nullopt;
  }

 private:
  std::string path_;
  std::vector<FieldViolation>* violations_;
};

absl::string_view TargetKindName(TargetKind kind) {
  switch (kind) {
    case TargetKind::kFixed: return "FIXED";
    case TargetKind::kRange: return "RANGE";
    case TargetKind::kSchedule: return "SCHEDULE";
  }
  return "";
}

void CheckFields(const TargetSpec& spec, Checker* checker) {
  const absl::string_view kind = TargetKindName(spec.kind);
  if (spec.id.empty()) checker->Add("id", "got nothing, want an id");
  checker->Require(spec.value.has_value(), spec.kind == TargetKind::kFixed, "value", kind);
  checker->Require(!spec.schedule.empty(), spec.kind == TargetKind::kSchedule, "schedule", kind);
  checker->Require(spec.low.has_value() || spec.high.has_value(), spec.kind == TargetKind::kRange,
                   "low", kind);
  if (spec.low.has_value() && spec.high.has_value() && *spec.low > *spec.high) {
    checker->Add("low", absl::StrCat("got ", spec.low->ToString(), ", want at most the high end ",
                                     spec.high->ToString()));
  }
}

// Adds two targets end by end; an infinite end stays infinite.
bool AddTo(const TargetValue& summand, TargetValue* sum) {
  if (summand.is_range != sum->is_range) return false;
  for (auto end : {&TargetValue::low, &TargetValue::high}) {
    std::optional<Decimal>& total = sum->*end;
    if (!total.has_value() || !(summand.*end).has_value()) {
      total.reset();
      continue;
    }
    const Number added = *total + *(summand.*end);
    if (!added.defined()) return false;
    total = added.value();
  }
  return true;
}

ResolvedTarget None(absl::string_view target_id, NdReason reason = NdReason::kNoTarget) {
  return {std::string(target_id), std::nullopt, reason};
}

}  // namespace

TargetSet::Target TargetSet::Prepare(const Calendar& calendar, TargetSpec spec, size_t index,
                                     std::vector<FieldViolation>* violations) {
  Checker checker(index, violations);
  CheckFields(spec, &checker);
  Target target;
  for (const auto& [id, value] : spec.schedule) {
    const std::optional<Period> period = checker.ReadPeriod(calendar, "schedule", id);
    if (!period.has_value()) continue;
    if (!spec.grain.has_value()) spec.grain = period->grain;
    if (*spec.grain != period->grain) {
      checker.Add("schedule", absl::StrCat("got the ", GrainName(period->grain), " ", Quoted(id),
                                           ", want periods of the grain ", GrainName(*spec.grain)));
    }
    target.schedule.emplace(period->first_day, value);
  }
  const auto read_day = [&](const std::optional<std::string>& id, absl::string_view field,
                            absl::CivilDay* day) {
    if (!id.has_value()) return;
    const std::optional<Period> period = checker.ReadPeriod(calendar, field, *id);
    if (period.has_value()) *day = period->first_day;
  };
  read_day(spec.effective_from, "effectiveFrom", &target.effective_from);
  read_day(spec.effective_to, "effectiveTo", &target.effective_to);
  if (target.effective_to <= target.effective_from) {
    checker.Add("effectiveTo", absl::StrCat("got ", Quoted(*spec.effective_to),
                                            ", want a period after effectiveFrom"));
  }
  target.spec = std::move(spec);
  return target;
}

absl::StatusOr<TargetSet> TargetSet::Create(const Calendar& calendar,
                                            std::vector<TargetSpec> specs) {
  std::vector<FieldViolation> violations;
  TargetSet set;
  std::set<std::string> ids;
  for (size_t i = 0; i < specs.size(); ++i) {
    set.targets_.push_back(Prepare(calendar, std::move(specs[i]), i, &violations));
    const std::string& id = set.targets_.back().spec.id;
    if (!ids.insert(id).second) {
      Checker(i, &violations)
          .Add("id", absl::StrCat("got ", Quoted(id), " again, want each id once"));
    }
  }
  // Ranges that could not be read are no second mistake.
  if (violations.empty()) set.CloseRanges(&violations);
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return set;
}

void TargetSet::CloseRanges(std::vector<FieldViolation>* violations) {
  std::vector<size_t> order(targets_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [this](size_t i) {
    const Target& target = targets_[i];
    return std::tie(target.spec.role, target.spec.selector, target.effective_from);
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
  for (size_t i = 1; i < order.size(); ++i) {
    Target& earlier = targets_[order[i - 1]];
    const Target& later = targets_[order[i]];
    if (earlier.spec.role != later.spec.role || earlier.spec.selector != later.spec.selector) {
      continue;
    }
    const absl::CivilDay begin = later.effective_from;
    const bool cut_short = earlier.spec.effective_to.has_value() && begin < earlier.effective_to;
    if (begin == earlier.effective_from || cut_short) {
      Checker(order[i], violations)
          .Add("effectiveFrom", absl::StrCat("got periods that ", Quoted(earlier.spec.id),
                                             " has too, want effective ranges of one role and "
                                             "slice that do not overlap"));
    }
    earlier.effective_to = std::min(earlier.effective_to, begin);
  }
}

const TargetSet::Target* TargetSet::Match(TargetRole role, const Slice& slice,
                                          absl::CivilDay day) const {
  absl::InlinedVector<const Target*, 8> in_force;
  absl::InlinedVector<const SliceSelector*, 8> selectors;
  for (const Target& target : targets_) {
    if (target.spec.role != role) continue;
    if (day < target.effective_from || day >= target.effective_to) continue;
    in_force.push_back(&target);
    selectors.push_back(&target.spec.selector);
  }
  const std::optional<size_t> best = LongestMatch(selectors, slice);
  return best.has_value() ? in_force[*best] : nullptr;
}

ResolvedTarget TargetSet::ValueOf(const Target& target, const Period& period) {
  const TargetSpec& spec = target.spec;
  if (spec.kind == TargetKind::kFixed) return {spec.id, TargetValue::Point(*spec.value), {}};
  if (spec.kind == TargetKind::kRange) {
    return {spec.id, TargetValue::Range(spec.low, spec.high), {}};
  }
  auto after = target.schedule.upper_bound(period.first_day);
  if (after == target.schedule.begin()) return None(spec.id);
  const auto& [first_day, value] = *std::prev(after);
  if (first_day != period.first_day && spec.schedule_policy == SchedulePolicy::kStrict) {
    return None(spec.id);
  }
  return {spec.id, TargetValue::Point(value), {}};
}

ResolvedTarget TargetSet::Resolve(const Calendar& calendar, TargetRole role, const Slice& slice,
                                  const Period& period, KpiNature nature) const {
  const Target* own = Match(role, slice, period.first_day);
  if (own != nullptr && own->spec.grain.value_or(period.grain) == period.grain) {
    return ValueOf(*own, period);
  }
  const Target* last = Match(role, slice, period.last_day());
  if (last == nullptr) return None("");
  // Grains are ordered from fine to coarse.
  if (last->spec.grain.value_or(period.grain) >= period.grain) return None(last->spec.id);
  const Grain grain = *last->spec.grain;
  if (nature == KpiNature::kFlow) return SumWithin(calendar, role, slice, period, grain);
  return ResolveExactly(role, slice, PeriodOf(calendar, grain, period.last_day()));
}

ResolvedTarget TargetSet::ResolveExactly(TargetRole role, const Slice& slice,
                                         const Period& period) const {
  const Target* target = Match(role, slice, period.first_day);
  if (target == nullptr) return None("");
  if (target->spec.grain != period.grain) return None(target->spec.id);
  return ValueOf(*target, period);
}

ResolvedTarget TargetSet::SumWithin(const Calendar& calendar, TargetRole role, const Slice& slice,
                                    const Period& period, Grain grain) const {
  ResolvedTarget sum = None("");
  for (const Period& part : PeriodsWithin(calendar, period, grain)) {
    ResolvedTarget summand = ResolveExactly(role, slice, part);
    if (!summand.value.has_value()) return summand;
    if (!sum.value.has_value()) {
      sum = std::move(summand);
      continue;
    }
    sum.target_id = summand.target_id;
    if (!AddTo(*summand.value, &*sum.value)) return None(sum.target_id, NdReason::kDomain);
  }
  return sum;
}

}  // namespace kpisuite
