// Values of other periods, slices and KPIs, computed from panes at one position of the feed: what
// targets read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/period.h"
#include "libs/kpi/slice.h"
#include "libs/kpi/target_environment.h"
#include "libs/kpi/value.h"
#include "libs/kpi/window.h"
#include "services/evaluation/engine/input_reader.h"

namespace kpisuite {

class KpiRuntime;

// Another KPI of the workspace and partition by its id; null when there is none.
using KpiLookup = std::function<const KpiRuntime*(absl::string_view id)>;

// What a KPI is worth in a period.
struct PeriodValue {
  Number value = NdReason::kNotReady;
  PeriodPhase phase = PeriodPhase::kFuture;
  uint64_t rows = 0;  // of the inputs of the period itself
};

// A view for one evaluation: of one KPI, one of its windows, at a position and a time. What it is
// made of outlives it. Values of periods of the window's grain are those of the window; of any
// other grain, those of the whole period (a MONTH target of a KPI with a QUARTER window).
//
// Targets cannot fail, values can: an answer is ND(PENDING) from the first error on, which status()
// keeps.
class PeriodValues final : public TargetEnvironment {
 public:
  PeriodValues(const KpiRuntime& runtime, const Window& window, absl::Time now, int64_t seq,
               const KpiLookup& lookup)
      : runtime_(runtime), window_(window), now_(now), seq_(seq), lookup_(lookup) {}

  // Values that are withheld are ND(SUPPRESSED), like those of states. Where samples are past their
  // retention, the value of a closed period is what its state told.
  //
  // A value is ND(PENDING) when the KPI does not declare the slice's grouping, ND(NO_COMPARABLE)
  // when the period is of another version of the KPI and that does not compare across breaks; else
  // it is that version's. FAILED_PRECONDITION (NOT_READY) while inputs are loaded.
  absl::StatusOr<PeriodValue> ValueIn(const Slice& slice, const Period& period) const;
  // From states merged over these days, which are disjoint, in order and at least one; the formula
  // last. ND(NOT_AGGREGATABLE) for a KPI that reads other periods than its own, for one that reads
  // finished values of periods of which the days are only a part, and where days are left out
  // between them, for formulas that count days and for aggregations that look beyond them.
  absl::StatusOr<PeriodValue> ValueOverDays(const Slice& slice,
                                            absl::Span<const DayRange> days) const;

  // The same over days that stand for another period, as ValueIn of that.
  absl::StatusOr<PeriodValue> OtherDays(const Slice& slice, const Period& period,
                                        absl::Span<const DayRange> days) const;

  // FROZEN once the target period has begun: what was recorded until then (RecordedValues). As it
  // stands as long as nothing is on record, where it is withheld, and of a level AS_WAS.
  Number ClosedValue(const Slice& slice, const Period& period, const Period& target_period,
                     TargetVintage vintage) const override;
  Number ClosedDays(const Slice& slice, absl::Span<const DayRange> days) const override;
  Number ValueOver(const Slice& slice, const Period& first, const Period& last) const override;
  // ND(PENDING) when the other KPI is not there or has another calendar.
  Number KpiValue(absl::string_view kpi, const Slice& slice, const Period& period) const override;
  std::vector<Slice> Ancestors(const Slice& slice, absl::CivilDay day) const override;
  // Live: with rows in the period.
  std::optional<std::vector<Slice>> Children(const Slice& slice, absl::string_view dimension,
                                             const Period& period) const override;

  // The first error.
  const absl::Status& status() const { return status_; }
  // When an answer given so far changes without new data; InfiniteFuture when never.
  absl::Time next_change() const { return next_change_; }
  // Whether samples behind an answer given so far are past their retention.
  bool misses_samples() const { return misses_samples_; }

 private:
  absl::StatusOr<PeriodValue> ValueOf(const KpiRuntime& runtime, const Slice& slice,
                                      const Window& window, const Period& period) const;
  absl::StatusOr<PeriodValue> Finish(const KpiRuntime& runtime, const Window& window,
                                     const Period& period,
                                     const std::vector<InputAggregate>& inputs,
                                     const InputReader& reader) const;
  Window WindowFor(const Period& period) const;
  // The value of an answer once its period is closed.
  Number Closed(absl::StatusOr<PeriodValue> answer) const;
  Number Keep(const absl::Status& error) const;

  const KpiRuntime& runtime_;
  const Window& window_;
  const absl::Time now_;
  const int64_t seq_;
  const KpiLookup& lookup_;
  mutable absl::Status status_;
  mutable absl::Time next_change_ = absl::InfiniteFuture();
  mutable bool misses_samples_ = false;
};

}  // namespace kpisuite
