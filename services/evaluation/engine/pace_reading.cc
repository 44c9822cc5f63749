#include "services/evaluation/engine/pace_reading.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

bool IsProjected(const KpiDefinition& kpi) {
  return kpi.results.empty() &&
         std::all_of(kpi.inputs.begin(), kpi.inputs.end(),
                     [](const MetricInput& input) { return input.path.empty(); });
}

class PaceReader {
 public:
  PaceReader(const KpiRuntime& runtime, const SliceStates& slice, size_t window,
             const Period& period, absl::Time now, int64_t seq)
      : runtime_(runtime),
        slice_(slice),
        seq_(seq),
        kpi_(runtime.kpi()),
        calendar_(*kpi_.calendar),
        window_(window),
        period_(period),
        now_(now),
        reader_(runtime.ReaderOf(slice, now, seq)) {}

  // False when there is no pace.
  absl::StatusOr<bool> Locate(PaceReading& reading) {
    watermark_ = absl::InfiniteFuture();
    for (size_t i = 0; i < kpi_.inputs.size(); ++i) {
      watermark_ = std::min(watermark_, reader_.WatermarkOf(i));
    }
    absl::Time as_of = watermark_ == absl::InfinitePast() ? now_ : std::min(now_, watermark_);
    if (now_ < period_.start || IsClosed(period_) || as_of >= period_.end) return false;
    const absl::CivilDay open_day = calendar_.DayOf(as_of);
    if (as_of == now_) reading.next_change = NextDayStart(calendar_, now_);
    day_ = std::max(open_day, period_.first_day);
    reading.as_of = std::max(calendar_.StartOf(day_), period_.start);
    return true;
  }

  absl::Status ReadOperands(PaceReading& reading) {
    for (size_t i = 0; i < kpi_.inputs.size(); ++i) {
      PaceOperand& operand = reading.operands.emplace_back();
      operand.kind = ProjectionKindOf(kpi_.inputs[i].aggregation.kind);
      ASSIGN_OR_RETURN(const PacePart own,
                       ReadPacePart(kpi_, reader_, i, {period_.first_day, day_}));
      operand.figures.to_date = own.value;
      operand.count.to_date = own.rows;
    }
    const PacePlace place{.runtime = runtime_,
                          .slice = slice_,
                          .window = window_,
                          .period = period_,
                          .days = static_cast<int>(day_ - period_.first_day),
                          .now = now_,
                          .seq = seq_};
    ASSIGN_OR_RETURN(const absl::Time next_change,
                     slice_.pasts[window_].Fill(place, reading.operands));
    reading.next_change = std::min({reading.next_change, next_change_, next_change});
    return absl::OkStatus();
  }

  absl::CivilDay day() const { return day_; }

 private:
  bool IsClosed(const Period& period) {
    const ClosingRule closing = ClosingRuleOf(kpi_);
    next_change_ =
        std::min(next_change_, NextPhaseChange(period, now_, watermark_, closing, false));
    return kpisuite::IsClosed(PhaseOf(period, now_, watermark_, closing, false));
  }

  const KpiRuntime& runtime_;
  const SliceStates& slice_;
  const int64_t seq_;
  const KpiDefinition& kpi_;
  const Calendar& calendar_;
  const size_t window_;
  const Period& period_;
  const absl::Time now_;
  const InputReader reader_;
  absl::Time watermark_;
  absl::CivilDay day_;
  absl::Time next_change_ = absl::InfiniteFuture();
};

}  // namespace

absl::Time NextDayStart(const Calendar& calendar, absl::Time now) {
  absl::CivilDay day = calendar.DayOf(now);
  // A day that the zone skips begins when it ends.
  absl::Time start = now;
  while (start <= now) start = calendar.StartOf(++day);
  return start;
}

absl::StatusOr<std::shared_ptr<const PaceReading>> ReadPace(const KpiRuntime& runtime,
                                                            const SliceStates& slice, size_t window,
                                                            const Period& period, absl::Time now,
                                                            int64_t seq) {
  const KpiDefinition& kpi = runtime.kpi();
  const Window& own = kpi.windows[window];
  const bool fills_up = own.kind() == WindowKind::kCalendar || own.kind() == WindowKind::kToDate;
  if (!kpi.pace.has_value() || !fills_up || period.grain != own.grain()) return nullptr;
  PaceReader reader(runtime, slice, window, period, now, seq);
  auto reading = std::make_shared<PaceReading>();
  ASSIGN_OR_RETURN(const bool located, reader.Locate(*reading));
  if (!located) return nullptr;
  const DayRange complete{period.first_day, reader.day()};
  if (complete.first_day < complete.end_day) {
    const PeriodValues values = runtime.ValuesAt(window, now, seq);
    ASSIGN_OR_RETURN(const PeriodValue to_date,
                     values.ValueOverDays(slice.slice, absl::MakeConstSpan(&complete, 1)));
    reading->to_date = to_date.value;
  }
  const bool withheld =
      !reading->to_date.defined() && reading->to_date.reason() == NdReason::kSuppressed;
  if (IsProjected(kpi) && !withheld) RETURN_IF_ERROR(reader.ReadOperands(*reading));
  return reading;
}

}  // namespace kpisuite
