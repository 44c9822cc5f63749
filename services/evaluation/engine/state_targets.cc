#include "services/evaluation/engine/state_targets.h"

#include <algorithm>

#include "libs/kpi/pace_profile.h"
#include "services/evaluation/engine/pace_reading.h"

namespace kpisuite {

ResolvedTarget StateTargets::Resolve(TargetRole role) const {
  const KpiDefinition& kpi = *context_.kpi;
  return kpi.targets.Resolve(*kpi.calendar, role, context_.slice, context_.period, kpi.nature,
                             environment_);
}

const ResolvedTarget& StateTargets::Whole() {
  if (!whole_.has_value()) whole_ = Resolve(TargetRole::kCommitted);
  return *whole_;
}

ResolvedTarget StateTargets::ToDate(TargetRole role, const PaceResult* pace) {
  const KpiDefinition& kpi = *context_.kpi;
  const Calendar& calendar = *kpi.calendar;
  const Window& window = *context_.window;
  const bool trailing = window.kind() == WindowKind::kTrailing;
  const bool fills_up = window.kind() == WindowKind::kToDate && kpi.nature == KpiNature::kFlow;
  if (!trailing && !fills_up) return role == TargetRole::kCommitted ? Whole() : Resolve(role);
  const Period& reach = context_.reach;
  const auto share = [this, pace](const Period& part) { return ShareOf(part, pace); };
  const TargetSpan span{reach.first_day, reach.end_day, std::min(context_.now, reach.end), share};
  if (trailing) {
    return kpi.targets.ResolveSpan(calendar, role, context_.slice, span, window.grain(), kpi.nature,
                                   environment_);
  }
  return kpi.targets.ResolveToDate(calendar, role, context_.slice,
                                   window.At(calendar, reach.end_day - 1), span, environment_);
}

Number StateTargets::ShareOf(const Period& part, const PaceResult* pace) {
  const KpiDefinition& kpi = *context_.kpi;
  const Calendar& calendar = *kpi.calendar;
  const bool lags = watermark_ != absl::InfinitePast() && watermark_ < context_.now;
  NoteChangeOf(part, !lags);
  const bool is_own = pace != nullptr && part == context_.period;
  if (is_own && pace->expected.share.defined()) return pace->expected.share;
  const absl::CivilDay open_day = calendar.DayOf(lags ? watermark_ : context_.now);
  return KnownShareAt(kpi.pace.value_or(PaceRule()), calendar, part,
                      std::min(calendar.StartOf(open_day), context_.reach.end));
}

// `moves`: as time passes, and not only with the watermark.
void StateTargets::NoteChangeOf(const Period& part, bool moves) {
  const absl::Time now = context_.now;
  if (now >= context_.reach.end) return;
  if (now < part.start) {
    next_change_ = std::min(next_change_, part.start);
    return;
  }
  next_change_ = std::min(next_change_, part.end);
  if (moves) next_change_ = std::min(next_change_, NextDayStart(*context_.kpi->calendar, now));
}

}  // namespace kpisuite
