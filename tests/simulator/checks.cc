#include "tests/simulator/checks.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

std::string Line(const std::string& key) { return absl::StrReplaceAll(key, {{"\n", " "}}); }

using EntriesByKey = std::map<std::string, std::vector<const LoggedState*>>;

EntriesByKey ByKey(const SimulatedEvaluation& evaluation) {
  EntriesByKey entries;
  for (const LoggedState& entry : evaluation.logged()) entries[entry.id.Key()].push_back(&entry);
  return entries;
}

std::map<std::string, ChangedState> KeptStates(SimulatedSuite& suite) {
  std::map<std::string, ChangedState> kept;
  for (int part = 0; part < kSimulatedPartitions; ++part) {
    for (ChangedState& state : suite.evaluation.Engine(part)->Snapshot()) {
      kept[state.id.Key()] = std::move(state);
    }
  }
  return kept;
}

// What is wrong with the entries of one state; empty when nothing is.
std::string FaultOf(const std::vector<const LoggedState*>& entries) {
  const LoggedState* before = nullptr;
  for (const LoggedState* entry : entries) {
    const int32_t last = before == nullptr ? 0 : before->revision;
    const bool closes = entry->cause == v1::HISTORY_CAUSE_CLOSED;
    const bool same_status = before != nullptr && before->status == entry->status;
    const bool same = same_status && before->value == entry->value;
    if (closes && (last != 0 || entry->revision != 1)) return "it closes a second time";
    if (!closes && last == 0 && entry->revision != 0) return "it has a revision before it closed";
    if (!closes && last > 0 && entry->revision != last + 1) return "its revisions are not dense";
    if (!closes && last > 0 && same) return "a restatement says what was said before";
    if (!closes && last == 0 && same_status) return "a transition keeps the status";
    if (entry->cause == v1::HISTORY_CAUSE_RESTATED && last == 0) return "it restates open data";
    if (before != nullptr && entry->record_time < before->record_time) return "time goes back";
    before = entry;
  }
  return "";
}

// The last entry of a closed state is what readers see.
void CheckLastEntry(SimulatedSuite& suite, const LoggedState& entry, const ChangedState& kept) {
  v1::KpiState state;
  state.ParseFromString(*kept.state);
  if (state.revision() != entry.revision) {
    return suite.stage.Fail(absl::StrCat(Line(entry.id.Key()), " is shown at revision ",
                                         state.revision(), " and logged at ", entry.revision));
  }
  if (entry.revision == 0) return;
  const std::string value =
      state.nd_reason() == v1::ND_REASON_UNSPECIFIED
          ? state.value()
          : absl::StrCat("(", v1::NdReason_Name(state.nd_reason()).substr(10), ")");
  const bool same = state.status() == entry.status && value == entry.value &&
                    FromTimestamp(state.closed_at()) == *entry.closed_at;
  if (!same) {
    suite.stage.Fail(
        absl::StrCat(Line(entry.id.Key()), " is shown as ", value, " and logged as ", entry.value));
  }
}

void CheckMeasurement(SimulatedSuite& suite) {
  std::vector<std::string> metrics;
  for (const SimulatedMetric& metric : suite.metrics) metrics.push_back(metric.id);
  const auto stored = RowsOf(suite.measurement.store(), kSimulatedWorkspace, metrics);
  SampleTable::Rows replayed;
  for (const FeedHead& head : suite.measurement.Heads()) {
    if (head.last_seq != static_cast<int64_t>(suite.measurement.feed(head.part).size())) {
      suite.stage.Fail("the feed ends before its head");
    }
    const SampleTable table = suite.measurement.TableAt(head.part, head.last_seq);
    replayed.insert(table.rows().begin(), table.rows().end());
  }
  if (!stored.ok() || *stored != suite.measurement.committed().rows()) {
    suite.stage.Fail("the stored samples are not those of the committed requests");
  }
  if (replayed != suite.measurement.committed().rows()) {
    suite.stage.Fail("the replayed feed is not what was committed");
  }
}

void CheckCache(SimulatedSuite& suite) {
  for (const FeedHead& head : suite.measurement.Heads()) {
    const std::vector<ChangedState> kept = suite.evaluation.Engine(head.part)->Snapshot();
    std::vector<std::string> keys;
    for (const ChangedState& state : kept) keys.push_back(state.id.Key());
    const PartitionStates read = suite.cache.Read(head.part, keys);
    if (!read.frontier.has_value() || static_cast<int64_t>(read.frontier->seq) != head.last_seq) {
      suite.stage.Fail(absl::StrCat("the frontier of part ", head.part, " is not at the head"));
    }
    for (size_t i = 0; i < kept.size(); ++i) {
      if (read.states[i].has_value() && read.states[i]->payload == *kept[i].state) continue;
      suite.stage.Fail(absl::StrCat("the cache does not hold ", Line(keys[i])));
    }
  }
}

void CheckWatchers(SimulatedSuite& suite, const std::map<std::string, ChangedState>& kept) {
  for (const SimulatedWatcher& watcher : suite.evaluation.watchers()) {
    for (const auto& [key, state] : kept) {
      const auto shown = watcher.states().find(key);
      if (shown != watcher.states().end() && *shown->second.state == *state.state) continue;
      suite.stage.Fail(absl::StrCat("a watcher was not told the last of ", Line(key)));
    }
    for (const auto& [key, state] : watcher.states()) {
      if (!kept.contains(key)) suite.stage.Fail("a watcher still has " + Line(key));
    }
  }
}

}  // namespace

void CheckLog(SimulatedSuite& suite) {
  for (const auto& [key, entries] : ByKey(suite.evaluation)) {
    const std::string fault = FaultOf(entries);
    if (fault.empty()) continue;
    std::string all;
    for (const LoggedState* entry : entries) {
      absl::StrAppend(&all, "\n    ", v1::HistoryCause_Name(entry->cause), " ", entry->revision,
                      " ", v1::Status_Name(entry->status), " ", entry->value, " at ",
                      absl::FormatTime(entry->record_time));
    }
    suite.stage.Fail(absl::StrCat("log of ", Line(key), ": ", fault, all));
  }
}

void CheckEverything(SimulatedSuite& suite) {
  CheckMeasurement(suite);
  for (int part = 0; part < kSimulatedPartitions; ++part) CheckStates(suite, part);
  CheckLog(suite);
  const std::map<std::string, ChangedState> kept = KeptStates(suite);
  for (const auto& [key, entries] : ByKey(suite.evaluation)) {
    const auto state = kept.find(key);
    if (state != kept.end()) {
      CheckLastEntry(suite, *entries.back(), state->second);
    } else if (suite.evaluation.Declares(entries.back()->id, entries.back()->first_day)) {
      suite.stage.Fail(absl::StrCat(Line(key), " was logged and is forgotten"));
    }
  }
  CheckCache(suite);
  CheckWatchers(suite, kept);
}

}  // namespace kpisuite
