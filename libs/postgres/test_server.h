// PostgresTestServer: a real PostgreSQL server for tests.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/postgres/target.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {

// A new cluster in a directory of its own, on a Unix socket there; ended with the object, or with
// the test program. It syncs its files, as it must. As root it runs as "postgres" or "nobody".
// Not thread-safe. Every call waits until it is done.
class PostgresTestServer {
 public:
  PostgresTestServer() = default;
  PostgresTestServer(const PostgresTestServer&) = delete;
  PostgresTestServer& operator=(const PostgresTestServer&) = delete;
  ~PostgresTestServer();

  // The server that the tests of this program share; started at the first call, which fails the
  // program when it cannot. Ended with the program.
  static PostgresTestServer& Shared();

  // `settings` are more of postgres' own, each "name=value".
  absl::Status Start(const std::vector<std::string>& settings = {});
  // SIGQUIT: ends at once, as a crash does, and recovers at the next Start.
  void Crash();

  // The URI of a new, empty database.
  absl::StatusOr<PostgresTarget> NewDatabase();
  PostgresTarget Database(absl::string_view name) const;

 private:
  absl::Status InitialiseCluster();
  std::string data_directory() const { return directory_.path() + "/data"; }

  const TestDirectory directory_;
  bool initialised_ = false;
  int databases_ = 0;
  pid_t process_ = -1;
};

}  // namespace kpisuite
