#include "tests/simulator/stage.h"

#include <algorithm>
#include <cstdio>

namespace kpisuite {

Stage::Stage(uint64_t seed, uint64_t disabled_faults, bool trace, absl::Time start)
    : chance_(seed), faults_(seed, disabled_faults), tracing_(trace), now_(start) {}

absl::Duration Stage::SomeDelay() {
  const int64_t kind = chance_.Below(10);
  if (kind < 4) return absl::Milliseconds(chance_.Below(1000));
  if (kind < 8) return absl::Seconds(chance_.Below(600));
  return absl::Minutes(chance_.Below(300));
}

void Stage::Send(absl::Time time, std::function<void()> deliver) {
  bag_.emplace(std::make_pair(std::max(time, now_), chance_.Next()), std::move(deliver));
}

void Stage::AdvanceTo(absl::Time time) {
  while (!bag_.empty() && bag_.begin()->first.first <= time) {
    now_ = std::max(now_, bag_.begin()->first.first);
    const std::function<void()> deliver = std::move(bag_.begin()->second);
    bag_.erase(bag_.begin());
    deliver();
  }
  now_ = std::max(now_, time);
}

void Stage::DeliverAll() {
  while (!bag_.empty()) AdvanceTo(bag_.begin()->first.first);
}

void Stage::Print(const std::string& line) const {
  std::printf("%s  %s\n", absl::FormatTime("%m-%d %H:%M:%E3S", now_, absl::UTCTimeZone()).c_str(),
              line.c_str());
}

void Stage::Fail(std::string what) {
  Trace("FAILED: ", what);
  if (failures_.size() < 20) failures_.push_back(std::move(what));
}

}  // namespace kpisuite
