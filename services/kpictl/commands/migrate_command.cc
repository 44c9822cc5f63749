// kpictl migrate: SQLite files into a PostgreSQL database.
#include <google/protobuf/struct.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/target.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/view/table.h"
#include "services/migrate/store_migration.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kBetweenMessages = absl::Seconds(2);

struct MigrateOptions {
  std::vector<std::string> from;
  std::string store;
  std::string store_password_file;
};

absl::StatusOr<std::vector<std::string>> DirectoriesOf(const std::vector<std::string>& stores) {
  std::vector<std::string> directories;
  for (const std::string& store : stores) {
    absl::string_view directory = store;
    if (!absl::ConsumePrefix(&directory, "sqlite:") || directory.empty()) {
      return UsageError(absl::StrCat("--from: got \"", store, "\", want sqlite:DIRECTORY"));
    }
    directories.emplace_back(directory);
  }
  return directories;
}

// One line of the comparison.
struct ComparisonLine {
  std::string what;
  std::string source;
  std::string copy;
  bool equal = false;
};

std::string SumText(const SampleSums& sums) {
  return absl::StrCat(
      sums.live, " live of ", sums.rows, ", sum ", sums.values.empty() ? "0" : sums.values,
      sums.weights.empty() || sums.weights == "0" ? "" : absl::StrCat(", weights ", sums.weights));
}

std::vector<ComparisonLine> LinesOf(const MigrationReport& report) {
  std::vector<ComparisonLine> lines;
  for (const ComparedTable& table : report.tables) {
    lines.push_back({absl::StrCat(table.store, ".", table.table),
                     absl::StrCat(table.source_rows, " rows"),
                     absl::StrCat(table.target_rows, " rows"), table.equal});
  }
  for (const ComparedSums& sums : report.sums) {
    const auto& [table, workspace, metric, part] = sums.key;
    lines.push_back({absl::StrCat(workspace, "/", metric, " in ", table, ", partition ", part),
                     SumText(sums.source), SumText(sums.target), sums.source == sums.target});
  }
  return lines;
}

void Write(const std::vector<ComparisonLine>& lines, const Output& output) {
  Table table({{"WHAT"}, {"SOURCE", true}, {"COPY", true}, {"RESULT"}});
  std::vector<google::protobuf::Struct> rows;
  for (const ComparisonLine& line : lines) {
    const std::string result = line.equal ? "equal" : "DIFFERENT";
    table.AddRow({{line.what},
                  {line.source},
                  {line.copy},
                  {result, line.equal ? Style::kGood : Style::kBad}});
    auto& fields = *rows.emplace_back().mutable_fields();
    fields["what"].set_string_value(line.what);
    fields["source"].set_string_value(line.source);
    fields["copy"].set_string_value(line.copy);
    fields["equal"].set_bool_value(line.equal);
  }
  output.WriteList(Pointers(rows), table);
}

absl::StatusOr<ExitCode> RunMigrate(const MigrateOptions& options, Context& context) {
  MigrationOptions migration;
  ASSIGN_OR_RETURN(migration.directories, DirectoriesOf(options.from));
  if (!IsPostgresUri(options.store)) {
    return UsageError(
        absl::StrCat("--store: got \"", options.store, "\", want ", kPostgresStoreHelp));
  }
  migration.target = {options.store, options.store_password_file};
  // What the stores log of their migrations is for services; errors of the server are wanted.
  RETURN_IF_ERROR(SetLogLevel("warning"));
  absl::Time told = absl::InfinitePast();
  migration.on_progress = [&](const CopyProgress& progress) {
    const bool done = progress.rows == progress.total;
    if (!done && context.clock().Now() - told < kBetweenMessages) return;
    told = context.clock().Now();
    context.err() << progress.table << ": " << progress.rows << " of " << progress.total
                  << " rows\n"
                  << std::flush;
  };
  ASSIGN_OR_RETURN(const MigrationReport report, MigrateStores(migration, context.clock()));
  Write(LinesOf(report), context.output());
  if (report.equal()) {
    context.err() << "everything is there; start the services with --store=" << options.store
                  << "\n";
    return ExitCode::kOk;
  }
  context.err() << "the copy is not what the files hold; services refuse it. Drop the schemas "
                   "kpi_definition, kpi_measurement and kpi_evaluation and begin anew\n";
  return ExitCode::kFailure;
}

}  // namespace

void AddMigrateCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<MigrateOptions>();
  CLI::App& command = AddCommand(
      app, "migrate",
      "Copy the SQLite files of stopped services into a PostgreSQL database, and compare",
      "kpictl migrate --from=sqlite:/var/lib/kpi --store=postgres://kpi@db:5432/kpi");
  command
      .add_option("--from", options->from,
                  "sqlite:DIRECTORY, once for kpi-standalone, or once for each service")
      ->required();
  command
      .add_option("--store", options->store, absl::StrCat("empty database: ", kPostgresStoreHelp))
      ->required();
  command.add_option("--store-password-file", options->store_password_file, kPostgresPasswordHelp)
      ->envname("KPI_STORE_PASSWORD_FILE");
  OnRun(command, context, options, RunMigrate);
}

}  // namespace kpisuite
