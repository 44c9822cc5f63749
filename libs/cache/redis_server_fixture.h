// RedisServer: a real redis-server for tests, with the faults it can have.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// A port of 127.0.0.1 that was free a moment ago.
int FreePort();

// Started on a free port of 127.0.0.1 without persistence, in a directory of its own; killed when
// destroyed and when the test dies. Not thread-safe. Every call waits until it is done.
class RedisServer {
 public:
  struct Options {
    std::string password;                // empty: none
    std::vector<std::string> arguments;  // more of redis-server's
    std::string sentinel;                // its configuration: a sentinel; empty: a server
  };

  RedisServer() : RedisServer(Options{}) {}
  explicit RedisServer(Options options);
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  // Starts the server and waits until it answers; after a Kill or Stop on the same port, empty but
  // for what sentinels and nodes of a cluster know of each other.
  absl::Status Start();
  void Stop();    // SIGTERM
  void Kill();    // SIGKILL
  void Pause();   // SIGSTOP: connections stay and nothing is answered
  void Resume();  // SIGCONT

  // Runs one command, e.g. {"FLUSHALL"}; the reply as text: "(nil)", the elements of an array
  // one a line.
  std::string Command(const std::vector<std::string>& arguments);

  int port() const { return port_; }
  bool running() const { return process_ > 0; }
  // Runs the command until its reply holds `wanted`; false after 10 s.
  bool Await(const std::vector<std::string>& arguments, absl::string_view wanted);
  // The same until it no longer holds it.
  bool AwaitEnd(const std::vector<std::string>& arguments, absl::string_view unwanted);

  // redis://[:password@]127.0.0.1:port/0
  std::string address() const;

 private:
  absl::Status StartOnPort();
  void End(int signal);

  const Options options_;
  const std::string directory_;
  int port_ = 0;
  pid_t process_ = -1;
};

}  // namespace kpisuite
