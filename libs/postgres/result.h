// PostgresResult: the rows that one statement gave, in binary format.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"

namespace kpisuite {

// A column is read as what it is: bigint, integer, smallint and boolean by Int64, text and bytea by
// Bytes. Views are valid as long as the result.
class PostgresResult {
 public:
  struct Free {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Handle = std::unique_ptr<PGresult, Free>;

  explicit PostgresResult(Handle result) : result_(std::move(result)) {}

  int rows() const { return PQntuples(result_.get()); }
  bool IsNull(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // 0 for null.
  int64_t Int64(int row, int column) const;
  std::optional<int64_t> OptionalInt64(int row, int column) const {
    if (IsNull(row, column)) return std::nullopt;
    return Int64(row, column);
  }
  bool Bool(int row, int column) const { return Int64(row, column) != 0; }
  // Empty for null.
  absl::string_view Bytes(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<size_t>(PQgetlength(result_.get(), row, column))};
  }
  // Rows that INSERT, UPDATE or DELETE changed.
  int64_t changed_rows() const;

 private:
  Handle result_;
};

}  // namespace kpisuite
