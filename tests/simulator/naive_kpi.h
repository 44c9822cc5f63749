// NaiveKpi: the states of one KPI from raw samples, by scanning all of them for each state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/data_state.h"
#include "tests/simulator/known_filters.h"
#include "tests/simulator/naive_aggregate.h"
#include "tests/simulator/sample_table.h"

namespace kpisuite {

// Which state of a KPI: window index, canonical slice, first day of the period.
struct NaivePlace {
  size_t window = 0;
  std::string slice;
  absl::CivilDay first_day;

  friend bool operator<(const NaivePlace& a, const NaivePlace& b) {
    return std::tie(a.window, a.slice, a.first_day) < std::tie(b.window, b.slice, b.first_day);
  }
};

// Days are cut and grouped here without Calendar, Period and PaneTable; formulas, targets, bands
// and the tables of SEMANTICS 3.8 are those of libs/kpi.
class NaiveKpi {
 public:
  // NOT_FOUND for a filter that is none of the known ones.
  static absl::StatusOr<NaiveKpi> Create(std::shared_ptr<const KpiDefinition> kpi,
                                         const SampleTable& table);

  const KpiDefinition& kpi() const { return *kpi_; }
  // Every declared slice and period in which some input has a row.
  std::set<NaivePlace> PlacesWithRows() const;
  // Rows of all inputs before their filters.
  int64_t RowsAt(const NaivePlace& place) const;

  struct Circumstances {
    absl::Time now;
    bool latest = true;     // no later period of this slice has rows
    bool restated = false;  // the log says so
    bool settling = false;  // it changed less than a minute ago and was never closed
  };
  // What a reader must see, as text: value, status and what is known about the data.
  std::string Expect(const NaivePlace& place, const Circumstances& circumstances) const;
  // The same of a state.
  static std::string Describe(const v1::KpiState& state);
  // Value and status alone, as the state log knows them: "12.5 ON_TARGET", "(EMPTY) NO_DATA".
  static std::string Verdict(const v1::KpiState& state);

  // The period of this window that contains the day: [first, second).
  std::pair<absl::CivilDay, absl::CivilDay> PeriodAround(size_t window, absl::CivilDay day) const;

 private:
  struct Row {
    NaiveSample sample;
    Dimensions dimensions;
    absl::CivilDay day;
    bool kept = true;
  };
  struct Input {
    std::vector<Row> rows;
    absl::Time watermark = absl::InfinitePast();
    absl::Time metric_last_event = absl::InfinitePast();
  };
  struct Gathered {
    std::vector<Value> values;
    std::vector<InputReadiness> readiness;
    int64_t rows = 0;
    absl::Time last_event = absl::InfinitePast();
  };

  explicit NaiveKpi(std::shared_ptr<const KpiDefinition> kpi) : kpi_(std::move(kpi)) {}

  absl::StatusOr<Input> Gather(const MetricInput& input, const SampleTable& table) const;
  absl::CivilDay DayOf(int64_t time_nano, int32_t business_day) const;
  // Whether the row lies in the slice, as this input sees it.
  bool IsWithin(size_t input, const Row& row, const Dimensions& slice) const;
  std::vector<const Row*> RowsOf(size_t input, const NaivePlace& place) const;
  Gathered GatherAt(const NaivePlace& place, const Period& period, bool latest) const;
  // Whether the member of a place has stopped reporting, and how many of those below have.
  struct Silence {
    bool missing = false;
    int missing_below = 0;
  };
  Silence SilenceAt(const NaivePlace& place, const Period& period, absl::Time now) const;
  std::optional<absl::CivilDay> SilentSince(const NaivePlace& place, const Period& period,
                                            absl::Time now) const;
  bool IsMissing(const std::vector<std::string>& grouping, const Dimensions& members,
                 absl::CivilDay since, absl::CivilDay end) const;
  static Dimensions DimensionsOf(const std::string& slice);
  static std::string SliceOf(const Dimensions& dimensions, const std::vector<std::string>& names);
  // The committed target at an instant, when data is complete up to the watermark.
  ResolvedTarget TargetAt(const Slice& slice, const Window& window, const Period& period,
                          absl::Time now, absl::Time watermark) const;
  Value EvaluateFormulas(const std::vector<Value>& inputs, const Period& period) const;

  std::shared_ptr<const KpiDefinition> kpi_;
  std::vector<Input> inputs_;
};

}  // namespace kpisuite
