// Bidirectional streams over a real server.
#include <future>

#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/testdata/echo_fixture.h"

namespace kpisuite {
namespace {

EchoRequest Text(const std::string& text) {
  EchoRequest request;
  request.set_text(text);
  return request;
}

TEST(BidiStream, AnswersEachMessageAndEndsWhenTheClientDoes) {
  EchoServer server;
  grpc::ClientContext context;
  const auto stream = server.stub().Chat(&context);
  EchoResponse response;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(stream->Write(Text(std::to_string(i))));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.text(), std::to_string(i));
  }
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_TRUE(Eventually([&] { return server.streams().open_streams() == 0; }));
}

// A consumer whose reads the test controls.
struct Manual {
  std::shared_ptr<BidiStream<EchoResponse>> stream;
  std::atomic<int> received{0};
  std::atomic<bool> open{false};
  std::atomic<bool> closed{false};

  EchoHandlers Handlers() {
    class Consumer final : public StreamConsumer<EchoRequest> {
     public:
      explicit Consumer(Manual& manual) : manual_(manual) {}
      ~Consumer() override { manual_.closed = true; }
      void OnMessage(EchoRequest) override { ++manual_.received; }
      void OnMessagesDone() override { manual_.stream->End(absl::OkStatus()); }

     private:
      Manual& manual_;
    };
    EchoHandlers handlers = DefaultEchoHandlers();
    handlers.chat = [this](CallContext&, std::shared_ptr<BidiStream<EchoResponse>> opened) {
      stream = std::move(opened);
      open = true;
      return std::make_unique<Consumer>(*this);
    };
    return handlers;
  }
};

TEST(BidiStream, ReadsOnlyWhenTheConsumerAsks) {
  Manual manual;
  EchoServer server(manual.Handlers());
  grpc::ClientContext context;
  const auto stream = server.stub().Chat(&context);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(stream->Write(Text("x")));
  ASSERT_TRUE(Eventually([&] { return manual.open.load(); }));
  EXPECT_EQ(manual.received, 0);
  manual.stream->ReadNext();
  ASSERT_TRUE(Eventually([&] { return manual.received == 1; }));
  manual.stream->ReadNext();
  manual.stream->ReadNext();
  ASSERT_TRUE(Eventually([&] { return manual.received == 3; }));
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return manual.closed.load(); }));
  manual.stream->Write(EchoResponse());  // without effect
  manual.stream->ReadNext();
  manual.stream.reset();
}

TEST(BidiStream, SendsQueuedResponsesBeforeItsEnd) {
  Manual manual;
  EchoServer server(manual.Handlers());
  grpc::ClientContext context;
  const auto stream = server.stub().Chat(&context);
  ASSERT_TRUE(Eventually([&] { return manual.open.load(); }));
  manual.stream->ReadNext();  // an outstanding read does not hold back the end
  for (int i = 0; i < 20; ++i) {
    EchoResponse response;
    response.set_number(i);
    manual.stream->Write(std::move(response));
  }
  manual.stream->End(MakeError(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED", "reused"));
  EchoResponse response;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.number(), i);
  }
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(stream->Finish())).reason, "REQUEST_ID_REUSED");
  EXPECT_TRUE(Eventually([&] { return manual.closed.load(); }));
  manual.stream.reset();
}

TEST(BidiStream, AHeldEndWaitsForTheResponsesOfWorkInProgress) {
  Manual manual;
  EchoServer server(manual.Handlers());
  grpc::ClientContext context;
  const auto stream = server.stub().Chat(&context);
  ASSERT_TRUE(Eventually([&] { return manual.open.load(); }));
  manual.stream->HoldEnd(true);
  server.streams().EndAll(MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "stopping"));
  EchoResponse response;
  response.set_number(7);
  manual.stream->Write(std::move(response));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.number(), 7);
  manual.stream->HoldEnd(false);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(stream->Finish())).reason, "SHUTTING_DOWN");
  manual.stream.reset();
}

TEST(BidiStream, StopsReadingFromAClientThatDoesNotReadItsAnswers) {
  EchoServer server(DefaultEchoHandlers(), {.streams = {.max_queued_responses = 4}});
  grpc::ClientContext context;
  const auto stream = server.stub().Chat(&context);
  // Far more than the windows and the queue hold: the writer must block, and end with the stream.
  std::atomic<int> written{0};
  std::thread writing([&] {
    const EchoRequest message = Text(std::string(1 << 20, 'x'));
    while (stream->Write(message)) ++written;
  });
  ASSERT_TRUE(Eventually([&] { return server.streams().open_streams() == 1; }));
  EXPECT_TRUE(Eventually([&] {
    server.AdvanceStreams(absl::Seconds(61));
    return server.streams().open_streams() == 0;
  }));
  writing.join();
  EXPECT_LT(written.load(), 200);
  EchoResponse response;
  while (stream->Read(&response)) {
  }
  EXPECT_FALSE(stream->Finish().ok());
}

TEST(BidiStream, EndsOnDrain) {
  EchoServer server;
  grpc::ClientContext context;
  const auto stream = server.stub().Chat(&context);
  ASSERT_TRUE(stream->Write(Text("a")));
  EchoResponse response;
  ASSERT_TRUE(stream->Read(&response));
  server.streams().EndAll(MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "stopping"));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(stream->Finish())).reason, "SHUTTING_DOWN");
}

}  // namespace
}  // namespace kpisuite
