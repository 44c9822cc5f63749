#include "services/measurement/sample_stream.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/measurement/definition_test_server.h"
#include "services/measurement/memory_measurement_store.h"
#include "services/measurement/metric_catalog.h"
#include "services/measurement/raw_message.h"

namespace kpisuite {
namespace {

template <typename Condition>
bool Eventually(const Condition& condition) {
  for (int i = 0; i < 4000 && !condition(); ++i) absl::SleepFor(absl::Milliseconds(5));
  return condition();
}

// A store that applies units only when told: a slow disk.
class HeldStore final : public MeasurementStore {
 public:
  absl::string_view engine() const override { return "held"; }
  int partitions() const override { return store_.partitions(); }
  void Ingest(IngestUnit unit, IngestDone done) override EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    held_.emplace_back(std::move(unit), std::move(done));
  }
  std::vector<FeedHead> Heads() const override { return store_.Heads(); }
  void SetCommitListener(std::function<void()> listener) override {
    store_.SetCommitListener(std::move(listener));
  }
  absl::StatusOr<ChangePage> ReadChanges(int part, int64_t incarnation, int64_t seq,
                                         size_t limit_bytes) override {
    return store_.ReadChanges(part, incarnation, seq, limit_bytes);
  }
  absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> Snapshot() override {
    return store_.Snapshot();
  }
  void Shutdown() override { store_.Shutdown(); }
  absl::Status SaveDefinitions(const DefinitionsUpdate& update) override {
    return store_.SaveDefinitions(update);
  }
  absl::StatusOr<SavedDefinitions> LoadDefinitions() override { return store_.LoadDefinitions(); }

  absl::StatusOr<int64_t> ForgetChanges(int part, absl::Time before, int64_t limit) override {
    return store_.ForgetChanges(part, before, limit);
  }
  absl::StatusOr<int64_t> ForgetRequests(absl::Time before, int64_t limit) override {
    return store_.ForgetRequests(before, limit);
  }

  absl::StatusOr<std::vector<PastSamples>> FindPast(absl::Time cutoff) override {
    return store_.FindPast(cutoff);
  }
  absl::StatusOr<PastDeletion> DeletePast(absl::Time cutoff,
                                          absl::FunctionRef<bool()> stopping) override {
    return store_.DeletePast(cutoff, stopping);
  }

  size_t held() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return held_.size();
  }
  void ReleaseOne() EXCLUDES(mutex_) {
    std::pair<IngestUnit, IngestDone> first;
    {
      MutexLock lock(mutex_);
      first = std::move(held_.front());
      held_.pop_front();
    }
    store_.Ingest(std::move(first.first), std::move(first.second));
  }

 private:
  MemoryMeasurementStore store_{1, 16};
  Mutex mutex_;
  std::deque<std::pair<IngestUnit, IngestDone>> held_ GUARDED_BY(mutex_);
};

// The transport as the stream sees it.
class FakeTransport final : public BidiStream<grpc::ByteBuffer> {
 public:
  void ReadNext() override { ++reads; }
  void Write(grpc::ByteBuffer response) override {
    v1::StreamSamplesResponse message;
    EXPECT_TRUE(ParseRaw(response, message).ok());
    acks += message.acks_size();
  }
  void End(absl::Status) override { ended = true; }
  void HoldEnd(bool hold) override { held = hold; }

  std::atomic<int> reads{0};
  std::atomic<int> acks{0};
  std::atomic<bool> ended{false};
  std::atomic<bool> held{false};
};

class NoFreshness final : public DefinitionFreshness {
 public:
  absl::Status CatchUp(absl::Time) override { return absl::OkStatus(); }
};

class SampleStreamTest : public testing::Test {
 protected:
  SampleStreamTest() {
    const v1::Definition metric =
        MetricDefinitionOf("delay", 2, {"origin"}, v1::SAMPLE_IDENTITY_EVENT);
    EXPECT_TRUE(catalog_.Apply({&metric, 1}, true, 1, 1).ok());
    consumer_ = SampleStream::Open(service_, executor_, transport_);
  }

  // Sends what the stream asks for, until it asks for nothing more; how many batches were sent.
  int SendWhileAsked(size_t reason_bytes) {
    while (transport_->reads > sent_) {
      v1::StreamSamplesRequest request;
      request.set_batch_no(++sent_);
      v1::WriteSamplesRequest& batch = *request.mutable_batch();
      batch.set_parent("workspaces/w");
      batch.set_request_id(absl::StrCat(sent_));
      v1::SeriesBlock& block = *batch.add_series();
      block.set_metric("delay");
      block.add_time_unix_nano(sent_);
      block.add_sample_ids("a");
      block.add_mantissas(1);
      // A field that is not read makes the message large.
      batch.GetReflection()->MutableUnknownFields(&batch)->AddLengthDelimited(
          1000, std::string(reason_bytes, 'x'));
      consumer_->OnMessage(SerializeRaw(request));
    }
    return sent_;
  }

  SystemClock clock_;
  HeldStore store_;
  MetricCatalog catalog_{store_};
  NoFreshness freshness_;
  MeasurementService service_{store_, catalog_, freshness_, clock_, MeasurementLimits()};
  Executor executor_{{.threads = 2}, clock_};
  const std::shared_ptr<FakeTransport> transport_ = std::make_shared<FakeTransport>();
  std::unique_ptr<StreamConsumer<grpc::ByteBuffer>> consumer_;
  int sent_ = 0;
};

TEST_F(SampleStreamTest, NothingMoreIsReadWhileTooManyBatchesAreUnacknowledged) {
  EXPECT_EQ(SendWhileAsked(0), 64);
  ASSERT_TRUE(Eventually([this] { return store_.held() == 64; }));
  EXPECT_EQ(transport_->acks, 0);
  store_.ReleaseOne();
  EXPECT_EQ(transport_->acks, 1);
  EXPECT_EQ(SendWhileAsked(0), 65);
}

TEST_F(SampleStreamTest, NothingMoreIsReadWhileTooManyBytesAreUnacknowledged) {
  EXPECT_EQ(SendWhileAsked(size_t{1} << 20), 8);
  ASSERT_TRUE(Eventually([this] { return store_.held() == 8; }));
  store_.ReleaseOne();
  EXPECT_EQ(SendWhileAsked(size_t{1} << 20), 9);
}

TEST_F(SampleStreamTest, TheEndIsHeldUntilTheLastAck) {
  EXPECT_EQ(SendWhileAsked(0), 64);
  consumer_->OnMessagesDone();
  ASSERT_TRUE(Eventually([this] { return store_.held() == 64; }));
  EXPECT_TRUE(transport_->held);
  EXPECT_FALSE(transport_->ended);
  while (store_.held() > 0) store_.ReleaseOne();
  EXPECT_EQ(transport_->acks, 64);
  EXPECT_TRUE(transport_->ended);
  EXPECT_FALSE(transport_->held);
}

TEST_F(SampleStreamTest, AcksThatComeAfterTheCallAreDropped) {
  EXPECT_EQ(SendWhileAsked(0), 64);
  ASSERT_TRUE(Eventually([this] { return store_.held() == 64; }));
  consumer_.reset();
  while (store_.held() > 0) store_.ReleaseOne();
  EXPECT_EQ(transport_->acks, 0);
}

}  // namespace
}  // namespace kpisuite
