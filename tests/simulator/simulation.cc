#include "tests/simulator/simulation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulator/checks.h"
#include "tests/simulator/simulated_writers.h"

namespace kpisuite {
namespace {

constexpr int kMostQuietSteps = 200'000;

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : scene_(ChooseScene(options.seed)),
        stage_(options.seed, options.disabled_faults, options.trace, scene_.start),
        definitions_(kSimulatedWorkspace),
        random_definitions_(stage_, definitions_, scene_),
        measurement_(stage_, definitions_),
        writers_(stage_, measurement_, random_definitions_.metrics()),
        cache_(stage_),
        evaluation_(stage_, definitions_, measurement_, cache_),
        suite_{stage_, definitions_, measurement_,
               cache_, evaluation_,  random_definitions_.metrics()} {
    const auto operations = static_cast<int>(stage_.chance().Between(20, 90));
    operations_ = options.operations.value_or(operations);
  }

  SimulationResult Run() {
    random_definitions_.Begin();
    measurement_.CatchUp();
    for (int i = 0; i < operations_ && stage_.failures().empty(); ++i) Operate();
    stage_.faults().Stop();
    Settle("after the faults");
    for (const absl::Duration leap : {absl::Hours(26), absl::Hours(24 * 45)}) {
      if (!stage_.failures().empty()) break;
      stage_.AdvanceTo(stage_.now() + leap);
      Settle("after a leap");
    }
    if (stage_.failures().empty()) writers_.CheckAcknowledged();
    for (int64_t i = 0; i < measurement_.duplicates(); ++i) stage_.Count("repetition recognised");
    return {stage_.failures(), operations_, stage_.faults().counts(), stage_.counts()};
  }

 private:
  // One thing that the outside world does, and a few that the processes do.
  void Operate() {
    Prng& chance = stage_.chance();
    const int64_t pace = chance.Below(100);
    absl::Duration pause = absl::ZeroDuration();
    if (pace >= 25) pause = stage_.SomeDelay();
    if (pace >= 80) pause = absl::Minutes(chance.Below(24 * 60));
    if (pace >= 98) pause = absl::Hours(chance.Below(24 * 12));
    stage_.AdvanceTo(stage_.now() + pause);
    Disturb();
    if (chance.Chance(12)) {
      random_definitions_.Change();
    } else {
      writers_.SendSomething();
    }
    const int64_t steps = chance.Below(18);
    for (int64_t i = 0; i < steps; ++i) Step();
    cache_.CheckSomeReads();
  }

  void Disturb() {
    Prng& chance = stage_.chance();
    FaultPlan& faults = stage_.faults();
    if (faults.Strikes(Fault::kCacheFlushed)) {
      cache_.Flush();
      stage_.Trace("the cache is flushed");
    }
    if (faults.Strikes(Fault::kEvaluationClockForward)) {
      evaluation_.SetClockOffset(absl::Minutes(chance.Below(180)));
    }
    if (faults.Strikes(Fault::kEvaluationClockBackward)) {
      evaluation_.SetClockOffset(-absl::Minutes(chance.Below(120)));
    }
    if (faults.Strikes(Fault::kMeasurementClockForward)) {
      measurement_.SetClockOffset(absl::Minutes(chance.Below(120)));
    }
    if (faults.Strikes(Fault::kMeasurementClockBackward)) {
      measurement_.SetClockOffset(-absl::Minutes(chance.Below(30)));
    }
  }

  void Step() {
    if (stage_.chance().Chance(30)) measurement_.CatchUp();
    stage_.AdvanceTo(stage_.now() + absl::Milliseconds(stage_.chance().Below(2)));
    evaluation_.Step();
    for (int part = 0; part < kSimulatedPartitions; ++part) {
      if (evaluation_.TakeSettled(part) && stage_.chance().Chance(8)) CheckStates(suite_, part);
    }
  }

  // Everything that is under way arrives, and nothing is left to do.
  void Settle(const char* when) {
    stage_.Trace("settling ", when);
    for (int i = 0; i < kMostQuietSteps && stage_.failures().empty(); ++i) {
      stage_.DeliverAll();
      if (measurement_.IsCaughtUp() && writers_.open_requests() == 0 && evaluation_.IsIdle()) {
        return CheckEverything(suite_);
      }
      measurement_.CatchUp();
      evaluation_.Step();
      stage_.AdvanceTo(stage_.now() +
                       (evaluation_.IsUp() ? absl::ZeroDuration() : absl::Minutes(1)));
    }
    if (stage_.failures().empty()) stage_.Fail(absl::StrCat("work is left for ever ", when));
  }

  Scene scene_;
  Stage stage_;
  DefinitionNode definitions_;
  RandomDefinitions random_definitions_;
  SimulatedMeasurement measurement_;
  SimulatedWriters writers_;
  SimulatedCache cache_;
  SimulatedEvaluation evaluation_;
  SimulatedSuite suite_;
  int operations_ = 0;
};

}  // namespace

SimulationResult Simulate(const SimulationOptions& options) { return Simulation(options).Run(); }

}  // namespace kpisuite
