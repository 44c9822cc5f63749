#include "tests/integration/deliveries.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr int64_t kOnTimeMinutes = 15;
constexpr int kLongestDelay = 40;
constexpr std::array<const char*, 4> kDepots = {"north", "east", "south", "west"};

// Groups by depot, since a block is one series.
template <typename Request>
void AddBlocks(const std::vector<Delivery>& deliveries, bool with_values, Request& request) {
  std::map<std::string, v1::SeriesBlock*> blocks;
  for (const Delivery& delivery : deliveries) {
    v1::SeriesBlock*& block = blocks[delivery.depot];
    if (block == nullptr) {
      block = request.add_series();
      block->set_metric(kDelayMetric);
      (*block->mutable_dimensions())["depot"] = delivery.depot;
    }
    block->add_time_unix_nano(absl::ToUnixNanos(delivery.time));
    block->add_sample_ids(delivery.id);
    if (with_values) block->add_mantissas(delivery.delay);
  }
}

}  // namespace

const char kDeliveryDefinitions[] = R"(
apiVersion: kpisuite/v1
kind: Metric
metadata: {name: delivery-delay, displayName: Delivery delay}
spec: {unit: min, scale: 0, dimensions: [depot]}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: total-delay, displayName: Total delay}
spec:
  owner: fleet@example.com
  inputs: {delay: {metric: delivery-delay, aggregation: SUM}}
  unit: min
  direction: LOWER
  windows: [DAY, MONTH]
  slices: [[depot]]
  target: {fixed: 1000}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: deliveries, displayName: Deliveries}
spec:
  owner: fleet@example.com
  inputs: {all: {metric: delivery-delay, aggregation: COUNT}}
  unit: count
  direction: HIGHER
  windows: [DAY, MONTH]
  slices: [[depot]]
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: on-time, displayName: Deliveries on time}
spec:
  owner: fleet@example.com
  inputs:
    onTime: {metric: delivery-delay, aggregation: COUNT, where: "value <= 15"}
    all: {metric: delivery-delay, aggregation: COUNT}
  formula: onTime / all
  unit: "%"
  direction: HIGHER
  windows: [DAY, MONTH]
  slices: [[depot]]
  target: {fixed: 80%}
  bands: {onTarget: 0, warning: -0.05}
)";

absl::CivilDay FirstDay() { return absl::CivilDay(2025, 3, 1); }

absl::Time TimeOn(absl::CivilDay day, absl::Duration since_midnight) {
  return absl::FromCivil(day, absl::UTCTimeZone()) + since_midnight;
}

std::string DayId(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::vector<Delivery> RandomDeliveries(const std::string& prefix, absl::CivilDay day, int count,
                                       std::mt19937& random) {
  std::vector<Delivery> deliveries;
  for (int i = 0; i < count; ++i) {
    deliveries.push_back({absl::StrCat(prefix, "-", i), kDepots[random() % kDepots.size()],
                          TimeOn(day, absl::Seconds(random() % 86'400)),
                          static_cast<int64_t>(random() % (kLongestDelay + 1))});
  }
  return deliveries;
}

DeliveryNumbers NumbersOf(const std::vector<Delivery>& deliveries) {
  DeliveryNumbers numbers;
  for (const Delivery& delivery : deliveries) {
    numbers.total_delay += delivery.delay;
    numbers.deliveries += 1;
    numbers.on_time += delivery.delay <= kOnTimeMinutes ? 1 : 0;
  }
  return numbers;
}

std::map<std::string, DeliveryNumbers> NumbersByDepot(const std::vector<Delivery>& deliveries) {
  std::map<std::string, std::vector<Delivery>> groups;
  for (const Delivery& delivery : deliveries) groups[delivery.depot].push_back(delivery);
  std::map<std::string, DeliveryNumbers> numbers;
  for (const auto& [depot, group] : groups) numbers[depot] = NumbersOf(group);
  return numbers;
}

v1::WriteSamplesRequest WriteRequest(const std::string& request_id,
                                     const std::vector<Delivery>& deliveries) {
  v1::WriteSamplesRequest request;
  request.set_parent("workspaces/test");
  request.set_request_id(request_id);
  AddBlocks(deliveries, true, request);
  return request;
}

std::vector<v1::WriteSamplesRequest> ImportBatches(const std::string& import,
                                                   const std::vector<Delivery>& deliveries,
                                                   int batch) {
  std::vector<v1::WriteSamplesRequest> requests;
  for (size_t begin = 0; begin < deliveries.size(); begin += batch) {
    const size_t end = std::min(deliveries.size(), begin + batch);
    requests.push_back(
        WriteRequest(absl::StrCat(import, "-", requests.size()),
                     std::vector<Delivery>(deliveries.begin() + begin, deliveries.begin() + end)));
  }
  return requests;
}

v1::RetractSamplesRequest RetractRequest(const std::string& request_id,
                                         const std::vector<Delivery>& deliveries) {
  v1::RetractSamplesRequest request;
  request.set_parent("workspaces/test");
  request.set_request_id(request_id);
  request.set_reason("entered by mistake");
  AddBlocks(deliveries, false, request);
  return request;
}

std::string DeliveriesAsCsv(const std::vector<Delivery>& deliveries) {
  std::string text = "id,depot,time,delay\n";
  for (const Delivery& delivery : deliveries) {
    absl::StrAppend(&text, delivery.id, ",", delivery.depot, ",",
                    absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", delivery.time, absl::UTCTimeZone()), ",",
                    delivery.delay, "\n");
  }
  return text;
}

}  // namespace kpisuite
