#include "services/measurement/sample_pages.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/filter.h"
#include "libs/kpi/slice.h"
#include "services/measurement/aggregate_query.h"
#include "services/measurement/change_batch.h"
#include "services/measurement/ingest_core.h"
#include "services/measurement/page_token.h"

namespace kpisuite {
namespace {

constexpr int kDefaultPageSize = 1000;
constexpr int kMaxPageSize = 10'000;
constexpr size_t kMaxPageBytes = size_t{2} << 20;
// Series that are looked at in one go; not all of a metric may be needed for a page.
constexpr size_t kSeriesAtATime = 1000;

absl::StatusOr<int> CheckPageSize(int page_size) {
  if (page_size < 0) {
    return InvalidFields({{"page_size", absl::StrCat("got ", page_size, ", want 0 to 10000"),
                           violation::kOutOfRange, 0, 0}});
  }
  return page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize);
}

absl::Status CheckTraits(const MetricDefinition& metric, MeasurementSnapshot& snapshot) {
  ASSIGN_OR_RETURN(const std::optional<std::string> traits,
                   snapshot.FindTraits(metric.workspace, metric.id));
  if (!traits.has_value() || *traits == TraitsOf(metric)) return absl::OkStatus();
  return TraitsChanged(metric.id, *traits, TraitsOf(metric));
}

absl::StatusOr<Filter> BuildFilter(const std::string& where, const MetricDefinition& metric) {
  absl::StatusOr<Filter> filter = Filter::Create(where, metric.dimensions, metric.scale);
  if (filter.ok()) return filter;
  Violations violations;
  violations.AddStatus("where", violation::kSyntax, filter.status());
  return InvalidFields(violations.Take());
}

// Calls `visit` for the series from `from` on until it returns false or an error. `visit` may read
// from the snapshot.
absl::Status ForEachSeries(MeasurementSnapshot& snapshot, const MetricDefinition& metric,
                           std::string from,
                           absl::FunctionRef<absl::StatusOr<bool>(const SeriesRecord&)> visit) {
  while (true) {
    std::vector<SeriesRecord> some;
    RETURN_IF_ERROR(snapshot.VisitSeries(metric.workspace, metric.id, from,
                                         [&some](const SeriesRecord& record) {
                                           some.push_back(record);
                                           return some.size() < kSeriesAtATime;
                                         }));
    for (const SeriesRecord& record : some) {
      ASSIGN_OR_RETURN(const bool more, visit(record));
      if (!more) return absl::OkStatus();
    }
    if (some.size() < kSeriesAtATime) return absl::OkStatus();
    // The next text in byte order.
    from = some.back().slice + '\0';
  }
}

// Reads the samples of one page.
class SamplePage {
 public:
  SamplePage(const v1::ReadSamplesRequest& request, const MetricDefinition& metric,
             MeasurementSnapshot& snapshot, const Filter& filter, int page_size)
      : request_(request),
        metric_(metric),
        snapshot_(snapshot),
        filter_(filter),
        page_size_(page_size) {}

  // Whether the page has room after the series.
  absl::StatusOr<bool> AddSeries(const SeriesRecord& record, const SampleRange& range) {
    ASSIGN_OR_RETURN(const Slice slice, Slice::Parse(record.slice));
    const ValueFilter keeps = filter_.ForSeries(slice);
    if (keeps.KeepsNothing()) return true;
    const auto visit = [&](const StoredSample& sample) {
      if (!sample.retracted && !keeps.Keeps(sample.value)) return true;
      if (IsFull()) {
        is_complete_ = false;
        return false;
      }
      Add(record, sample);
      return true;
    };
    RETURN_IF_ERROR(request_.revisions() ? snapshot_.VisitRevisions(record.id, range, visit)
                                         : snapshot_.VisitSamples(record.id, range, visit));
    return is_complete_;
  }

  // Fills in what the feed knows about the samples.
  absl::StatusOr<v1::ReadSamplesResponse> Finish(absl::string_view token_request) {
    for (size_t i = 0; i < parts_.size(); ++i) {
      v1::Sample& sample = *response_.mutable_samples(static_cast<int>(i));
      if (i == 0 || sample.seq() != commit_seq_ || parts_[i] != commit_part_) {
        ASSIGN_OR_RETURN(commit_, snapshot_.FindCommit(parts_[i], sample.seq()));
        commit_seq_ = sample.seq();
        commit_part_ = parts_[i];
      }
      *sample.mutable_record_time() = TimestampOf(commit_.record_time);
      sample.set_reason(commit_.reason);
    }
    if (!is_complete_) response_.set_next_page_token(PageTokenOf(cursor_, token_request));
    return std::move(response_);
  }

 private:
  bool IsFull() const { return response_.samples_size() >= page_size_ || bytes_ >= kMaxPageBytes; }

  void Add(const SeriesRecord& record, const StoredSample& from) {
    v1::Sample& sample = *response_.add_samples();
    sample.set_metric(metric_.id);
    sample.set_series(record.slice);
    *sample.mutable_time() = TimestampOfNano(from.time_nano);
    sample.set_sample_id(std::string(from.sample_id));
    if (!from.retracted) sample.set_value(MantissaToText(from.value, metric_.scale));
    sample.set_entity(std::string(from.entity));
    if (from.weight != kNoWeight) {
      sample.set_weight(MantissaToText(from.weight, metric_.weight_scale));
    }
    if (from.business_day != kNoBusinessDay) {
      sample.set_business_date(FormatDay(absl::CivilDay() + from.business_day));
    }
    sample.set_revision(from.revision);
    sample.set_retracted(from.retracted);
    sample.set_seq(from.seq);
    bytes_ += sample.ByteSizeLong() + 30;
    parts_.push_back(record.part);
    cursor_.slice = record.slice;
    cursor_.sample = {from.time_nano, std::string(from.sample_id), from.revision};
  }

  const v1::ReadSamplesRequest& request_;
  const MetricDefinition& metric_;
  MeasurementSnapshot& snapshot_;
  const Filter& filter_;
  const int page_size_;
  v1::ReadSamplesResponse response_;
  std::vector<int> parts_;  // of each sample
  size_t bytes_ = 0;
  bool is_complete_ = true;
  PageCursor cursor_;
  // The last commit that was looked up.
  FeedCommit commit_;
  int64_t commit_seq_ = 0;
  int commit_part_ = 0;
};

absl::StatusOr<int64_t> NanoOf(const char* field, const google::protobuf::Timestamp& timestamp) {
  const absl::Time time =
      absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
  const bool fits = time >= absl::FromUnixNanos(std::numeric_limits<int64_t>::min()) &&
                    time <= absl::FromUnixNanos(std::numeric_limits<int64_t>::max());
  if (fits) return absl::ToUnixNanos(time);
  return InvalidFields({{field,
                         absl::StrCat("got ", timestamp.seconds(),
                                      " seconds, want a time between the years 1678 and 2262"),
                         violation::kOutOfRange, 0, 0}});
}

}  // namespace

absl::StatusOr<v1::ReadSamplesResponse> ReadSamplePage(const v1::ReadSamplesRequest& request,
                                                       const MetricDefinition& metric,
                                                       MeasurementSnapshot& snapshot) {
  ASSIGN_OR_RETURN(const int page_size, CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const Filter filter, BuildFilter(request.where(), metric));
  SampleRange range;
  if (request.has_start_time()) {
    ASSIGN_OR_RETURN(range.start_nano, NanoOf("start_time", request.start_time()));
  }
  if (request.has_end_time()) {
    ASSIGN_OR_RETURN(range.end_nano, NanoOf("end_time", request.end_time()));
  }
  const std::string token_request =
      absl::StrCat("samples;", request.parent(), ";", request.metric(), ";", range.start_nano, ";",
                   range.end_nano, ";", request.revisions(), ";", filter.canonical_text());
  ASSIGN_OR_RETURN(const std::optional<PageCursor> cursor,
                   ParsePageToken(request.page_token(), token_request));
  RETURN_IF_ERROR(CheckTraits(metric, snapshot));
  ASSIGN_OR_RETURN(const KeptSamples kept, snapshot.FindKept(metric.workspace, metric.id));
  range.start_nano = std::max(range.start_nano, kept.from_nano);
  SamplePage page(request, metric, snapshot, filter, page_size);
  RETURN_IF_ERROR(ForEachSeries(snapshot, metric, cursor.has_value() ? cursor->slice : "",
                                [&](const SeriesRecord& record) {
                                  SampleRange rest = range;
                                  if (cursor.has_value() && cursor->slice == record.slice) {
                                    rest.after = cursor->sample;
                                  }
                                  return page.AddSeries(record, rest);
                                }));
  ASSIGN_OR_RETURN(v1::ReadSamplesResponse response, page.Finish(token_request));
  if (!kept.all()) *response.mutable_kept_from() = TimestampOfNano(kept.from_nano);
  return response;
}

absl::StatusOr<v1::ListSeriesResponse> ReadSeriesPage(const v1::ListSeriesRequest& request,
                                                      const MetricDefinition& metric,
                                                      MeasurementSnapshot& snapshot) {
  ASSIGN_OR_RETURN(const int page_size, CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const Filter filter, BuildFilter(request.where(), metric));
  if (filter.ReadsValue()) {
    return InvalidFields({{"where", GotWant(request.where(), "dimensions only, without `value`"),
                           violation::kRefused, 0, 0}});
  }
  const std::string token_request = absl::StrCat("series;", request.parent(), ";", request.metric(),
                                                 ";", filter.canonical_text());
  ASSIGN_OR_RETURN(const std::optional<PageCursor> cursor,
                   ParsePageToken(request.page_token(), token_request));
  ASSIGN_OR_RETURN(const KeptSamples kept, snapshot.FindKept(metric.workspace, metric.id));
  v1::ListSeriesResponse response;
  const auto visit = [&](const SeriesRecord& record) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const Slice slice, Slice::Parse(record.slice));
    if (filter.ForSeries(slice).KeepsNothing()) return true;
    if (response.series_size() >= page_size) {
      const PageCursor last{response.series(response.series_size() - 1).series(), std::nullopt};
      response.set_next_page_token(PageTokenOf(last, token_request));
      return false;
    }
    ASSIGN_OR_RETURN(const SeriesSummary summary, snapshot.Summarise(record.id, kept.from_nano));
    v1::Series& series = *response.add_series();
    series.set_metric(metric.id);
    series.set_series(record.slice);
    series.set_sample_count(summary.live_samples);
    series.set_part(record.part);
    if (summary.first_nano.has_value()) {
      *series.mutable_first_time() = TimestampOfNano(*summary.first_nano);
      *series.mutable_last_time() = TimestampOfNano(*summary.last_nano);
    }
    return true;
  };
  RETURN_IF_ERROR(
      ForEachSeries(snapshot, metric, cursor.has_value() ? cursor->slice + '\0' : "", visit));
  return response;
}

}  // namespace kpisuite
