#include "tests/integration/state_watcher.h"

#include <utility>

namespace kpisuite {
namespace {

v1::WatchStatesRequest WithParent(v1::WatchStatesRequest request) {
  request.set_parent(kTestParent);
  return request;
}

}  // namespace

StateWatcher::StateWatcher(SuiteClient& client, v1::WatchStatesRequest request)
    : context_(MakeContext(CallTimeout())),
      reader_(client.evaluation().WatchStates(context_.get(), WithParent(std::move(request)))) {}

StateWatcher::~StateWatcher() {
  if (finished_) return;
  context_->TryCancel();
  Drain().IgnoreError();
}

std::optional<v1::WatchStatesResponse> StateWatcher::Next() {
  v1::WatchStatesResponse response;
  if (!reader_->Read(&response)) return std::nullopt;
  resume_token_ = response.resume_token();
  in_sync_ = in_sync_ || response.in_sync();
  return response;
}

std::optional<v1::KpiState> StateWatcher::ReadUntil(
    const std::function<bool(const v1::KpiState&)>& wanted) {
  while (const auto response = Next()) {
    if (response->has_state() && wanted(response->state())) return response->state();
  }
  return std::nullopt;
}

bool StateWatcher::ReadUntilInSync() {
  while (!in_sync_ && Next().has_value()) {
  }
  return in_sync_;
}

absl::Status StateWatcher::Drain() {
  while (Next().has_value()) {
  }
  finished_ = true;
  return FromGrpcStatus(reader_->Finish());
}

v1::WatchStatesRequest WatchOf(const std::string& kpi, const std::string& window) {
  v1::WatchStatesRequest request;
  v1::StateKey& key = *request.add_keys();
  key.set_kpi(KpiName(kpi));
  key.set_window(window);
  return request;
}

}  // namespace kpisuite
