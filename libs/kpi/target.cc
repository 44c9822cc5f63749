#include "libs/kpi/target.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/kpi/quoted.h"
#include "libs/kpi/target_check.h"

namespace kpisuite {

absl::StatusOr<TargetSet> TargetSet::Create(const Calendar& calendar,
                                            std::vector<TargetSpec> specs) {
  std::vector<FieldViolation> violations;
  TargetSet set;
  std::set<std::string> ids;
  for (size_t i = 0; i < specs.size(); ++i) {
    TargetChecker checker(calendar, i, &violations);
    set.targets_.push_back(checker.Prepare(std::move(specs[i])));
    const std::string& id = set.targets_.back().spec.id;
    if (!ids.insert(id).second) {
      checker.Add("id", absl::StrCat("got ", Quoted(id), " again, want each id once"));
    }
  }
  // Ranges that could not be read are no second mistake.
  if (violations.empty()) set.CloseRanges(&violations);
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return set;
}

TargetReads TargetSet::Reads() const {
  TargetReads reads;
  std::set<std::string> kpis;
  std::set<std::string> dimensions;
  std::set<Grain> grains;
  for (const Target& target : targets_) {
    const TargetSpec& spec = target.spec;
    const bool seasonal = spec.kind == TargetKind::kAllocated &&
                          spec.allocated->profile == AllocationProfile::kSeasonal;
    const bool earlier = spec.kind == TargetKind::kVersusPrior || seasonal;
    const bool baseline = spec.kind == TargetKind::kBaselineImprovement;
    const bool formula = spec.kind == TargetKind::kFormula;
    const bool children = spec.kind == TargetKind::kChildren;
    if (!earlier && !baseline && !formula && !children) continue;
    reads.earlier |= earlier;
    reads.frozen |= spec.kind == TargetKind::kVersusPrior && spec.versus_prior->freeze;
    if (baseline) reads.ranges.push_back({target.first->first_day, target.last->end_day});
    if (formula) kpis.insert(spec.formula->kpis.begin(), spec.formula->kpis.end());
    if (children) dimensions.insert(spec.children->dimension);
    if (children && !spec.children->weighted_by.empty()) kpis.insert(spec.children->weighted_by);
    if (spec.grain.has_value()) grains.insert(*spec.grain);
  }
  reads.kpis.assign(kpis.begin(), kpis.end());
  reads.dimensions.assign(dimensions.begin(), dimensions.end());
  reads.grains.assign(grains.begin(), grains.end());
  return reads;
}

void TargetSet::CloseRanges(std::vector<FieldViolation>* violations) {
  std::vector<size_t> order(targets_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [this](size_t i) {
    const Target& target = targets_[i];
    return std::tie(target.spec.role, target.spec.rule, target.effective_from);
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
  for (size_t i = 1; i < order.size(); ++i) {
    Target& earlier = targets_[order[i - 1]];
    const Target& later = targets_[order[i]];
    if (earlier.spec.role != later.spec.role || !(earlier.spec.rule == later.spec.rule)) continue;
    const absl::CivilDay begin = later.effective_from;
    const bool cut_short = earlier.spec.effective_to.has_value() && begin < earlier.effective_to;
    if (begin == earlier.effective_from || cut_short) {
      violations->push_back({absl::StrCat("targets[", order[i], "].effectiveFrom"),
                             absl::StrCat("got periods that ", Quoted(earlier.spec.id),
                                          " has too, want effective ranges of one role and "
                                          "slice that do not overlap"),
                             "", 0, 0});
    }
    earlier.effective_to = std::min(earlier.effective_to, begin);
  }
}

}  // namespace kpisuite
