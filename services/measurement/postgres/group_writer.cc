#include "services/measurement/postgres/group_writer.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"
#include "services/measurement/postgres/group_reads.h"
#include "services/measurement/postgres/group_writes.h"

namespace kpisuite {
namespace {

constexpr int kAttempts = 5;
// Beyond so many series the memory starts anew: what it has lost is found in the table.
constexpr size_t kMostRemembered = 1'000'000;
// Every look-up is by a key of few rows; without statistics the planner may think otherwise.
constexpr char kSession[] =
    "SET lock_timeout TO '1s'; SET idle_in_transaction_session_timeout TO '3s';"
    "SET enable_hashjoin TO off; SET enable_mergejoin TO off; SET enable_seqscan TO off;"
    "SET enable_bitmapscan TO off; SET plan_cache_mode TO force_generic_plan; SET jit TO off";

// Another transaction was in the way: of another partition that was the first to name a metric, or
// of another process that got the same request, which a statement that looks and writes at once
// did not see.
bool IsConflict(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsAlreadyExists(status);
}

WrittenGroup ApplyAll(PartitionGroup& group) {
  WrittenGroup written;
  for (size_t i = 0; i < group.unit_count(); ++i) written.outcomes.push_back(group.Apply(i));
  written.head = group.head;
  return written;
}

}  // namespace

absl::Status GroupWriter::Connect() {
  if (connection_ != nullptr && connection_->alive()) return absl::OkStatus();
  Forget();
  left_.clear();
  connection_.reset();
  ASSIGN_OR_RETURN(connection_, database_.Connect(kSession));
  return absl::OkStatus();
}

absl::StatusOr<WrittenGroup> GroupWriter::Write(const UnitGroup& units) {
  absl::StatusOr<WrittenGroup> written;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const absl::Status connected = Connect();
    if (!connected.ok()) return PostgresUnavailable(connected.message());
    written = WriteOnce(units);
    if (written.ok()) return written;
    left_.erase(units.known.part);
    if (connection_->in_transaction() && !connection_->ExecuteScript("ROLLBACK").ok()) {
      connection_.reset();
    }
    if (!IsConflict(written.status())) return written.status();
    Forget();
  }
  return PostgresUnavailable(absl::StrCat("a group was in the way of others ", kAttempts,
                                          " times: ", written.status().message()));
}

absl::StatusOr<WrittenGroup> GroupWriter::WriteOnce(const UnitGroup& units) {
  PartitionGroup group(units.units);
  RETURN_IF_ERROR(ReadGroup(group));
  const FeedHead before = group.head;
  if (before.incarnation == units.known.incarnation && before.last_seq < units.known.last_seq) {
    LogError("a partition has lost entries and begins a new life",
             {{"part", before.part}, {"lost_from", before.last_seq + 1}});
    group.BeginNewLife();
  }
  WrittenGroup written = ApplyAll(group);
  RETURN_IF_ERROR(WriteChanges(group, before));
  Remember(group);
  return written;
}

std::vector<std::optional<absl::StatusOr<WrittenGroup>>> GroupWriter::WriteRemembered(
    absl::Span<const UnitGroup> groups) {
  std::vector<std::optional<absl::StatusOr<WrittenGroup>>> answers(groups.size());
  if (!Connect().ok()) return answers;
  std::deque<PartitionGroup> decided;
  std::vector<GroupAdditions> additions;
  std::map<int, std::pair<size_t, WrittenGroup>> written;  // by partition
  for (size_t i = 0; i < groups.size(); ++i) {
    const FeedHead& known = groups[i].known;
    WrittenGroup one;
    if (!DecideRemembered(known, decided.emplace_back(groups[i].units), one)) continue;
    additions.push_back({&decided.back(), known});
    written[known.part] = {i, std::move(one)};
  }
  if (additions.empty()) return answers;
  // All processes lock heads in the same order.
  std::sort(additions.begin(), additions.end(),
            [](const auto& a, const auto& b) { return a.before.part < b.before.part; });
  PostgresPipeline pipeline(*connection_);
  AddGroupAdditions(additions, /*locked=*/false, pipeline);
  const auto results = pipeline.Run();
  if (!results.ok()) {
    for (const auto& [part, ignored] : written) left_.erase(part);
    // Nothing was stored of any of them; alone, each gets what it deserves.
    const absl::Status& status = results.status();
    if (IsConflict(status) || IsLockTimeout(status) || absl::IsInternal(status)) return answers;
    for (auto& [part, one] : written) answers[one.first] = status;
    return answers;
  }
  const PostgresResult& moved = (*results)[0];
  for (int row = 0; row < moved.rows(); ++row) {
    auto& [index, one] = written.at(static_cast<int>(moved.Int64(row, 0)));
    one.head.trimmed_seq = moved.Int64(row, 1);
    answers[index] = std::move(one);
  }
  for (const GroupAdditions& one : additions) {
    if (answers[written.at(one.group->part()).first].has_value()) Remember(*one.group);
  }
  return answers;
}

bool GroupWriter::DecideRemembered(const FeedHead& known, PartitionGroup& group,
                                   WrittenGroup& written) const {
  const auto left = left_.find(known.part);
  // `known` is ahead when somebody else has written, or entries are lost.
  if (left == left_.end() || !left->second.run_goes_on ||
      left->second.incarnation != known.incarnation || left->second.last_seq != known.last_seq) {
    return false;
  }
  group.head = known;
  group.commit_nano = left->second.commit_nano;
  group.last_series = left->second.last_series;
  if (!RecallAll(group)) return false;
  written = ApplyAll(group);
  return group.OnlyAdds();
}

bool GroupWriter::RecallAll(PartitionGroup& group) const {
  if (!group.watermarks.empty() || !RecallSeries(group)) return false;
  for (auto& [name, one] : group.traits) {
    const auto known = traits_.find(name);
    if (known == traits_.end()) return false;
    one.traits = known->second;
  }
  for (auto& [name, one] : group.kept) {
    if (const auto known = kept_.find(name); known != kept_.end()) one.kept = known->second;
  }
  return std::all_of(group.rows.begin(), group.rows.end(), [&](const GroupRow& row) {
    return row.time_nano > group.series[row.series].last_nano;
  });
}

void GroupWriter::Forget() {
  series_.clear();
  traits_.clear();
  kept_.clear();
}

bool GroupWriter::RecallSeries(PartitionGroup& group) const {
  const auto left = left_.find(group.part());
  bool all = true;
  for (GroupSeries& one : group.series) {
    const auto known = series_.find(one.key);
    if (known == series_.end()) {
      all = false;
      continue;
    }
    one.id = known->second.id;
    one.has_business_day = known->second.has_business_day;
    if (left != left_.end() && left->second.run == known->second.run) {
      one.last_nano = known->second.last_nano;
    }
  }
  return all;
}

void GroupWriter::Remember(const PartitionGroup& group) {
  if (series_.size() + group.series.size() > kMostRemembered) Forget();
  for (const auto& [name, one] : group.traits) {
    if (!one.traits.empty()) traits_[name] = one.traits;
  }
  for (const auto& [name, one] : group.kept) {
    if (!one.kept.all()) kept_[name] = one.kept;
  }
  Left& left = left_[group.part()];
  left.incarnation = group.head.incarnation;
  left.last_seq = group.head.last_seq;
  left.commit_nano = group.commit_nano;
  left.last_series = group.last_series;
  constexpr int64_t kNever = std::numeric_limits<int64_t>::min();
  std::vector<int64_t> last(group.series.size(), kNever);
  for (const GroupRow& row : group.rows) {
    last[row.series] = std::max(last[row.series], row.time_nano);
  }
  for (size_t i = 0; i < group.series.size(); ++i) {
    const GroupSeries& one = group.series[i];
    if (one.id == 0) continue;
    const int64_t before = one.added ? kNever : one.last_nano;
    series_[one.key] = {one.id, one.has_business_day, std::max(before, last[i]), left.run};
  }
}

bool GroupWriter::ContinuesRun(const PartitionGroup& group) {
  Left& left = left_[group.part()];
  left.run_goes_on =
      left.incarnation == group.head.incarnation && left.last_seq == group.head.last_seq;
  if (!left.run_goes_on) left.run = ++runs_;
  return left.run_goes_on;
}

absl::Status GroupWriter::ReadGroup(PartitionGroup& group) {
  const bool all_known = RecallSeries(group);
  PostgresPipeline pipeline(*connection_);
  pipeline.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
  GroupReads reads(group, pipeline);
  reads.AddHead();
  reads.AddNames();
  if (!all_known) reads.AddSeries();
  if (all_known) reads.AddRows();
  if (all_known && left_.contains(group.part())) reads.AddLast();
  ASSIGN_OR_RETURN(const std::vector<PostgresResult> results, pipeline.Run());
  RETURN_IF_ERROR(reads.Take(results));
  if (!ContinuesRun(group)) {
    for (GroupSeries& one : group.series) one.last_nano = kUnknownLast;
    return ReadRows(group);
  }
  return all_known ? absl::OkStatus() : ReadRows(group);
}

absl::Status GroupWriter::ReadRows(PartitionGroup& group) {
  PostgresPipeline pipeline(*connection_);
  GroupReads reads(group, pipeline);
  reads.AddRows();
  if (pipeline.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<PostgresResult> results, pipeline.Run());
  return reads.Take(results);
}

absl::Status GroupWriter::WriteChanges(const PartitionGroup& group, const FeedHead& before) {
  if (!group.changed()) return connection_->Execute("ROLLBACK");
  PostgresPipeline pipeline(*connection_);
  AddGroupChanges(group, pipeline);
  AddGroupAdditions({{&group, before}}, /*locked=*/true, pipeline);
  pipeline.Add("COMMIT");
  return pipeline.Run().status();
}

}  // namespace kpisuite
