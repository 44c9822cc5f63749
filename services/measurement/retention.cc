#include "services/measurement/retention.h"

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// A process that has just started has other things to do.
constexpr absl::Duration kFirst = absl::Seconds(10);
constexpr absl::Duration kInterval = absl::Minutes(10);
// Of one transaction, while which a writer of the same partition waits.
constexpr int64_t kMostAtOnce = 500;
// Metrics of one unit.
constexpr size_t kMostMoves = 1'000;
// The second look finds what came during the first; more only while others go on writing.
constexpr int kMostLooks = 5;

absl::Status TooShort(absl::string_view flag, absl::Duration got, absl::Duration least,
                      absl::string_view instead) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": got ", absl::FormatDuration(got),
                                                 ", want at least ", absl::FormatDuration(least),
                                                 instead));
}

std::vector<IngestUnit> UnitsOf(std::vector<PastSamples> past, absl::Time now) {
  const auto place = [](const PastSamples& one) { return std::tie(one.part, one.workspace); };
  std::stable_sort(past.begin(), past.end(), [&place](const PastSamples& a, const PastSamples& b) {
    return place(a) < place(b);
  });
  std::vector<IngestUnit> units;
  for (PastSamples& one : past) {
    const bool fits = !units.empty() && units.back().part == one.part &&
                      units.back().workspace == one.workspace &&
                      units.back().kept.size() < kMostMoves;
    if (!fits) {
      IngestUnit& unit = units.emplace_back();
      unit.part = one.part;
      unit.workspace = one.workspace;
      unit.record_time = now;
    }
    units.back().kept.push_back(std::move(one.move));
  }
  return units;
}

}  // namespace

void AddRetentionOptions(RetentionOptions& options, OptionParser& parser) {
  parser.Add("sample-retention", options.samples,
             "How long samples are kept, by their event times, in whole months; alike at every "
             "replica. What is gone does not come back. 0: for ever.");
  parser.Add("feed-retention", options.feed,
             "How long changes can be followed; who is further behind starts anew. 0: for ever.");
  parser.Add("request-retention", options.requests,
             "How long a repeated request_id is recognised.");
  parser.AddCheck([&options] {
    if (options.samples != absl::ZeroDuration() && options.samples < kLeastSampleRetention) {
      return TooShort("sample-retention", options.samples, kLeastSampleRetention,
                      ", or 0 for ever");
    }
    if (options.feed != absl::ZeroDuration() && options.feed < kLeastFeedRetention) {
      return TooShort("feed-retention", options.feed, kLeastFeedRetention, ", or 0 for ever");
    }
    if (options.requests < kLeastRequestRetention) {
      return TooShort("request-retention", options.requests, kLeastRequestRetention, "");
    }
    return absl::OkStatus();
  });
}

absl::Time SamplesKeptFrom(absl::Duration retention, absl::Time now) {
  const absl::Time oldest = now - retention;
  if (retention == absl::ZeroDuration() || oldest == absl::InfinitePast()) {
    return absl::InfinitePast();
  }
  return absl::FromCivil(absl::ToCivilMonth(oldest, absl::UTCTimeZone()), absl::UTCTimeZone());
}

Retention::Retention(MeasurementStore& store, const RetentionOptions& options, const Clock& clock)
    : store_(store), options_(options), clock_(clock), task_(kFirst, kInterval, [this] {
        const absl::Status done = RunOnce();
        if (done.ok()) return;
        LogWarning("retention failed, and is tried again", {{"error", done.message()}});
      }) {}

absl::Status Retention::RunOnce() {
  RETURN_IF_ERROR(ForgetRequests());
  RETURN_IF_ERROR(ForgetChanges());
  return DropSamples();
}

absl::Status Retention::ForgetRequests() {
  int64_t forgotten = kMostAtOnce;
  while (forgotten == kMostAtOnce && !task_.stopping()) {
    ASSIGN_OR_RETURN(forgotten,
                     store_.ForgetRequests(clock_.Now() - options_.requests, kMostAtOnce));
  }
  return absl::OkStatus();
}

absl::Status Retention::ForgetChanges() {
  if (options_.feed == absl::ZeroDuration()) return absl::OkStatus();
  for (const FeedHead& head : store_.Heads()) {
    int64_t forgotten = head.last_seq > head.trimmed_seq ? kMostAtOnce : 0;
    while (forgotten == kMostAtOnce && !task_.stopping()) {
      ASSIGN_OR_RETURN(forgotten,
                       store_.ForgetChanges(head.part, clock_.Now() - options_.feed, kMostAtOnce));
    }
  }
  return absl::OkStatus();
}

absl::Status Retention::DropSamples() {
  if (options_.samples == absl::ZeroDuration()) return absl::OkStatus();
  MutexLock lock(mutex_);
  const absl::Time cutoff = SamplesKeptFrom(options_.samples, clock_.Now());
  if (cutoff <= deleted_) return absl::OkStatus();
  if (recorded_ < cutoff) {
    ASSIGN_OR_RETURN(const bool recorded, RecordPast(cutoff));
    if (!recorded) return absl::OkStatus();
    recorded_ = cutoff;
  }
  ASSIGN_OR_RETURN(const PastDeletion deletion,
                   store_.DeletePast(cutoff, [this] { return task_.stopping(); }));
  if (deletion == PastDeletion::kAll) deleted_ = cutoff;
  if (deletion == PastDeletion::kUnrecorded) recorded_ = absl::InfinitePast();
  return absl::OkStatus();
}

absl::StatusOr<bool> Retention::RecordPast(absl::Time cutoff) {
  for (int look = 0; look < kMostLooks; ++look) {
    if (task_.stopping()) return false;
    ASSIGN_OR_RETURN(std::vector<PastSamples> past, store_.FindPast(cutoff));
    if (past.empty()) return true;
    LogInfo("samples are past their retention",
            {{"metrics", past.size()}, {"before", absl::FormatTime(cutoff, absl::UTCTimeZone())}});
    RETURN_IF_ERROR(Ingest(std::move(past)));
  }
  return absl::AbortedError("samples that are past their retention are still being written");
}

absl::Status Retention::Ingest(std::vector<PastSamples> past) {
  for (IngestUnit& unit : UnitsOf(std::move(past), clock_.Now())) {
    const auto done = std::make_shared<std::promise<absl::Status>>();
    store_.Ingest(std::move(unit), [done](const absl::StatusOr<IngestOutcome>& outcome) {
      done->set_value(outcome.status());
    });
    RETURN_IF_ERROR(done->get_future().get());
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
