#include "libs/rpc/stream_reader.h"

#include <optional>
#include <thread>

#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/testdata/echo_fixture.h"

namespace kpisuite {
namespace {

class StreamReaderTest : public ::testing::Test {
 protected:
  void Open(EchoServer& server, int count) {
    EchoRequest request;
    request.set_count(count);
    reader_.emplace(
        [&](auto* reactor) { server.stub().async()->Count(&context_, &request, reactor); });
  }

  grpc::ClientContext context_;
  EchoResponse message_;
  std::optional<StreamReader<EchoResponse>> reader_;
};

TEST_F(StreamReaderTest, BringsMessagesInOrderAndThenTheStatus) {
  EchoServer server(DefaultEchoHandlers());
  Open(server, 1000);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(reader_->Read(&message_));
    EXPECT_EQ(message_.number(), i);
  }
  context_.TryCancel();
  EXPECT_FALSE(reader_->Read(&message_));
  EXPECT_FALSE(reader_->Read(&message_));
  EXPECT_EQ(reader_->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(StreamReaderTest, TellsTheErrorOfTheServer) {
  EchoHandlers handlers = DefaultEchoHandlers();
  handlers.count = [](CallContext&, const EchoRequest&,
                      StreamWaker) -> absl::StatusOr<std::unique_ptr<StreamSource<EchoResponse>>> {
    return MakeError(absl::StatusCode::kOutOfRange, "FEED_TRIMMED", "position 1 is gone");
  };
  EchoServer server(std::move(handlers));
  Open(server, 1);
  EXPECT_FALSE(reader_->Read(&message_));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(reader_->Finish())).reason, "FEED_TRIMMED");
}

TEST_F(StreamReaderTest, AnotherThreadEndsARead) {
  EchoServer server(DefaultEchoHandlers());
  Open(server, 0);
  std::thread other([this] {
    absl::SleepFor(absl::Milliseconds(50));
    context_.TryCancel();
  });
  EXPECT_FALSE(reader_->Read(&message_));
  other.join();
  EXPECT_EQ(reader_->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(StreamReaderTest, IsLeftInTheMiddle) {
  EchoServer server(DefaultEchoHandlers());
  Open(server, 1000);
  ASSERT_TRUE(reader_->Read(&message_));
  context_.TryCancel();
  reader_.reset();
  EXPECT_TRUE(Eventually([&] { return server.streams().open_streams() == 0; }));
}

TEST_F(StreamReaderTest, SaysThatNobodyListens) {
  grpc::ClientContext context;
  const auto stub =
      EchoService::NewStub(grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials()));
  const EchoRequest request;
  StreamReader<EchoResponse> reader(
      [&](auto* reactor) { stub->async()->Count(&context, &request, reactor); });
  EXPECT_FALSE(reader.Read(&message_));
  EXPECT_EQ(reader.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace kpisuite
