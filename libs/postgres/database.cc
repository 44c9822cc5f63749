#include "libs/postgres/database.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"

namespace kpisuite {

PostgresTransaction::~PostgresTransaction() {
  if (connection_ != nullptr) database_->Return(std::move(connection_));
}

absl::Status PostgresTransaction::Commit() { return connection_->Execute("COMMIT"); }

absl::StatusOr<std::unique_ptr<PostgresDatabase>> PostgresDatabase::Create(
    const PostgresDatabaseOptions& options) {
  RETURN_IF_ERROR(CheckPostgresTarget(options.target));
  std::unique_ptr<PostgresDatabase> database(new PostgresDatabase(options));
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection, database->Connect());
  RETURN_IF_ERROR(MigratePostgres(*connection, options.schema));
  return database;
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresDatabase::Connect(
    absl::string_view session, absl::Duration silence) {
  // pg_catalog is searched first, also when it is not named.
  return PostgresConnection::Open(
      options_.target,
      {.application_name = options_.schema.name,
       .session = absl::StrCat("SET search_path TO ", options_.schema.name, ";", session),
       .silence = silence});
}

absl::StatusOr<PostgresTransaction> PostgresDatabase::BeginWrite() {
  // Locks of a process that is halted go with its session.
  return Begin(
      "BEGIN ISOLATION LEVEL READ COMMITTED;"
      "SET LOCAL idle_in_transaction_session_timeout TO '3s'");
}

absl::StatusOr<PostgresTransaction> PostgresDatabase::BeginRead() {
  return Begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

absl::StatusOr<PostgresTransaction> PostgresDatabase::Begin(absl::string_view begin) {
  // A connection that was lost while it lay in the pool says so now and is replaced.
  absl::Status status;
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection, Take());
    PostgresTransaction transaction(*this, std::move(connection));
    status = transaction.connection().ExecuteScript(begin);
    if (status.ok()) return transaction;
  }
  return status;
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresDatabase::Take() {
  {
    MutexLock lock(mutex_);
    const auto end =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(options_.connection_wait);
    while (lent_ >= options_.connections) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= std::chrono::nanoseconds::zero()) {
        return PostgresUnavailable("no connection became free in time");
      }
      returned_.WaitFor(mutex_, absl::FromChrono(left));
    }
    ++lent_;
    while (!free_.empty()) {
      std::unique_ptr<PostgresConnection> connection = std::move(free_.back());
      free_.pop_back();
      if (connection->alive()) return connection;
    }
  }
  absl::StatusOr<std::unique_ptr<PostgresConnection>> opened = Connect();
  if (opened.ok()) return opened;
  Return(nullptr);
  if (absl::IsUnavailable(opened.status())) return opened.status();
  // The server, or the password file, was right when the service started.
  return PostgresUnavailable(opened.status().message());
}

void PostgresDatabase::Return(std::unique_ptr<PostgresConnection> connection) {
  const bool kept = connection != nullptr && connection->alive() &&
                    (!connection->in_transaction() || connection->ExecuteScript("ROLLBACK").ok());
  MutexLock lock(mutex_);
  --lent_;
  if (kept) free_.push_back(std::move(connection));
  returned_.NotifyOne();
}

}  // namespace kpisuite
