// kpictl finalize and kpictl release: decisions about the days of a KPI.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/kind_argument.h"
#include "services/kpictl/view/state_table.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {
namespace {

struct DecisionOptions {
  std::string kpi;
  std::string period;
  std::string last_period;
  std::string author;
  std::string role;
  std::string reason;
};

std::string MomentText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime(absl::RFC3339_sec,
                          absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
                          absl::UTCTimeZone());
}

absl::StatusOr<ExitCode> RunFinalize(const DecisionOptions& options, Context& context) {
  v1::FinalizePeriodsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_kpi(),
                   ParseKpiArgument(options.kpi, context.options().workspace));
  request.set_through_period(options.period);
  request.set_author(options.author);
  request.set_reason(options.reason);
  request.set_request_id(NewRequestId());
  v1::FinalizePeriodsResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
    return context.clients().evaluation().FinalizePeriods(&call, request, &response);
  }));
  const std::string time = MomentText(response.final_time());
  Table table({{"KPI"}, {"FINAL THROUGH"}, {"FINAL TIME"}});
  table.AddRow({{IdOf(request.kpi())}, {response.final_through()}, {time}});
  context.output().WriteOne(
      response,
      absl::StrCat(IdOf(request.kpi()), " is final through ", response.final_through(),
                   "; what is recorded after ", time, " is held out\n"),
      table);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunRelease(const DecisionOptions& options, Context& context) {
  v1::ReleaseHeldOutRequest request;
  ASSIGN_OR_RETURN(*request.mutable_kpi(),
                   ParseKpiArgument(options.kpi, context.options().workspace));
  request.set_first_period(options.period);
  request.set_last_period(options.last_period);
  request.set_author(options.author);
  request.set_role(options.role);
  request.set_reason(options.reason);
  request.set_request_id(NewRequestId());
  v1::ReleaseHeldOutResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
    return context.clients().evaluation().ReleaseHeldOut(&call, request, &response);
  }));
  const std::string time = MomentText(response.release_time());
  Table table({{"KPI"}, {"RELEASED", true}, {"RELEASE TIME"}});
  table.AddRow({{IdOf(request.kpi())}, {absl::StrCat(response.released())}, {time}});
  context.output().WriteOne(
      response,
      absl::StrCat("released ", response.released(),
                   response.released() == 1 ? " sample of " : " samples of ", IdOf(request.kpi()),
                   "; what was recorded up to ", time, " counts\n"),
      table);
  return ExitCode::kOk;
}

void AddWho(CLI::App& command, DecisionOptions& options) {
  command.add_option("--author", options.author, "who decides, an address")->required();
  command.add_option("--reason", options.reason, "why; kept in the history")->required();
}

}  // namespace

void AddFinalityCommands(CLI::App& app, Context& context) {
  auto finalize = std::make_shared<DecisionOptions>();
  CLI::App& finalize_command = AddCommand(
      app, "finalize", "Make closed periods final: what comes later is held out",
      "kpictl finalize revenue 2025-03 --author ann@example.com --reason 'books closed'");
  finalize_command.add_option("kpi", finalize->kpi, "name of the KPI")->required();
  finalize_command.add_option("through", finalize->period, "id of the last period")->required();
  AddWho(finalize_command, *finalize);
  OnRun(finalize_command, context, finalize, RunFinalize);

  auto release = std::make_shared<DecisionOptions>();
  CLI::App& release_command =
      AddCommand(app, "release", "Let what is held out of final periods count",
                 "kpictl release revenue 2025-03 --author ann@example.com --role 'group "
                 "controller' --reason 'late invoice'");
  release_command.add_option("kpi", release->kpi, "name of the KPI")->required();
  release_command.add_option("first", release->period, "id of the first period")->required();
  release_command.add_option("last", release->last_period, "id of the last one [the first]");
  release_command.add_option("--role", release->role, "in what role they may")->required();
  AddWho(release_command, *release);
  OnRun(release_command, context, release, RunRelease);
}

}  // namespace kpisuite
