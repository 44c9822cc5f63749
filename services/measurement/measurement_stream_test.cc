// StreamSamples and ReadChanges over real connections.
#include <algorithm>
#include <thread>

#include "services/measurement/measurement_test_server.h"

namespace kpisuite {
namespace {

class MeasurementStreams : public MeasurementRpcTest {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::StreamSamplesRequest, v1::StreamSamplesResponse>;

  static v1::StreamSamplesRequest Batch(int64_t number, const std::string& id, double value) {
    v1::StreamSamplesRequest request;
    request.set_batch_no(number);
    *request.mutable_batch() = WriteOf(absl::StrCat("b", number), "ORD", {{id, value}});
    return request;
  }

  // Reads acks until `count` have come or the stream has ended.
  static std::vector<v1::BatchAck> ReadAcks(Stream& stream, size_t count) {
    std::vector<v1::BatchAck> acks;
    v1::StreamSamplesResponse response;
    while (acks.size() < count && stream.Read(&response)) {
      acks.insert(acks.end(), response.acks().begin(), response.acks().end());
      EXPECT_EQ(response.durable_through_batch_no(), acks.back().batch_no());
    }
    return acks;
  }

  // All positions from the start.
  v1::ReadChangesRequest FromTheStart() {
    v1::ReadChangesRequest request;
    for (int part = 0; part < 16; ++part) request.add_after()->set_part(part);
    return request;
  }
};

TEST_F(MeasurementStreams, BatchesAreAcknowledgedInOrderAndTheEndFollows) {
  grpc::ClientContext context;
  const auto stream = stub().StreamSamples(&context);
  constexpr int kBatches = 300;
  std::thread writer([&] {
    for (int i = 1; i <= kBatches; ++i) {
      EXPECT_TRUE(stream->Write(Batch(i, absl::StrCat(i), i)));
    }
    stream->WritesDone();
  });
  const std::vector<v1::BatchAck> acks = ReadAcks(*stream, kBatches + 1);
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(acks.size(), static_cast<size_t>(kBatches));
  for (int i = 0; i < kBatches; ++i) {
    EXPECT_EQ(acks[i].batch_no(), i + 1);
    EXPECT_EQ(acks[i].result().inserted(), 1);
  }
}

TEST_F(MeasurementStreams, ARefusedBatchIsReportedInItsAckAndDoesNotEndTheStream) {
  grpc::ClientContext context;
  const auto stream = stub().StreamSamples(&context);
  v1::StreamSamplesRequest bad = Batch(2, "b", 1);
  bad.mutable_batch()->mutable_series(0)->set_time_unix_nano(0, int64_t{1} << 62);
  stream->Write(Batch(1, "a", 1));
  stream->Write(bad);
  stream->Write(Batch(3, "c", 1));
  const std::vector<v1::BatchAck> acks = ReadAcks(*stream, 3);
  ASSERT_EQ(acks.size(), 3u);
  EXPECT_FALSE(acks[0].has_error());
  EXPECT_EQ(acks[1].error().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_GE(acks[1].error().details_size(), 2);
  EXPECT_FALSE(acks[1].has_result());
  EXPECT_EQ(acks[2].result().inserted(), 1);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(MeasurementStreams, AWrongBatchNumberEndsTheStreamAfterTheAcksBeforeIt) {
  grpc::ClientContext context;
  const auto stream = stub().StreamSamples(&context);
  stream->Write(Batch(1, "a", 1));
  stream->Write(Batch(2, "b", 1));
  stream->Write(Batch(4, "c", 1));
  EXPECT_EQ(ReadAcks(*stream, 3).size(), 2u);
  const absl::Status status = FromGrpcStatus(stream->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "batch_no: got 4, want 3, the one after the last");
}

TEST_F(MeasurementStreams, ACancelledStreamLeavesNothingBehind) {
  for (int round = 0; round < 5; ++round) {
    grpc::ClientContext context;
    const auto stream = stub().StreamSamples(&context);
    for (int i = 1; i <= 20; ++i) stream->Write(Batch(i, absl::StrCat(round, "-", i), i));
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_TRUE(Eventually([this] { return server_->runtime().streams().open_streams() == 0; }));
}

TEST_F(MeasurementStreams, ShutdownAcknowledgesWhatIsDurableAndSaysWhy) {
  grpc::ClientContext context;
  const auto stream = stub().StreamSamples(&context);
  for (int i = 1; i <= 50; ++i) stream->Write(Batch(i, absl::StrCat(i), i));
  const auto acked = static_cast<int64_t>(ReadAcks(*stream, 1).size());
  ASSERT_GT(acked, 0);
  server_->EndStreams();
  v1::StreamSamplesResponse response;
  int64_t durable = 0;
  while (stream->Read(&response)) durable = response.durable_through_batch_no();
  const absl::Status status = FromGrpcStatus(stream->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(status).reason, "SHUTTING_DOWN");
  EXPECT_EQ(FeedEntries(), std::max(durable, acked));
}

TEST_F(MeasurementStreams, TheFeedIsReadFromTheStartAndThenLiveByEveryReader) {
  Write(WriteOf("r1", "ORD", {{"a", 1}})).value();
  Write(WriteOf("r2", "ORD", {{"a", 2}})).value();
  constexpr int kReaders = 3;
  grpc::ClientContext contexts[kReaders];
  std::vector<std::unique_ptr<grpc::ClientReader<v1::ReadChangesResponse>>> readers;
  for (grpc::ClientContext& context : contexts) {
    readers.push_back(stub().ReadChanges(&context, FromTheStart()));
  }
  std::vector<int64_t> seen(kReaders, 0);
  const auto read_through = [&](int64_t last) {
    for (int i = 0; i < kReaders; ++i) {
      v1::ReadChangesResponse response;
      while (seen[i] < last && readers[i]->Read(&response)) {
        for (const v1::ChangeBatch& batch : response.batches()) {
          EXPECT_EQ(batch.position().seq(), ++seen[i]);
          EXPECT_EQ(batch.workspace(), "workspaces/w");
        }
      }
      EXPECT_EQ(seen[i], last);
    }
  };
  read_through(2);
  for (int i = 3; i <= 20; ++i) {
    Write(WriteOf(absl::StrCat("r", i), "ORD", {{"a", i}})).value();
    if (i % 6 == 0) read_through(i);
  }
  read_through(20);
  for (grpc::ClientContext& context : contexts) context.TryCancel();
  for (const auto& reader : readers) reader->Finish();
  EXPECT_TRUE(Eventually([this] { return server_->runtime().streams().open_streams() == 0; }));
}

TEST_F(MeasurementStreams, AnIdleFeedTellsItsHeads) {
  Write(WriteOf("r1", "ORD", {{"a", 1}})).value();
  v1::ReadChangesRequest request;
  const v1::ServerInfo info = Info();
  for (const v1::PartitionHead& head : info.partitions()) {
    v1::FeedPosition& after = *request.add_after();
    after.set_part(head.part());
    after.set_incarnation(head.incarnation());
    after.set_seq(head.last_seq());
  }
  grpc::ClientContext context;
  const auto reader = stub().ReadChanges(&context, request);
  v1::ReadChangesResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.batches_size(), 0);
  ASSERT_EQ(response.heads_size(), 16);
  int64_t entries = 0;
  for (const v1::FeedPosition& head : response.heads()) entries += head.seq();
  EXPECT_EQ(entries, 1);
  context.TryCancel();
  reader->Finish();
}

TEST_F(MeasurementStreams, PositionsThatAreNotOfThisFeedAreRefused) {
  const auto status_of = [this](const v1::ReadChangesRequest& request) {
    grpc::ClientContext context;
    const auto reader = stub().ReadChanges(&context, request);
    v1::ReadChangesResponse response;
    EXPECT_FALSE(reader->Read(&response));
    return GetErrorDetails(FromGrpcStatus(reader->Finish())).reason;
  };
  v1::ReadChangesRequest request;
  EXPECT_EQ(status_of(request), "INVALID_FIELD");
  request.add_after()->set_part(16);
  EXPECT_EQ(status_of(request), "INVALID_FIELD");
  request.mutable_after(0)->set_part(3);
  *request.add_after() = request.after(0);
  EXPECT_EQ(status_of(request), "INVALID_FIELD");
  request.mutable_after()->RemoveLast();
  request.mutable_after(0)->set_incarnation(5);
  EXPECT_EQ(status_of(request), "INCARNATION_CHANGED");
  request.mutable_after(0)->set_incarnation(Info().partitions(3).incarnation());
  request.mutable_after(0)->set_seq(1'000);
  EXPECT_EQ(status_of(request), "INCARNATION_CHANGED");
}

TEST_F(MeasurementStreams, ReadersOfTheFeedEndWithTheServer) {
  grpc::ClientContext context;
  const auto reader = stub().ReadChanges(&context, FromTheStart());
  ASSERT_TRUE(Eventually([this] { return server_->runtime().streams().open_streams() == 1; }));
  server_->EndStreams();
  v1::ReadChangesResponse response;
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(reader->Finish())).reason, "SHUTTING_DOWN");
}

}  // namespace
}  // namespace kpisuite
