#include "services/migrate/store_migration.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/measurement/postgres/time_partitions.h"
#include "services/migrate/copy_plan.h"
#include "services/migrate/copy_target.h"
#include "services/migrate/coverage.h"
#include "services/migrate/row_digest.h"
#include "services/migrate/source_file.h"

namespace kpisuite {
namespace {

// A chunk ends at these bytes, or at its rows.
constexpr size_t kChunkBytes = 4 << 20;
// Samples of so many days before today get tables for each month.
constexpr absl::Duration kMonthsOfTheirOwn = absl::Hours(24 * 731);

size_t BytesOf(const CopiedRow& row) {
  size_t bytes = row.size() * sizeof(int64_t);
  for (const CopiedCell& cell : row) {
    if (const auto* text = std::get_if<std::string>(&cell)) bytes += text->size();
  }
  return bytes;
}

class Migration {
 public:
  Migration(const MigrationOptions& options, const Clock& clock)
      : options_(options), clock_(clock) {}

  absl::StatusOr<MigrationReport> Run() {
    RETURN_IF_ERROR(OpenSources());
    RETURN_IF_ERROR(OpenTargets());
    RETURN_IF_ERROR(MakeMonths());
    for (size_t i = 0; i < sources_.size(); ++i) {
      for (const CopiedTable& table : plans_[i].tables) RETURN_IF_ERROR(CopyTable(i, table));
    }
    ASSIGN_OR_RETURN(MigrationReport report, Compare());
    if (report.equal()) RETURN_IF_ERROR(FinishCopies(targets_, plans_));
    return report;
  }

 private:
  static constexpr size_t kMeasurement = 1;

  absl::Status OpenSources() {
    for (const StoreKind& kind : StoreKinds()) {
      ASSIGN_OR_RETURN(std::unique_ptr<SourceFile> source,
                       SourceFile::Open(options_.directories, kind));
      ASSIGN_OR_RETURN(CopyPlan plan, kind.plan(source->connection()));
      sources_.push_back(std::move(source));
      plans_.push_back(std::move(plan));
    }
    return absl::OkStatus();
  }

  absl::Status OpenTargets() {
    RETURN_IF_ERROR(CheckTargetIsFree(options_.target));
    for (size_t i = 0; i < sources_.size(); ++i) {
      const StoreKind& kind = StoreKinds()[i];
      ASSIGN_OR_RETURN(std::unique_ptr<CopyTarget> target,
                       CopyTarget::Open(options_.target, kind, plans_[i]));
      RETURN_IF_ERROR(
          CheckCoverage(kind, plans_[i], sources_[i]->connection(), target->connection()));
      targets_.push_back(std::move(target));
    }
    return absl::OkStatus();
  }

  // Before the first sample comes; nothing to do when a copy goes on.
  absl::Status MakeMonths() {
    const absl::Time now = clock_.Now();
    ASSIGN_OR_RETURN(const std::optional<int64_t> first,
                     sources_[kMeasurement]->connection().QueryInt64(
                         "SELECT min(time) FROM (SELECT min(time) AS time FROM sample"
                         " UNION ALL SELECT min(time) FROM sample_revision)"));
    const absl::Time begin = std::max(absl::FromUnixNanos(first.value_or(absl::ToUnixNanos(now))),
                                      now - kMonthsOfTheirOwn);
    PostgresConnection& connection = targets_[kMeasurement]->connection();
    RETURN_IF_ERROR(connection.ExecuteScript("BEGIN"));
    RETURN_IF_ERROR(MakeTimePartitions(connection, std::min(begin, now)));
    RETURN_IF_ERROR(MakeTimePartitions(connection, now));
    return connection.ExecuteScript("COMMIT");
  }

  absl::Status CopyTable(size_t store, const CopiedTable& table) {
    CopyProgress progress;
    progress.table = absl::StrCat(StoreKinds()[store].name, ".", table.name);
    ASSIGN_OR_RETURN(progress.total, sources_[store]->CountRows(table));
    ASSIGN_OR_RETURN(progress.rows, targets_[store]->CopiedRows(table));
    ASSIGN_OR_RETURN(SourceRows rows, SourceRows::Open(*sources_[store], table, progress.rows));
    while (progress.rows < progress.total) {
      ASSIGN_OR_RETURN(const std::vector<CopiedRow> chunk, NextChunk(rows));
      if (chunk.empty()) break;  // the comparison tells
      progress.rows += static_cast<int64_t>(chunk.size());
      RETURN_IF_ERROR(targets_[store]->Append(table, chunk, progress.rows));
      options_.on_progress(progress);
    }
    if (progress.total == 0) options_.on_progress(progress);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<CopiedRow>> NextChunk(SourceRows& rows) const {
    std::vector<CopiedRow> chunk;
    size_t bytes = 0;
    while (static_cast<int>(chunk.size()) < options_.chunk_rows && bytes < kChunkBytes) {
      CopiedRow row;
      ASSIGN_OR_RETURN(const bool found, rows.Next(row));
      if (!found) break;
      bytes += BytesOf(row);
      chunk.push_back(std::move(row));
    }
    return chunk;
  }

  absl::StatusOr<MigrationReport> Compare() {
    MigrationReport report;
    for (size_t i = 0; i < sources_.size(); ++i) {
      for (const CopiedTable& table : plans_[i].tables) {
        ASSIGN_OR_RETURN(ComparedTable compared, CompareTable(i, table));
        report.tables.push_back(std::move(compared));
      }
    }
    ASSIGN_OR_RETURN(report.sums, CompareSums());
    return report;
  }

  absl::StatusOr<ComparedTable> CompareTable(size_t store, const CopiedTable& table) {
    RowDigest of_source;
    ASSIGN_OR_RETURN(SourceRows rows, SourceRows::Open(*sources_[store], table, 0));
    CopiedRow row;
    while (true) {
      ASSIGN_OR_RETURN(const bool found, rows.Next(row));
      if (!found) break;
      of_source.Add(row);
    }
    RowDigest of_target;
    RETURN_IF_ERROR(targets_[store]->VisitRows(
        table, [&of_target](const CopiedRow& copied) { of_target.Add(copied); }));
    return ComparedTable{StoreKinds()[store].name, table.name, of_source.rows(), of_target.rows(),
                         of_source == of_target};
  }

  absl::StatusOr<std::vector<ComparedSums>> CompareSums() {
    ASSIGN_OR_RETURN(const auto source, SumSource(sources_[kMeasurement]->connection()));
    ASSIGN_OR_RETURN(const auto target, SumTarget(targets_[kMeasurement]->connection()));
    std::map<SumKey, ComparedSums> sums;
    for (const auto& [key, sum] : source) sums[key].source = sum;
    for (const auto& [key, sum] : target) sums[key].target = sum;
    std::vector<ComparedSums> compared;
    for (auto& [key, both] : sums) {
      both.key = key;
      compared.push_back(std::move(both));
    }
    return compared;
  }

  const MigrationOptions& options_;
  const Clock& clock_;
  std::vector<std::unique_ptr<SourceFile>> sources_;
  std::vector<CopyPlan> plans_;
  std::vector<std::unique_ptr<CopyTarget>> targets_;
};

}  // namespace

bool MigrationReport::equal() const {
  return std::all_of(tables.begin(), tables.end(),
                     [](const ComparedTable& table) { return table.equal; }) &&
         std::all_of(sums.begin(), sums.end(),
                     [](const ComparedSums& one) { return one.source == one.target; });
}

absl::StatusOr<MigrationReport> MigrateStores(const MigrationOptions& options, const Clock& clock) {
  return Migration(options, clock).Run();
}

}  // namespace kpisuite
