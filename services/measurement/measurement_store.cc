#include "services/measurement/measurement_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

std::string RetentionText(int64_t nano) {
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixNanos(nano), absl::UTCTimeZone());
}

}  // namespace

absl::Status CheckFeedPosition(const FeedHead& head, int64_t incarnation, int64_t seq) {
  const bool from_the_start = incarnation == 0 && seq == 0;
  if (!from_the_start && incarnation != head.incarnation) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
        absl::StrCat("partition ", head.part, ": got incarnation ", incarnation, ", want ",
                     head.incarnation),
        {{"part", absl::StrCat(head.part)}, {"incarnation", absl::StrCat(head.incarnation)}});
  }
  if (seq > head.last_seq || seq < 0) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
        absl::StrCat("partition ", head.part, ": got position ", seq, ", want at most its head ",
                     head.last_seq),
        {{"part", absl::StrCat(head.part)}, {"incarnation", absl::StrCat(head.incarnation)}});
  }
  if (seq < head.trimmed_seq) {
    return MakeError(
        absl::StatusCode::kOutOfRange, "FEED_TRIMMED",
        absl::StrCat("partition ", head.part, ": got position ", seq, ", want at least ",
                     head.trimmed_seq),
        {{"part", absl::StrCat(head.part)}, {"trimmed_seq", absl::StrCat(head.trimmed_seq)}});
  }
  return absl::OkStatus();
}

absl::Status RequestIdReused(absl::string_view request_id) {
  return MakeError(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
                   absl::StrCat("request_id: got ", request_id,
                                ", which was used with another payload, want a new one"),
                   {{"request_id", std::string(request_id)}});
}

absl::Status TraitsChanged(absl::string_view metric, absl::string_view stored,
                           absl::string_view wanted) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "IMMUTABLE_FIELD",
                   absl::StrCat("metric ", metric, " has samples with ", stored,
                                ", but its definition now says ", wanted),
                   {{"metric", std::string(metric)}});
}

absl::Status CheckKept(const IngestUnit& unit, const KeptByMetric& kept) {
  if (kept.empty()) return absl::OkStatus();
  for (const SeriesRows& series : unit.series) {
    const auto found = kept.find(series.metric);
    if (found == kept.end() || series.rows.empty()) continue;
    const int64_t first = series.rows.front().time_nano;  // rows ascend
    if (first >= found->second.from_nano) continue;
    const std::string kept_from = RetentionText(found->second.from_nano);
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "PAST_RETENTION",
        absl::StrCat("metric ", series.metric, ": got a sample of ", RetentionText(first),
                     ", want ", kept_from, " or later: earlier samples are no longer kept"),
        {{"metric", series.metric}, {"kept_from", kept_from}});
  }
  return absl::OkStatus();
}

std::optional<KeptSamples> MissingRecord(const KeptSamples& recorded, int64_t cutoff_nano,
                                         bool has_past, int32_t last_business_day) {
  if (!has_past) return std::nullopt;
  const int32_t day = last_business_day == kNoBusinessDay ? kNoBusinessDay : last_business_day + 1;
  KeptSamples wanted = recorded;
  if (!wanted.MoveTo({cutoff_nano, day})) return std::nullopt;
  return wanted;
}

}  // namespace kpisuite
