// PostgresConnection: one connection to PostgreSQL with its prepared statements.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/postgres/result.h"
#include "libs/postgres/target.h"
#include "libs/postgres/value.h"

namespace kpisuite {

inline constexpr absl::Duration kPostgresSilence = absl::Seconds(25);

struct PostgresConnectionOptions {
  std::string application_name;  // as pg_stat_activity shows it
  // SQL that each connection runs first, separated by semicolons ("SET search_path TO ...").
  std::string session;
  // A server that has not answered for so long is taken for gone; whole seconds, 5 or more.
  absl::Duration silence = kPostgresSilence;
};

// Used by one thread at a time. Every call may block and says so (CheckMayBlock). After a lost
// connection every call fails with UNAVAILABLE: take another one.
//
// Connects in 5 s at most, to a server that takes writes; a silent peer is noticed within about
// `silence`. Parameters of the URI (connect_timeout, keepalives_idle, target_session_attrs, ...)
// win.
class PostgresConnection {
 public:
  // UNAVAILABLE STORE_UNAVAILABLE when the server cannot be reached or refuses the login (the text
  // is logged). FAILED_PRECONDITION for a server whose settings lose data: see CheckServer.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(
      const PostgresTarget& target, const PostgresConnectionOptions& options);
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection() = default;

  // Runs one statement, prepared at its first use. Errors: see PostgresError.
  absl::StatusOr<PostgresResult> Query(absl::string_view sql, PostgresValues values = {});
  // As Query, ignoring the rows.
  absl::Status Execute(absl::string_view sql, PostgresValues values = {});
  // Runs several statements without values, separated by semicolons.
  absl::Status ExecuteScript(absl::string_view sql);

  // Whether the connection is still there, as far as is known without asking. Never blocks.
  bool alive();
  // Whether a transaction is open, failed or not.
  bool in_transaction() const { return PQtransactionStatus(handle()) != PQTRANS_IDLE; }

  // Waits for a notification (LISTEN) until `timeout`, or until the eventfd `wake_descriptor` (-1:
  // none), which is cleared, has been written to. The payloads of all that came. UNAVAILABLE when
  // the connection is lost.
  absl::StatusOr<std::vector<std::string>> WaitForNotifications(absl::Duration timeout,
                                                                int wake_descriptor = -1);

  PGconn* handle() const { return connection_.get(); }

 private:
  friend class PostgresPipeline;
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  explicit PostgresConnection(PGconn* connection) : connection_(connection) {}

  // Name of the prepared statement of `sql`; empty when it is not prepared yet.
  std::string FindStatement(absl::string_view sql) const;
  std::string NextStatementName() const;

  const std::unique_ptr<PGconn, Finish> connection_;
  bool broken_ = false;                                       // a pipeline ended in the middle
  absl::flat_hash_map<std::string, std::string> statements_;  // SQL to name
};

// Several statements sent together: one round trip. They run in their order; after the first that
// fails the server passes over the rest.
//
//   PostgresPipeline pipeline(connection);
//   pipeline.Add("BEGIN");
//   const size_t found = pipeline.Add("SELECT ... WHERE id = $1", {id});
//   ASSIGN_OR_RETURN(const std::vector<PostgresResult> results, pipeline.Run());
//   Use(results[found]);
class PostgresPipeline {
 public:
  explicit PostgresPipeline(PostgresConnection& connection) : connection_(connection) {}
  PostgresPipeline(const PostgresPipeline&) = delete;
  PostgresPipeline& operator=(const PostgresPipeline&) = delete;

  // Index of its result. `sql` outlives the pipeline.
  size_t Add(absl::string_view sql, std::vector<PostgresValue> values = {});
  bool empty() const { return commands_.empty(); }

  // Sends everything and reads all answers. The first error, if any; the transaction, if one is
  // open, has failed then. Only once.
  absl::StatusOr<std::vector<PostgresResult>> Run();

 private:
  struct Command {
    absl::string_view sql;
    std::vector<PostgresValue> values;
    std::string statement;
    bool prepares = false;
  };

  absl::Status Send();
  absl::Status SendCommand(Command& command);
  // Reads the answer to one message.
  absl::Status ReadAnswer(absl::string_view sql, PostgresResult::Handle& answer);
  absl::Status ReadSync();

  PostgresConnection& connection_;
  std::vector<Command> commands_;
};

}  // namespace kpisuite
