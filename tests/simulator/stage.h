// Stage: what everything in a simulated run shares: chance, faults, virtual time, the message bag
// and the record of what happened.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/prng.h"

namespace kpisuite {

// Not thread-safe.
class Stage {
 public:
  Stage(uint64_t seed, uint64_t disabled_faults, bool trace, absl::Time start);

  Prng& chance() { return chance_; }
  FaultPlan& faults() { return faults_; }
  absl::Time now() const { return now_; }
  // Seconds to hours, most often short.
  absl::Duration SomeDelay();

  // `deliver` runs at that time, earliest now; messages of one time in random order.
  void Send(absl::Time time, std::function<void()> deliver);
  // Lets time pass and delivers what comes due.
  void AdvanceTo(absl::Time time);
  // Delivers everything, however late.
  void DeliverAll();

  // One line of the trace, made only when somebody reads it.
  template <typename... Parts>
  void Trace(const Parts&... parts) {
    if (tracing_) Print(absl::StrCat(parts...));
  }
  // Something that must never happen.
  void Fail(std::string what);
  const std::vector<std::string>& failures() const { return failures_; }
  // How often a kind of workload occurred.
  void Count(const std::string& what) { ++counts_[what]; }
  const std::map<std::string, int64_t>& counts() const { return counts_; }

 private:
  void Print(const std::string& line) const;

  Prng chance_;
  FaultPlan faults_;
  const bool tracing_;
  absl::Time now_;
  std::map<std::pair<absl::Time, uint64_t>, std::function<void()>> bag_;
  std::vector<std::string> failures_;
  std::map<std::string, int64_t> counts_;
};

}  // namespace kpisuite
