// RedisServer: a real redis-server for tests, with the faults it can have.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace kpisuite {

// Started on a free port of 127.0.0.1 without persistence; killed when destroyed and when the test
// dies. Not thread-safe. Every call waits until it is done.
class RedisServer {
 public:
  struct Options {
    std::string password;                // empty: none
    std::vector<std::string> arguments;  // more of redis-server's
  };

  RedisServer() : RedisServer(Options{}) {}
  explicit RedisServer(Options options);
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  // Starts the server and waits until it answers; after a Kill or Stop on the same port, empty.
  absl::Status Start();
  void Stop();    // SIGTERM
  void Kill();    // SIGKILL
  void Pause();   // SIGSTOP: connections stay and nothing is answered
  void Resume();  // SIGCONT

  // Runs one command, e.g. {"FLUSHALL"}; the reply as text ("(nil)", "(array)").
  std::string Command(const std::vector<std::string>& arguments);

  int port() const { return port_; }
  bool running() const { return process_ > 0; }
  // redis://[:password@]127.0.0.1:port/0
  std::string address() const;

 private:
  absl::Status StartOnPort();
  void End(int signal);

  const Options options_;
  int port_ = 0;
  pid_t process_ = -1;
};

}  // namespace kpisuite
