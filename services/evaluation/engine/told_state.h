// What a state told, read back: for closed periods of which the samples are past their retention.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/series_carry.h"

namespace kpisuite {

// What the closed period leaves to later ones of its series, as KpiEvaluation::point was when the
// state was told. `context` is of the period.
SeriesPoint ToldPoint(const EvaluationContext& context, const v1::KpiState& told);

// The content of a told state: without its place in the logs, and without how it was answered.
std::string ToldContent(v1::KpiState told);

// The newest entry, with its `state`, of every closed state of the KPI of that resource name; or
// only of those that are FINAL.
using ClosedStatesLookup =
    std::function<absl::StatusOr<std::vector<LoggedState>>(const std::string& kpi, bool final)>;

// What the log has of closed states, read when it is asked for: all of a KPI at once. Not
// thread-safe.
class ToldStates {
 public:
  void ReadWith(ClosedStatesLookup lookup) { lookup_ = std::move(lookup); }
  bool can_read() const { return lookup_ != nullptr; }

  // Of the FINAL ones of a KPI that entry; can_read(). Reads each time.
  absl::StatusOr<std::vector<LoggedState>> FinalOf(const std::string& kpi) const {
    return lookup_(kpi, /*final=*/true);
  }
  // A serialised KpiState; null when the log has none, or cannot be read. After an error nothing is
  // read until Retry.
  absl::StatusOr<std::shared_ptr<const std::string>> Find(const StateId& id);
  void Retry() { error_ = absl::OkStatus(); }
  // Gives the memory back.
  void Forget() { states_.clear(); }

 private:
  ClosedStatesLookup lookup_;
  absl::Status error_;
  // By resource name, then by StateId::Key.
  absl::flat_hash_map<std::string,
                      absl::flat_hash_map<std::string, std::shared_ptr<const std::string>>>
      states_;
};

}  // namespace kpisuite
