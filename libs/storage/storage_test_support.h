// What the tests of this folder share: a schema with one table and how to open it.
#pragma once

#include <string>

#include "libs/storage/database.h"

namespace kpisuite {

inline Schema TestSchema() {
  return {.name = "test",
          .application_id = 0x6b706974,
          .migrations = {"CREATE TABLE item(key INTEGER PRIMARY KEY, value TEXT, bytes BLOB)"}};
}

inline DatabaseOptions TestOptions(const std::string& directory) {
  return {.directory = directory, .file_name = "test.db", .schema = TestSchema()};
}

inline constexpr char kInsertItem[] = "INSERT INTO item(key, value, bytes) VALUES(?, ?, ?)";

// Number of items in a new snapshot; -1 on an error.
inline int64_t CountItems(Database& database) {
  absl::StatusOr<ReadSnapshot> snapshot = database.BeginRead();
  if (!snapshot.ok()) return -1;
  const auto count = snapshot->connection().QueryInt64("SELECT count(*) FROM item");
  return count.ok() ? count->value_or(-1) : -1;
}

// Commits one item of `key`.
inline absl::Status AddItem(Database& database, int64_t key) {
  absl::StatusOr<WriteTransaction> transaction = database.BeginWrite();
  if (!transaction.ok()) return transaction.status();
  const absl::Status inserted =
      transaction->connection().Execute(kInsertItem, {key, "text", std::nullopt});
  return inserted.ok() ? transaction->Commit() : inserted;
}

}  // namespace kpisuite
