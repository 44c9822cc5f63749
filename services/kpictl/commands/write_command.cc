#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/document/ndjson.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/metric_lookup.h"
#include "services/kpictl/import/time_parser.h"

namespace kpisuite {
namespace {

// More than this belongs into an import.
constexpr size_t kMaxSamples = 1000;

struct WriteOptions {
  std::string metric;
  std::string value;
  std::string time;
  std::string id;
  std::string entity;
  std::vector<std::string> dimensions;
  std::string reason;
  std::string request_id;
  bool from_stdin = false;
  bool dry_run = false;
};

// One sample as a person writes it.
struct WrittenSample {
  std::string metric;
  std::string value;
  std::string time;
  std::string id;
  std::string entity;
  std::map<std::string, std::string> dimensions;
};

absl::StatusOr<WrittenSample> FromFlags(const WriteOptions& options) {
  WrittenSample sample{options.metric, options.value, options.time, options.id, options.entity, {}};
  if (options.metric.empty() || options.value.empty()) {
    return UsageError("want a metric and a value, or --stdin");
  }
  for (const std::string& text : options.dimensions) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(absl::StrCat("--dimension: got \"", text, "\", want NAME=MEMBER"));
    }
    const std::string name = text.substr(0, equals);
    if (!sample.dimensions.emplace(name, text.substr(equals + 1)).second) {
      return UsageError(absl::StrCat("--dimension: got \"", name, "\" twice, want one member"));
    }
  }
  return sample;
}

// {"metric": "m", "value": 1.5, "time": "...", "id": "...", "entity": "...",
//  "dimensions": {"origin": "ORD"}}
absl::StatusOr<WrittenSample> FromRow(const NdjsonRow& row) {
  constexpr absl::string_view kDimension = "dimensions.";
  WrittenSample sample;
  const std::map<std::string, std::string*> fields = {{"metric", &sample.metric},
                                                      {"value", &sample.value},
                                                      {"time", &sample.time},
                                                      {"id", &sample.id},
                                                      {"entity", &sample.entity}};
  for (const auto& [name, value] : row.fields) {
    const auto field = fields.find(name);
    if (field != fields.end()) {
      *field->second = value;
    } else if (name.compare(0, kDimension.size(), std::string(kDimension)) == 0) {
      sample.dimensions[name.substr(kDimension.size())] = value;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("stdin:", row.line, ": unknown field \"", name, "\""));
    }
  }
  if (!sample.metric.empty() && !sample.value.empty()) return sample;
  return absl::InvalidArgumentError(
      absl::StrCat("stdin:", row.line, ": want at least metric and value"));
}

absl::StatusOr<std::vector<WrittenSample>> FromStdin(std::istream& in) {
  NdjsonReader reader(in);
  std::vector<WrittenSample> samples;
  while (true) {
    const auto row = reader.Next();
    if (!row.ok()) {
      const ErrorDetails details = GetErrorDetails(row.status());
      if (details.violations.empty()) return row.status();
      return absl::InvalidArgumentError(absl::StrCat("stdin:", details.violations.front().line,
                                                     ": ", details.violations.front().description));
    }
    if (!row->has_value()) return samples;
    ASSIGN_OR_RETURN(WrittenSample sample, FromRow(**row));
    samples.push_back(std::move(sample));
    if (samples.size() > kMaxSamples) {
      return absl::InvalidArgumentError(
          absl::StrCat("stdin: more than ", kMaxSamples, " samples; use import"));
    }
  }
}

// One block for one sample. A sample of an EVENT metric without an id gets a random one.
absl::Status AddBlock(const WrittenSample& sample, const v1::Metric& metric, Context& context,
                      v1::WriteSamplesRequest& request) {
  v1::SeriesBlock& block = *request.add_series();
  block.set_metric(sample.metric);
  block.mutable_dimensions()->insert(sample.dimensions.begin(), sample.dimensions.end());
  int64_t nanos = absl::ToUnixNanos(context.clock().Now());
  if (!sample.time.empty()) {
    ASSIGN_OR_RETURN(const TimeParser parser, TimeParser::Create("", ""));
    const absl::StatusOr<int64_t> parsed = parser.Parse(sample.time);
    if (!parsed.ok()) return UsageError(absl::StrCat("time: ", parsed.status().message()));
    nanos = *parsed;
  }
  block.add_time_unix_nano(nanos);
  block.add_decimals(sample.value);
  if (!sample.entity.empty()) block.add_entities(sample.entity);
  if (metric.identity() == v1::SAMPLE_IDENTITY_TIME) {
    if (!sample.id.empty()) block.add_sample_ids(sample.id);
    return absl::OkStatus();
  }
  const std::string id = sample.id.empty() ? NewRequestId() : sample.id;
  if (sample.id.empty()) context.err() << "sample id " << id << "\n";
  block.add_sample_ids(id);
  return absl::OkStatus();
}

absl::StatusOr<v1::WriteSamplesRequest> MakeRequest(const WriteOptions& options, Context& context) {
  std::vector<WrittenSample> samples;
  if (options.from_stdin) {
    ASSIGN_OR_RETURN(samples, FromStdin(context.streams().in));
  } else {
    ASSIGN_OR_RETURN(WrittenSample sample, FromFlags(options));
    samples.push_back(std::move(sample));
  }
  std::map<std::string, v1::Metric> metrics;
  for (const WrittenSample& sample : samples) {
    if (metrics.count(sample.metric) > 0) continue;
    ASSIGN_OR_RETURN(const std::vector<v1::Definition> found,
                     FindMetrics({sample.metric}, context));
    metrics[sample.metric] = found.front().metric();
  }
  v1::WriteSamplesRequest request;
  request.set_parent(context.parent());
  request.set_request_id(options.request_id.empty() ? NewRequestId() : options.request_id);
  request.set_reason(options.reason);
  request.set_validate_only(options.dry_run);
  for (const WrittenSample& sample : samples) {
    RETURN_IF_ERROR(AddBlock(sample, metrics[sample.metric], context, request));
  }
  return request;
}

absl::StatusOr<ExitCode> RunWrite(const WriteOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const v1::WriteSamplesRequest request, MakeRequest(options, context));
  v1::WriteSamplesResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kMeasurement, [&](grpc::ClientContext& call) {
    return context.clients().measurement().WriteSamples(&call, request, &response);
  }));
  const v1::WriteResult& result = response.result();
  Table table({{"INSERTED", true},
               {"CORRECTED", true},
               {"UNCHANGED", true},
               {"POSITION TOKEN", false, Column::Shown::kWide}});
  table.AddRow({{absl::StrCat(result.inserted())},
                {absl::StrCat(result.corrected())},
                {absl::StrCat(result.unchanged())},
                {result.position_token()}});
  if (context.output().is_for_people()) {
    context.output().WriteTable(table);
  } else {
    context.output().WriteOne(result, "", table);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddWriteCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<WriteOptions>();
  CLI::App& command = AddCommand(
      app, "write", "Write one sample, or a few from stdin as lines of JSON",
      "kpictl write arrival-delay 12 --time 2025-03-31T22:30:00Z --dimension origin=ORD --id f1");
  command.add_option("metric", options->metric, "id of the metric");
  command.add_option("value", options->value, "decimal; write -- before a negative one");
  command.add_option("--time", options->time, "event time with an offset [now]");
  command.add_option("--dimension", options->dimensions, "NAME=MEMBER; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--id", options->id,
                     "sample id, for metrics of identity EVENT [random]; with the same --time it "
                     "corrects, with another it is another sample");
  command.add_option("--entity", options->entity, "whom or what the sample is about");
  command.add_option("--reason", options->reason, "why; kept with corrections");
  command.add_option("--request-id", options->request_id, "makes a repetition safe [random]");
  command.add_flag("--stdin", options->from_stdin,
                   R"(read {"metric", "value", "time", "id", "entity", "dimensions": {}} lines)");
  command.add_flag("--dry-run", options->dry_run, "check only");
  OnRun(command, context, options, RunWrite);
}

}  // namespace kpisuite
