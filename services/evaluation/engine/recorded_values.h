// RecordedValues: what the log said about closed periods of one KPI. Frozen targets read it
// (SEMANTICS 3.5, VS_PRIOR).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kpi/decimal.h"
#include "services/evaluation/engine/engine_types.h"

namespace kpisuite {

// A function of the log alone. What was said before a definition made another value of it does not
// count: the period is on record from that entry on. Not thread-safe.
class RecordedValues {
 public:
  // The next entry of the log about the KPI; those of open periods say nothing. True when the first
  // value on record of its state is another than before.
  bool Note(const LoggedState& entry);

  // The value of a state on record at `time`, or the first one if that came later. Nothing for a
  // state that was never recorded as closed.
  std::optional<Number> AsOf(const StateId& id, absl::Time time) const;

 private:
  struct Entry {
    absl::Time time;
    std::string value;  // as LogText
  };
  absl::flat_hash_map<std::string, std::vector<Entry>> entries_;  // by StateId::Key, in order
};

// What the log has about the KPI of that resource name.
using RecordedLookup = std::function<absl::StatusOr<RecordedValues>(const std::string& kpi)>;

}  // namespace kpisuite
