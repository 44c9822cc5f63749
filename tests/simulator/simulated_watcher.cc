#include "tests/simulator/simulated_watcher.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace kpisuite {

void SimulatedWatcher::Connect(const std::vector<ChangedState>& snapshot) {
  connected_ = true;
  states_.clear();
  for (const ChangedState& state : snapshot) Take(state, /*is_news=*/false);
}

void SimulatedWatcher::Show(const std::vector<ChangedState>& updates) {
  if (!connected_) return;
  for (const ChangedState& update : updates) {
    if (update.removed) {
      states_.erase(update.id.Key());
    } else {
      Take(update, /*is_news=*/true);
    }
  }
}

void SimulatedWatcher::Take(const ChangedState& update, bool is_news) {
  const std::string key = update.id.Key();
  const auto shown = states_.find(key);
  const std::string name = absl::StrReplaceAll(key, {{"\n", " "}});
  if (is_news && shown != states_.end() && update.version <= shown->second.version) {
    const bool same =
        update.version == shown->second.version && *update.state == *shown->second.state;
    if (!same) {
      stage_.Fail(absl::StrCat(name_, " watcher: ", name, " went from ", shown->second.version,
                               " to ", update.version));
    }
  }
  const auto [newest, first] = newest_.try_emplace(key, update);
  if (!first && update.version < newest->second.version) {
    stage_.Fail(absl::StrCat(name_, " watcher: ", name, " is older than once shown: ",
                             update.version, " after ", newest->second.version));
  }
  if (!first && update.version == newest->second.version &&
      *update.state != *newest->second.state) {
    stage_.Fail(absl::StrCat(name_, " watcher: ", name, " has two contents at ", update.version));
  }
  newest->second = update;
  states_[key] = update;
}

}  // namespace kpisuite
