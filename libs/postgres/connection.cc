#include "libs/postgres/connection.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"
#include "libs/postgres/password_file.h"
#include "libs/postgres/server_check.h"

namespace kpisuite {
namespace {

constexpr int kBinary = 1;

// Every session: times out rather than hangs, and sees text in byte order and times in UTC.
constexpr char kSession[] =
    "SET statement_timeout TO '30s'; SET lock_timeout TO '10s';"
    "SET idle_in_transaction_session_timeout TO '120s'; SET timezone TO 'UTC';"
    "SET client_encoding TO 'UTF8'; SET client_min_messages TO 'warning'";

bool Succeeded(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY: return true;
    default: return false;
  }
}

// The values of one statement as libpq takes them. Refers to `values`.
struct BoundValues {
  explicit BoundValues(const PostgresValue* begin, size_t size) {
    for (size_t i = 0; i < size; ++i) {
      types.push_back(begin[i].type());
      bytes.push_back(begin[i].encoding().data());
      lengths.push_back(static_cast<int>(begin[i].encoding().size()));
      formats.push_back(kBinary);
    }
  }
  int size() const { return static_cast<int>(types.size()); }

  std::vector<Oid> types;
  std::vector<const char*> bytes;
  std::vector<int> lengths;
  std::vector<int> formats;
};

// Notices of the server are for its own log.
void IgnoreNotice(void*, const PGresult*) {}

// Keyword arguments of PQconnectdbParams; a later one wins over an earlier one.
class ConnectArguments {
 public:
  void Add(const char* keyword, std::string value) {
    keywords_.push_back(keyword);
    values_.push_back(std::move(value));
  }
  PGconn* Connect() const {
    std::vector<const char*> keywords = keywords_;
    std::vector<const char*> values;
    for (const std::string& value : values_) values.push_back(value.c_str());
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1);
  }

 private:
  std::vector<const char*> keywords_;
  std::vector<std::string> values_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const PostgresTarget& target, const PostgresConnectionOptions& options) {
  CheckMayBlock("postgres");
  ConnectArguments arguments;
  arguments.Add("connect_timeout", "5");
  const int64_t silence = absl::ToInt64Seconds(options.silence);
  arguments.Add("keepalives_idle", absl::StrCat(silence * 2 / 5));
  arguments.Add("keepalives_interval", absl::StrCat(silence / 5));
  arguments.Add("keepalives_count", "3");
  arguments.Add("tcp_user_timeout", absl::StrCat(silence * 1000));
  arguments.Add("target_session_attrs", "read-write");
  arguments.Add("dbname", target.uri);
  arguments.Add("fallback_application_name", options.application_name);
  if (!target.password_file.empty()) {
    ASSIGN_OR_RETURN(std::string password, ReadPasswordFile(target.password_file));
    arguments.Add("password", std::move(password));
  }
  PGconn* const handle = arguments.Connect();
  if (handle == nullptr) return PostgresUnavailable("out of memory");
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(handle));
  if (PQstatus(handle) != CONNECTION_OK) return PostgresConnectionError(handle, "connect");
  PQsetNoticeReceiver(handle, IgnoreNotice, nullptr);
  RETURN_IF_ERROR(connection->ExecuteScript(absl::StrCat(kSession, ";", options.session)));
  RETURN_IF_ERROR(CheckPostgresServer(*connection));
  return connection;
}

std::string PostgresConnection::FindStatement(absl::string_view sql) const {
  const auto found = statements_.find(sql);
  return found != statements_.end() ? found->second : "";
}

std::string PostgresConnection::NextStatementName() const {
  return absl::StrCat("s", statements_.size());
}

absl::StatusOr<PostgresResult> PostgresConnection::Query(absl::string_view sql,
                                                         PostgresValues values) {
  CheckMayBlock("postgres");
  const BoundValues bound(values.begin(), values.size());
  std::string statement = FindStatement(sql);
  if (statement.empty()) {
    statement = NextStatementName();
    const PostgresResult::Handle prepared(PQprepare(
        handle(), statement.c_str(), std::string(sql).c_str(), bound.size(), bound.types.data()));
    if (prepared == nullptr || !alive()) return PostgresConnectionError(handle(), sql);
    if (!Succeeded(prepared.get())) return PostgresError(prepared.get(), sql);
    statements_.emplace(sql, statement);
  }
  PostgresResult::Handle result(PQexecPrepared(handle(), statement.c_str(), bound.size(),
                                               bound.bytes.data(), bound.lengths.data(),
                                               bound.formats.data(), kBinary));
  if (result == nullptr || PQstatus(handle()) != CONNECTION_OK) {
    return PostgresConnectionError(handle(), sql);
  }
  if (!Succeeded(result.get())) return PostgresError(result.get(), sql);
  return PostgresResult(std::move(result));
}

absl::Status PostgresConnection::Execute(absl::string_view sql, PostgresValues values) {
  return Query(sql, values).status();
}

absl::Status PostgresConnection::ExecuteScript(absl::string_view sql) {
  CheckMayBlock("postgres");
  const PostgresResult::Handle result(PQexec(handle(), std::string(sql).c_str()));
  if (result == nullptr || PQstatus(handle()) != CONNECTION_OK) {
    return PostgresConnectionError(handle(), sql);
  }
  return Succeeded(result.get()) ? absl::OkStatus() : PostgresError(result.get(), sql);
}

bool PostgresConnection::alive() {
  if (broken_ || PQstatus(handle()) != CONNECTION_OK) return false;
  pollfd waiting = {PQsocket(handle()), POLLIN, 0};
  if (poll(&waiting, 1, 0) > 0 && PQconsumeInput(handle()) == 0) return false;
  return PQstatus(handle()) == CONNECTION_OK;
}

absl::StatusOr<std::vector<std::string>> PostgresConnection::WaitForNotifications(
    absl::Duration timeout, int wake_descriptor) {
  CheckMayBlock("postgres");
  std::vector<std::string> payloads;
  const auto collect = [&] {
    while (PGnotify* const notification = PQnotifies(handle())) {
      payloads.emplace_back(notification->extra);
      PQfreemem(notification);
    }
  };
  collect();
  if (!payloads.empty()) return payloads;
  pollfd waiting[] = {{PQsocket(handle()), POLLIN, 0}, {wake_descriptor, POLLIN, 0}};
  const absl::Duration rounded_up = absl::Ceil(timeout, absl::Milliseconds(1));
  const int64_t timeout_ms = std::max<int64_t>(0, absl::ToInt64Milliseconds(rounded_up));
  if (poll(waiting, 2, static_cast<int>(timeout_ms)) > 0 && waiting[1].revents != 0) {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t cleared = read(wake_descriptor, &count, sizeof(count));
  }
  if (PQconsumeInput(handle()) == 0 || PQstatus(handle()) != CONNECTION_OK) {
    return PostgresConnectionError(handle(), "wait for notifications");
  }
  collect();
  return payloads;
}

size_t PostgresPipeline::Add(absl::string_view sql, std::vector<PostgresValue> values) {
  commands_.push_back({sql, std::move(values), "", false});
  return commands_.size() - 1;
}

absl::StatusOr<std::vector<PostgresResult>> PostgresPipeline::Run() {
  CheckMayBlock("postgres");
  PGconn* const handle = connection_.handle();
  connection_.broken_ = true;
  if (PQenterPipelineMode(handle) == 0) return PostgresConnectionError(handle, "pipeline");
  RETURN_IF_ERROR(Send());
  absl::Status first_error;
  std::vector<PostgresResult> results;
  for (const Command& command : commands_) {
    PostgresResult::Handle answer;
    if (command.prepares) {
      first_error.Update(ReadAnswer(command.sql, answer));
      if (first_error.ok()) connection_.statements_.emplace(command.sql, command.statement);
    }
    first_error.Update(ReadAnswer(command.sql, answer));
    if (PQstatus(handle) != CONNECTION_OK) return PostgresConnectionError(handle, command.sql);
    results.emplace_back(std::move(answer));
  }
  RETURN_IF_ERROR(ReadSync());
  if (PQexitPipelineMode(handle) == 0) return PostgresConnectionError(handle, "pipeline");
  connection_.broken_ = false;
  RETURN_IF_ERROR(first_error);
  return results;
}

absl::Status PostgresPipeline::Send() {
  // Statements that are new get their names in their order; the same one may come twice.
  absl::flat_hash_map<absl::string_view, std::string> named;
  for (Command& command : commands_) {
    command.statement = connection_.FindStatement(command.sql);
    if (command.statement.empty()) {
      const auto [name, added] = named.try_emplace(
          command.sql, absl::StrCat(connection_.NextStatementName(), "_", named.size()));
      command.prepares = added;
      command.statement = name->second;
    }
    RETURN_IF_ERROR(SendCommand(command));
  }
  PGconn* const handle = connection_.handle();
  return PQpipelineSync(handle) != 0 ? absl::OkStatus()
                                     : PostgresConnectionError(handle, "pipeline");
}

absl::Status PostgresPipeline::SendCommand(Command& command) {
  PGconn* const handle = connection_.handle();
  const BoundValues bound(command.values.data(), command.values.size());
  const bool prepared = !command.prepares || PQsendPrepare(handle, command.statement.c_str(),
                                                           std::string(command.sql).c_str(),
                                                           bound.size(), bound.types.data()) != 0;
  const bool sent = prepared && PQsendQueryPrepared(handle, command.statement.c_str(), bound.size(),
                                                    bound.bytes.data(), bound.lengths.data(),
                                                    bound.formats.data(), kBinary) != 0;
  return sent ? absl::OkStatus() : PostgresConnectionError(handle, command.sql);
}

absl::Status PostgresPipeline::ReadAnswer(absl::string_view sql, PostgresResult::Handle& answer) {
  PGconn* const handle = connection_.handle();
  answer.reset(PQgetResult(handle));
  if (answer == nullptr) return PostgresConnectionError(handle, sql);
  // The end of the answer.
  const PostgresResult::Handle end(PQgetResult(handle));
  if (end != nullptr || PQstatus(handle) != CONNECTION_OK) {
    return PostgresConnectionError(handle, sql);
  }
  if (Succeeded(answer.get())) return absl::OkStatus();
  if (PQresultStatus(answer.get()) == PGRES_PIPELINE_ABORTED) {
    return absl::AbortedError("passed over");  // never the first error
  }
  return PostgresError(answer.get(), sql);
}

absl::Status PostgresPipeline::ReadSync() {
  const PostgresResult::Handle sync(PQgetResult(connection_.handle()));
  if (sync != nullptr && PQresultStatus(sync.get()) == PGRES_PIPELINE_SYNC) return absl::OkStatus();
  return PostgresConnectionError(connection_.handle(), "pipeline");
}

}  // namespace kpisuite
