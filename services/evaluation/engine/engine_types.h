// What goes into a partition's engine and what comes out of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "services/evaluation/engine/restatement.h"

namespace kpisuite {

// Which state. Names are resource names, window and slice canonical texts, period an id.
struct StateId {
  std::string kpi;
  std::string window;
  std::string slice;
  std::string period;

  // Equal for equal ids: the parts joined by newlines, which none of them contains.
  std::string Key() const;
  friend bool operator==(const StateId&, const StateId&) = default;
};

// One entry of the state log: what was said, when and why.
struct LoggedState {
  StateId id;
  int32_t part = 0;
  int32_t first_day = 0;  // of the period, days since 1970-01-01; orders periods
  int32_t revision = 0;   // 0 while open, 1 when closed, then one more for each restatement
  v1::HistoryCause cause = v1::HISTORY_CAUSE_UNSPECIFIED;
  absl::Time record_time;
  std::optional<absl::Time> closed_at;
  bool restated = false;
  v1::Status status = v1::STATUS_UNSPECIFIED;
  int64_t definition_position = 0;  // of the definitions that were followed
  std::string value;                // as LogText
  std::optional<RestatementNote> restatement;
  std::shared_ptr<const std::string> state;  // serialised KpiState
  bool final = false;                        // whether the period is FINAL
  // Who and why, of FINAL and RELEASED.
  std::string author;
  std::string reason;
};

// A state that is new to readers.
struct ChangedState {
  StateId id;
  int32_t first_day = 0;
  bool has_rows = false;
  bool removed = false;  // its KPI or slice is no longer defined
  v1::Status status = v1::STATUS_UNSPECIFIED;
  std::string version;
  std::shared_ptr<const std::string> state;  // serialised KpiState; null when removed
};

// Aggregates that an engine needs from measurement.
struct LoadRequest {
  int64_t id = 0;
  std::string workspace;  // id
  v1::AggregateQuery query;
};
struct LoadAnswer {
  int64_t id = 0;
  int64_t seq = 0;  // the cells reflect the feed of the partition up to here
  std::vector<v1::AggregateCell> cells;
  std::optional<absl::Time> watermark;  // of the metric
  std::optional<v1::KeptSamples> kept;  // of the metric; nothing when all are
};

// What one tick changed. The log is to be stored before the updates are shown.
struct TickOutput {
  std::vector<LoggedState> log;
  std::vector<ChangedState> updates;
  // Every state includes the feed up to here.
  int64_t evaluated_seq = 0;
  // Work is left for the next tick.
  bool more = false;
};

// Counters of an engine, for metrics and for the test that cost does not grow with idle KPIs.
struct EngineCounters {
  int64_t batches = 0;
  int64_t samples = 0;
  int64_t kpis_touched = 0;  // (KPI, slice) pairs reached from changed panes
  int64_t evaluations = 0;
  int64_t pane_reloads = 0;
  int64_t slices_folded = 0;  // that began to count in (other), once for each input that has them
  int64_t kept_as_told = 0;   // evaluations of closed periods whose samples are past retention

  EngineCounters& operator+=(const EngineCounters& other) {
    batches += other.batches;
    samples += other.samples;
    kpis_touched += other.kpis_touched;
    evaluations += other.evaluations;
    pane_reloads += other.pane_reloads;
    slices_folded += other.slices_folded;
    kept_as_told += other.kept_as_told;
    return *this;
  }
};

}  // namespace kpisuite
