#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_set.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/definition_files.h"
#include "services/kpictl/commands/state_query.h"

namespace kpisuite {
namespace {

constexpr char kName[] = "kpictl-probe";
// MAX, so that probes at the same time do not contradict each other.
constexpr char kDefinitions[] = R"(
apiVersion: kpisuite/v1
kind: Metric
metadata: {name: kpictl-probe, displayName: Probe, description: Written by kpictl probe.}
spec: {unit: ms, scale: 0, identity: TIME}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: kpictl-probe, displayName: Probe, description: Read by kpictl probe.}
spec:
  owner: kpictl
  inputs: {written: {metric: kpictl-probe, aggregation: MAX}}
  formula: written
  unit: ms
  direction: NEUTRAL
  timeZone: UTC
  windows: [DAY]
)";

struct NoOptions {};

absl::StatusOr<std::string> Define(Context& context) {
  DefinitionSet definitions(context.options().workspace);
  definitions.Add("probe", kDefinitions);
  v1::ApplyDefinitionsRequest request = ApplyRequest(definitions, context);
  request.set_reason("probe");
  request.set_request_id(NewRequestId());
  v1::ApplyDefinitionsResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
    return context.clients().definition().ApplyDefinitions(&call, request, &response);
  }));
  return response.position_token();
}

absl::StatusOr<std::string> Write(absl::Time now, Context& context) {
  v1::WriteSamplesRequest request;
  request.set_parent(context.parent());
  request.set_request_id(NewRequestId());
  v1::SeriesBlock& block = *request.add_series();
  block.set_metric(kName);
  block.add_time_unix_nano(absl::ToUnixNanos(now));
  block.add_decimals(absl::StrCat(absl::ToUnixMillis(now)));
  v1::WriteSamplesResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kMeasurement, [&](grpc::ClientContext& call) {
    return context.clients().measurement().WriteSamples(&call, request, &response);
  }));
  return response.result().position_token();
}

absl::StatusOr<std::string> Read(const std::string& period, const std::string& at_least,
                                 Context& context) {
  StateFilterOptions options;
  options.kpis = {kName};
  ASSIGN_OR_RETURN(const std::vector<v1::KpiState> states,
                   ListStates(options, period, at_least, context));
  return states.front().value();
}

absl::StatusOr<ExitCode> RunProbe(const NoOptions&, Context& context) {
  const Clock& clock = context.clock();
  ASSIGN_OR_RETURN(const std::string defined, Define(context));
  // What evaluation has to learn first is not part of the time of a sample.
  RETURN_IF_ERROR(Read("CURRENT", defined, context).status());
  const absl::Time start = clock.Now();
  ASSIGN_OR_RETURN(const std::string written, Write(start, context));
  const absl::Time acknowledged = clock.Now();
  ASSIGN_OR_RETURN(const std::string value, Read("LATEST_WITH_DATA", written, context));
  const absl::Time read = clock.Now();
  int64_t shown = 0;
  if (!absl::SimpleAtoi(value, &shown) || shown < absl::ToUnixMillis(start)) {
    return absl::DataLossError(absl::StrCat("the state of ", kName, " is \"", value,
                                            "\" after the write of ", absl::ToUnixMillis(start)));
  }
  context.err() << "written in " << absl::FormatDuration(acknowledged - start)
                << ", in the state after " << absl::FormatDuration(read - acknowledged)
                << " more\n";
  return ExitCode::kOk;
}

}  // namespace

void AddProbeCommand(CLI::App& app, Context& context) {
  OnRun(AddCommand(app, "probe",
                   "Prove the whole path: define the KPI kpictl-probe, write a sample of it and "
                   "read the state that includes it",
                   "kpictl probe --workspace probe"),
        context, std::make_shared<NoOptions>(), RunProbe);
}

}  // namespace kpisuite
