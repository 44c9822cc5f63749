// Statement: one prepared SQL statement of a Connection, with typed parameters and columns.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

class Connection;

// Bytes bound as a BLOB; text is bound from string types directly.
struct Blob {
  absl::string_view bytes;
};

// A value for a `?` of a statement: null, integer, text or blob. Refers to the caller's bytes.
class SqlParameter {
 public:
  SqlParameter(std::nullopt_t) {}
  // A uint64_t is stored as the int64_t with the same bits.
  template <std::integral Integer>
  SqlParameter(Integer value) : value_(static_cast<int64_t>(value)) {}
  SqlParameter(absl::string_view text) : value_(text) {}
  SqlParameter(const std::string& text) : value_(absl::string_view(text)) {}
  SqlParameter(const char* text) : value_(absl::string_view(text)) {}
  SqlParameter(Blob blob) : value_(blob) {}
  template <typename Value>
  SqlParameter(const std::optional<Value>& value) {
    if (value.has_value()) *this = SqlParameter(*value);
  }

 private:
  friend class Statement;
  std::variant<std::monostate, int64_t, absl::string_view, Blob> value_;
};

using SqlParameters = std::initializer_list<SqlParameter>;

// A statement taken from the cache of its connection; goes back there, reset, when destroyed.
// Must not outlive its connection. Not thread-safe.
//
//   ASSIGN_OR_RETURN(Statement find, connection.Prepare("SELECT value FROM t WHERE key = ?"));
//   RETURN_IF_ERROR(find.Bind({key}));
//   ASSIGN_OR_RETURN(bool found, find.Step());
//   if (found) Use(find.Int64(0));
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Resets the statement and binds all its parameters in order; bytes are copied. INTERNAL when
  // their number is not that of the statement.
  absl::Status Bind(SqlParameters parameters);

  // Advances to the next row; false: there is none. Errors: see sqlite_error.h.
  absl::StatusOr<bool> Step();

  // Steps to the end, ignoring rows, and resets.
  absl::Status Run();

  // Bind and Run.
  absl::Status Run(SqlParameters parameters);

  // Columns of the current row, from 0. Views are valid until the next Step, Bind, Run or the
  // end of the statement. Null reads as 0 and "".
  bool IsNull(int column) const;
  int64_t Int64(int column) const;
  std::optional<int64_t> OptionalInt64(int column) const;
  absl::string_view Text(int column) const;
  absl::string_view Bytes(int column) const;

 private:
  friend class Connection;
  Statement(Connection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  absl::Status BindOne(int index, const SqlParameter& parameter);
  absl::Status Error(int code) const;
  void Release();

  Connection* connection_;
  sqlite3_stmt* statement_;
};

}  // namespace kpisuite
