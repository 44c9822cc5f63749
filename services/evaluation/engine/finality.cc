#include "services/evaluation/engine/finality.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/kpi/period.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {

KpiFinality::KpiFinality(std::string kpi, const FinalityRule& rule,
                         const FinalityDecisions& decisions)
    : kpi_(std::move(kpi)), rule_(rule) {
  for (const FinalityDecision& decision : decisions) {
    if (decision.uid == rule_.uid) decisions_.push_back(decision);
  }
}

absl::Time KpiFinality::RuleTimeOf(int32_t day) const {
  if (!by_itself()) return absl::InfiniteFuture();
  const int32_t known = std::max(day, DayNumber(kFirstDay));
  const Period period = PeriodOf(*rule_.calendar, *rule_.grain, DayOfNumber(known));
  return std::max(period.end, rule_.created) + rule_.after;
}

const FinalityDecision* KpiFinality::DecisionFor(int32_t day) const {
  for (const FinalityDecision& decision : decisions_) {
    if (decision.kind != FinalityDecision::Kind::kFinalise || day >= decision.end_day) continue;
    return decision.time < RuleTimeOf(day) ? &decision : nullptr;
  }
  return nullptr;
}

absl::Time KpiFinality::FinalTimeOf(int32_t day) const {
  const FinalityDecision* decision = DecisionFor(day);
  return decision != nullptr ? decision->time : RuleTimeOf(day);
}

absl::Time KpiFinality::CutoffOf(int32_t day) const {
  absl::Time cutoff = FinalTimeOf(day);
  for (const FinalityDecision& decision : decisions_) {
    if (decision.kind != FinalityDecision::Kind::kRelease) continue;
    if (day < decision.first_day || day >= decision.end_day) continue;
    cutoff = std::max(cutoff, decision.time);
  }
  return cutoff;
}

std::vector<int32_t> KpiFinality::Breaks(absl::Time until) const {
  std::set<int32_t> breaks;
  for (const FinalityDecision& decision : decisions_) {
    if (decision.kind == FinalityDecision::Kind::kRelease) breaks.insert(decision.first_day);
    breaks.insert(decision.end_day);
  }
  if (by_itself()) {
    // All periods that were over when the KPI was created have one cutoff.
    Period period = PeriodOf(*rule_.calendar, *rule_.grain, rule_.calendar->DayOf(rule_.created));
    for (; std::max(period.end, rule_.created) + rule_.after <= until &&
           period.first_day < period.end_day;
         period = NextPeriod(*rule_.calendar, period)) {
      breaks.insert(DayNumber(period.first_day));
    }
    breaks.insert(DayNumber(period.first_day));
  }
  return {breaks.begin(), breaks.end()};
}

std::string KpiFinality::Key() const {
  std::string key = absl::StrCat(kpi_, " ", rule_.uid, " ", decisions_.size());
  if (!by_itself()) return key;
  const CalendarSpec& spec = rule_.calendar->spec();
  return absl::StrCat(
      key, " ", absl::FormatDuration(rule_.after), " ", absl::ToUnixNanos(rule_.created), " ",
      GrainName(*rule_.grain), " ", spec.time_zone, " ", absl::FormatDuration(spec.day_start), " ",
      static_cast<int>(spec.type), "/", spec.first_month, "/", static_cast<int>(spec.week_start),
      "/", static_cast<int>(spec.year_label), "/", rule_.calendar->year_key());
}

std::shared_ptr<const PaneFinality> PaneFinality::Of(
    std::vector<std::shared_ptr<const KpiFinality>> owners) {
  std::erase_if(owners, [](const auto& owner) { return owner->never(); });
  if (owners.empty()) return nullptr;
  return std::shared_ptr<const PaneFinality>(new PaneFinality(std::move(owners)));
}

PaneFinality::PaneFinality(std::vector<std::shared_ptr<const KpiFinality>> owners)
    : owners_(std::move(owners)) {
  for (const auto& owner : owners_) absl::StrAppend(&key_, owner->Key(), ";");
}

absl::Time PaneFinality::CutoffOf(int32_t day) const {
  const auto [it, fresh] = memo_.try_emplace(day, absl::InfiniteFuture());
  if (fresh) {
    for (const auto& owner : owners_) it->second = std::min(it->second, owner->CutoffOf(day));
  }
  return it->second;
}

void PaneFinality::AddCutoffs(absl::Time until, v1::AggregateQuery& query) const {
  std::set<int32_t> breaks;
  for (const auto& owner : owners_) {
    for (const int32_t day : owner->Breaks(until)) breaks.insert(day);
  }
  if (breaks.empty()) return;
  std::vector<std::optional<int32_t>> starts = {std::nullopt};
  for (const int32_t day : breaks) starts.push_back(day);
  for (size_t i = 0; i < starts.size(); ++i) {
    const absl::Time cutoff = CutoffOf(starts[i].value_or(*breaks.begin() - 1));
    if (cutoff > until) continue;
    const bool last = i + 1 == starts.size();
    const int count = query.cutoffs_size();
    if (count > 0 && starts[i].has_value()) {
      v1::RecordCutoff& before = *query.mutable_cutoffs(count - 1);
      const bool goes_on = before.has_end_day() && before.end_day() == *starts[i] &&
                           FromTimestamp(before.record_time()) == cutoff;
      if (goes_on) {
        before.clear_end_day();
        if (!last) before.set_end_day(*starts[i + 1]);
        continue;
      }
    }
    v1::RecordCutoff& added = *query.add_cutoffs();
    if (starts[i].has_value()) added.set_first_day(*starts[i]);
    if (!last) added.set_end_day(*starts[i + 1]);
    *added.mutable_record_time() = ToTimestamp(cutoff);
  }
}

}  // namespace kpisuite
