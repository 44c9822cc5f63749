#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/import_options.h"
#include "services/kpictl/commands/metric_lookup.h"
#include "services/kpictl/import/batch_builder.h"
#include "services/kpictl/import/import_file.h"
#include "services/kpictl/import/import_scan.h"
#include "services/kpictl/import/progress.h"
#include "services/kpictl/import/resume_file.h"
#include "services/kpictl/import/sample_streamer.h"

namespace kpisuite {
namespace {

constexpr int kMaxWindow = 16;
// How often the resume file is replaced, in batches.
constexpr int64_t kResumeBatches = 50;

// Everything that one import of one file needs.
struct Job {
  const ImportOptions& options;
  const ImportFile& file;
  const ImportPlan& plan;
  ImportScan scan;
  std::string import_id;
  int batch_size = 0;
  int window = 0;
};

absl::StatusOr<std::unique_ptr<RowSource>> OpenFile(const ImportOptions& options,
                                                    const ImportPlan& plan, const ImportFile& file,
                                                    std::ifstream& input) {
  ASSIGN_OR_RETURN(const FileFormat format, FormatOf(options));
  return OpenRows(input, format, options.delimiter == "tab" ? '\t' : options.delimiter.front(),
                  plan.columns);
}

// Reads the whole file; prints every bad row that is shown.
absl::StatusOr<ImportScan> Scan(const ImportOptions& options, const ImportPlan& plan,
                                const ImportFile& file, Context& context) {
  std::ifstream input = file.Read();
  const absl::StatusOr<std::unique_ptr<RowSource>> rows = OpenFile(options, plan, file, input);
  if (!rows.ok()) {
    return absl::Status(rows.status().code(),
                        absl::StrCat(file.name(), ": ", rows.status().message()));
  }
  const absl::StatusOr<ImportScan> scan = ScanRows(**rows, plan);
  if (!scan.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.name(), ": ", scan.status().message(), "; nothing was written"));
  }
  for (const BadRow& bad : scan->first_bad_rows) {
    context.err() << file.name() << ":" << bad.line << ": " << bad.description << "\n";
  }
  if (scan->bad_rows > static_cast<int64_t>(ImportScan::kShownBadRows)) {
    context.err() << "and " << scan->bad_rows - static_cast<int64_t>(ImportScan::kShownBadRows)
                  << " more bad rows\n";
  }
  if (scan->bad_rows > 0 && !options.skip_bad_rows) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.name(), ": ", scan->bad_rows, " of ", scan->rows + scan->bad_rows,
                     " rows are bad; nothing was written (--skip-bad-rows imports the others)"));
  }
  return scan;
}

// The same for the same content, mapping, batch size, workspace and reason.
absl::StatusOr<std::string> ImportId(const ImportFile& file, const ImportPlan& plan, int batch_size,
                                     const std::string& reason, const Context& context) {
  ASSIGN_OR_RETURN(const std::string content, file.ContentHash());
  const std::string text = absl::StrCat(content, "\n", plan.fingerprint, "\n", batch_size, "\n",
                                        context.parent(), "\n", reason);
  return absl::StrCat("import-", HexEncode(Sha256(text)).substr(0, 32));
}

absl::Status SetLimits(Job& job, Context& context) {
  v1::ServerInfo info;
  RETURN_IF_ERROR(context.clients().Call(Service::kMeasurement, [&](grpc::ClientContext& call) {
    return context.clients().measurement().GetMeasurementServerInfo(&call, {}, &info);
  }));
  job.batch_size = job.options.batch_size;
  if (info.max_batch_samples() > 0) {
    job.batch_size = std::min(job.batch_size, info.max_batch_samples());
  }
  const int unacked = info.max_unacked_batches() > 0 ? info.max_unacked_batches() : 1;
  job.window = std::clamp(unacked, 1, kMaxWindow);
  if (job.batch_size < static_cast<int>(job.plan.metrics.size())) {
    return UsageError("--batch-size: a row has more samples than a batch may hold");
  }
  return absl::OkStatus();
}

absl::StatusOr<StreamTotals> Send(const Job& job, Context& context) {
  const ResumeFile resume(job.options.resume_file);
  ASSIGN_OR_RETURN(const int64_t durable_before, resume.Load(job.import_id));
  if (durable_before > 0) {
    context.err() << "resuming after batch " << durable_before << "\n";
  }
  SampleStreamer streamer(context.clients().measurement(),
                          {.window = job.window, .patience = context.clients().timeout()});
  streamer.StartAfter(durable_before);
  Progress progress(context.err(), context.streams().err_is_terminal, context.clock(),
                    job.file.name(), "rows", job.scan.rows);
  BatchBuilder builder(job.plan, context.parent(), job.import_id, job.batch_size);
  int64_t skipped_rows = 0;
  int64_t stored = durable_before;
  const auto send = [&](ImportBatch batch) -> absl::Status {
    batch.request.set_reason(job.options.reason);
    if (batch.number <= durable_before) {
      skipped_rows += batch.rows;
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(streamer.Write(std::move(batch)));
    progress.Update(skipped_rows + streamer.totals().rows);
    if (streamer.durable_through() - stored < kResumeBatches) return absl::OkStatus();
    stored = streamer.durable_through();
    return resume.Store(job.import_id, stored);
  };
  const auto take = [&](const MeasuredRow& row) -> absl::Status {
    std::optional<ImportBatch> batch = builder.Add(row);
    return batch.has_value() ? send(*std::move(batch)) : absl::OkStatus();
  };
  std::ifstream input = job.file.Read();
  ASSIGN_OR_RETURN(const auto rows, OpenFile(job.options, job.plan, job.file, input));
  absl::Status status = ForEachGoodRow(*rows, job.plan, take);
  if (status.ok()) {
    std::optional<ImportBatch> last = builder.Finish();
    if (last.has_value()) status = send(*std::move(last));
  }
  if (status.ok()) status = streamer.Finish();
  progress.Finish(skipped_rows + streamer.totals().rows);
  status.Update(resume.Store(job.import_id, streamer.durable_through()));
  RETURN_IF_ERROR(status);
  return streamer.totals();
}

// All metrics of the import are complete up to the last imported instant, or the given time.
absl::Status AdvanceWatermark(const Job& job, Context& context, StreamTotals& totals) {
  if (!job.options.advance_watermark || !job.scan.last_unix_nano.has_value()) {
    return absl::OkStatus();
  }
  absl::Time through = absl::FromUnixNanos(*job.scan.last_unix_nano);
  if (!job.options.complete_through.empty()) {
    ASSIGN_OR_RETURN(const int64_t nanos, job.plan.time_parser.Parse(job.options.complete_through));
    through = absl::FromUnixNanos(nanos);
  }
  v1::AdvanceWatermarkRequest request;
  request.set_parent(context.parent());
  for (const PlannedMetric& metric : job.plan.metrics) request.add_metrics(metric.metric);
  const int64_t seconds = absl::ToUnixSeconds(through);
  request.mutable_complete_through()->set_seconds(seconds);
  request.mutable_complete_through()->set_nanos(
      static_cast<int32_t>((through - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
  v1::AdvanceWatermarkResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kMeasurement, [&](grpc::ClientContext& call) {
    return context.clients().measurement().AdvanceWatermark(&call, request, &response);
  }));
  absl::StatusOr<PositionToken> token = PositionToken::Parse(response.position_token());
  const auto before = PositionToken::Parse(totals.result.position_token());
  if (token.ok()) {
    if (before.ok()) token->Merge(*before);
    totals.result.set_position_token(token->ToText());
  }
  context.err() << "complete through "
                << absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", through, absl::UTCTimeZone()) << "\n";
  return absl::OkStatus();
}

void Report(const ImportScan& scan, const StreamTotals& totals, Context& context) {
  const v1::WriteResult& result = totals.result;
  if (totals.duplicate_batches > 0) {
    context.err() << totals.duplicate_batches << " of " << totals.batches
                  << " batches had been written before\n";
  }
  Table table({{"ROWS", true},
               {"SKIPPED", true},
               {"INSERTED", true},
               {"CORRECTED", true},
               {"UNCHANGED", true},
               {"POSITION TOKEN", false, Column::Shown::kWide}});
  table.AddRow({{absl::StrCat(scan.rows)},
                {absl::StrCat(scan.bad_rows)},
                {absl::StrCat(result.inserted())},
                {absl::StrCat(result.corrected())},
                {absl::StrCat(result.unchanged())},
                {result.position_token()}});
  if (context.output().is_for_people()) {
    context.output().WriteTable(table);
  } else {
    context.output().WriteOne(result, "", table);
  }
}

absl::StatusOr<ExitCode> RunImport(const ImportOptions& options, Context& context) {
  RETURN_IF_ERROR(CheckImportOptions(options));
  ASSIGN_OR_RETURN(const imports::ImportMapping mapping, MakeImportMapping(options));
  ASSIGN_OR_RETURN(const std::unique_ptr<ImportFile> file,
                   ImportFile::Open(options.file, context.streams().in));
  std::vector<std::string> metric_ids;
  for (const auto& [metric, column] : mapping.values()) metric_ids.push_back(metric);
  std::sort(metric_ids.begin(), metric_ids.end());
  ASSIGN_OR_RETURN(const std::vector<v1::Definition> metrics, FindMetrics(metric_ids, context));
  ASSIGN_OR_RETURN(const ImportPlan plan, MakeImportPlan(mapping, metrics));
  ASSIGN_OR_RETURN(ImportScan scan, Scan(options, plan, *file, context));
  if (options.dry_run) {
    context.err() << "would import " << scan.samples << " samples of " << scan.rows << " rows\n";
    Report(scan, {}, context);
    return ExitCode::kOk;
  }
  Job job{.options = options, .file = *file, .plan = plan, .scan = std::move(scan)};
  RETURN_IF_ERROR(SetLimits(job, context));
  ASSIGN_OR_RETURN(job.import_id, ImportId(*file, plan, job.batch_size, options.reason, context));
  ASSIGN_OR_RETURN(StreamTotals totals, Send(job, context));
  RETURN_IF_ERROR(AdvanceWatermark(job, context, totals));
  Report(job.scan, totals, context);
  return ExitCode::kOk;
}

}  // namespace

void AddImportCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App& command = AddCommand(
      app, "import",
      "Import the rows of a CSV or NDJSON file as samples; importing it again changes nothing",
      "kpictl import flights.csv --metric arrival-delay --value-column delay \\\n"
      "    --time-column time --time-zone America/Chicago --dimension origin "
      "--dimension destination");
  AddImportOptions(command, *options);
  OnRun(command, context, options, RunImport);
}

}  // namespace kpisuite
