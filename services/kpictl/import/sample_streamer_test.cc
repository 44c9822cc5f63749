#include "services/kpictl/import/sample_streamer.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"

namespace kpisuite {
namespace {

using Stream = grpc::ServerReaderWriter<v1::StreamSamplesResponse, v1::StreamSamplesRequest>;

// Remembers request ids, and does to each batch what the test says.
class FakeMeasurement : public v1::MeasurementService::Service {
 public:
  enum class Action { kAck, kBreak, kBusy, kRefuse, kSilence };
  // By request_id and how often it came (from 1).
  std::function<Action(const std::string&, int)> action = [](const std::string&, int) {
    return Action::kAck;
  };

  std::map<std::string, int> durable;  // how often each was acknowledged
  std::map<std::string, int> came;

  grpc::Status StreamSamples(grpc::ServerContext*, Stream* stream) override {
    v1::StreamSamplesRequest request;
    while (stream->Read(&request)) {
      const std::string& id = request.batch().request_id();
      const Action chosen = action(id, ++came[id]);
      if (chosen == Action::kSilence) continue;
      if (chosen == Action::kBreak) {
        ++durable[id];
        return {grpc::StatusCode::UNAVAILABLE, "gone"};
      }
      v1::StreamSamplesResponse response;
      Settle(request, chosen, *response.add_acks());
      response.set_durable_through_batch_no(request.batch_no());
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

 private:
  void Settle(const v1::StreamSamplesRequest& request, Action chosen, v1::BatchAck& ack) {
    const std::string& id = request.batch().request_id();
    ack.set_batch_no(request.batch_no());
    if (chosen == Action::kAck) {
      ack.mutable_result()->set_inserted(1);
      ack.mutable_result()->set_duplicate(durable[id]++ > 0);
      return;
    }
    const absl::Status status =
        chosen == Action::kBusy
            ? WithRetryAfter(MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "busy"),
                             absl::Milliseconds(1))
            : InvalidFields({{"series[0].mantissas[0]", "got 7, want 8", ""}});
    const grpc::Status mapped = ToGrpcStatus(status);
    ack.mutable_error()->ParseFromString(mapped.error_details());
    ack.mutable_error()->set_code(mapped.error_code());
    ack.mutable_error()->set_message(mapped.error_message());
  }
};

class SampleStreamerTest : public testing::Test {
 protected:
  SampleStreamerTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::MeasurementService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }

  static ImportBatch Batch(int64_t number) {
    ImportBatch batch;
    batch.number = number;
    batch.rows = 1;
    batch.request.set_request_id(absl::StrCat("id-", number));
    batch.request.add_series()->add_mantissas(number);
    batch.lines = {{number + 1}};
    return batch;
  }

  absl::Status Send(SampleStreamer& streamer, int count) {
    for (int64_t number = 1; number <= count; ++number) {
      const absl::Status status = streamer.Write(Batch(number));
      if (!status.ok()) return status;
    }
    return streamer.Finish();
  }

  const StreamerOptions options_{.window = 4, .first_delay = absl::Milliseconds(1)};
  FakeMeasurement service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::MeasurementService::Stub> stub_;
};

TEST_F(SampleStreamerTest, EveryBatchIsSettledOnce) {
  SampleStreamer streamer(*stub_, options_);
  ASSERT_TRUE(Send(streamer, 100).ok());
  EXPECT_EQ(streamer.totals().batches, 100);
  EXPECT_EQ(streamer.totals().result.inserted(), 100);
  EXPECT_EQ(streamer.durable_through(), 100);
}

TEST_F(SampleStreamerTest, BatchesWithoutAnAckAreSentAgainOnANewStream) {
  service_.action = [](const std::string& id, int times) {
    const bool breaks = times == 1 && (id == "id-3" || id == "id-17" || id == "id-40");
    return breaks ? FakeMeasurement::Action::kBreak : FakeMeasurement::Action::kAck;
  };
  SampleStreamer streamer(*stub_, options_);
  ASSERT_TRUE(Send(streamer, 40).ok());
  EXPECT_EQ(service_.durable.size(), 40u);
  EXPECT_EQ(streamer.totals().batches, 40);
  EXPECT_GE(streamer.totals().duplicate_batches, 3) << "durable before the stream broke";
  EXPECT_EQ(streamer.totals().result.inserted() + streamer.totals().result.unchanged(), 40);
  EXPECT_EQ(streamer.durable_through(), 40);
}

TEST_F(SampleStreamerTest, BusyServersAreAskedAgain) {
  service_.action = [](const std::string& id, int times) {
    return id == "id-2" && times <= 3 ? FakeMeasurement::Action::kBusy
                                      : FakeMeasurement::Action::kAck;
  };
  SampleStreamer streamer(*stub_, options_);
  ASSERT_TRUE(Send(streamer, 10).ok());
  EXPECT_EQ(service_.came["id-2"], 4);
  EXPECT_EQ(streamer.durable_through(), 10);
}

TEST_F(SampleStreamerTest, ARefusedBatchNamesTheLineOfTheFile) {
  service_.action = [](const std::string& id, int) {
    return id == "id-5" ? FakeMeasurement::Action::kRefuse : FakeMeasurement::Action::kAck;
  };
  SampleStreamer streamer(*stub_, options_);
  const absl::Status status = Send(streamer, 50);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message().substr(0, 8), "line 6: ") << status;
  EXPECT_EQ(streamer.durable_through(), 4);
}

TEST_F(SampleStreamerTest, PatienceEndsWhenNothingIsAcknowledged) {
  service_.action = [](const std::string&, int) { return FakeMeasurement::Action::kSilence; };
  SampleStreamer streamer(*stub_, {.window = 2, .patience = absl::Milliseconds(300)});
  EXPECT_TRUE(absl::IsUnavailable(Send(streamer, 10)));
}

TEST_F(SampleStreamerTest, AServerThatIsGoneIsAnError) {
  server_->Shutdown();
  SampleStreamer streamer(
      *stub_,
      {.window = 2, .patience = absl::Milliseconds(300), .first_delay = absl::Milliseconds(10)});
  EXPECT_TRUE(absl::IsUnavailable(Send(streamer, 3)));
}

TEST_F(SampleStreamerTest, NothingToSendNeedsNoConnection) {
  server_->Shutdown();
  SampleStreamer streamer(*stub_, options_);
  EXPECT_EQ(streamer.totals().batches, 0);
}

}  // namespace
}  // namespace kpisuite
