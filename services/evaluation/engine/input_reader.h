// The inputs of a KPI, read from the panes of one slice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "libs/definitions/kpi.h"
#include "services/evaluation/engine/input_source.h"
#include "services/evaluation/engine/pane_table.h"

namespace kpisuite {

// What is known about a metric beyond its panes.
struct MetricFacts {
  absl::Time watermark = absl::InfinitePast();
};

// Days after a period's end that lie within the duration.
int32_t DaysReachedAfter(int64_t nano);

// A view; what it is made of outlives it. All spans are parallel to `inputs`, those of the KPI or
// others of its metrics. Only changes of the feed up to `seq` are read. `now` tells which periods
// are over. Other periods than the root that end before `reads_from` are NO_COMPARABLE, unless the
// root does too. NOT_AGGREGATABLE for the slice (other) in inputs that ignore one of its dimensions
// and not all.
class InputReader final : public InputSource {
 public:
  InputReader(const Calendar& calendar, absl::Span<const MetricInput> inputs,
              absl::Span<PaneTable* const> tables, absl::Span<const std::string> slices,
              absl::Span<const MetricFacts* const> facts, absl::Time now, int64_t seq,
              int32_t reads_from = INT32_MIN)
      : calendar_(calendar),
        inputs_(inputs),
        tables_(tables),
        slices_(slices),
        facts_(facts),
        now_(now),
        seq_(seq),
        reads_from_(reads_from) {}

  absl::StatusOr<InputAggregate> Read(size_t input, const Window& window,
                                      const Period& root) const override;
  bool IsAcrossBreak(const Period& root, absl::CivilDay last_day) const override;
  bool misses_samples() const override { return misses_samples_; }
  // Over these days: at least one range, disjoint, in order; its period is that from the first to
  // the last. NOT_AGGREGATABLE for kinds that look at earlier periods, and over several ranges for
  // those that look beyond their days at all.
  absl::StatusOr<InputAggregate> ReadDays(size_t input, absl::Span<const DayRange> days) const;
  absl::Time WatermarkOf(size_t input) const { return facts_[input]->watermark; }

 private:
  bool CannotBeTold(size_t input) const;
  InputAggregate Unread(size_t input, const Period& period) const;
  InputAggregate NotKept(InputAggregate aggregate) const;
  absl::StatusOr<InputAggregate> ReadEnd(size_t input, const PathEnd& end) const;
  absl::StatusOr<AggregateResult> ReadFramed(size_t input, const PathEnd& end,
                                             const AggregationReach& reach,
                                             int64_t last_time_nano) const;

  const Calendar& calendar_;
  const absl::Span<const MetricInput> inputs_;
  const absl::Span<PaneTable* const> tables_;
  const absl::Span<const std::string> slices_;
  const absl::Span<const MetricFacts* const> facts_;
  const absl::Time now_;
  const int64_t seq_;
  const int32_t reads_from_;
  mutable bool misses_samples_ = false;
};

}  // namespace kpisuite
