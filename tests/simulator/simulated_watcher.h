// SimulatedWatcher: a client that follows all states and remembers what it was told.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/evaluation/engine/engine_types.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

// Checks that no state goes back. Not thread-safe; `stage` outlives it.
class SimulatedWatcher {
 public:
  SimulatedWatcher(Stage& stage, std::string name) : stage_(stage), name_(std::move(name)) {}

  bool connected() const { return connected_; }
  void Disconnect() { connected_ = false; }
  // A new stream begins with everything that is known, and goes on with what changes.
  void Connect(const std::vector<ChangedState>& snapshot);
  void Show(const std::vector<ChangedState>& updates);

  // What it was told last, by StateId::Key().
  const std::map<std::string, ChangedState>& states() const { return states_; }

 private:
  void Take(const ChangedState& update, bool is_news);

  Stage& stage_;
  const std::string name_;
  bool connected_ = false;
  std::map<std::string, ChangedState> states_;
  // The newest of each key ever, also while it was not defined.
  std::map<std::string, ChangedState> newest_;
};

}  // namespace kpisuite
