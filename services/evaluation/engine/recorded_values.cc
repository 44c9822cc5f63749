#include "services/evaluation/engine/recorded_values.h"

#include "services/evaluation/engine/restatement.h"

namespace kpisuite {

bool RecordedValues::Note(const LoggedState& entry) {
  if (entry.revision < 1) return false;
  std::vector<Entry>& entries = entries_[entry.id.Key()];
  if (!entries.empty()) {
    // It closes again only where it is computed again, as in a simulation.
    if (entry.cause == v1::HISTORY_CAUSE_CLOSED) return false;
    if (entry.value == entries.back().value) return false;
    if (entry.cause == v1::HISTORY_CAUSE_DEFINITION) entries.clear();
  }
  entries.push_back({entry.record_time, entry.value});
  return entries.size() == 1;
}

std::optional<Number> RecordedValues::AsOf(const StateId& id, absl::Time time) const {
  const auto found = entries_.find(id.Key());
  if (found == entries_.end()) return std::nullopt;
  const Entry* last = &found->second.front();
  for (const Entry& entry : found->second) {
    if (entry.time > time) break;
    last = &entry;
  }
  return NumberOfLogText(last->value);
}

}  // namespace kpisuite
