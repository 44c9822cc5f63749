// StateWatcher: one WatchStates call of a test.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "tests/integration/suite_client.h"

namespace kpisuite {

// Not thread-safe. The call fails by itself after CallTimeout().
class StateWatcher {
 public:
  // `client` outlives the watcher; `parent` is filled in.
  StateWatcher(SuiteClient& client, v1::WatchStatesRequest request);
  StateWatcher(const StateWatcher&) = delete;
  StateWatcher& operator=(const StateWatcher&) = delete;
  ~StateWatcher();  // cancels the call

  // The next message; nothing when the call has ended.
  std::optional<v1::WatchStatesResponse> Next();

  // Reads up to the first state for which `wanted` holds; nothing when the call ended before.
  std::optional<v1::KpiState> ReadUntil(const std::function<bool(const v1::KpiState&)>& wanted);

  // Reads up to the message that says that the current states have all been sent, unless it was
  // read before; whether it came.
  bool ReadUntilInSync();

  // From where another watcher can go on.
  const std::string& resume_token() const { return resume_token_; }

  // Reads to the end and tells how the call ended.
  absl::Status Drain();

 private:
  const std::unique_ptr<grpc::ClientContext> context_;
  const std::unique_ptr<grpc::ClientReaderInterface<v1::WatchStatesResponse>> reader_;
  std::string resume_token_;
  bool in_sync_ = false;
  bool finished_ = false;
};

// A request for the states of one KPI in one window, in total.
v1::WatchStatesRequest WatchOf(const std::string& kpi, const std::string& window);

}  // namespace kpisuite
