// Streams whose other side misbehaves: a server that stops, a watcher that does not read, a writer
// that does not read its acks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <memory>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/sample_import.h"
#include "tests/integration/state_watcher.h"

namespace kpisuite {
namespace {

using testing::SizeIs;

// What a stalled client may cost a server, beyond what it used before. The cap of the documents:
// a stream holds at most one message, 8 MiB of batches, and the newest state of each key.
constexpr int64_t kMemoryCap = int64_t{64} << 20;
// Growth of the memory of a server that is allowed; sanitizers need far more for themselves.
int64_t MemoryCap() { return Sanitized() ? std::numeric_limits<int64_t>::max() : kMemoryCap; }

// How soon a server that is told to stop has ended: its drain timeout and something for the rest.
absl::Duration Grace() { return Sanitized() ? Patience() : absl::Seconds(10); }

constexpr absl::Duration kSlowReaderTimeout = absl::Seconds(2);

std::string SlowReaderTimeout() {
  return "--slow-reader-timeout=" + absl::FormatDuration(kSlowReaderTimeout);
}

class StreamFaults : public testing::Test {
 protected:
  StreamFaults()
      : suite_({.measurement_arguments = {SlowReaderTimeout()},
                .evaluation_arguments = {SlowReaderTimeout()}}),
        random_(1) {}

  void SetUp() override {
    const absl::Status started = suite_.Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<SuiteClient>(suite_.Client());
    const absl::Status defined = client_->Define(kDeliveryDefinitions);
    ASSERT_TRUE(defined.ok()) << defined;
  }

  ProcessSuite suite_;
  std::mt19937 random_;
  std::unique_ptr<SuiteClient> client_;
};

TEST_F(StreamFaults, TerminationDuringAnImportKeepsWhatWasAcknowledgedAndSaysWhy) {
  const std::vector<Delivery> deliveries = RandomDeliveries("d", FirstDay(), 100'000, random_);
  const auto batches = ImportBatches("import", deliveries, 100);
  std::atomic<int> settled{0};
  ImportOutcome outcome;
  std::thread importer([&] { outcome = ImportSamples(*client_, batches, settled); });
  ASSERT_TRUE(Eventually([&] { return settled > 20; }));
  const absl::Time told = absl::Now();
  const absl::Status terminated = suite_.measurement().Terminate();
  EXPECT_LT(absl::Now() - told, Grace());
  importer.join();
  EXPECT_TRUE(terminated.ok()) << terminated;
  EXPECT_EQ(outcome.end.code(), absl::StatusCode::kUnavailable) << outcome.end;
  // What the server says last gets lost when the importer was still sending: the kernel resets a
  // connection that is closed with unread data. TerminationEndsWatchersWithAReason has none.
  const std::string reason = GetErrorDetails(outcome.end).reason;
  EXPECT_TRUE(reason == "SHUTTING_DOWN" || reason.empty()) << reason;
  EXPECT_LT(outcome.acked.size(), batches.size());

  ASSERT_TRUE(suite_.measurement().StartAndWaitUntilReady().ok());
  const auto stored = client_->ReadSamples(kDelayMetric);
  ASSERT_TRUE(stored.ok()) << stored.status();
  std::set<std::string> ids;
  for (const v1::Sample& sample : *stored) ids.insert(sample.sample_id());
  for (const auto& [index, result] : outcome.acked) {
    for (size_t i = index * 100; i < (index + 1) * 100; ++i) {
      ASSERT_TRUE(ids.contains(deliveries[i].id)) << deliveries[i].id;
    }
  }
  // A drained server has settled everything that it took; where its last words arrived, nothing is
  // stored that was not acknowledged.
  EXPECT_EQ(ids.size() % 100, 0);
  if (!reason.empty()) {
    EXPECT_EQ(ids.size(), outcome.acked.size() * 100);
  }
}

TEST_F(StreamFaults, TerminationEndsWatchersWithAReason) {
  StateWatcher watcher(*client_, WatchOf("total-delay", "DAY"));
  ASSERT_TRUE(watcher.ReadUntilInSync());
  const absl::Status terminated = suite_.evaluation().Terminate();
  EXPECT_TRUE(terminated.ok()) << terminated;
  const absl::Status end = watcher.Drain();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable) << end;
  EXPECT_EQ(GetErrorDetails(end).reason, "SHUTTING_DOWN");
}

// A client that writes as fast as it may and reads no ack, until the server does not take more.
class StalledWriter {
 public:
  StalledWriter(SuiteClient& client, const std::string& name)
      : context_(MakeContext(CallTimeout())),
        stream_(client.measurement().StreamSamples(context_.get())),
        thread_([this, name] { Write(name); }) {}

  // Whether Write has not come back for `time`.
  bool StuckFor(absl::Duration time) const {
    return !ended_ && absl::Now() - absl::FromUnixMicros(last_write_) > time;
  }
  // Whether the server has cut it off.
  bool ended() const { return ended_; }

  // Reads what is there and tells how the call ended.
  absl::Status ReadToTheEnd() {
    v1::StreamSamplesResponse response;
    while (stream_->Read(&response)) durable_ = response.durable_through_batch_no();
    thread_.join();
    return FromGrpcStatus(stream_->Finish());
  }
  // Batches whose acks were read.
  int64_t durable() const { return durable_; }

 private:
  void Write(const std::string& name) {
    std::mt19937 random(1);
    v1::StreamSamplesRequest request;
    for (int64_t batch = 1; !ended_; ++batch) {
      const std::string id = absl::StrCat(name, "-", batch);
      *request.mutable_batch() = WriteRequest(id, RandomDeliveries(id, FirstDay(), 1, random));
      request.set_batch_no(batch);
      last_write_ = absl::ToUnixMicros(absl::Now());
      ended_ = !stream_->Write(request);
    }
  }

  const std::unique_ptr<grpc::ClientContext> context_;
  const std::unique_ptr<
      grpc::ClientReaderWriterInterface<v1::StreamSamplesRequest, v1::StreamSamplesResponse>>
      stream_;
  std::atomic<bool> ended_{false};
  std::atomic<int64_t> last_write_{absl::ToUnixMicros(absl::Now())};
  int64_t durable_ = 0;
  std::thread thread_;
};

TEST_F(StreamFaults, StalledWritersAreEndedAndCostLittle) {
  const int64_t before = suite_.measurement().ResidentBytes();
  StalledWriter late(*client_, "late");
  StalledWriter never(*client_, "never");
  // By then the server has decided.
  ASSERT_TRUE(Eventually(
      [&] { return late.ended() || late.StuckFor(kSlowReaderTimeout + absl::Seconds(1.5)); }));
  EXPECT_LT(suite_.measurement().ResidentBytes() - before, MemoryCap());
  // One reads after all: acks that were on their way, then the reason.
  const absl::Status end = late.ReadToTheEnd();
  EXPECT_EQ(end.code(), absl::StatusCode::kResourceExhausted) << end;
  EXPECT_EQ(GetErrorDetails(end).reason, "SLOW_CONSUMER");
  EXPECT_GT(late.durable(), 0);
  // The other is cut off after a grace period; others can write all the time.
  const auto written =
      client_->Write(WriteRequest("request-1", RandomDeliveries("d", FirstDay(), 10, random_)));
  EXPECT_TRUE(written.ok()) << written.status();
  EXPECT_TRUE(Eventually([&] { return never.ended(); }));
  EXPECT_LT(suite_.measurement().ResidentBytes() - before, MemoryCap());
  EXPECT_FALSE(never.ReadToTheEnd().ok());
  const auto stored = client_->ReadSamples(kDelayMetric);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_GE(static_cast<int64_t>(stored->size()), late.durable() + never.durable());
}

TEST_F(StreamFaults, WriterThatSendsNothingDisturbsNobody) {
  const auto context = MakeContext(CallTimeout());
  const auto silent = client_->measurement().StreamSamples(context.get());
  const auto written =
      client_->Write(WriteRequest("request-1", RandomDeliveries("d", FirstDay(), 10, random_)));
  ASSERT_TRUE(written.ok()) << written.status();
  silent->WritesDone();
  EXPECT_TRUE(silent->Finish().ok());
}

// Many states that change all the time, one watcher that reads and one that does not.
TEST_F(StreamFaults, StalledWatcherIsEndedAndOthersAreNotDisturbed) {
  constexpr int kDepots = 300;
  const auto wave = [&](int number) {
    std::vector<Delivery> deliveries;
    for (int depot = 0; depot < kDepots; ++depot) {
      deliveries.push_back({"d", absl::StrCat("depot-", depot), TimeOn(FirstDay(), {}), number});
    }
    const auto written = client_->Write(WriteRequest(absl::StrCat("wave-", number), deliveries));
    EXPECT_TRUE(written.ok()) << written.status();
    return written.ok() ? written->position_token() : "";
  };
  v1::WatchStatesRequest all;
  all.set_filter("grouping = \"depot\"");
  std::string token = wave(0);
  ASSERT_TRUE(client_->GetState({"total-delay", "DAY", "depot=depot-0"}, token).ok());
  StateWatcher stalled(*client_, all);
  ASSERT_TRUE(stalled.Next().has_value());
  StateWatcher healthy(*client_, WatchOf("total-delay", "DAY"));
  ASSERT_TRUE(healthy.ReadUntilInSync());

  const int64_t before = suite_.evaluation().ResidentBytes();
  const absl::Time enough = absl::Now() + 2 * kSlowReaderTimeout;
  int waves = 0;
  while (absl::Now() < enough) token = wave(++waves);
  const std::string total = absl::StrCat(waves * kDepots);
  const auto seen = healthy.ReadUntil([&](const v1::KpiState& state) {
    return state.value() == total && state.period().id() == DayId(FirstDay());
  });
  EXPECT_TRUE(seen.has_value());
  EXPECT_LT(suite_.evaluation().ResidentBytes() - before, MemoryCap());
  const absl::Status end = stalled.Drain();
  EXPECT_EQ(end.code(), absl::StatusCode::kResourceExhausted) << end;
  EXPECT_EQ(GetErrorDetails(end).reason, "SLOW_CONSUMER");
  // The healthy one was not ended.
  token = wave(waves + 1);
  EXPECT_TRUE(healthy
                  .ReadUntil([&](const v1::KpiState& state) {
                    return state.value() == absl::StrCat((waves + 1) * kDepots);
                  })
                  .has_value());
}

}  // namespace
}  // namespace kpisuite
