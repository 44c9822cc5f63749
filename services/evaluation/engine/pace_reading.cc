#include "services/evaluation/engine/pace_reading.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/kpi/comparator.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

bool IsProjected(const KpiDefinition& kpi) {
  return kpi.results.empty() &&
         std::all_of(kpi.inputs.begin(), kpi.inputs.end(),
                     [](const MetricInput& input) { return input.path.empty(); });
}

// An input over some days.
struct Part {
  Number value = NdReason::kNotReady;
  Number rows = Decimal();
};

class PaceReader {
 public:
  PaceReader(const KpiRuntime& runtime, const SliceStates& slice, const Window& window,
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
    if (as_of == now_) reading.next_change = NextDay(open_day);
    day_ = std::max(open_day, period_.first_day);
    reading.as_of = std::max(calendar_.StartOf(day_), period_.start);
    return true;
  }

  absl::Status ReadOperands(PaceReading& reading) {
    ASSIGN_OR_RETURN(const std::vector<Period> history, LastClosed());
    const std::optional<Period> last_year =
        ComparableOf(window_, calendar_, period_, {.kind = ComparatorKind::kSamePeriodLastYear})
            .period;
    bool use_last_year = last_year.has_value() && runtime_.MayCompareWith(window_, *last_year) &&
                         IsClosed(*last_year);
    if (use_last_year) {
      ASSIGN_OR_RETURN(const bool withheld, IsWithheld(*last_year));
      use_last_year = !withheld;
    }
    for (size_t i = 0; i < kpi_.inputs.size(); ++i) {
      PaceOperand operand{.kind = ProjectionKindOf(kpi_.inputs[i].aggregation.kind)};
      ASSIGN_OR_RETURN(const Part own, Read(i, {period_.first_day, day_}));
      operand.figures.to_date = own.value;
      operand.count.to_date = own.rows;
      for (size_t j = 0; j < history.size(); ++j) {
        ASSIGN_OR_RETURN(const Part total, Read(i, {history[j].first_day, history[j].end_day}));
        ASSIGN_OR_RETURN(const Part part, Read(i, {history[j].first_day, SameDay(history[j])}));
        operand.figures.history.push_back({total.value, part.value});
        operand.count.history.push_back({total.rows, part.rows});
      }
      if (use_last_year) {
        ASSIGN_OR_RETURN(const Part then, Read(i, {last_year->first_day, last_year->end_day}));
        if (then.rows.value() > Decimal()) {
          operand.figures.last_year = then.value;
          operand.count.last_year = then.rows;
        }
      }
      reading.operands.push_back(std::move(operand));
    }
    DropUnknown(reading.operands);
    reading.next_change = std::min(reading.next_change, next_change_);
    return absl::OkStatus();
  }

  absl::CivilDay day() const { return day_; }

 private:
  bool IsClosed(const Period& period) {
    const ClosingRule closing = ClosingRuleOf(kpi_);
    next_change_ =
        std::min(next_change_, NextPhaseChange(period, now_, watermark_, closing, false));
    const PeriodPhase phase = PhaseOf(period, now_, watermark_, closing, false);
    return phase == PeriodPhase::kClosed || phase == PeriodPhase::kFinal;
  }

  absl::Time NextDay(absl::CivilDay day) const {
    // A day that the zone skips begins when it ends.
    absl::Time start = now_;
    while (start <= now_) start = calendar_.StartOf(++day);
    return start;
  }

  // What is withheld is not projected from either.
  absl::StatusOr<bool> IsWithheld(const Period& period) const {
    if (!runtime_.suppresses()) return false;
    return runtime_.withheld().Contains(runtime_, slice_, window_, period, now_, seq_);
  }

  // The latest first.
  absl::StatusOr<std::vector<Period>> LastClosed() {
    std::vector<Period> periods;
    const int most = kpi_.pace->history_periods;
    for (int back = 1; static_cast<int>(periods.size()) < most && back <= 2 * most; ++back) {
      const std::optional<Period> period =
          ComparableOf(window_, calendar_, period_,
                       {.kind = ComparatorKind::kPreviousPeriod, .count = back})
              .period;
      if (!period.has_value() || !runtime_.MayCompareWith(window_, *period)) break;
      if (!IsClosed(*period)) continue;
      ASSIGN_OR_RETURN(const bool withheld, IsWithheld(*period));
      if (!withheld) periods.push_back(*period);
    }
    return periods;
  }

  // The end of as many days of an earlier period as are complete in this one.
  absl::CivilDay SameDay(const Period& period) const {
    return std::min(period.first_day + (day_ - period_.first_day), period.end_day);
  }

  absl::StatusOr<Part> Read(size_t input, const DayRange& days) const {
    if (days.first_day >= days.end_day) {
      const bool zero = IsZeroWhenEmpty(kpi_.inputs[input].aggregation.kind);
      return Part{zero ? Number(Decimal()) : NdReason::kNotReady, Decimal()};
    }
    ASSIGN_OR_RETURN(const InputAggregate aggregate,
                     reader_.ReadDays(input, absl::MakeConstSpan(&days, 1)));
    return Part{ValueOf(kpi_.inputs[input], aggregate).number(),
                Decimal::FromInt(static_cast<int64_t>(aggregate.rows))};
  }

  // Before its first rows a slice did not exist: that is no total of 0.
  static void DropUnknown(std::vector<PaceOperand>& operands) {
    if (operands.empty()) return;
    for (size_t j = operands.front().count.history.size(); j > 0; --j) {
      for (const PaceOperand& operand : operands) {
        if (operand.count.history[j - 1].total.value() > Decimal()) return;
      }
      for (PaceOperand& operand : operands) {
        operand.count.history.pop_back();
        operand.figures.history.pop_back();
      }
    }
  }

  const KpiRuntime& runtime_;
  const SliceStates& slice_;
  const int64_t seq_;
  const KpiDefinition& kpi_;
  const Calendar& calendar_;
  const Window& window_;
  const Period& period_;
  const absl::Time now_;
  const InputReader reader_;
  absl::Time watermark_;
  absl::CivilDay day_;
  absl::Time next_change_ = absl::InfiniteFuture();
};

}  // namespace

absl::StatusOr<std::shared_ptr<const PaceReading>> ReadPace(const KpiRuntime& runtime,
                                                            const SliceStates& slice, size_t window,
                                                            const Period& period, absl::Time now,
                                                            int64_t seq) {
  const KpiDefinition& kpi = runtime.kpi();
  const Window& own = kpi.windows[window];
  const bool fills_up = own.kind() == WindowKind::kCalendar || own.kind() == WindowKind::kToDate;
  if (!kpi.pace.has_value() || !fills_up || period.grain != own.grain()) return nullptr;
  PaceReader reader(runtime, slice, own, period, now, seq);
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
