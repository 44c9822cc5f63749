#include "services/evaluation/engine/finality.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/kpi/period.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {

namespace {

bool IsByItself(const FinalityRule& rule) {
  return rule.after < absl::InfiniteDuration() && rule.grain.has_value();
}

// When a period of the rule's grain becomes FINAL.
absl::Time TimeOf(const FinalityRule& rule, const Period& period) {
  return std::max(period.end, rule.created) + rule.after;
}

std::string TextOf(const FinalityRule& rule) {
  if (!IsByItself(rule)) return "";
  const CalendarSpec& spec = rule.calendar->spec();
  return absl::StrCat(absl::FormatDuration(rule.after), " ", absl::ToUnixNanos(rule.created), " ",
                      GrainName(*rule.grain), " ", spec.time_zone, " ",
                      absl::FormatDuration(spec.day_start), " ", static_cast<int>(spec.type), "/",
                      spec.first_month, "/", static_cast<int>(spec.week_start), "/",
                      static_cast<int>(spec.year_label), "/", rule.calendar->year_key());
}

// Days of [first, end) at which the time by the rule may change, up to those after `until`.
void AddBreaks(const FinalityRule& rule, int32_t first, int32_t end, absl::Time until,
               std::set<int32_t>& breaks) {
  if (first > INT32_MIN) breaks.insert(first);
  if (!IsByItself(rule)) return;
  // All periods that were over when the KPI was created have one cutoff.
  const int32_t from = std::max(first, DayNumber(rule.calendar->DayOf(rule.created)));
  Period period = PeriodOf(*rule.calendar, *rule.grain, DayOfNumber(from));
  for (; period.first_day < period.end_day && DayNumber(period.first_day) < end;
       period = NextPeriod(*rule.calendar, period)) {
    breaks.insert(std::max(DayNumber(period.first_day), first));
    if (TimeOf(rule, period) > until) return;
  }
}

}  // namespace

bool FinalityDecision::Touches(const Period& days) const {
  return first_day < DayNumber(days.end_day) && DayNumber(days.first_day) < end_day;
}

bool HaveSameFinality(const FinalityRule& a, const FinalityRule& b) {
  return TextOf(a) == TextOf(b);
}

KpiFinality::KpiFinality(std::string kpi, const FinalityRule& rule,
                         const FinalityDecisions& decisions, std::vector<EarlierFinality> earlier)
    : kpi_(std::move(kpi)), rule_(rule), earlier_(std::move(earlier)) {
  for (const FinalityDecision& decision : decisions) {
    if (decision.uid == rule_.uid) decisions_.push_back(decision);
  }
}

bool KpiFinality::never() const {
  return decisions_.empty() && !IsByItself(rule_) &&
         std::none_of(earlier_.begin(), earlier_.end(),
                      [](const EarlierFinality& one) { return IsByItself(one.rule); });
}

const FinalityRule& KpiFinality::RuleFor(int32_t day) const {
  for (const EarlierFinality& earlier : earlier_) {
    if (day < earlier.end_day) return earlier.rule;
  }
  return rule_;
}

absl::Time KpiFinality::RuleTimeOf(int32_t day) const {
  const FinalityRule& rule = RuleFor(day);
  if (!IsByItself(rule)) return absl::InfiniteFuture();
  const int32_t known = std::max(day, DayNumber(kFirstDay));
  return TimeOf(rule, PeriodOf(*rule.calendar, *rule.grain, DayOfNumber(known)));
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
  int32_t first = INT32_MIN;
  for (const EarlierFinality& earlier : earlier_) {
    AddBreaks(earlier.rule, first, earlier.end_day, until, breaks);
    first = earlier.end_day;
  }
  AddBreaks(rule_, first, INT32_MAX, until, breaks);
  return {breaks.begin(), breaks.end()};
}

std::string KpiFinality::Key() const {
  std::string key = absl::StrCat(kpi_, " ", rule_.uid, " ", decisions_.size());
  for (const EarlierFinality& earlier : earlier_) {
    absl::StrAppend(&key, " ", TextOf(earlier.rule), " <", earlier.end_day);
  }
  const std::string rule = TextOf(rule_);
  return rule.empty() ? key : absl::StrCat(key, " ", rule);
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
