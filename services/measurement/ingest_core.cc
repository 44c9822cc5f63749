#include "services/measurement/ingest_core.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/partition.h"
#include "libs/base/plain_text.h"
#include "libs/base/position_token.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/names.h"
#include "libs/definitions/violations.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/rejections.h"
#include "services/measurement/series_block.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxRequestIdBytes = 128;
constexpr size_t kMaxReasonCharacters = 1000;

// Appends `message` so that equal messages give equal bytes and no two lists of messages the same.
void AppendCanonical(const google::protobuf::MessageLite& message, std::string& out) {
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  coded.WriteVarint64(message.ByteSizeLong());
  message.SerializeToCodedStream(&coded);
}

std::string FingerprintOf(const v1::WriteSamplesRequest& request) {
  v1::WriteSamplesRequest head;
  head.set_parent(request.parent());
  head.set_allow_partial(request.allow_partial());
  head.set_reason(request.reason());
  *head.mutable_watermarks() = request.watermarks();
  std::string bytes = "write;";
  AppendCanonical(head, bytes);
  for (const v1::SeriesBlock& block : request.series()) AppendCanonical(block, bytes);
  return Sha256(bytes);
}

std::string FingerprintOf(const v1::RetractSamplesRequest& request) {
  v1::RetractSamplesRequest head;
  head.set_parent(request.parent());
  head.set_reason(request.reason());
  std::string bytes = "retract;";
  AppendCanonical(head, bytes);
  for (const v1::SeriesBlock& block : request.series()) AppendCanonical(block, bytes);
  return Sha256(bytes);
}

// Orders rows by identity; of one identity the last row stays.
void SortAndDeduplicate(std::vector<SampleRow>& rows) {
  const auto before = [](const SampleRow& a, const SampleRow& b) {
    return std::tie(a.time_nano, a.sample_id) < std::tie(b.time_nano, b.sample_id);
  };
  const auto not_before = [&before](const SampleRow& a, const SampleRow& b) {
    return !before(a, b);
  };
  if (std::adjacent_find(rows.begin(), rows.end(), not_before) == rows.end()) return;
  std::stable_sort(rows.begin(), rows.end(), before);
  std::vector<SampleRow> kept;
  kept.reserve(rows.size());
  for (SampleRow& row : rows) {
    const bool same = !kept.empty() && kept.back().time_nano == row.time_nano &&
                      kept.back().sample_id == row.sample_id;
    if (same) {
      kept.back() = std::move(row);
    } else {
      kept.push_back(std::move(row));
    }
  }
  rows = std::move(kept);
}

// Collects what goes to each partition.
class UnitCollector {
 public:
  UnitCollector(IngestUnit common, const IngestContext& context)
      : common_(std::move(common)), context_(context) {}

  void Add(const MetricDefinition& metric, SeriesRows rows) {
    if (rows.rows.empty()) return;
    const std::string key = absl::StrCat(metric.id, "/", rows.slice.ToString());
    const auto [known, added] = series_.try_emplace(key);
    if (added) {
      IngestUnit& unit = UnitFor(metric, /*with_traits=*/true);
      known->second = {unit.part, unit.series.size()};
      unit.series.push_back(std::move(rows));
      return;
    }
    std::vector<SampleRow>& target =
        units_.at(known->second.first).series[known->second.second].rows;
    target.insert(target.end(), std::make_move_iterator(rows.rows.begin()),
                  std::make_move_iterator(rows.rows.end()));
  }

  void AddWatermark(const MetricDefinition& metric, int64_t nano) {
    UnitFor(metric, /*with_traits=*/false).watermarks.push_back({metric.id, nano});
  }

  std::vector<IngestUnit> Take(const std::string& answer_note) {
    std::vector<IngestUnit> units;
    for (auto& [part, unit] : units_) {
      for (SeriesRows& rows : unit.series) SortAndDeduplicate(rows.rows);
      unit.answer_note = answer_note;
      units.push_back(std::move(unit));
    }
    return units;
  }

 private:
  IngestUnit& UnitFor(const MetricDefinition& metric, bool with_traits) {
    const int part = PartitionOf(metric.workspace, metric.partition_group, context_.partitions);
    const auto [found, added] = units_.try_emplace(part, common_);
    IngestUnit& unit = found->second;
    if (added) unit.part = part;
    if (with_traits && metrics_.insert(metric.id).second) {
      unit.metrics.push_back({metric.id, TraitsOf(metric)});
    }
    return unit;
  }

  const IngestUnit common_;
  const IngestContext& context_;
  std::map<int, IngestUnit> units_;
  std::set<std::string> metrics_;
  // Where the rows of a series are: partition and index.
  absl::flat_hash_map<std::string, std::pair<int, size_t>> series_;
};

// Fields that writes and retractions have in common.
template <typename Request>
void CheckRequestFields(const Request& request, IngestUnit& unit, Violations& violations) {
  absl::StatusOr<std::string> workspace = ParseWorkspace(request.parent());
  if (workspace.ok()) {
    unit.workspace = *std::move(workspace);
  } else {
    violations.Add("parent", violation::kSyntax,
                   GotWant(request.parent(), "workspaces/{workspace}"));
  }
  unit.request_id = request.request_id();
  if (unit.request_id.empty() || unit.request_id.size() > kMaxRequestIdBytes ||
      !IsPlainText(unit.request_id)) {
    violations.Add("request_id", violation::kSyntax,
                   GotWant(unit.request_id, "1 to 128 characters"));
  }
  unit.reason = request.reason();
  CheckText("reason", unit.reason, kMaxReasonCharacters, violations);
}

template <typename Request>
absl::Status CheckBatchSize(const Request& request, const IngestLimits& limits) {
  int64_t samples = 0;
  for (const v1::SeriesBlock& block : request.series()) samples += block.time_unix_nano_size();
  if (samples <= limits.max_batch_samples && request.series_size() <= limits.max_batch_samples) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "BATCH_TOO_LARGE",
                   absl::StrCat("series: got ", samples, " samples in ", request.series_size(),
                                " series, want at most ", limits.max_batch_samples),
                   {{"max_batch_samples", absl::StrCat(limits.max_batch_samples)}});
}

TimeLimits LimitsOf(const IngestContext& context) {
  return TimeLimitsAt(context.now, context.limits.max_future, context.samples_kept_from);
}

// Checks all blocks; the good rows go to `units`, the others to `rejections`.
void CheckBlocks(const google::protobuf::RepeatedPtrField<v1::SeriesBlock>& blocks,
                 const std::string& workspace, IngestOperation operation,
                 const IngestContext& context, UnitCollector& units, Rejections& rejections) {
  const TimeLimits times = LimitsOf(context);
  std::string last_id;
  std::shared_ptr<const MetricDefinition> metric;
  for (int i = 0; i < blocks.size(); ++i) {
    const v1::SeriesBlock& block = blocks[i];
    const std::string path = absl::StrCat("series[", i, "]");
    if (metric == nullptr || block.metric() != last_id) {
      last_id = block.metric();
      metric = context.find_metric(workspace, last_id);
    }
    if (metric == nullptr) {
      rejections.AddUnknownMetric(path + ".metric", workspace, last_id,
                                  std::max(1, block.time_unix_nano_size()));
      continue;
    }
    CheckedBlock checked = CheckBlock(block, path, *metric, operation, times);
    for (BlockIssue& issue : checked.issues) rejections.Add(std::move(issue));
    units.Add(*metric, std::move(checked.rows));
  }
}

// The instant of a watermark; nullopt: refused.
std::optional<int64_t> CheckInstant(const std::string& field, bool has,
                                    const google::protobuf::Timestamp& timestamp,
                                    const IngestContext& context, Violations& violations) {
  const TimeLimits times = LimitsOf(context);
  const int64_t seconds = timestamp.seconds();
  const bool fits = has && timestamp.nanos() >= 0 && timestamp.nanos() < 1'000'000'000 &&
                    seconds >= times.earliest_nano / 1'000'000'000 &&
                    seconds <= times.latest_nano / 1'000'000'000;
  if (fits && seconds * 1'000'000'000 + timestamp.nanos() <= times.latest_nano) {
    return seconds * 1'000'000'000 + timestamp.nanos();
  }
  violations.Add(field, has ? violation::kOutOfRange : violation::kRequired,
                 absl::StrCat("got ", has ? absl::StrCat(seconds, " seconds") : "nothing",
                              ", want a time from 1700-01-01T00:00:00Z to ", times.latest_text));
  return std::nullopt;
}

void CheckWatermarks(const v1::WriteSamplesRequest& request, const std::string& workspace,
                     const IngestContext& context, UnitCollector& units, Violations& violations,
                     Rejections& rejections) {
  for (int i = 0; i < request.watermarks_size(); ++i) {
    const v1::Watermark& watermark = request.watermarks(i);
    const std::string path = absl::StrCat("watermarks[", i, "]");
    const auto nano = CheckInstant(path + ".complete_through", watermark.has_complete_through(),
                                   watermark.complete_through(), context, violations);
    const auto metric = context.find_metric(workspace, watermark.metric());
    if (metric == nullptr) {
      rejections.AddUnknownMetric(path + ".metric", workspace, watermark.metric(), 0);
    } else if (nano.has_value()) {
      units.AddWatermark(*metric, *nano);
    }
  }
}

}  // namespace

absl::StatusOr<IngestPlan> PlanWrite(const v1::WriteSamplesRequest& request,
                                     const IngestContext& context) {
  RETURN_IF_ERROR(CheckBatchSize(request, context.limits));
  Violations violations;
  IngestUnit common;
  common.record_time = context.now;
  CheckRequestFields(request, common, violations);
  if (request.series().empty() && request.watermarks().empty()) {
    violations.Add("series", violation::kRequired, "got no samples, want at least one");
  }
  common.fingerprint = FingerprintOf(request);
  const std::string workspace = common.workspace;
  UnitCollector units(std::move(common), context);
  Rejections rejections;
  CheckBlocks(request.series(), workspace, IngestOperation::kWrite, context, units, rejections);
  CheckWatermarks(request, workspace, context, units, violations, rejections);
  const bool partial = request.allow_partial() && violations.empty();
  if (!partial) RETURN_IF_ERROR(rejections.AsError(violations.Take()));
  IngestPlan plan;
  plan.rejected = rejections.Groups();
  plan.unknown_metrics = rejections.unknown_metrics();
  v1::WriteResult note;
  for (const v1::RejectedGroup& group : plan.rejected) *note.add_rejected() = group;
  plan.units = units.Take(note.SerializeAsString());
  return plan;
}

absl::StatusOr<IngestPlan> PlanRetraction(const v1::RetractSamplesRequest& request,
                                          const IngestContext& context) {
  RETURN_IF_ERROR(CheckBatchSize(request, context.limits));
  Violations violations;
  IngestUnit common;
  common.record_time = context.now;
  common.operation = IngestOperation::kRetract;
  CheckRequestFields(request, common, violations);
  if (request.series().empty()) {
    violations.Add("series", violation::kRequired, "got no samples, want at least one");
  }
  if (request.reason().empty()) {
    violations.Add("reason", violation::kRequired, "got no text, want why the samples go");
  }
  common.fingerprint = FingerprintOf(request);
  const std::string workspace = common.workspace;
  UnitCollector units(std::move(common), context);
  Rejections rejections;
  CheckBlocks(request.series(), workspace, IngestOperation::kRetract, context, units, rejections);
  RETURN_IF_ERROR(rejections.AsError(violations.Take()));
  IngestPlan plan;
  plan.units = units.Take("");
  return plan;
}

absl::StatusOr<IngestPlan> PlanWatermarks(
    const v1::AdvanceWatermarkRequest& request,
    absl::Span<const std::shared_ptr<const MetricDefinition>> metrics,
    const IngestContext& context) {
  Violations violations;
  const auto nano = CheckInstant("complete_through", request.has_complete_through(),
                                 request.complete_through(), context, violations);
  if (!nano.has_value()) return InvalidFields(violations.Take());
  IngestUnit common;
  common.record_time = context.now;
  if (!metrics.empty()) common.workspace = metrics.front()->workspace;
  UnitCollector units(std::move(common), context);
  for (const auto& metric : metrics) units.AddWatermark(*metric, *nano);
  IngestPlan plan;
  plan.units = units.Take("");
  return plan;
}

v1::WriteResult ResultOf(const IngestPlan& plan, absl::Span<const IngestOutcome> outcomes) {
  v1::WriteResult result;
  bool all_duplicate = !outcomes.empty();
  const std::string* first_answer = nullptr;
  for (const IngestOutcome& outcome : outcomes) {
    result.set_inserted(result.inserted() + outcome.counts.inserted);
    result.set_corrected(result.corrected() + outcome.counts.corrected);
    result.set_retracted(result.retracted() + outcome.counts.retracted);
    result.set_unchanged(result.unchanged() + outcome.counts.unchanged);
    all_duplicate &= outcome.duplicate;
    if (outcome.duplicate) first_answer = &outcome.answer_note;
  }
  v1::WriteResult note;
  if (first_answer != nullptr && note.ParseFromString(*first_answer)) {
    *result.mutable_rejected() = note.rejected();
  } else {
    for (const v1::RejectedGroup& group : plan.rejected) *result.add_rejected() = group;
  }
  result.set_duplicate(all_duplicate);
  result.set_position_token(PositionTokenOf(outcomes));
  return result;
}

std::string PositionTokenOf(absl::Span<const IngestOutcome> outcomes) {
  PositionToken token;
  for (const IngestOutcome& outcome : outcomes) {
    token.parts[outcome.part] = {outcome.incarnation, outcome.seq};
  }
  return token.ToText();
}

std::string TraitsOf(const MetricDefinition& metric) {
  return absl::StrCat("scale=", metric.scale, ";weightScale=", metric.weight_scale,
                      ";identity=", metric.identity == SampleIdentity::kEvent ? "EVENT" : "TIME",
                      ";partitionGroup=", metric.partition_group,
                      ";dimensions=", absl::StrJoin(metric.dimensions, ","));
}

}  // namespace kpisuite
