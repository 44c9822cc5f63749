#include "services/evaluation/aggregate_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

size_t BytesOf(const v1::QueryAggregatesResponse& chunk) {
  size_t bytes = 0;
  for (const v1::AggregateCell& cell : chunk.cells()) {
    bytes += sizeof(cell) + cell.state().size() + cell.slice().size();
  }
  return bytes;
}

// Adds one chunk to the answers.
absl::Status AddChunk(v1::QueryAggregatesResponse& chunk, std::vector<AggregateAnswer>& answers) {
  const auto index = static_cast<size_t>(chunk.query());
  if (chunk.query() < 0 || index >= answers.size()) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                     absl::StrCat("an answer to query ", chunk.query(), " of ", answers.size()));
  }
  AggregateAnswer& answer = answers[index];
  answer.position = chunk.position();
  for (v1::AggregateCell& cell : *chunk.mutable_cells()) answer.cells.push_back(std::move(cell));
  if (chunk.has_kept()) answer.kept = chunk.kept();
  if (chunk.has_complete_through()) answer.watermark = FromTimestamp(chunk.complete_through());
  return absl::OkStatus();
}

absl::Status TooLarge(size_t max_bytes) {
  return InvalidFields({{"queries",
                         absl::StrCat("got aggregates of more than ", max_bytes,
                                      " bytes, want fewer slices, days or inputs"),
                         violation::kLimit}});
}

}  // namespace

AggregateClient::AggregateClient(std::shared_ptr<grpc::Channel> channel)
    : stub_(v1::MeasurementService::NewStub(std::move(channel))) {}

void AggregateClient::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  for (grpc::ClientContext* context : running_) context->TryCancel();
}

absl::StatusOr<std::vector<AggregateAnswer>> AggregateClient::Query(
    const std::string& workspace, const std::vector<v1::AggregateQuery>& queries,
    absl::Time deadline, size_t max_bytes) {
  v1::QueryAggregatesRequest request;
  request.set_parent(absl::StrCat("workspaces/", workspace));
  for (const v1::AggregateQuery& query : queries) *request.add_queries() = query;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  {
    MutexLock lock(mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    running_.insert(&context);
  }
  std::vector<AggregateAnswer> answers(queries.size());
  absl::Status status;
  size_t bytes = 0;
  const auto reader = stub_->QueryAggregates(&context, request);
  v1::QueryAggregatesResponse chunk;
  while (status.ok() && reader->Read(&chunk)) {
    bytes += BytesOf(chunk);
    status = bytes > max_bytes ? TooLarge(max_bytes) : AddChunk(chunk, answers);
  }
  if (!status.ok()) context.TryCancel();
  const grpc::Status finished = reader->Finish();
  {
    MutexLock lock(mutex_);
    running_.erase(&context);
  }
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(FromGrpcStatus(finished));
  return answers;
}

}  // namespace kpisuite
