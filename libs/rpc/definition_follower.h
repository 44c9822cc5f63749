// DefinitionFollower: the client side of WatchDefinitions.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "libs/base/mutex.h"

namespace kpisuite {

// What the follower hands over, in the order of the change log.
struct DefinitionUpdate {
  // All live definitions: whatever is not among them no longer exists. Else one applied set, whose
  // deletions have `deleted` set.
  bool snapshot = false;
  std::vector<v1::Definition> definitions;
  // Position of the change log after this update; resume from it.
  int64_t position = 0;
  // Life of the change log; belongs to the position.
  int64_t incarnation = 0;
  // When the set was applied; the epoch in a snapshot.
  absl::Time commit_time = absl::UnixEpoch();
};

struct DefinitionFollowerOptions {
  // `workspaces/-` for all, or `workspaces/{workspace}`.
  std::string parent = "workspaces/-";
  // Position and incarnation that the owner has stored; 0 starts with a snapshot. When the server
  // no longer knows them (it lost its store), the follower starts again with a snapshot by itself.
  int64_t after_position = 0;
  int64_t incarnation = 0;  // 0: not checked
  // Between attempts to connect: doubling, with jitter of a half.
  absl::Duration first_backoff = absl::Milliseconds(100);
  absl::Duration longest_backoff = absl::Seconds(10);
  // A connection that is silent for longer is given up; the server sends heartbeats every 15 s.
  absl::Duration silence = absl::Seconds(45);
};

// Where a follower stands.
struct DefinitionFollowerState {
  bool connected = false;
  // Reached the end of the change log at least once on some connection: what it handed over was
  // complete then. Stays true when the connection is lost.
  bool caught_up = false;
  int64_t position = 0;     // of the last update the callback accepted
  int64_t incarnation = 0;  // of that position
  absl::Status last_error;  // why the last connection ended; ok at first
};

// Follows the change log on a thread of its own until it is destroyed. Thread-safe.
class DefinitionFollower {
 public:
  // Called on the follower's thread, one update at a time; may block. An error is logged and the
  // same update comes again after a backoff.
  using Callback = std::function<absl::Status(const DefinitionUpdate&)>;
  // Called on the follower's thread after each change of connected or caught_up; must not block.
  using StateListener = std::function<void(const DefinitionFollowerState&)>;

  // Starts at once. A lost server is no error: the follower goes on trying.
  DefinitionFollower(std::shared_ptr<grpc::Channel> channel, DefinitionFollowerOptions options,
                     Callback callback, StateListener listener);
  DefinitionFollower(const DefinitionFollower&) = delete;
  DefinitionFollower& operator=(const DefinitionFollower&) = delete;
  ~DefinitionFollower();  // Stop()

  // Ends the stream and joins the thread; no callback runs afterwards. Idempotent. Not to be
  // called from a callback.
  void Stop() EXCLUDES(mutex_);

  DefinitionFollowerState state() const EXCLUDES(mutex_);

  // Waits until position() is at least `position` or the time has passed; whether it is.
  bool WaitForPosition(int64_t position, absl::Duration timeout) const EXCLUDES(mutex_);

 private:
  void Run();
  // One connection, from the present position to its end.
  absl::Status FollowOnce();
  absl::Status Handle(v1::WatchDefinitionsResponse& message, DefinitionUpdate& update);
  // Position and incarnation to resume from.
  std::pair<int64_t, int64_t> Place() const EXCLUDES(mutex_);
  void Accept(int64_t position, int64_t incarnation) EXCLUDES(mutex_);
  void SetConnected(bool connected, const absl::Status& error) EXCLUDES(mutex_);
  void SetCaughtUp() EXCLUDES(mutex_);
  void WaitBackoff(int failures) EXCLUDES(mutex_);
  bool stopping() const EXCLUDES(mutex_);
  void Notify() EXCLUDES(mutex_);

  // Cancels the running call when nothing has been read for too long, or on Stop().
  void RunWatchdog() EXCLUDES(mutex_);

  const std::unique_ptr<v1::DefinitionService::Stub> stub_;
  const DefinitionFollowerOptions options_;
  const Callback callback_;
  const StateListener listener_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  DefinitionFollowerState state_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ GUARDED_BY(mutex_) = nullptr;  // of the running call
  uint64_t messages_ GUARDED_BY(mutex_) = 0;                   // read so far
  bool reading_ GUARDED_BY(mutex_) = false;                    // false while the callback runs
  absl::BitGen random_;                                        // of the follower's thread
  std::thread thread_;
  std::thread watchdog_;
};

}  // namespace kpisuite
