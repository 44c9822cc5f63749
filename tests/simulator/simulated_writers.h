// SimulatedWriters: clients that write, correct and withdraw samples until each is acknowledged.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kpisuite/v1/measurement_service.pb.h"
#include "tests/simulator/random_definitions.h"
#include "tests/simulator/simulated_measurement.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

// Not thread-safe. The references outlive it.
class SimulatedWriters {
 public:
  SimulatedWriters(Stage& stage, SimulatedMeasurement& measurement,
                   const std::vector<SimulatedMetric>& metrics)
      : stage_(stage), measurement_(measurement), metrics_(metrics) {}

  // Sends one new request of some kind.
  void SendSomething();

  // Requests without a definite answer.
  int64_t open_requests() const { return open_; }
  // Checks, after the run, that every acknowledged request is known to the store as it was
  // acknowledged: sent once more it must be a repetition with the same answer.
  void CheckAcknowledged();

 private:
  struct Exchange {
    std::string id;
    SimulatedRequest request;
    bool done = false;
    std::unique_ptr<v1::WriteResult> result;
  };
  // Identity of a sample that was sent at some time.
  struct Identity {
    size_t metric;
    std::vector<std::string> members;  // of the metric's dimensions
    int64_t time_nano;
    std::string sample_id;
  };

  SimulatedRequest MakeWrite();
  SimulatedRequest MakeRetraction();
  SimulatedRequest MakeWatermark();
  Identity MakeIdentity(size_t metric);
  // Adds a row of this identity with some content.
  void AddRow(const Identity& identity, v1::WriteSamplesRequest& request);
  void FillContent(const Identity& identity, v1::SeriesBlock& block);
  v1::SeriesBlock BlockOf(const Identity& identity) const;
  void Attempt(const std::shared_ptr<Exchange>& exchange);
  void Deliver(const std::shared_ptr<Exchange>& exchange);
  void Finish(const std::shared_ptr<Exchange>& exchange, absl::StatusOr<v1::WriteResult> result);

  Stage& stage_;
  SimulatedMeasurement& measurement_;
  const std::vector<SimulatedMetric>& metrics_;
  std::vector<Identity> identities_;
  std::vector<std::shared_ptr<Exchange>> exchanges_;
  int64_t open_ = 0;
};

}  // namespace kpisuite
