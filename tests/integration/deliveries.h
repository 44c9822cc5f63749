// Deliveries: the definitions and samples of the integration tests, with the numbers they make.
//
// One metric (minutes a delivery was late, one sample for each delivery, by depot) and three KPIs
// over it. The expected numbers are counted here, from the samples alone.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement_service.pb.h"

namespace kpisuite {

inline constexpr char kDelayMetric[] = "delivery-delay";

// Metric `delivery-delay` (minutes, whole, dimension depot) and the KPIs `total-delay` (sum, at
// most 1000 a day), `deliveries` (count, no target) and `on-time` (share of at most 15 minutes,
// target 80 %, warning from 76 % on), by DAY and MONTH, in total and by depot.
extern const char kDeliveryDefinitions[];

struct Delivery {
  std::string id;
  std::string depot;
  absl::Time time;
  int64_t delay = 0;  // minutes
};

// What the KPIs must show.
struct DeliveryNumbers {
  int64_t total_delay = 0;
  int64_t deliveries = 0;
  int64_t on_time = 0;
};

// The first day of the tests' data; long past, so that nothing closes while a test runs.
absl::CivilDay FirstDay();
// An instant on a day, in UTC.
absl::Time TimeOn(absl::CivilDay day, absl::Duration since_midnight);
// "2025-03-01".
std::string DayId(absl::CivilDay day);

// `count` deliveries of one day; ids begin with `prefix` and are unique in it.
std::vector<Delivery> RandomDeliveries(const std::string& prefix, absl::CivilDay day, int count,
                                       std::mt19937& random);

DeliveryNumbers NumbersOf(const std::vector<Delivery>& deliveries);
std::map<std::string, DeliveryNumbers> NumbersByDepot(const std::vector<Delivery>& deliveries);

// One request with all of them.
v1::WriteSamplesRequest WriteRequest(const std::string& request_id,
                                     const std::vector<Delivery>& deliveries);
// Requests of `batch` deliveries each; their ids are "{import}-{number}".
std::vector<v1::WriteSamplesRequest> ImportBatches(const std::string& import,
                                                   const std::vector<Delivery>& deliveries,
                                                   int batch);
v1::RetractSamplesRequest RetractRequest(const std::string& request_id,
                                         const std::vector<Delivery>& deliveries);

// A CSV file with the columns id, depot, time, delay.
std::string DeliveriesAsCsv(const std::vector<Delivery>& deliveries);

}  // namespace kpisuite
