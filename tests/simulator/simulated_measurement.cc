#include "tests/simulator/simulated_measurement.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "tests/simulator/random_definitions.h"

namespace kpisuite {

SimulatedMeasurement::SimulatedMeasurement(Stage& stage, DefinitionNode& definitions)
    : stage_(stage),
      definitions_(definitions),
      store_(kSimulatedIncarnation, kSimulatedPartitions),
      node_(std::make_unique<MeasurementNode>(&store_)),
      feed_(kSimulatedPartitions) {}

// Definitions that were saved are known again after the start.
void SimulatedMeasurement::Crash(const char* when) {
  const int64_t position = node_->definition_position();
  node_ = std::make_unique<MeasurementNode>(&store_);
  for (const DefinitionChange& change : definitions_.log()) {
    if (change.position <= position) node_->DeliverDefinitions(change);
  }
  up_at_ = stage_.now() + absl::Seconds(stage_.chance().Below(120));
  stage_.Trace("measurement crashes ", when);
}

void SimulatedMeasurement::CatchUp() {
  for (const DefinitionChange& change : definitions_.log()) {
    if (change.position <= node_->definition_position()) continue;
    node_->DeliverDefinitions(change);
    return;
  }
}

absl::StatusOr<IngestPlan> SimulatedMeasurement::Plan(const SimulatedRequest& request) {
  const auto find = [this](absl::string_view workspace, absl::string_view metric) {
    return node_->catalog().FindMetric(workspace, metric);
  };
  const IngestContext context{
      .find_metric = find, .partitions = kSimulatedPartitions, .now = Clock()};
  return request.write.has_value() ? PlanWrite(*request.write, context)
                                   : PlanRetraction(*request.retract, context);
}

void SimulatedMeasurement::Handle(const SimulatedRequest& request, const Reply& reply) {
  if (!IsUp()) return;
  absl::StatusOr<IngestPlan> plan = Plan(request);
  if (!plan.ok()) return reply(plan.status());
  FaultPlan& faults = stage_.faults();
  if (faults.Strikes(Fault::kMeasurementCrashBeforeCommit)) return Crash("before a commit");
  std::vector<IngestOutcome> outcomes;
  for (const IngestUnit& unit : plan->units) {
    if (!outcomes.empty() && faults.Strikes(Fault::kMeasurementCrashBetweenUnits)) {
      return Crash("between two partitions of a request");
    }
    absl::StatusOr<IngestOutcome> outcome = Commit(unit);
    if (!outcome.ok()) return reply(outcome.status());
    outcomes.push_back(*std::move(outcome));
  }
  if (faults.Strikes(Fault::kMeasurementCrashAfterCommit)) return Crash("before the answer");
  reply(ResultOf(*plan, outcomes));
}

absl::StatusOr<IngestOutcome> SimulatedMeasurement::Commit(const IngestUnit& unit) {
  const int64_t head_before = store_.Heads()[static_cast<size_t>(unit.part)].last_seq;
  absl::StatusOr<IngestOutcome> outcome = absl::InternalError("the store did not answer");
  store_.Ingest(unit, [&](absl::StatusOr<IngestOutcome> answer) { outcome = std::move(answer); });
  if (!outcome.ok()) return outcome;
  CheckCommit(unit, *outcome, head_before);
  Archive(unit.part);
  return outcome;
}

void SimulatedMeasurement::CheckCommit(const IngestUnit& unit, const IngestOutcome& outcome,
                                       int64_t head_before) {
  const auto [request, is_new] =
      requests_.try_emplace({unit.request_id, unit.part}, outcome.counts);
  if (outcome.duplicate == is_new) {
    stage_.Fail(absl::StrCat("request ", unit.request_id, is_new ? " is new" : " is known",
                             " but was answered as if it were not"));
  }
  const int64_t head = store_.Heads()[static_cast<size_t>(unit.part)].last_seq;
  if (!is_new) {
    ++duplicates_;
    if (!(outcome.counts == request->second) || head != head_before) {
      stage_.Fail(absl::StrCat("the repetition of request ", unit.request_id,
                               " has another answer or another effect"));
    }
    return;
  }
  const SampleTable::Watermarks watermarks = committed_.watermarks();
  const IngestCounts expected = committed_.Apply(unit);
  if (!(outcome.counts == expected)) {
    stage_.Fail(absl::StrCat("request ", unit.request_id, " was counted as ",
                             outcome.counts.inserted, "/", outcome.counts.corrected, "/",
                             outcome.counts.retracted, "/", outcome.counts.unchanged));
  }
  const bool changed = expected.inserted + expected.corrected + expected.retracted > 0 ||
                       watermarks != committed_.watermarks();
  if (head != head_before + (changed ? 1 : 0) || outcome.seq != head) {
    stage_.Fail(
        absl::StrCat("the feed of part ", unit.part, " went from ", head_before, " to ", head));
  }
}

void SimulatedMeasurement::Archive(int part) {
  std::vector<Batch>& archive = feed_[static_cast<size_t>(part)];
  const auto known = static_cast<int64_t>(archive.size());
  const absl::StatusOr<ChangePage> page =
      store_.ReadChanges(part, kSimulatedIncarnation, known, size_t{1} << 30);
  if (!page.ok()) return stage_.Fail(page.status().ToString());
  for (const std::string& bytes : page->batches) {
    auto batch = std::make_shared<v1::ChangeBatch>();
    const bool sound = batch->ParseFromString(bytes) &&
                       batch->position().seq() == static_cast<int64_t>(archive.size()) + 1;
    if (!sound) stage_.Fail(absl::StrCat("the feed of part ", part, " is not dense"));
    archive.push_back(std::move(batch));
  }
}

SampleTable SimulatedMeasurement::TableAt(int part, int64_t seq) {
  auto& [done, table] = tables_[part];
  if (done > seq) {
    done = 0;
    table = SampleTable();
  }
  const std::vector<Batch>& archive = feed(part);
  for (; done < seq && done < static_cast<int64_t>(archive.size()); ++done) {
    const absl::Status applied = table.Apply(*archive[static_cast<size_t>(done)]);
    if (!applied.ok()) stage_.Fail(applied.ToString());
  }
  return table;
}

absl::StatusOr<LoadAnswer> SimulatedMeasurement::Answer(const LoadRequest& request) {
  if (!IsUp()) return absl::UnavailableError("measurement is down");
  return node_->Answer(request);
}

absl::StatusOr<std::vector<SimulatedMeasurement::Batch>> SimulatedMeasurement::ReadChanges(
    int part, int64_t seq) {
  if (!IsUp()) return absl::UnavailableError("measurement is down");
  ASSIGN_OR_RETURN(const ChangePage page,
                   store_.ReadChanges(part, kSimulatedIncarnation, seq,
                                      static_cast<size_t>(stage_.chance().Between(1, 2000))));
  const std::vector<Batch>& archive = feed(part);
  const auto first = archive.begin() + seq;
  return std::vector<Batch>(first, first + static_cast<int64_t>(page.batches.size()));
}

}  // namespace kpisuite
