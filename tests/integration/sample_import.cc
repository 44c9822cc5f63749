#include "tests/integration/sample_import.h"

#include <thread>

namespace kpisuite {
namespace {

absl::Status StatusOf(const google::rpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.code()), status.message());
}

void TakeAcks(const v1::StreamSamplesResponse& response, ImportOutcome& outcome,
              std::atomic<int>& settled) {
  for (const v1::BatchAck& ack : response.acks()) {
    const size_t index = ack.batch_no() - 1;
    if (ack.has_error()) {
      outcome.refused[index] = StatusOf(ack.error());
    } else {
      outcome.acked[index] = ack.result();
    }
    settled.fetch_add(1);
  }
}

}  // namespace

ImportOutcome ImportSamples(SuiteClient& client,
                            const std::vector<v1::WriteSamplesRequest>& batches,
                            std::atomic<int>& settled) {
  ImportOutcome outcome;
  const auto context = MakeContext(CallTimeout());
  const auto stream = client.measurement().StreamSamples(context.get());
  std::thread reader([&] {
    v1::StreamSamplesResponse response;
    while (stream->Read(&response)) TakeAcks(response, outcome, settled);
  });
  v1::StreamSamplesRequest request;
  for (size_t i = 0; i < batches.size(); ++i) {
    request.set_batch_no(static_cast<int64_t>(i) + 1);
    *request.mutable_batch() = batches[i];
    if (!stream->Write(request)) break;
  }
  stream->WritesDone();
  reader.join();
  outcome.end = FromGrpcStatus(stream->Finish());
  return outcome;
}

}  // namespace kpisuite
