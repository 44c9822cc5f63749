#include "services/measurement/aggregate_answer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/partition.h"
#include "libs/base/status_macros.h"
#include "services/measurement/change_batch.h"
#include "services/measurement/record_cutoff.h"

namespace kpisuite {
namespace {

// Entries of the first look back; each further one is longer. Watermarks move often.
constexpr int64_t kFirstLook = 64;
constexpr int64_t kLongerLook = 4;
constexpr size_t kPageBytes = size_t{4} << 20;

bool IsOfAMoment(const AggregatePlan& plan) {
  return plan.cutoffs.size() == 1 && !plan.cutoffs[0].first_day.has_value() &&
         !plan.cutoffs[0].end_day.has_value();
}

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

// The last move among the entries (after, until].
absl::StatusOr<std::optional<int64_t>> LastMove(MeasurementStore& store, const FeedHead& head,
                                                int64_t after, int64_t until,
                                                absl::string_view workspace,
                                                absl::string_view metric) {
  std::optional<int64_t> last;
  const std::string parent = absl::StrCat("workspaces/", workspace);
  while (after < until) {
    ASSIGN_OR_RETURN(const ChangePage page,
                     store.ReadChanges(head.part, head.incarnation, after, kPageBytes));
    for (const std::string& bytes : page.batches) {
      v1::ChangeBatch batch;
      if (!batch.ParseFromString(bytes)) {
        return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a feed entry is damaged");
      }
      if (batch.position().seq() > until || batch.workspace() != parent) continue;
      for (const v1::Watermark& move : batch.watermarks()) {
        if (move.metric() == metric) last = absl::ToUnixNanos(TimeOf(move.complete_through()));
      }
    }
    if (page.batches.empty()) break;
    after = page.last_seq;
  }
  return last;
}

}  // namespace

absl::StatusOr<std::optional<int64_t>> FindWatermarkAt(MeasurementStore& store,
                                                       const FeedHead& head, int64_t seq,
                                                       absl::string_view workspace,
                                                       absl::string_view metric) {
  int64_t look = kFirstLook;
  for (int64_t until = seq; until > head.trimmed_seq; look *= kLongerLook) {
    const int64_t after = std::max(until - look, head.trimmed_seq);
    ASSIGN_OR_RETURN(const std::optional<int64_t> last,
                     LastMove(store, head, after, until, workspace, metric));
    if (last.has_value()) return last;
    until = after;
  }
  if (head.trimmed_seq == 0) return std::nullopt;
  return MakeError(absl::StatusCode::kOutOfRange, "FEED_TRIMMED",
                   absl::StrCat("the watermark that metric ", metric,
                                " had at that moment is not known any more: the change feed begins "
                                "later"),
                   {{"metric", std::string(metric)}});
}

absl::Status AnswerAggregates(MeasurementStore& store, absl::Span<const AggregatePlan> plans,
                              const AggregateLimits& limits,
                              absl::FunctionRef<absl::Status(v1::QueryAggregatesResponse)> emit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<MeasurementSnapshot> snapshot, store.Snapshot());
  std::map<int, std::optional<int64_t>> of_moments;  // by query
  for (const AggregatePlan& plan : plans) {
    if (!IsOfAMoment(plan)) continue;
    const MetricDefinition& metric = *plan.metric;
    std::optional<int64_t>& watermark = of_moments[plan.query];
    ASSIGN_OR_RETURN(const std::optional<int64_t> latest,
                     snapshot->FindWatermark(metric.workspace, metric.id));
    if (!latest.has_value()) continue;
    const int part = PartitionOf(metric.workspace, metric.partition_group, store.partitions());
    const FeedHead& head = snapshot->heads()[static_cast<size_t>(part)];
    ASSIGN_OR_RETURN(const int64_t seq, FindSeqAt(*snapshot, part, plan.cutoffs[0].record_time));
    ASSIGN_OR_RETURN(watermark, FindWatermarkAt(store, head, seq, metric.workspace, metric.id));
  }
  const auto emit_of_moment = [&](v1::QueryAggregatesResponse chunk) {
    const auto found = of_moments.find(chunk.query());
    if (found != of_moments.end()) {
      chunk.clear_complete_through();
      if (found->second.has_value()) {
        *chunk.mutable_complete_through() = TimestampOfNano(*found->second);
      }
    }
    return emit(std::move(chunk));
  };
  return RunAggregates(*snapshot, plans, store.partitions(), limits, emit_of_moment);
}

}  // namespace kpisuite
