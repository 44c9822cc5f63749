#include "tests/upgrade/store_description.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/base/hash.h"

namespace kpisuite {
namespace {

constexpr size_t kAllBytes = size_t{1} << 30;

std::string HashOf(absl::string_view bytes) {
  return absl::StrCat(absl::Hex(Hash64(bytes), absl::kZeroPad16));
}

std::string NumberOf(absl::Time time) { return absl::StrCat(absl::ToUnixNanos(time)); }

template <typename... Parts>
void Line(std::string& out, const Parts&... parts) {
  absl::StrAppend(&out, parts..., "\n");
}

std::string RevisionText(const v1::Definition& definition) {
  return absl::StrCat(definition.name(), "@", definition.revision(),
                      definition.deleted() ? " deleted " : " ", HashOf(definition.DebugString()));
}

// Whether `result` can be used; else its error is a line.
template <typename Result>
bool Usable(const Result& result, std::string& out) {
  if (!result.ok()) Line(out, "ERROR ", result.status().ToString());
  return result.ok();
}

void DescribeSample(const StoredSample& sample, std::string& out) {
  Line(out, "    ", sample.time_nano, " ", sample.sample_id, " r", sample.revision, " seq ",
       sample.seq, sample.retracted ? " retracted" : absl::StrCat(" value ", sample.value),
       " weight ", sample.weight, " day ", sample.business_day, " ", sample.entity);
}

void DescribeMetric(MeasurementSnapshot& snapshot, const std::string& workspace,
                    const std::string& metric, std::string& out) {
  const auto traits = snapshot.FindTraits(workspace, metric);
  const auto watermark = snapshot.FindWatermark(workspace, metric);
  const auto kept = snapshot.FindKept(workspace, metric);
  if (!Usable(traits, out) || !Usable(watermark, out) || !Usable(kept, out)) return;
  Line(out, "metric ", workspace, "/", metric, " ", traits->value_or("no samples"), " watermark ",
       watermark->value_or(0));
  // Earlier versions know of no such thing, and their answers say nothing of it.
  if (!kept->all()) Line(out, "  kept from ", kept->from_nano, " ", kept->first_business_day);
  std::vector<SeriesRecord> all;
  const absl::Status visited =
      snapshot.VisitSeries(workspace, metric, "", [&all](const SeriesRecord& series) {
        all.push_back(series);
        return true;
      });
  if (!visited.ok()) Line(out, "ERROR ", visited.ToString());
  for (const SeriesRecord& series : all) {
    Line(out, "  series [", series.slice, "] part ", series.part,
         series.has_business_day ? " with business days" : "");
    const absl::Status read =
        snapshot.VisitRevisions(series.id, SampleRange(), [&out](const StoredSample& sample) {
          DescribeSample(sample, out);
          return true;
        });
    if (!read.ok()) Line(out, "ERROR ", read.ToString());
  }
}

void DescribeFeed(MeasurementStore& store, MeasurementSnapshot& snapshot, const FeedHead& head,
                  std::string& out) {
  Line(out, "feed ", head.part, " incarnation ", head.incarnation, " last ", head.last_seq,
       " trimmed ", head.trimmed_seq);
  const auto page = store.ReadChanges(head.part, head.incarnation, head.trimmed_seq, kAllBytes);
  if (!Usable(page, out)) return;
  for (const std::string& bytes : page->batches) {
    v1::ChangeBatch batch;
    if (!batch.ParseFromString(bytes)) Line(out, "ERROR a batch that cannot be read");
    for (v1::SeriesChanges& changes : *batch.mutable_series()) changes.clear_series_id();
    const auto commit = snapshot.FindCommit(head.part, batch.position().seq());
    if (!Usable(commit, out)) continue;
    Line(out, "  ", batch.position().seq(), " at ", NumberOf(commit->record_time), " '",
         commit->reason, "' ", HashOf(batch.DebugString()));
  }
}

std::string LoggedText(const LoggedState& logged) {
  return absl::StrCat(
      logged.id.kpi, " ", logged.id.window, " [", logged.id.slice, "] ", logged.id.period, " part ",
      logged.part, " day ", logged.first_day, " r", logged.revision, " ",
      v1::HistoryCause_Name(logged.cause), " at ", NumberOf(logged.record_time), " closed ",
      logged.closed_at.has_value() ? NumberOf(*logged.closed_at) : "no", " ",
      v1::Status_Name(logged.status), " ", logged.value, logged.restated ? " restated" : "",
      logged.final ? " final" : "", " definitions ", logged.definition_position,
      logged.restatement.has_value()
          ? absl::StrCat(" was ", logged.restatement->old_value, " ",
                         v1::Status_Name(logged.restatement->old_status), " by ",
                         v1::HistoryCause_Name(logged.restatement->cause),
                         logged.restatement->minor ? " minor" : "")
          : "",
      logged.author.empty() ? "" : absl::StrCat(" by ", logged.author, ": ", logged.reason));
}

}  // namespace

std::string Describe(DefinitionStore& store) {
  std::string out;
  const auto loaded = store.Load();
  if (!Usable(loaded, out)) return out;
  Line(out, "log ", store.incarnation(), " at ", loaded->position);
  std::set<std::string> live;
  for (const v1::Definition& definition : loaded->live) live.insert(RevisionText(definition));
  for (const v1::Definition& definition : loaded->deleted_metrics) {
    live.insert(RevisionText(definition));
  }
  for (const std::string& text : live) Line(out, "live ", text);
  const auto sets = store.ReadSets(0, kAllBytes);
  if (!Usable(sets, out)) return out;
  for (const AppliedSet& set : *sets) {
    Line(out, "set ", set.position, " at ", NumberOf(set.commit_time));
    for (const v1::Definition& definition : set.revisions) {
      Line(out, "  ", RevisionText(definition));
    }
  }
  return out;
}

std::string Describe(MeasurementStore& store) {
  std::string out;
  const auto snapshot = store.Snapshot();
  const auto definitions = store.LoadDefinitions();
  if (!Usable(snapshot, out) || !Usable(definitions, out)) return out;
  Line(out, store.partitions(), " partitions, definitions of ", definitions->incarnation, " at ",
       definitions->position);
  for (const SavedDefinition& one : definitions->definitions) {
    Line(out, "definition ", one.name, " ", HashOf(one.bytes));
    // workspaces/{workspace}/metrics/{metric}
    const std::vector<std::string> name = absl::StrSplit(one.name, '/');
    if (name.size() == 4 && name[2] == "metrics") {
      DescribeMetric(**snapshot, name[1], name[3], out);
    }
  }
  for (const FeedHead& head : (*snapshot)->heads()) {
    if (head.last_seq > 0) DescribeFeed(store, **snapshot, head, out);
  }
  return out;
}

std::string Describe(StateLog& log) {
  std::string out;
  const auto partitions = log.LoadPartitions();
  const auto followed = log.LoadDefinitions();
  const auto decisions = log.LoadDecisions();
  if (!Usable(partitions, out) || !Usable(followed, out) || !Usable(decisions, out)) return out;
  Line(out, *partitions, " partitions, definitions of ", followed->incarnation, " at ",
       followed->position);
  for (const v1::Definition& definition : followed->definitions) {
    Line(out, "definition ", RevisionText(definition));
  }
  for (const SavedVersions& versions : followed->versions) {
    for (const SavedVersion& version : versions.versions) {
      Line(out, "version ", versions.kpi, " from day ", version.first_day, " ",
           HashOf(version.definitions));
    }
  }
  for (const FinalityDecision& decision : *decisions) {
    Line(out, "decision ",
         decision.kind == FinalityDecision::Kind::kFinalise ? "final " : "release ", decision.kpi,
         " ", decision.uid, " days ", decision.first_day, " to ", decision.end_day, " at ",
         NumberOf(decision.time), " by ", decision.author, " ", decision.role, ": ",
         decision.reason, " ", decision.request_id, " ", HashOf(decision.answer));
  }
  std::set<std::tuple<std::string, std::string, std::string>> series;
  const absl::Status visited = log.VisitLatest({}, [&series](const LoggedState& logged) {
    series.emplace(logged.id.kpi, logged.id.window, logged.id.slice);
    return absl::OkStatus();
  });
  if (!visited.ok()) Line(out, "ERROR ", visited.ToString());
  for (const auto& [kpi, window, slice] : series) {
    HistoryQuery query;
    query.kpi = kpi;
    query.window = window;
    query.slice = slice;
    const auto history = log.History(query);
    if (!Usable(history, out)) continue;
    for (const HistoryEntryRow& row : *history) {
      Line(out, row.place.number, " ", LoggedText(row.logged), " ",
           row.logged.state != nullptr ? HashOf(*row.logged.state) : "no state");
    }
  }
  return out;
}

}  // namespace kpisuite
