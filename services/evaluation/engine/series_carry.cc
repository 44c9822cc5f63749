#include "services/evaluation/engine/series_carry.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/kpi/period.h"
#include "services/evaluation/engine/pane_table.h"

namespace kpisuite {
namespace {

std::string BandsText(const KpiDefinition& kpi) {
  const v1::Kpi& defined = kpi.definition->kpi();
  std::string text = absl::StrCat(static_cast<int>(defined.direction()), "\n",
                                  defined.bands().SerializeAsString());
  for (const v1::SliceBands& bands : defined.slice_bands()) {
    absl::StrAppend(&text, "\n", bands.SerializeAsString());
  }
  return text;
}

// The point as it stands in a series of another definition than the one it was judged by.
SeriesPoint Redrawn(const KpiDefinition& kpi, int32_t first_day, const SeriesPoint& judged) {
  SeriesPoint point = judged;
  const Period period = PeriodOf(*kpi.calendar, judged.grain, DayOfNumber(first_day));
  point.control.starts_segment =
      kpi.process_control.has_value() &&
      kpi.process_control->StartsSegment(PreviousPeriod(*kpi.calendar, period), period);
  point.control.excluded_from_baseline =
      kpi.process_control.has_value() && kpi.process_control->IsExcluded(period);
  if (BandsText(kpi) != BandsText(*judged.judged_by)) point.fold = BandFold();
  return point;
}

}  // namespace

bool BuildsOnHistory(const KpiDefinition& kpi) {
  return kpi.status_rule.hysteresis.has_value() || kpi.process_control.has_value() ||
         kpi.status_rule.no_data_policy == NoDataPolicy::kKeepLast || kpi.maintain.has_value();
}

bool ShowsControl(const KpiDefinition& kpi, const Window& window) {
  return kpi.process_control.has_value() && !window.reaches_overlap();
}

bool ShowsMaintain(const KpiDefinition& kpi, const Window& window) {
  return kpi.maintain.has_value() && kpi.maintain->grain == window.grain();
}

bool operator==(const SeriesPoint& a, const SeriesPoint& b) {
  const auto same_target = [&] {
    if (!a.target.has_value() || !b.target.has_value()) {
      return a.target.has_value() == b.target.has_value();
    }
    return a.target->is_range == b.target->is_range && a.target->low == b.target->low &&
           a.target->high == b.target->high;
  };
  return a.has_rows == b.has_rows && a.judged == b.judged && a.status == b.status &&
         a.fold == b.fold && a.control.value == b.control.value &&
         a.control.excluded_from_baseline == b.control.excluded_from_baseline &&
         a.control.starts_segment == b.control.starts_segment && same_target();
}

void SeriesCarry::Append(int32_t first_day, const SeriesPoint& judged) {
  const bool elsewhere = judged.judged_by != nullptr && judged.judged_by != kpi_;
  const SeriesPoint point = elsewhere ? Redrawn(*kpi_, first_day, judged) : judged;
  const bool broken = without_rows_ > kMaxSeriesGap;
  without_rows_ = point.has_rows ? 0 : without_rows_ + 1;
  const bool begins = !last_day_.has_value() || broken;
  if (begins && !point.has_rows) return;
  if (begins) Begin();
  for (; not_closed_ > 0; --not_closed_) Draw({});
  Draw(point.control);
  last_day_ = first_day;
  last_ = point;
  if (point.judged) last_judged_ = {first_day, point.status};
  if (kpi_->maintain.has_value()) {
    maintain_.Note(*kpi_->maintain, first_day, OutcomeOf(point.judged, point.status));
  }
}

void SeriesCarry::Begin() {
  not_closed_ = 0;
  last_judged_.reset();
  recent_.clear();
  if (kpi_->process_control.has_value()) control_.emplace(kpi_->process_control->spec);
}

void SeriesCarry::Draw(const ControlPoint& point) {
  if (!control_.has_value()) return;
  control_->Append(point);
  recent_.push_back(point.value);
  if (recent_.size() > static_cast<size_t>(kpi_->trend_periods)) recent_.erase(recent_.begin());
}

BandFold SeriesCarry::fold() const {
  const bool stands = last_day_.has_value() && without_rows_ <= kMaxSeriesGap;
  return stands ? last_.fold : BandFold();
}

std::optional<LastStatus> SeriesCarry::LastAsOf(const Period& period) const {
  const StatusRule& rule = kpi_->status_rule;
  if (rule.no_data_policy != NoDataPolicy::kKeepLast || !last_judged_.has_value()) {
    return std::nullopt;
  }
  Period earlier = period;
  for (int age = 1; age <= rule.keep_last_periods; ++age) {
    earlier = PreviousPeriod(*kpi_->calendar, earlier);
    if (earlier.first_day >= earlier.end_day) return std::nullopt;
    if (DayNumber(earlier.first_day) <= last_judged_->first_day) {
      return LastStatus{last_judged_->status, age};
    }
  }
  return std::nullopt;
}

ControlState SeriesCarry::control() const {
  return control_.has_value() ? control_->state() : ControlState();
}

ControlGoal SeriesCarry::goal() const {
  return MakeControlGoal(kpi_->status_rule.direction, last_.target);
}

Trend SeriesCarry::trend() const { return ComputeTrend(recent_, goal()); }

}  // namespace kpisuite
