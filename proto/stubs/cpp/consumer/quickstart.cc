#include "quickstart.h"

#include <iostream>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace {

namespace v1 = kpisuite::v1;
using kpisuite::client::Client;
using kpisuite::client::SampleColumns;

absl::Status ToAbsl(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

grpc::Status Define(Client& client, const std::string& workspace) {
  v1::ApplyDefinitionsRequest request;
  request.set_parent(workspace);
  v1::Definition& sales = *request.add_definitions();
  sales.set_name(workspace + "/metrics/sales");
  sales.mutable_metric()->set_unit("EUR");
  sales.mutable_metric()->set_scale(2);
  sales.mutable_metric()->add_dimensions("channel");
  v1::Definition& revenue = *request.add_definitions();
  revenue.set_name(workspace + "/kpis/revenue");
  revenue.set_display_name("Revenue");
  v1::Kpi& kpi = *revenue.mutable_kpi();
  kpi.set_owner("cfo@example.com");
  v1::Input& input = (*kpi.mutable_inputs())["sales"];
  input.set_metric("sales");
  input.set_aggregation(v1::AGGREGATION_SUM);
  kpi.set_unit("EUR");
  kpi.set_direction(v1::DIRECTION_HIGHER);
  kpi.add_windows("DAY");
  kpi.mutable_target()->set_fixed("1000");
  grpc::ClientContext context;
  v1::ApplyDefinitionsResponse response;
  return client.definitions().ApplyDefinitions(&context, request, &response);
}

}  // namespace

absl::StatusOr<v1::KpiState> RunQuickstart(Client& client, const std::string& workspace) {
  if (grpc::Status status = Define(client, workspace); !status.ok()) return ToAbsl(status);

  const int64_t now = absl::ToUnixNanos(absl::Now());
  kpisuite::client::WriterOptions options;
  options.parent = workspace;
  auto writer = client.OpenWriter(options);
  if (!writer.ok()) return writer.status();
  SampleColumns& web = (*writer)->Series("sales", {{"channel", "web"}});
  web.Decimal(now, "750.25").id("order-1");
  web.Decimal(now, "120.50").id("order-2");
  if (grpc::Status status = (*writer)->Flush(); !status.ok()) return ToAbsl(status);

  v1::GetStateRequest request;
  request.mutable_key()->set_kpi(workspace + "/kpis/revenue");
  request.mutable_key()->set_window("DAY");
  request.set_at_least((*writer)->Summary().position_token);
  grpc::ClientContext context;
  v1::KpiState today;
  grpc::Status read = client.evaluations().GetState(&context, request, &today);
  if (!read.ok()) return ToAbsl(read);
  std::cout << "today " << today.value() << " EUR is " << v1::Status_Name(today.status()) << "\n";

  v1::WatchStatesRequest watched;
  watched.set_parent(workspace);
  *watched.add_keys() = request.key();
  auto watch = client.WatchStates(watched);
  while (const v1::WatchStatesResponse* message = watch->Next()) {
    if (message->in_sync()) {
      web.Decimal(now, "400").id("order-3");
      if (grpc::Status status = (*writer)->Flush(); !status.ok()) return ToAbsl(status);
    } else if (message->state().value() == "1270.75") {
      std::cout << "now it is " << v1::Status_Name(message->state().status()) << "\n";
      return message->state();
    }
  }
  return ToAbsl(watch->status());
}
