#include "libs/rpc/testdata/echo_rpc.h"

#include "libs/base/error.h"

namespace kpisuite {
namespace {

// Counts to `count`, then stays open.
class Counter final : public StreamSource<EchoResponse> {
 public:
  explicit Counter(int count) : count_(count) {}

  StreamStep<EchoResponse> Next() override {
    if (next_ >= count_) return StreamIdle{};
    EchoResponse message;
    message.set_number(next_++);
    return message;
  }

  StreamStep<EchoResponse> Heartbeat() override {
    EchoResponse message;
    message.set_text("heartbeat");
    return message;
  }

 private:
  const int count_;
  int next_ = 0;
};

// Repeats each message.
class Repeater final : public StreamConsumer<EchoRequest> {
 public:
  explicit Repeater(std::shared_ptr<BidiStream<EchoResponse>> stream) : stream_(std::move(stream)) {
    stream_->ReadNext();
  }

  void OnMessage(EchoRequest request) override {
    EchoResponse response;
    response.set_text(request.text());
    stream_->Write(std::move(response));
    stream_->ReadNext();
  }

  void OnMessagesDone() override { stream_->End(absl::OkStatus()); }

 private:
  const std::shared_ptr<BidiStream<EchoResponse>> stream_;
};

absl::StatusOr<EchoResponse> Answer(const EchoRequest& request) {
  if (request.code() != 0) {
    return MakeError(static_cast<absl::StatusCode>(request.code()), "NOT_FOUND", request.text(),
                     {{"text", request.text()}});
  }
  EchoResponse response;
  response.set_text(request.text());
  return response;
}

}  // namespace

EchoHandlers DefaultEchoHandlers() {
  EchoHandlers handlers;
  handlers.echo = [](CallContext&, const EchoRequest& request) { return Answer(request); };
  handlers.park = [](CallContext&, const EchoRequest& request, Completion<EchoResponse> done) {
    done(Answer(request));
  };
  handlers.raw = [](CallContext&, const grpc::ByteBuffer& request,
                    Completion<grpc::ByteBuffer> done) { done(request); };
  handlers.count = [](CallContext&, const EchoRequest& request, StreamWaker) {
    return std::make_unique<Counter>(request.count());
  };
  handlers.chat = [](CallContext&, std::shared_ptr<BidiStream<EchoResponse>> stream) {
    return std::make_unique<Repeater>(std::move(stream));
  };
  return handlers;
}

}  // namespace kpisuite
