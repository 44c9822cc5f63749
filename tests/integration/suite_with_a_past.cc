#include "tests/integration/suite_with_a_past.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr char kStricter[] = R"(
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
  target: {fixed: 500}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: on-time, displayName: Deliveries on time}
spec:
  owner: fleet@example.com
  inputs:
    onTime: {metric: delivery-delay, aggregation: COUNT, where: "value <= 20"}
    all: {metric: delivery-delay, aggregation: COUNT}
  formula: onTime / all
  unit: "%"
  direction: HIGHER
  windows: [DAY, MONTH]
  slices: [[depot]]
  target: {fixed: 80%}
  bands: {onTarget: 0, warning: -0.05}
)";

// With a request_id, which the service remembers.
absl::Status ApplyWithKpictl(const ProcessSuite& suite, const std::string& yaml) {
  const std::string file = suite.directory() + "/definitions.yaml";
  WriteText(file, yaml);
  const ProgramResult applied = suite.Kpictl({"apply", "-f", file});
  return applied.exit_code == 0 ? absl::OkStatus() : absl::InternalError(applied.error);
}

absl::Status WriteDays(SuiteClient& client, int deliveries_a_day, Past& past) {
  std::mt19937 random(7);
  for (int day = 0; day < 3; ++day) {
    past.days.push_back(
        RandomDeliveries(absl::StrCat("day", day), FirstDay() + day, deliveries_a_day, random));
    for (const auto& batch : ImportBatches(absl::StrCat("import", day), past.days.back(), 5'000)) {
      RETURN_IF_ERROR(client.Write(batch).status());
    }
  }
  return absl::OkStatus();
}

absl::Status Correct(SuiteClient& client, Past& past) {
  past.corrected.assign(past.days[0].begin(), past.days[0].begin() + 3);
  for (Delivery& delivery : past.corrected) delivery.delay += 100;
  v1::WriteSamplesRequest correction = WriteRequest("correction", past.corrected);
  correction.set_reason("clocks were wrong");
  RETURN_IF_ERROR(client.Write(correction).status());
  past.retracted.assign(past.days[1].begin(), past.days[1].begin() + 2);
  ASSIGN_OR_RETURN(const v1::WriteResult last,
                   client.Retract(RetractRequest("retraction", past.retracted)));
  past.token = last.position_token();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Past> GiveAPast(ProcessSuite& suite, int deliveries_a_day) {
  Past past;
  SuiteClient client = suite.Client();
  RETURN_IF_ERROR(ApplyWithKpictl(suite, kDeliveryDefinitions));
  RETURN_IF_ERROR(client.Define(kDeliveryDefinitions));
  RETURN_IF_ERROR(WriteDays(client, deliveries_a_day, past));
  RETURN_IF_ERROR(client.AdvanceWatermark(kDelayMetric, TimeOn(FirstDay() + 2, {})).status());
  RETURN_IF_ERROR(client.Define(kStricter));
  RETURN_IF_ERROR(Correct(client, past));
  for (const std::string kpi : {"total-delay", "deliveries", "on-time"}) {
    RETURN_IF_ERROR(client.GetState({kpi, "DAY", "", DayId(FirstDay())}, past.token).status());
  }
  const ProgramResult final = suite.Kpictl({"finalize", "total-delay", DayId(FirstDay()),
                                            "--author=ann@example.com", "--reason=books closed"});
  if (final.exit_code != 0) return absl::InternalError(final.error);
  return past;
}

absl::Status StopServices(ProcessSuite& suite) {
  RETURN_IF_ERROR(suite.evaluation().Terminate());
  RETURN_IF_ERROR(suite.measurement().Terminate());
  return suite.definition().Terminate();
}

}  // namespace kpisuite
