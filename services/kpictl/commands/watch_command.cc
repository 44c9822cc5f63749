#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/document/json.h"
#include "libs/document/utf8.h"
#include "libs/document/yaml_writer.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/state_options.h"
#include "services/kpictl/commands/state_query.h"
#include "services/kpictl/view/state_table.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kFirstReconnectDelay = absl::Milliseconds(200);
constexpr absl::Duration kMaxReconnectDelay = absl::Seconds(5);

struct WatchOptions {
  StateFilterOptions filter;
  std::string resume;
  int64_t count = 0;
  bool once = false;
};

std::string Padded(const std::string& text, size_t width) {
  const size_t length = CountCodePoints(text);
  return length >= width ? text : absl::StrCat(text, std::string(width - length, ' '));
}

// Writes states one by one, as they come. Widths are fixed: the rows to come are not known.
class StateWriter {
 public:
  explicit StateWriter(const Context& context) : context_(context) {}

  void Write(const v1::KpiState& state) {
    std::ostream& out = context_.output().stream();
    switch (context_.output().format()) {
      case OutputFormat::kJson:
      case OutputFormat::kJsonLines: out << ToJson(state, JsonLayout::kLine) << "\n"; break;
      case OutputFormat::kYaml: out << "---\n" << MessageToYaml(state); break;
      case OutputFormat::kCsv: out << CsvRow(state); break;
      case OutputFormat::kTable:
      case OutputFormat::kWide: out << Row(state); break;
    }
    out.flush();
    first_ = false;
  }

 private:
  std::string CsvRow(const v1::KpiState& state) const {
    Table table = MakeStateTable({});
    table.AddRow(MakeStateRow(state, {}, context_.clock().Now(), "", false));
    const std::string csv = table.RenderCsv();
    return first_ ? csv : csv.substr(csv.find('\n') + 1);
  }

  std::string Row(const v1::KpiState& state) const {
    const std::string time =
        absl::FormatTime("%H:%M:%S", context_.clock().Now(), absl::UTCTimeZone());
    const Cell status = StatusCell(state);
    const std::string slice = state.slice().empty() ? "total" : state.slice();
    return absl::StrCat(time, "  ", Padded(IdOf(state.kpi()), 28), "  ", Padded(state.window(), 7),
                        "  ", Padded(slice, 14), "  ", Padded(state.period().id(), 10), "  ",
                        Padded(ValueText(state), 14), "  ",
                        Styled(status.text, status.style, context_.output().terminal().colored),
                        FlagsText(state).empty() ? "" : "  ", FlagsText(state), "\n");
  }

  const Context& context_;
  bool first_ = true;
};

// One connection after the other until enough was seen.
class Watcher {
 public:
  Watcher(const WatchOptions& options, v1::WatchStatesRequest request, Context& context)
      : options_(options), request_(std::move(request)), context_(context), writer_(context) {}

  absl::StatusOr<ExitCode> Run() {
    absl::Duration delay = kFirstReconnectDelay;
    absl::Time give_up = absl::Now() + context_.clients().timeout();
    while (true) {
      heard_ = false;
      const grpc::Status status = Connect();
      if (done_) return ExitCode::kOk;
      const bool passing = status.ok() || status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                           status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
      if (heard_) {
        delay = kFirstReconnectDelay;
        give_up = absl::Now() + context_.clients().timeout();
      }
      if (!passing || absl::Now() + delay > give_up) {
        return context_.clients().Describe(Service::kEvaluation, status);
      }
      context_.err() << "connection ended: " << status.error_message() << "; resuming\n";
      absl::SleepFor(delay);
      delay = std::min(delay * 2, kMaxReconnectDelay);
    }
  }

 private:
  grpc::Status Connect() {
    grpc::ClientContext call;
    auto reader = context_.clients().evaluation().WatchStates(&call, request_);
    v1::WatchStatesResponse response;
    while (reader->Read(&response)) {
      heard_ = true;
      if (!response.resume_token().empty()) request_.set_resume_token(response.resume_token());
      if (response.has_state()) {
        writer_.Write(response.state());
        done_ = ++seen_ == options_.count;
      }
      done_ = done_ || (options_.once && response.in_sync());
      if (!done_) continue;
      call.TryCancel();
      break;
    }
    return reader->Finish();
  }

  const WatchOptions& options_;
  v1::WatchStatesRequest request_;
  Context& context_;
  StateWriter writer_;
  int64_t seen_ = 0;
  bool heard_ = false;
  bool done_ = false;
};

absl::StatusOr<ExitCode> RunWatch(const WatchOptions& options, Context& context) {
  v1::WatchStatesRequest request;
  request.set_parent(context.parent());
  request.set_resume_token(options.resume);
  if (options.filter.kpis.size() > 1) {
    return UsageError("watch takes one KPI; use --filter, --objective or --owner for more");
  }
  ASSIGN_OR_RETURN(std::string filter, MakeStateFilter(options.filter));
  for (const std::string& kpi : options.filter.kpis) {
    filter = absl::StrCat("kpi = ", kpi, filter.empty() ? "" : " AND ", filter);
  }
  request.set_filter(filter);
  return Watcher(options, std::move(request), context).Run();
}

}  // namespace

void AddWatchCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App& command = AddCommand(
      app, "watch", "Show states as they change, the current ones first; reconnects and resumes",
      "kpictl watch --objective run-on-time");
  AddStateFilterOptions(command, options->filter);
  command.add_option("--resume", options->resume, "go on after this resume token");
  command.add_option("-n,--count", options->count, "end after so many states")
      ->check(CLI::PositiveNumber);
  command.add_flag("--once", options->once, "end when the current states have all been shown");
  OnRun(command, context, options, RunWatch);
}

}  // namespace kpisuite
