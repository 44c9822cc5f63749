#include "steps.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "kpisuite/client/decimal.h"

using kpisuite::client::Client;
using kpisuite::client::Error;
using nlohmann::json;
namespace v1 = kpisuite::v1;

namespace {

absl::Status Failure(const std::string& why) { return absl::InternalError(why); }

std::string CodeName(grpc::StatusCode code) {
  // Abseil has the names of the same codes.
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

absl::Status CheckError(const json& pattern, const grpc::Status& status) {
  const Error error = kpisuite::client::DecodeError(status);
  json told = {{"code", CodeName(error.code)},
               {"reason", error.reason_text},
               {"metadata", json(error.metadata)}};
  if (error.retry_delay.has_value()) {
    told["retryAfter"] = std::chrono::duration<double>(*error.retry_delay).count();
  }
  json rest = pattern;
  rest.erase("violations");
  if (const std::string why = Misfit(rest, &told, "error"); !why.empty()) {
    return Failure(absl::StrCat(why, ": ", error.message));
  }
  if (error.reason != v1::ERROR_REASON_UNSPECIFIED &&
      v1::ErrorReason_Name(error.reason) != "ERROR_REASON_" + error.reason_text) {
    return Failure(absl::StrCat(error.reason_text, " became ", error.reason));
  }
  for (const json& field : pattern.value("violations", json::array())) {
    const bool found = std::any_of(error.violations.begin(), error.violations.end(),
                                   [&field](const auto& told) { return told.field == field; });
    if (!found) return Failure(absl::StrCat("no violation of ", field.dump()));
  }
  return absl::OkStatus();
}

// Every pattern fits a message, in the order of the patterns.
absl::Status CheckMessages(const json& step, const std::vector<json>& received) {
  auto next = received.begin();
  for (const json& pattern : step.value("expect", json::array())) {
    next = std::find_if(next, received.end(),
                        [&pattern](const json& message) { return Fits(pattern, message); });
    if (next == received.end()) {
      return Failure(
          absl::StrCat("none in order fits ", pattern.dump(), ": ", json(received).dump()));
    }
    ++next;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Steps::Run(const json& steps) {
  for (const json& raw : steps) {
    // The inner steps of a watch are expanded when they run: they may use what is saved by then.
    json step = raw;
    const json during = step.value("during", json::array());
    step.erase("during");
    if (absl::Status status = RunOne(Expand(step, variables_), during); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Steps::RunOne(const json& step, const json& during) {
  if (step.contains("call")) return Call(step);
  if (step.contains("read")) return Read(step);
  if (step.contains("exchange")) return Exchange(step);
  if (step.contains("pages")) return Pages(step);
  if (step.contains("watch")) return Watch(step, during);
  if (step.contains("write")) return Write(step);
  if (step.contains("decimal")) return Decimal(step);
  if (step.contains("reapply")) return Reapply(step);
  if (step.contains("connect")) return Connect(step);
  return Failure(absl::StrCat("unknown step ", step.dump()));
}

absl::Status Steps::Check(const json& step, const grpc::Status& status, const json& answer) {
  if (!status.ok()) {
    if (step.contains("error")) return CheckError(step.at("error"), status);
    return Failure(absl::StrCat(CodeName(status.error_code()), ": ", status.error_message()));
  }
  if (step.contains("error")) {
    return Failure(absl::StrCat("got ", answer.dump(), ", want ", step.at("error").dump()));
  }
  if (step.contains("expect")) {
    const std::string why = Misfit(step.at("expect"), &answer, "answer");
    if (!why.empty()) return Failure(why);
  }
  const json save = step.value("save", json::object());
  for (const auto& [variable, path] : save.items()) {
    variables_[variable] = At(answer, path);
  }
  return absl::OkStatus();
}

absl::Status Steps::CheckStream(const json& step, const grpc::Status& end,
                                const std::vector<json>& received) {
  if (end.ok() && step.contains("error")) {
    return Failure(absl::StrCat("ended with OK, want ", step.at("error").dump()));
  }
  if (!end.ok()) {
    if (!step.contains("error")) {
      return Failure(absl::StrCat(CodeName(end.error_code()), ": ", end.error_message()));
    }
    if (absl::Status told = CheckError(step.at("error"), end); !told.ok()) return told;
  }
  return CheckMessages(step, received);
}

namespace {

void Prepare(const json& step, grpc::ClientContext& context) {
  if (step.contains("deadlineMs")) {
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::milliseconds(Integer(step.at("deadlineMs"))));
  }
  const json metadata = step.value("metadata", json::object());
  for (const auto& [name, value] : metadata.items()) {
    context.AddMetadata(name, value);
  }
}

}  // namespace

absl::Status Steps::Call(const json& step) {
  grpc::ClientContext context;
  Prepare(step, context);
  json answer;
  return Check(step, stub_.Call(step.at("call"), context, step.at("request"), answer), answer);
}

absl::Status Steps::Reapply(const json& step) {
  v1::GetDefinitionRequest get;
  get.set_name(step.at("reapply"));
  v1::ApplyDefinitionsRequest apply;
  apply.set_parent(step.at("parent"));
  grpc::ClientContext first;
  grpc::Status status = client_.definitions().GetDefinition(&first, get, apply.add_definitions());
  if (!status.ok()) return Check(step, status, nullptr);
  grpc::ClientContext second;
  v1::ApplyDefinitionsResponse response;
  status = client_.definitions().ApplyDefinitions(&second, apply, &response);
  return Check(step, status, ToJson(response));
}

absl::Status Steps::Read(const json& step) {
  grpc::ClientContext context;
  Prepare(step, context);
  std::vector<json> received;
  bool met = false;
  grpc::Status end = stub_.Read(step.at("read"), context, step.at("request"), [&](json message) {
    received.push_back(std::move(message));
    met = step.contains("until") && Fits(step.at("until"), received.back());
    return !met;
  });
  if (met && end.error_code() == grpc::StatusCode::CANCELLED) return CheckMessages(step, received);
  if (met) return Failure(absl::StrCat("after the cancel: ", CodeName(end.error_code())));
  if (end.ok() && step.contains("until")) {
    return Failure(absl::StrCat("ended with OK, want ", step.at("until").dump()));
  }
  return CheckStream(step, end, received);
}

absl::Status Steps::Exchange(const json& step) {
  std::vector<json> received;
  const grpc::Status end = stub_.Exchange(step.at("requests"), received);
  return CheckStream(step, end, received);
}

template <typename Entry, typename Request>
grpc::Status Steps::Collect(kpisuite::client::Pages<Entry> (Client::*list)(Request),
                            const json& request_json, std::vector<json>& items) {
  Request request;
  FromJson(request_json, request);
  kpisuite::client::Pages<Entry> pages = (client_.*list)(request);
  for (const Entry& entry : pages) items.push_back(ToJson(entry));
  return pages.status();
}

absl::Status Steps::Pages(const json& step) {
  const std::string name = step.at("pages");
  const json& request = step.at("request");
  std::vector<json> items;
  grpc::Status status(grpc::StatusCode::UNIMPLEMENTED, "no pages of " + name);
  if (name == "DefinitionService.ListDefinitions") {
    status = Collect(&Client::ListDefinitions, request, items);
  } else if (name == "DefinitionService.ListRevisions") {
    status = Collect(&Client::ListRevisions, request, items);
  } else if (name == "DefinitionService.ListTemplates") {
    status = Collect(&Client::ListTemplates, request, items);
  } else if (name == "MeasurementService.ReadSamples") {
    status = Collect(&Client::ReadSamples, request, items);
  } else if (name == "MeasurementService.ListSeries") {
    status = Collect(&Client::ListSeries, request, items);
  } else if (name == "EvaluationService.ListStates") {
    status = Collect(&Client::ListStates, request, items);
  } else if (name == "EvaluationService.GetHistory") {
    status = Collect(&Client::History, request, items);
  }
  json found = {{"count", items.size()}};
  if (!items.empty()) {
    found["first"] = items.front();
    found["last"] = items.back();
  }
  return Check(step, status, found);
}

template <typename Message, typename Request>
absl::Status Steps::Follow(
    std::unique_ptr<kpisuite::client::Watch<Message>> (Client::*open)(Request), const json& step,
    const json& during) {
  Request request;
  FromJson(step.at("request"), request);
  const auto watch = (client_.*open)(request);
  std::vector<json> received;
  bool seen = false;
  while (const Message* message = watch->Next()) {
    received.push_back(ToJson(*message));
    if (!seen && step.contains("at") && Fits(step.at("at"), received.back())) {
      seen = true;
      if (absl::Status status = Run(during); !status.ok()) return status;
    }
    // What the inner steps saved may be in these patterns.
    if (step.contains("until") && Fits(Expand(step.at("until"), variables_), received.back())) {
      break;
    }
  }
  return CheckStream(Expand(step, variables_), watch->status(), received);
}

absl::Status Steps::Watch(const json& step, const json& during) {
  const std::string name = step.at("watch");
  if (name == "EvaluationService.WatchStates") return Follow(&Client::WatchStates, step, during);
  if (name == "DefinitionService.WatchDefinitions") {
    return Follow(&Client::WatchDefinitions, step, during);
  }
  if (name == "MeasurementService.ReadChanges") return Follow(&Client::ReadChanges, step, during);
  return Failure("no watch of " + name);
}

absl::Status Steps::Write(const json& step) {
  const json& write = step.at("write");
  kpisuite::client::WriterOptions options;
  options.parent = variables_.at("ws");
  options.batch_samples = static_cast<int>(Integer(write.at("batch")));
  auto writer = client_.OpenWriter(options);
  if (!writer.ok()) return writer.status();
  kpisuite::client::SampleColumns& series =
      (*writer)->Series(write.at("metric"), write.at("dimensions"));
  const int scale = static_cast<int>(Integer(write.at("scale")));
  for (int64_t i = 0; i < Integer(write.at("count")); ++i) {
    series.Decimal(Integer(write.at("start")) + i * Integer(write.at("step")),
                   kpisuite::client::MantissaDecimal(i, scale));
  }
  const grpc::Status flushed = (*writer)->Flush();
  const kpisuite::client::WriteSummary summary = (*writer)->Summary();
  if (!flushed.ok() && summary.refused.empty()) return Check(step, flushed, nullptr);
  json found = {{"inserted", summary.inserted},
                {"corrected", summary.corrected},
                {"unchanged", summary.unchanged},
                {"batches", summary.batches},
                {"refused", summary.refused.size()}};
  if (!summary.refused.empty()) {
    found["reason"] = kpisuite::client::DecodeError(summary.refused[0].status).reason_text;
  }
  return Check(step, grpc::Status::OK, found);
}

absl::Status Steps::Decimal(const json& step) {
  const std::string text = step.at("decimal");
  const bool refused = step.value("refused", false);
  absl::Status status = absl::OkStatus();
  const absl::StatusOr<std::string> canonical = kpisuite::client::CanonicalDecimal(text);
  if (!canonical.ok()) {
    status = canonical.status();
  } else if (step.contains("canonical") && *canonical != step.at("canonical")) {
    return Failure(absl::StrCat("got ", *canonical, ", want ", step.at("canonical").dump()));
  } else if (step.contains("scale")) {
    const int scale = static_cast<int>(Integer(step.at("scale")));
    const absl::StatusOr<int64_t> mantissa = kpisuite::client::DecimalMantissa(text, scale);
    status = mantissa.status();
    if (mantissa.ok() && !refused &&
        (*mantissa != Integer(step.at("mantissa")) ||
         kpisuite::client::MantissaDecimal(*mantissa, scale) != *canonical)) {
      return Failure(absl::StrCat("mantissa of ", text, ": ", *mantissa));
    }
  }
  if (status.ok() == refused) return Failure(absl::StrCat(text, ": ", status.ToString()));
  return absl::OkStatus();
}

absl::Status Steps::Connect(const json& step) {
  const auto client = settings_.Connect(step.at("connect"), step.at("token"));
  return client.ok() ? Failure("was not refused") : absl::OkStatus();
}
