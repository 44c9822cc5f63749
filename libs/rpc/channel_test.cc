#include "libs/rpc/channel.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/base/mutex.h"

namespace kpisuite {
namespace {

// Is away for everybody, and counts how often it was asked.
class AwayService final : public grpc::CallbackGenericService {
 public:
  int attempts(const std::string& method) {
    MutexLock lock(mutex_);
    return attempts_[method];
  }

 private:
  class Refusal final : public grpc::ServerGenericBidiReactor {
   public:
    Refusal() { Finish({grpc::StatusCode::UNAVAILABLE, "away"}); }
    void OnDone() override { delete this; }
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    MutexLock lock(mutex_);
    ++attempts_[context->method()];
    return new Refusal;
  }

  Mutex mutex_;
  std::map<std::string, int> attempts_ GUARDED_BY(mutex_);
};

// A call of any shape that sends nothing and reads to the end.
class EmptyCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  EmptyCall(grpc::GenericStub& stub, const std::string& method) {
    stub.PrepareBidiStreamingCall(&context_, method, {}, this);
    StartWritesDone();
    StartRead(&message_);
    StartCall();
  }

  grpc::Status Wait() { return done_.get_future().get(); }

 private:
  void OnDone(const grpc::Status& status) override { done_.set_value(status); }

  grpc::ClientContext context_;
  grpc::ByteBuffer message_;
  std::promise<grpc::Status> done_;
};

TEST(MakeChannel, TriesUnaryCallsAgainAndStreamsOnce) {
  AwayService away;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&away);
  const auto server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  grpc::GenericStub stub(MakeChannel(absl::StrCat("127.0.0.1:", port)));
  std::map<std::string, std::unique_ptr<EmptyCall>> unary;
  std::map<std::string, std::unique_ptr<EmptyCall>> streams;
  for (const auto* file :
       {v1::GetDefinitionRequest::descriptor()->file(),
        v1::WriteSamplesRequest::descriptor()->file(), v1::GetStateRequest::descriptor()->file()}) {
    ASSERT_EQ(file->service_count(), 1) << file->name();
    const google::protobuf::ServiceDescriptor& service = *file->service(0);
    for (int i = 0; i < service.method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service.method(i);
      const std::string path = absl::StrCat("/", service.full_name(), "/", method.name());
      auto& calls = method.client_streaming() || method.server_streaming() ? streams : unary;
      calls.emplace(path, std::make_unique<EmptyCall>(stub, path));
    }
  }
  EXPECT_EQ(streams.size(), 5);
  for (const auto& [path, call] : streams) {
    EXPECT_EQ(call->Wait().error_code(), grpc::StatusCode::UNAVAILABLE) << path;
    EXPECT_EQ(away.attempts(path), 1) << path;
  }
  for (const auto& [path, call] : unary) {
    EXPECT_EQ(call->Wait().error_code(), grpc::StatusCode::UNAVAILABLE) << path;
    EXPECT_EQ(away.attempts(path), 4) << path;
  }
}

}  // namespace
}  // namespace kpisuite
