#include "services/migrate/source_file.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

absl::Status Refused(absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat("--from: ", what));
}

absl::StatusOr<std::string> FindDirectory(const std::vector<std::string>& directories,
                                          const std::string& file_name) {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const std::string& directory : directories) {
    if (std::filesystem::exists(std::filesystem::path(directory) / file_name, ignored)) {
      found.push_back(directory);
    }
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    return Refused(absl::StrCat("got no ", file_name, " in ", absl::StrJoin(directories, ", "),
                                "; want the files of all three services"));
  }
  return Refused(
      absl::StrCat("got ", file_name, " in ", absl::StrJoin(found, " and in "), ", want it once"));
}

CopiedCell ReadCell(const Statement& rows, int index, CellType type) {
  if (rows.IsNull(index)) return std::monostate();
  switch (type) {
    case CellType::kInteger:
    case CellType::kBoolean: return rows.Int64(index);
    case CellType::kText: return std::string(rows.Text(index));
    case CellType::kBytes: return std::string(rows.Bytes(index));
  }
  return std::monostate();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SourceFile>> SourceFile::Open(
    const std::vector<std::string>& directories, const StoreKind& kind) {
  ASSIGN_OR_RETURN(const std::string directory, FindDirectory(directories, kind.file_name));
  auto lock = FileLock::Acquire(absl::StrCat(directory, "/", kind.file_name, ".lock"));
  if (!lock.ok()) {
    return Refused(
        absl::StrCat(lock.status().message(), "; its service must not run while it is copied"));
  }
  DatabaseOptions options;
  options.directory = directory;
  options.file_name = kind.file_name;
  options.flag = "--from";
  options.schema = kind.file_schema;
  options.read_only = true;
  options.readers = 1;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Create(options));
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database->BeginRead());
  return std::unique_ptr<SourceFile>(
      new SourceFile(*std::move(lock), std::move(database), std::move(snapshot)));
}

absl::StatusOr<int64_t> SourceFile::CountRows(const CopiedTable& table) const {
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> rows,
      connection().QueryInt64(absl::StrCat("SELECT count(*) FROM (", table.select, ")")));
  return rows.value_or(0);
}

absl::StatusOr<SourceRows> SourceRows::Open(const SourceFile& file, const CopiedTable& table,
                                            int64_t skip) {
  ASSIGN_OR_RETURN(Statement rows,
                   file.connection().Prepare(absl::StrCat(table.select, " LIMIT -1 OFFSET ?")));
  RETURN_IF_ERROR(rows.Bind({skip}));
  return SourceRows(std::move(rows), table);
}

absl::StatusOr<bool> SourceRows::Next(CopiedRow& row) {
  ASSIGN_OR_RETURN(const bool found, rows_.Step());
  if (!found) return false;
  row.resize(table_.columns.size());
  for (size_t i = 0; i < row.size(); ++i) {
    row[i] = ReadCell(rows_, static_cast<int>(i), table_.columns[i].type);
  }
  if (table_.convert) RETURN_IF_ERROR(table_.convert(row));
  return true;
}

}  // namespace kpisuite
