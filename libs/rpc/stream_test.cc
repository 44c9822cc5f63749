// Server and bidirectional streams over a real server.
#include <condition_variable>
#include <future>
#include <mutex>

#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/testdata/echo_fixture.h"

namespace kpisuite {
namespace {

EchoRequest CountTo(int count) {
  EchoRequest request;
  request.set_count(count);
  return request;
}

TEST(ServerStream, DeliversMessagesInOrder) {
  for (const SourceThread thread : {SourceThread::kExecutor, SourceThread::kCaller}) {
    EchoHandlers handlers = DefaultEchoHandlers();
    handlers.count_thread = thread;
    EchoServer server(std::move(handlers));
    grpc::ClientContext context;
    const auto reader = server.stub().Count(&context, CountTo(100));
    EchoResponse message;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(reader->Read(&message));
      EXPECT_EQ(message.number(), i);
    }
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
    EXPECT_TRUE(Eventually([&] { return server.streams().open_streams() == 0; }));
  }
}

TEST(ServerStream, EndsWithTheStatusOfItsSource) {
  EchoHandlers handlers = DefaultEchoHandlers();
  handlers.count = [](CallContext&, const EchoRequest& request,
                      StreamWaker) -> absl::StatusOr<std::unique_ptr<StreamSource<EchoResponse>>> {
    return MakeError(absl::StatusCode::kOutOfRange, "FEED_TRIMMED", "position 1 is gone");
  };
  EchoServer server(std::move(handlers));
  grpc::ClientContext context;
  const auto reader = server.stub().Count(&context, CountTo(1));
  EchoResponse message;
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(reader->Finish())).reason, "FEED_TRIMMED");
}

// A source that hands out what is pushed, one message at a time, and counts its calls.
struct Mailbox {
  std::mutex mutex;
  std::deque<int> numbers;
  StreamWaker waker;
  std::atomic<int> taken{0};
  std::atomic<bool> open{false};

  void Push(int number) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      numbers.push_back(number);
    }
    waker.Wake();
  }

  EchoHandlers Handlers(size_t payload_bytes = 0) {
    class Source final : public StreamSource<EchoResponse> {
     public:
      Source(Mailbox& mailbox, size_t bytes) : mailbox_(mailbox), bytes_(bytes) {}
      StreamStep<EchoResponse> Next() override {
        std::lock_guard<std::mutex> lock(mailbox_.mutex);
        if (mailbox_.numbers.empty()) return StreamIdle{};
        EchoResponse message;
        message.set_number(mailbox_.numbers.front());
        message.set_text(std::string(bytes_, 'x'));
        mailbox_.numbers.pop_front();
        ++mailbox_.taken;
        if (message.number() < 0) return StreamEnd{absl::OkStatus()};
        return message;
      }

     private:
      Mailbox& mailbox_;
      const size_t bytes_;
    };
    EchoHandlers handlers = DefaultEchoHandlers();
    handlers.count_thread = SourceThread::kCaller;
    handlers.count = [this, payload_bytes](CallContext&, const EchoRequest&, StreamWaker woken) {
      waker = std::move(woken);
      open = true;
      return std::make_unique<Source>(*this, payload_bytes);
    };
    return handlers;
  }
};

TEST(ServerStream, WakesForNewMessagesAndEndsOk) {
  Mailbox mailbox;
  EchoServer server(mailbox.Handlers());
  grpc::ClientContext context;
  const auto reader = server.stub().Count(&context, CountTo(0));
  ASSERT_TRUE(Eventually([&] { return mailbox.open.load(); }));
  EchoResponse message;
  for (const int number : {7, 8}) {
    mailbox.Push(number);
    ASSERT_TRUE(reader->Read(&message));
    EXPECT_EQ(message.number(), number);
  }
  mailbox.Push(-1);
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
  mailbox.waker.Wake();  // without effect
}

TEST(ServerStream, SendsHeartbeatsWhenNothingHappens) {
  EchoServer server;
  grpc::ClientContext context;
  const auto reader = server.stub().Count(&context, CountTo(1));
  EchoResponse message;
  ASSERT_TRUE(reader->Read(&message));
  std::promise<bool> heartbeat;
  std::thread reading([&] { heartbeat.set_value(reader->Read(&message)); });
  auto arrived = heartbeat.get_future();
  EXPECT_TRUE(Eventually([&] {
    server.AdvanceStreams(absl::Seconds(15));
    return arrived.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready;
  }));
  reading.join();
  EXPECT_EQ(message.text(), "heartbeat");
  context.TryCancel();
  reader->Finish();
}

TEST(ServerStream, PullsNoMoreThanAStalledReaderTakes) {
  Mailbox mailbox;
  EchoServer server(mailbox.Handlers(1 << 20));
  grpc::ClientContext context;
  const auto reader = server.stub().Count(&context, CountTo(0));
  ASSERT_TRUE(Eventually([&] { return mailbox.open.load(); }));
  constexpr int kMessages = 100;
  for (int i = 0; i < kMessages; ++i) mailbox.Push(i);
  // The windows of the transport hold a few messages; the rest stays in the source.
  server.AdvanceStreams(absl::Seconds(1));
  EXPECT_LT(mailbox.taken.load(), kMessages / 2);
  EchoResponse message;
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_TRUE(reader->Read(&message));
    EXPECT_EQ(message.number(), i);
  }
  context.TryCancel();
  reader->Finish();
}

TEST(ServerStream, CutsOffAReaderThatTakesNothing) {
  Mailbox mailbox;
  EchoServer server(mailbox.Handlers(1 << 20));
  grpc::ClientContext context;
  const auto reader = server.stub().Count(&context, CountTo(0));
  ASSERT_TRUE(Eventually([&] { return mailbox.open.load(); }));
  for (int i = 0; i < 100; ++i) mailbox.Push(i);
  EXPECT_TRUE(Eventually([&] {
    server.AdvanceStreams(absl::Seconds(61));
    return server.streams().open_streams() == 0;
  }));
  EXPECT_LT(mailbox.taken.load(), 50);
  EchoResponse message;
  while (reader->Read(&message)) {
  }
  EXPECT_FALSE(reader->Finish().ok());
}

TEST(ServerStream, TellsASlowReaderWhyItEnds) {
  Mailbox mailbox;
  EchoServer server(mailbox.Handlers(1 << 20), {.streams = {.cancel_grace = absl::Hours(1)}});
  grpc::ClientContext context;
  const auto reader = server.stub().Count(&context, CountTo(0));
  ASSERT_TRUE(Eventually([&] { return mailbox.open.load(); }));
  for (int i = 0; i < 100; ++i) mailbox.Push(i);
  server.AdvanceStreams(absl::Seconds(61));
  server.AdvanceStreams(absl::Seconds(61));
  EchoResponse message;
  while (reader->Read(&message)) server.AdvanceStreams(absl::Seconds(61));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(reader->Finish())).reason, "SLOW_CONSUMER");
}

TEST(ServerStream, EndsOnDrainAndRefusesNewOnes) {
  EchoServer server;
  grpc::ClientContext context;
  const auto reader = server.stub().Count(&context, CountTo(1));
  EchoResponse message;
  ASSERT_TRUE(reader->Read(&message));
  const absl::Status stopping =
      MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "stopping");
  server.streams().EndAll(stopping);
  EXPECT_FALSE(reader->Read(&message));
  const absl::Status status = FromGrpcStatus(reader->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(status).reason, "SHUTTING_DOWN");
  grpc::ClientContext late;
  const auto refused = server.stub().Count(&late, CountTo(1));
  EXPECT_FALSE(refused->Read(&message));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(refused->Finish())).reason, "SHUTTING_DOWN");
}

TEST(ServerStream, RefusesMoreThanTheLimit) {
  EchoServer server(DefaultEchoHandlers(), {.calls = {.max_streams = 1}});
  grpc::ClientContext first_context;
  const auto first = server.stub().Count(&first_context, CountTo(1));
  EchoResponse message;
  ASSERT_TRUE(first->Read(&message));
  grpc::ClientContext second_context;
  const auto second = server.stub().Count(&second_context, CountTo(1));
  EXPECT_FALSE(second->Read(&message));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(second->Finish())).reason, "QUEUE_FULL");
  first_context.TryCancel();
  first->Finish();
}

}  // namespace
}  // namespace kpisuite
