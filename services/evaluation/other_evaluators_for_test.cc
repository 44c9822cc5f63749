#include "services/evaluation/other_evaluators_for_test.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/evaluation/engine/feed_for_test.h"
#include "services/evaluation/list_cursor.h"

namespace kpisuite {

std::string Day(int day) { return absl::StrCat("2024-03-0", day); }

v1::KpiState StateOfTest(const std::string& period, const std::string& value,
                         const std::string& slice) {
  v1::KpiState state;
  state.set_kpi(kTestKpi);
  state.set_window("DAY");
  state.set_slice(slice);
  state.mutable_period()->set_id(period);
  state.set_value(value);
  state.set_definition_revision(1);
  return state;
}

void OwnershipOfOthers::SetOwner(const std::string& address) {
  MutexLock lock(mutex_);
  owner_ = address;
  if (listener_ != nullptr) listener_->OnPeers();
}

void OwnershipOfOthers::Give(int64_t epoch) {
  MutexLock lock(mutex_);
  owner_.clear();
  owned_ = 1;
  listener_->OnAcquired({OwnedPart{0, epoch}});
}

void OwnershipOfOthers::Begin(int /*partitions*/, const std::string& /*address*/,
                              OwnershipListener& listener) {
  MutexLock lock(mutex_);
  listener_ = &listener;
  listener_->OnPeers();
}

void OwnershipOfOthers::End() {
  MutexLock lock(mutex_);
  listener_ = nullptr;
}

int OwnershipOfOthers::owned() const {
  MutexLock lock(mutex_);
  return owned_;
}

std::string OwnershipOfOthers::OwnerOf(int32_t /*part*/) const {
  MutexLock lock(mutex_);
  return owner_;
}

std::vector<Peer> OwnershipOfOthers::Peers() const {
  MutexLock lock(mutex_);
  if (owner_.empty()) return {};
  return {{.id = owner_, .address = owner_}};
}

absl::StatusOr<std::unique_ptr<PartitionOwnership>> LogOfOthers::OpenOwnership() {
  auto ownership = std::make_unique<OwnershipOfOthers>(owner_);
  ownership_ = ownership.get();
  return ownership;
}

void OwnerForTest::LoseAnswer() {
  MutexLock lock(mutex_);
  lose_answer_ = true;
}

void OwnerForTest::SetSlices(std::vector<std::string> slices, const std::string& day) {
  MutexLock lock(mutex_);
  slices_ = std::move(slices);
  day_ = day;
}

std::vector<std::string> OwnerForTest::TakeAsked() {
  MutexLock lock(mutex_);
  return std::exchange(asked_, {});
}

grpc::Status OwnerForTest::BatchGetStates(grpc::ServerContext* /*context*/,
                                          const v1::BatchGetStatesRequest* request,
                                          v1::BatchGetStatesResponse* response) {
  for (const v1::StateKey& key : request->keys()) {
    MutexLock lock(mutex_);
    asked_.push_back(key.period());
    v1::KpiState& state = *response->add_results()->mutable_state();
    state = StateOfTest(key.period(), "owner");
    state.mutable_freshness()->set_source(v1::STATE_SOURCE_OWNER);
  }
  return grpc::Status::OK;
}

grpc::Status OwnerForTest::ListStates(grpc::ServerContext* /*context*/,
                                      const v1::ListStatesRequest* request,
                                      v1::ListStatesResponse* response) {
  MutexLock lock(mutex_);
  for (const std::string& slice : slices_) {
    if (response->states_size() == ListPageSize(*request)) {
      const ListCursor last{kTestKpi, 0, response->states().rbegin()->slice()};
      response->set_next_page_token(last.ToToken(*request));
      break;
    }
    *response->add_states() = StateOfTest(day_, "owner", slice);
  }
  return grpc::Status::OK;
}

grpc::Status OwnerForTest::ExplainState(grpc::ServerContext* /*context*/,
                                        const v1::ExplainStateRequest* request,
                                        v1::Explanation* response) {
  *response->mutable_state() = StateOfTest(request->key().period(), "owner");
  return grpc::Status::OK;
}

grpc::Status OwnerForTest::FinalizePeriods(grpc::ServerContext* /*context*/,
                                           const v1::FinalizePeriodsRequest* request,
                                           v1::FinalizePeriodsResponse* response) {
  MutexLock lock(mutex_);
  asked_.push_back(request->request_id());
  if (std::exchange(lose_answer_, false)) {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection lost");
  }
  response->set_final_through(request->through_period());
  return grpc::Status::OK;
}

grpc::Status FeedOfOwnerForTest::FollowStates(
    grpc::ServerContext* context, const replica::FollowStatesRequest* /*request*/,
    grpc::ServerWriter<replica::FollowStatesResponse>* writer) {
  replica::FollowStatesResponse response;
  replica::PartNews& part = *response.add_parts();
  part.set_epoch(1);
  part.set_begins(true);
  part.set_in_sync(true);
  for (const v1::KpiState& state : states_) {
    replica::StateNews& news = *part.add_states();
    news.set_kpi(state.kpi());
    news.set_window(state.window());
    news.set_slice(state.slice());
    news.set_period(state.period().id());
    news.set_first_day(1);
    news.set_latest_period(state.period().id());
    news.set_latest_first_day(1);
    news.set_state(state.SerializeAsString());
  }
  response.set_as_of_ns(absl::ToUnixNanos(absl::Now()));
  writer->Write(response);
  while (!context->IsCancelled()) absl::SleepFor(absl::Milliseconds(5));
  return grpc::Status::OK;
}

}  // namespace kpisuite
