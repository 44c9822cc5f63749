// SourceFile: the SQLite file of one store, held still while it is copied.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/storage/database.h"
#include "libs/storage/file_lock.h"
#include "services/migrate/copy_plan.h"

namespace kpisuite {

// Holds the lock that a service holds, so that none writes, and never writes itself. Used by one
// thread at a time.
class SourceFile {
 public:
  // Finds the file in one of the directories. FAILED_PRECONDITION naming --from: in none or in
  // several of them, in use by a service, of another kind, of an older or newer schema.
  static absl::StatusOr<std::unique_ptr<SourceFile>> Open(
      const std::vector<std::string>& directories, const StoreKind& kind);

  // One view of the file, for as long as this lives.
  Connection& connection() const { return snapshot_.connection(); }

  absl::StatusOr<int64_t> CountRows(const CopiedTable& table) const;

 private:
  SourceFile(std::unique_ptr<FileLock> lock, std::unique_ptr<Database> database,
             ReadSnapshot snapshot)
      : lock_(std::move(lock)), database_(std::move(database)), snapshot_(std::move(snapshot)) {}

  const std::unique_ptr<FileLock> lock_;
  const std::unique_ptr<Database> database_;
  const ReadSnapshot snapshot_;
};

// The rows of one table, as the target takes them. The file outlives it.
class SourceRows {
 public:
  // Passes over the first `skip` rows.
  static absl::StatusOr<SourceRows> Open(const SourceFile& file, const CopiedTable& table,
                                         int64_t skip);

  // The next row; false: there is none.
  absl::StatusOr<bool> Next(CopiedRow& row);

 private:
  SourceRows(Statement rows, const CopiedTable& table) : rows_(std::move(rows)), table_(table) {}

  Statement rows_;
  const CopiedTable& table_;
};

}  // namespace kpisuite
