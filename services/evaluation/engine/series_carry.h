// What a period builds on: the closed periods before it in its series (one KPI, slice and window),
// folded. Hysteresis (SEMANTICS 3.9), KEEP_LAST (3.8.4), direction of travel (3.10.2), process
// control (3.12) and MAINTAIN progress (3.6.5) need no more of them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libs/definitions/kpi.h"
#include "libs/kpi/hysteresis.h"
#include "libs/kpi/maintain.h"
#include "libs/kpi/process_control.h"
#include "libs/kpi/process_control_verdict.h"
#include "libs/kpi/status.h"
#include "libs/kpi/target.h"
#include "libs/kpi/trend.h"

namespace kpisuite {

// The longest run of periods without rows within one series; what follows a longer one begins a
// new series.
inline constexpr int kMaxSeriesGap = 400;

// Whether states of the KPI depend on earlier periods of their series.
bool BuildsOnHistory(const KpiDefinition& kpi);
// Whether states of the window show process control and direction of travel.
bool ShowsControl(const KpiDefinition& kpi, const Window& window);
// Whether states of the window show how its status was kept over the KPI's horizon.
bool ShowsMaintain(const KpiDefinition& kpi, const Window& window);

// What a closed period leaves to later ones.
struct SeriesPoint {
  bool has_rows = false;
  // Whether there was a value to judge, and the status that was published.
  bool judged = false;
  KpiStatus status = KpiStatus::kNoData;
  BandFold fold;  // after the period
  // On the chart. No value for what the policy TREAT_AS_ZERO made of a missing one.
  ControlPoint control;
  std::optional<TargetValue> target;
  // By which it was judged, and of which window; no part of what it says.
  const KpiDefinition* judged_by = nullptr;
  Grain grain = Grain::kDay;

  friend bool operator==(const SeriesPoint& a, const SeriesPoint& b);
};

// The closed periods of a series up to one of them. The series begins with its first period that
// has rows. A period that is not closed yet counts as one without a value when a later one is
// closed. Where a period is judged by another definition (one that FINAL periods keep), its value,
// status and target count as they were reported; rebases and what is excluded are those of the
// carry's, and under other bands the fold begins anew. A value: copy it to look ahead.
class SeriesCarry {
 public:
  // `kpi` outlives the carry.
  explicit SeriesCarry(const KpiDefinition& kpi) : kpi_(&kpi) {}
  const KpiDefinition& kpi() const { return *kpi_; }

  // The next period of the series, closed or not. `first_day` is its first day.
  void Append(int32_t first_day, const SeriesPoint& judged);
  void AppendNotClosed() { ++not_closed_; }
  // As if the periods since the last closed one had not been appended.
  void ForgetNotClosed() { not_closed_ = 0; }
  // More than kMaxSeriesGap periods come next, and nobody keeps them.
  void AppendGap() { without_rows_ = kMaxSeriesGap + 1; }

  // Where hysteresis stands: empty before the series begins.
  BandFold fold() const;
  // What KEEP_LAST may keep in `period`, a later one.
  std::optional<LastStatus> LastAsOf(const Period& period) const;
  // First day of the last period on the chart; nothing before the first.
  std::optional<int32_t> last_day() const { return last_day_; }
  // The last period on the chart.
  const SeriesPoint& last() const { return last_; }
  ControlState control() const;
  // Way and target of the last period.
  ControlGoal goal() const;
  Trend trend() const;
  // Of the KPI's horizon, which breaks of the series do not end; the KPI has one.
  MaintainResult maintain() const { return maintain_.Result(kpi_->maintain->missing); }

 private:
  void Begin();
  void Draw(const ControlPoint& point);

  struct Judged {
    int32_t first_day;
    KpiStatus status;
  };

  const KpiDefinition* kpi_;
  int not_closed_ = 0;    // at the end
  int without_rows_ = 0;  // closed ones at the end
  std::optional<int32_t> last_day_;
  SeriesPoint last_;
  std::optional<Judged> last_judged_;
  std::optional<ControlSeries> control_;  // set once the series has begun, if there is a chart
  MaintainCount maintain_;
  std::vector<std::optional<double>> recent_;  // the last values, as many as the trend needs
};

}  // namespace kpisuite
