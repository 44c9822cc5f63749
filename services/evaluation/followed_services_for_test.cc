#include "services/evaluation/followed_services_for_test.h"

#include <utility>

#include "libs/base/position_token.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(20);

grpc::Status Away() { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the test stopped it"); }

}  // namespace

int64_t DefinitionsForTest::Apply(std::vector<v1::Definition> set) {
  MutexLock lock(mutex_);
  sets_.push_back(std::move(set));
  applied_at_.push_back(absl::Now());
  changed_.NotifyAll();
  return static_cast<int64_t>(sets_.size()) + 1;
}

void DefinitionsForTest::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.NotifyAll();
}

void DefinitionsForTest::Resume() {
  MutexLock lock(mutex_);
  stopped_ = false;
}

grpc::Status DefinitionsForTest::WatchDefinitions(
    grpc::ServerContext* context, const v1::WatchDefinitionsRequest* request,
    grpc::ServerWriter<v1::WatchDefinitionsResponse>* writer) {
  // Position 1 is an empty log; set i ends at position i + 2.
  size_t next =
      request->after_position() <= 1 ? 0 : static_cast<size_t>(request->after_position()) - 1;
  bool snapshot = request->after_position() == 0;
  bool caught_up = false;
  while (!context->IsCancelled()) {
    v1::WatchDefinitionsResponse response;
    {
      MutexLock lock(mutex_);
      if (stopped_) return Away();
      if (snapshot || next < sets_.size()) {
        response.set_snapshot(snapshot);
        const size_t end = snapshot ? sets_.size() : next + 1;
        for (; next < end; ++next) {
          for (const v1::Definition& definition : sets_[next]) {
            *response.add_definitions() = definition;
          }
        }
        if (!snapshot) *response.mutable_commit_time() = ToTimestamp(applied_at_[next - 1]);
        snapshot = false;
      } else if (!caught_up) {
        caught_up = true;
        response.set_heartbeat(true);
      } else {
        changed_.WaitFor(mutex_, kPoll);
        continue;
      }
      response.set_position(static_cast<int64_t>(next) + 1);
    }
    if (!writer->Write(response)) break;
  }
  return grpc::Status::OK;
}

std::string MeasurementForTest::Token(int64_t seq) const {
  PositionToken token;
  token.parts[0] = {incarnation_, seq};
  return token.ToText();
}

std::string MeasurementForTest::Append(const FeedForTest::Batch& batch) {
  if (batch != nullptr && !std::exchange(lose_next_, false)) {
    auto copy = std::make_shared<v1::ChangeBatch>(*batch);
    copy->mutable_position()->set_incarnation(incarnation_);
    *copy->mutable_commit_time() = ToTimestamp(absl::Now());
    batches_.push_back(std::move(copy));
    changed_.NotifyAll();
  }
  return Token(feed_.seq());
}

std::string MeasurementForTest::Write(absl::Time time, int64_t value, const std::string& id,
                                      const std::string& region) {
  MutexLock lock(mutex_);
  // The evaluator under test has the system's clock, and compares these times with it.
  feed_.SetTime(absl::Now());
  return Append(feed_.Write({"m", region, absl::ToUnixNanos(time), id}, value));
}

std::string MeasurementForTest::Retract(absl::Time time, const std::string& id,
                                        const std::string& region) {
  MutexLock lock(mutex_);
  feed_.SetTime(absl::Now());
  return Append(feed_.Retract({"m", region, absl::ToUnixNanos(time), id}));
}

std::string MeasurementForTest::Advance(absl::Time watermark) {
  MutexLock lock(mutex_);
  feed_.SetTime(absl::Now());
  return Append(feed_.Advance("m", watermark));
}

std::string MeasurementForTest::TokenOfTheFuture() {
  MutexLock lock(mutex_);
  return Token(feed_.seq() + 1);
}

void MeasurementForTest::Rebuild() {
  MutexLock lock(mutex_);
  ++incarnation_;
  first_seq_ = feed_.seq();
  batches_.clear();
  changed_.NotifyAll();
}

void MeasurementForTest::HoldAggregates() {
  MutexLock lock(mutex_);
  aggregates_held_ = true;
}

void MeasurementForTest::ReleaseAggregates() {
  MutexLock lock(mutex_);
  aggregates_held_ = false;
}

void MeasurementForTest::LoseNext() {
  MutexLock lock(mutex_);
  lose_next_ = true;
}

void MeasurementForTest::Hold() {
  MutexLock lock(mutex_);
  held_at_ = feed_.seq();
}

void MeasurementForTest::Release() {
  MutexLock lock(mutex_);
  held_at_.reset();
  changed_.NotifyAll();
}

void MeasurementForTest::WaitForReader() {
  MutexLock lock(mutex_);
  while (sent_seq_ < 0) changed_.Wait(mutex_);
}

void MeasurementForTest::WaitUntilSent() {
  MutexLock lock(mutex_);
  while (sent_seq_ < feed_.seq()) changed_.Wait(mutex_);
}

void MeasurementForTest::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.NotifyAll();
}

void MeasurementForTest::Resume() {
  MutexLock lock(mutex_);
  stopped_ = false;
}

grpc::Status MeasurementForTest::GetMeasurementServerInfo(
    grpc::ServerContext* context, const v1::GetMeasurementServerInfoRequest* request,
    v1::ServerInfo* response) {
  MutexLock lock(mutex_);
  if (stopped_) return Away();
  v1::PartitionHead& head = *response->add_partitions();
  head.set_incarnation(incarnation_);
  head.set_last_seq(feed_.seq());
  return grpc::Status::OK;
}

grpc::Status MeasurementForTest::QueryAggregates(
    grpc::ServerContext* context, const v1::QueryAggregatesRequest* request,
    grpc::ServerWriter<v1::QueryAggregatesResponse>* writer) {
  for (int i = 0; i < request->queries_size(); ++i) {
    v1::QueryAggregatesResponse response;
    {
      MutexLock lock(mutex_);
      if (stopped_ || aggregates_held_) return Away();
      const LoadAnswer answer = feed_.Answer({.query = request->queries(i)});
      response.set_query(i);
      response.mutable_position()->set_incarnation(incarnation_);
      response.mutable_position()->set_seq(answer.seq);
      for (const v1::AggregateCell& cell : answer.cells) *response.add_cells() = cell;
      if (answer.watermark.has_value()) {
        *response.mutable_complete_through() = ToTimestamp(*answer.watermark);
      }
      response.set_last(true);
    }
    writer->Write(response);
  }
  return grpc::Status::OK;
}

v1::ReadChangesResponse MeasurementForTest::Since(int64_t seq) const {
  v1::ReadChangesResponse response;
  for (const FeedForTest::Batch& batch : batches_) {
    const int64_t at = batch->position().seq();
    if (at > seq && at <= Last()) *response.add_batches() = *batch;
  }
  if (response.batches().empty()) {
    v1::FeedPosition& head = *response.add_heads();
    head.set_incarnation(incarnation_);
    head.set_seq(Last());
  }
  return response;
}

grpc::Status MeasurementForTest::ReadChanges(grpc::ServerContext* context,
                                             const v1::ReadChangesRequest* request,
                                             grpc::ServerWriter<v1::ReadChangesResponse>* writer) {
  const int64_t incarnation = request->after(0).incarnation();
  int64_t seq = request->after(0).seq();
  while (!context->IsCancelled()) {
    v1::ReadChangesResponse response;
    {
      MutexLock lock(mutex_);
      if (stopped_) return Away();
      if (incarnation != incarnation_) {
        return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "INCARNATION_CHANGED");
      }
      if (Last() == seq) changed_.WaitFor(mutex_, kPoll);
      if (stopped_ || incarnation != incarnation_) continue;
      response = Since(seq);
      seq = Last();
    }
    if (!writer->Write(response)) break;
    MutexLock lock(mutex_);
    sent_seq_ = seq;
    changed_.NotifyAll();
  }
  return grpc::Status::OK;
}

}  // namespace kpisuite
