#include "tests/simulator/faults.h"

namespace kpisuite {
namespace {

struct FaultKind {
  absl::string_view name;
  int per_mille;  // of its opportunities
};

constexpr std::array<FaultKind, kFaultKinds> kKinds = {{
    {"EVALUATION_CRASH_BEFORE_APPLY", 6},
    {"EVALUATION_CRASH_AFTER_APPLY", 6},
    {"EVALUATION_CRASH_BEFORE_ANSWER", 6},
    {"EVALUATION_CRASH_AFTER_ANSWER", 6},
    {"EVALUATION_CRASH_BEFORE_TICK", 4},
    {"EVALUATION_CRASH_AFTER_TICK", 8},
    {"EVALUATION_CRASH_AFTER_LOG", 8},
    {"EVALUATION_CRASH_AFTER_SHOW", 6},
    {"EVALUATION_CRASH_BEFORE_PUBLISH", 6},
    {"EVALUATION_CRASH_AFTER_PUBLISH", 6},
    {"EVALUATION_CRASH_AFTER_DEFINITIONS", 120},
    {"MEASUREMENT_CRASH_BEFORE_COMMIT", 15},
    {"MEASUREMENT_CRASH_BETWEEN_UNITS", 120},
    {"MEASUREMENT_CRASH_AFTER_COMMIT", 30},
    {"REQUEST_DUPLICATED", 120},
    {"REQUEST_LOST", 40},
    {"ACKNOWLEDGEMENT_LOST", 60},
    {"FEED_DELAYED", 150},
    {"FEED_RESTARTED", 80},
    {"FEED_GAP", 50},
    {"FEED_TRIMMED", 8},
    {"ANSWER_DELAYED", 200},
    {"ANSWER_DUPLICATED", 100},
    {"ANSWER_LOST", 80},
    {"ANSWER_DAMAGED", 50},
    {"LOG_REFUSED", 20},
    {"LOG_OUTCOME_LOST", 20},
    {"CACHE_FLUSHED", 20},
    {"CACHE_REFUSED", 80},
    {"PUBLICATION_OUTCOME_LOST", 60},
    {"PUBLICATION_DUPLICATED", 80},
    {"EVALUATION_CLOCK_FORWARD", 20},
    {"EVALUATION_CLOCK_BACKWARD", 20},
    {"MEASUREMENT_CLOCK_FORWARD", 15},
    {"MEASUREMENT_CLOCK_BACKWARD", 15},
    {"WATCHER_DISCONNECTED", 50},
}};

const FaultKind& KindOf(Fault fault) { return kKinds[static_cast<size_t>(fault)]; }

}  // namespace

absl::string_view FaultName(Fault fault) { return KindOf(fault).name; }

FaultPlan::FaultPlan(uint64_t seed, uint64_t disabled) : disabled_(disabled) {
  Prng seeds(seed ^ 0x6661756c74);
  for (size_t i = 0; i < kFaultKinds; ++i) streams_.emplace_back(seeds.Next());
  intensity_percent_ = static_cast<int>(seeds.Between(0, 3)) * 60;
}

bool FaultPlan::Strikes(Fault fault) {
  const auto index = static_cast<size_t>(fault);
  const bool strikes =
      streams_[index].Below(100'000) < KindOf(fault).per_mille * intensity_percent_;
  if (!strikes || stopped_ || (disabled_ >> index & 1) != 0) return false;
  ++counts_[index];
  return true;
}

}  // namespace kpisuite
