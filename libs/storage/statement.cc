#include "libs/storage/statement.h"

#include <utility>

#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/storage/connection.h"
#include "libs/storage/sqlite_error.h"

namespace kpisuite {

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    Release();
    connection_ = other.connection_;
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

Statement::~Statement() { Release(); }

void Statement::Release() {
  if (statement_ != nullptr) connection_->Return(std::exchange(statement_, nullptr));
}

absl::Status Statement::Error(int code) const {
  return SqliteError(connection_->handle(), code, sqlite3_sql(statement_));
}

absl::Status Statement::Bind(SqlParameters parameters) {
  sqlite3_reset(statement_);
  if (sqlite3_bind_parameter_count(statement_) != static_cast<int>(parameters.size())) {
    return Error(SQLITE_RANGE);
  }
  int index = 0;
  for (const SqlParameter& parameter : parameters) {
    RETURN_IF_ERROR(BindOne(++index, parameter));
  }
  return absl::OkStatus();
}

absl::Status Statement::BindOne(int index, const SqlParameter& parameter) {
  int code = SQLITE_OK;
  if (const auto* integer = std::get_if<int64_t>(&parameter.value_)) {
    code = sqlite3_bind_int64(statement_, index, *integer);
  } else if (const auto* text = std::get_if<absl::string_view>(&parameter.value_)) {
    // A null pointer would bind NULL instead of the empty text.
    const char* data = text->data() != nullptr ? text->data() : "";
    code =
        sqlite3_bind_text64(statement_, index, data, text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else if (const auto* blob = std::get_if<Blob>(&parameter.value_)) {
    const char* data = blob->bytes.data() != nullptr ? blob->bytes.data() : "";
    code = sqlite3_bind_blob64(statement_, index, data, blob->bytes.size(), SQLITE_TRANSIENT);
  } else {
    code = sqlite3_bind_null(statement_, index);
  }
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::StatusOr<bool> Statement::Step() {
  CheckMayBlock("sqlite");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  absl::Status error = Error(code);
  sqlite3_reset(statement_);
  return error;
}

absl::Status Statement::Run() {
  bool row = true;
  while (row) {
    ASSIGN_OR_RETURN(row, Step());
  }
  sqlite3_reset(statement_);
  return absl::OkStatus();
}

absl::Status Statement::Run(SqlParameters parameters) {
  RETURN_IF_ERROR(Bind(parameters));
  return Run();
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Statement::Int64(int column) const { return sqlite3_column_int64(statement_, column); }

std::optional<int64_t> Statement::OptionalInt64(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Int64(column);
}

absl::string_view Statement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return "";
  return absl::string_view(reinterpret_cast<const char*>(text),
                           sqlite3_column_bytes(statement_, column));
}

absl::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return "";
  return absl::string_view(static_cast<const char*>(bytes),
                           sqlite3_column_bytes(statement_, column));
}

}  // namespace kpisuite
