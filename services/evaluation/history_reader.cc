#include "services/evaluation/history_reader.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/page_token.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/withheld_history.h"

namespace kpisuite {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;
constexpr size_t kMaxPageBytes = size_t{2} << 20;

int PageSize(const v1::GetHistoryRequest& request) {
  return request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize);
}

std::string RequestText(const v1::GetHistoryRequest& request) {
  v1::GetHistoryRequest bare = request;
  bare.clear_page_size();
  bare.clear_page_token();
  bare.clear_at_least();
  return bare.SerializeAsString();
}

// The period of a range's end; nothing when the request leaves it open.
absl::StatusOr<std::optional<Period>> EndOf(const std::string& field, const std::string& id,
                                            const ResolvedKey& key) {
  if (id.empty()) return std::nullopt;
  const KpiDefinition& kpi = key.kpi->kpi();
  const auto period = ParsePeriod(*kpi.calendar, id);
  if (period.ok() && period->grain == kpi.windows[key.window].grain()) return *period;
  return InvalidFields({{.field = field,
                         .description = absl::StrCat("got \"", id, "\", want the id of a ",
                                                     kpi.windows[key.window].id())}});
}

struct Range {
  std::optional<Period> start;
  std::optional<Period> end;
};
absl::StatusOr<Range> RangeOf(const v1::GetHistoryRequest& request, const ResolvedKey& key) {
  Range range;
  ASSIGN_OR_RETURN(range.start, EndOf("start_period", request.start_period(), key));
  ASSIGN_OR_RETURN(range.end, EndOf("end_period", request.end_period(), key));
  return range;
}

absl::StatusOr<std::optional<HistoryPlace>> CursorOf(const v1::GetHistoryRequest& request) {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadPageToken(RequestText(request), request.page_token()));
  if (text.empty()) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  HistoryPlace place;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &place.first_day) ||
      !absl::SimpleAtoi(parts[1], &place.number)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                     "page_token: got a damaged token");
  }
  return place;
}

std::string TokenAfter(const v1::GetHistoryRequest& request, const HistoryPlace& place) {
  return MakePageToken(RequestText(request), absl::StrCat(place.first_day, ":", place.number));
}

absl::Status AddEntry(const StateBytes& state, v1::GetHistoryResponse* response) {
  if (response->add_entries()->mutable_state()->ParseFromString(*state)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a logged state is damaged");
}

absl::Status AddLogged(const LoggedState& logged, bool withheld, v1::GetHistoryResponse* response) {
  RETURN_IF_ERROR(AddEntry(logged.state, response));
  v1::HistoryEntry& entry = *response->mutable_entries(response->entries_size() - 1);
  if (withheld) *entry.mutable_state() = WithheldState(entry.state());
  *entry.mutable_record_time() = ToTimestamp(logged.record_time);
  entry.set_cause(logged.cause);
  entry.set_author(logged.author);
  entry.set_reason(logged.reason);
  return absl::OkStatus();
}

// What is asked of the log, but for view and cursor; one more than fits on the page.
absl::StatusOr<HistoryQuery> QueryOf(const v1::GetHistoryRequest& request, const ResolvedKey& key) {
  ASSIGN_OR_RETURN(const Range range, RangeOf(request, key));
  const auto slice = Slice::Parse(key.slice);
  if (!slice.ok()) {
    return InvalidFields(
        {{.field = "slice", .description = std::string(slice.status().message())}});
  }
  HistoryQuery query{.kpi = key.kpi->name(),
                     .window = key.kpi->window_id(key.window),
                     .slice = slice->ToString(),
                     .limit = PageSize(request) + 1};
  if (range.start.has_value()) query.first_day = DayNumber(range.start->first_day);
  if (range.end.has_value()) query.last_day = DayNumber(range.end->first_day);
  return query;
}

// First and last period with rows of a series that is kept.
Range RangeWithData(const StateLookup::Place& place) {
  Range range;
  const KpiRuntime& runtime = *place.runtime;
  const Window& window = runtime.kpi().windows[place.window];
  const auto first = runtime.FirstOfAll(place.slice, place.window);
  const auto last = runtime.LatestOfAll(place.slice, place.window);
  if (!first.has_value() || !last.has_value()) return range;
  range.start = window.At(*runtime.kpi().calendar, DayOfNumber(*first));
  range.end = window.At(*runtime.kpi().calendar, DayOfNumber(*last));
  return range;
}

}  // namespace

absl::Status HistoryReader::Check(const v1::GetHistoryRequest& request, const ResolvedKey& key) {
  std::vector<FieldViolation> violations;
  if (request.page_size() < 0) {
    violations.push_back(
        {.field = "page_size",
         .description = absl::StrCat("got ", request.page_size(), ", want at least 0")});
  }
  if (!v1::HistoryView_IsValid(request.view())) {
    violations.push_back({.field = "view",
                          .description = absl::StrCat("got ", request.view(),
                                                      ", want LATEST, AS_OF, FIRST_CLOSED, "
                                                      "HISTORY or FINAL")});
  }
  if (request.view() == v1::HISTORY_VIEW_AS_OF && !request.has_as_of()) {
    violations.push_back({.field = "as_of", .description = "got nothing, want a time for AS_OF"});
  }
  if (request.has_updated_after() && request.view() != v1::HISTORY_VIEW_HISTORY) {
    violations.push_back({.field = "updated_after",
                          .description = "got a time with another view, want view HISTORY"});
  }
  const bool latest =
      request.view() == v1::HISTORY_VIEW_UNSPECIFIED || request.view() == v1::HISTORY_VIEW_LATEST;
  if (!latest && request.hierarchy_view() == v1::HIERARCHY_VIEW_AS_WAS) {
    violations.push_back({.field = "hierarchy_view",
                          .description = "got AS_WAS, want AS_IS: that is what was said at the "
                                         "time; AS_WAS there is the view LATEST"});
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  RETURN_IF_ERROR(RangeOf(request, key).status());
  return CursorOf(request).status();
}

absl::StatusOr<v1::GetHistoryResponse> HistoryReader::Latest(const v1::GetHistoryRequest& request,
                                                             const ResolvedKey& key) const {
  ASSIGN_OR_RETURN(StateLookup::Place place, lookup_.Locate(key));
  ASSIGN_OR_RETURN(Range range, RangeOf(request, key));
  ASSIGN_OR_RETURN(const std::optional<HistoryPlace> cursor, CursorOf(request));
  const Range with_data = RangeWithData(place);
  if (!range.start.has_value()) range.start = with_data.start;
  if (!range.end.has_value()) range.end = with_data.end;
  v1::GetHistoryResponse response;
  if (!range.start.has_value() || !range.end.has_value()) return response;
  const Calendar& calendar = *place.runtime->kpi().calendar;
  place.period = *range.start;
  if (cursor.has_value() && cursor->first_day > DayNumber(place.period.first_day)) {
    place.period =
        place.runtime->kpi().windows[place.window].At(calendar, DayOfNumber(cursor->first_day));
  }
  const absl::Time now = clock_.Now();
  size_t bytes = 0;
  while (place.period.first_day <= range.end->first_day) {
    if (response.entries_size() >= PageSize(request) || bytes >= kMaxPageBytes) {
      // The token holds the first period of the next page.
      response.set_next_page_token(TokenAfter(request, {DayNumber(place.period.first_day), 0}));
      break;
    }
    const absl::StatusOr<StateAnswer> answer = lookup_.ReadPlace(place, now);
    // An earlier version may not have the slice, or cannot be evaluated any more.
    const bool untold = absl::IsNotFound(answer.status()) && place.runtime->chain() != nullptr;
    if (!untold) {
      RETURN_IF_ERROR(answer.status());
      RETURN_IF_ERROR(AddEntry(answer->state, &response));
      bytes += answer->state->size();
    }
    place.period = NextPeriod(calendar, place.period);
  }
  return response;
}

absl::StatusOr<v1::GetHistoryResponse> HistoryReader::Logged(const v1::GetHistoryRequest& request,
                                                             const ResolvedKey& key) const {
  ASSIGN_OR_RETURN(HistoryQuery query, QueryOf(request, key));
  if (request.view() == v1::HISTORY_VIEW_AS_OF) {
    query.view = HistoryQuery::View::kAsOf;
    query.as_of = FromTimestamp(request.as_of());
  } else if (request.view() == v1::HISTORY_VIEW_FIRST_CLOSED) {
    query.view = HistoryQuery::View::kFirstClosed;
  } else if (request.view() == v1::HISTORY_VIEW_FINAL) {
    query.view = HistoryQuery::View::kFinal;
  }
  if (request.has_updated_after()) query.recorded_after = FromTimestamp(request.updated_after());
  ASSIGN_OR_RETURN(query.after, CursorOf(request));
  ASSIGN_OR_RETURN(const std::vector<HistoryEntryRow> rows, log_.History(query));
  ASSIGN_OR_RETURN(const std::vector<bool> withheld, FindWithheld(log_, query, rows));
  v1::GetHistoryResponse response;
  size_t bytes = 0;
  HistoryPlace last;
  for (size_t i = 0; i < rows.size(); ++i) {
    const HistoryEntryRow& row = rows[i];
    if (response.entries_size() >= PageSize(request) || bytes >= kMaxPageBytes) {
      response.set_next_page_token(TokenAfter(request, last));
      break;
    }
    RETURN_IF_ERROR(AddLogged(row.logged, withheld[i], &response));
    bytes += row.logged.state->size();
    last = row.place;
  }
  return response;
}

absl::StatusOr<v1::GetHistoryResponse> HistoryReader::Recorded(const v1::GetHistoryRequest& request,
                                                               const ResolvedKey& key,
                                                               absl::string_view why) const {
  ASSIGN_OR_RETURN(HistoryQuery query, QueryOf(request, key));
  query.view = HistoryQuery::View::kAsOf;
  // Tokens are those of Latest: they hold the first period of the next page.
  ASSIGN_OR_RETURN(const std::optional<HistoryPlace> cursor, CursorOf(request));
  if (cursor.has_value()) query.first_day = std::max(query.first_day, cursor->first_day);
  ASSIGN_OR_RETURN(const std::vector<HistoryEntryRow> rows, log_.History(query));
  ASSIGN_OR_RETURN(const std::vector<bool> withheld, FindWithheld(log_, query, rows));
  const absl::Time now = clock_.Now();
  const std::string reason = absl::StrCat(why, "; this is what was logged last");
  v1::GetHistoryResponse response;
  size_t bytes = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const HistoryEntryRow& row = rows[i];
    if (response.entries_size() >= PageSize(request) || bytes >= kMaxPageBytes) {
      response.set_next_page_token(TokenAfter(request, {row.place.first_day, 0}));
      break;
    }
    RETURN_IF_ERROR(AddLogged(row.logged, withheld[i], &response));
    response.mutable_entries(response.entries_size() - 1)
        ->mutable_state()
        ->MergeFromString(
            FreshnessSuffix(v1::STATE_SOURCE_STORE, now, row.logged.record_time, reason));
    bytes += row.logged.state->size();
  }
  return response;
}

}  // namespace kpisuite
