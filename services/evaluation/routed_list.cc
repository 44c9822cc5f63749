// RoutedService: ListStates, of the pages of all owners.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/names.h"
#include "services/evaluation/list_cursor.h"
#include "services/evaluation/routed_service.h"

namespace kpisuite {
namespace {

// Longest attempt at a page with a position, before the owners are looked for again.
constexpr absl::Duration kAttempt = absl::Seconds(5);
constexpr absl::Duration kPause = absl::Milliseconds(100);

// A state with its place in the order of the list.
struct ListedState {
  ListCursor place;
  StateAnswer answer;
};

// The pages of several owners, each in order, as one. The KPIs of a partition are all in one page:
// what comes after the end of an incomplete page waits for the next one.
absl::StatusOr<StatePage> MergePages(const v1::ListStatesRequest& request,
                                     const std::vector<StatePage>& pages,
                                     const KpiDirectory& directory) {
  std::optional<ListCursor> end;
  std::vector<ListedState> all;
  for (const StatePage& page : pages) {
    for (const StateAnswer& answer : page.states) {
      v1::KpiState state;
      if (!state.ParseFromString(*answer.state)) {
        return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a listed state is damaged");
      }
      const auto kpi = directory.Find(state.kpi());
      const std::optional<size_t> window =
          kpi == nullptr ? std::nullopt : kpi->WindowIndex(state.window());
      if (!window.has_value()) {
        return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                         "the evaluators follow different definitions at present");
      }
      all.push_back({{state.kpi(), static_cast<int64_t>(*window), state.slice()}, answer});
    }
    if (page.next_page_token.empty()) continue;
    ASSIGN_OR_RETURN(const ListCursor cursor, ListCursor::Of(request, page.next_page_token));
    if (!end.has_value() || cursor.kpi < end->kpi) end = cursor;
  }
  std::stable_sort(all.begin(), all.end(), [](const ListedState& a, const ListedState& b) {
    return a.place.kpi < b.place.kpi;
  });
  StatePage merged;
  size_t bytes = 0;
  ListCursor last;
  for (ListedState& listed : all) {
    if (end.has_value() && listed.place.kpi > end->kpi) break;
    const bool full = static_cast<int>(merged.states.size()) >= ListPageSize(request) ||
                      bytes >= kMaxListPageBytes;
    if (full) {
      merged.next_page_token = last.ToToken(request);
      return merged;
    }
    bytes += listed.answer.state->size() + listed.answer.suffix.size();
    merged.states.push_back(std::move(listed.answer));
    last = std::move(listed.place);
  }
  if (end.has_value()) merged.next_page_token = end->ToToken(request);
  return merged;
}

}  // namespace

struct RoutedService::List {
  v1::ListStatesRequest request;
  CallOrigin origin;
  Done<StatePage> done;
  Mutex mutex;
  std::vector<StatePage> pages GUARDED_BY(mutex);
  absl::Status failed GUARDED_BY(mutex);
  int running GUARDED_BY(mutex) = 0;
};

void RoutedService::ListOwn(const v1::ListStatesRequest& request, const CallOrigin& origin,
                            Done<StatePage> done) {
  for (const int32_t part : *origin.parts) {
    if (PlaceOf(part).kind != Place::Kind::kHere) return done(PartHasMoved());
  }
  v1::ListStatesRequest own = request;
  if (!request.at_least().empty()) own.set_at_least(TokenOf(request.at_least(), *origin.parts));
  parts_.local.ListStates(own, origin.parts, origin.deadline, std::move(done));
}

void RoutedService::ListStates(const v1::ListStatesRequest& request, const CallOrigin& origin,
                               Done<StatePage> done) {
  if (!parts_.ownership.shared()) {
    return parts_.local.ListStates(request, std::nullopt, origin.deadline, std::move(done));
  }
  const absl::Status checked = StateList::Check(request);
  if (!checked.ok()) return done(checked);
  if (origin.parts.has_value()) return ListOwn(request, origin, std::move(done));
  std::map<std::string, PartSet> by_owner;  // that of this process is empty
  PartSet orphans;
  const auto workspace = ParseWorkspace(request.parent());
  if (!workspace.ok()) return done(workspace.status());
  for (const int32_t part : parts_.directory.PartsOf(*workspace)) {
    const Place place = PlaceOf(part);
    if (place.kind == Place::Kind::kNobody) {
      orphans.insert(part);
    } else if (part != kUnknownPart) {
      by_owner[place.address].insert(part);
    }
  }
  const bool waits = !request.at_least().empty();
  if (!orphans.empty()) {
    const bool again = waits && MayRepeat(PartHasMoved(), origin.deadline) &&
                       parts_.peers.After(kPause, [this, request, origin, done] {
                         ListStates(request, origin, done);
                       });
    if (!again) done(NobodyEvaluates(orphans));
    return;
  }
  // Also a workspace without KPIs waits for the definitions of the position.
  if (by_owner.empty()) by_owner[""] = {};
  auto list = std::make_shared<List>();
  list->request = request;
  list->origin = origin;
  list->done = std::move(done);
  {
    MutexLock lock(list->mutex);
    list->running = static_cast<int>(by_owner.size());
  }
  const auto take = [this, list](absl::StatusOr<StatePage> page) {
    {
      MutexLock lock(list->mutex);
      list->failed.Update(page.status());
      if (page.ok()) list->pages.push_back(*std::move(page));
      if (--list->running > 0) return;
    }
    FinishList(list);
  };
  const absl::Time attempt = std::min(origin.deadline, parts_.clock.Now() + kAttempt);
  for (const auto& [address, parts] : by_owner) {
    const CallOrigin passed{waits ? attempt : origin.deadline, origin.request_id, parts};
    if (address.empty()) {
      ListOwn(request, passed, take);
      continue;
    }
    v1::ListStatesRequest theirs = request;
    if (waits) theirs.set_at_least(TokenOf(request.at_least(), parts));
    parts_.peers.Call<v1::ListStatesRequest, v1::ListStatesResponse>(
        address, &PeerCalls::Stub::async_interface::ListStates, theirs, passed,
        [take](const absl::StatusOr<v1::ListStatesResponse>& response) {
          if (!response.ok()) return take(response.status());
          StatePage page{.next_page_token = response->next_page_token()};
          for (const v1::KpiState& state : response->states()) {
            page.states.push_back(AnswerOf(state));
          }
          take(std::move(page));
        });
  }
}

void RoutedService::FinishList(const std::shared_ptr<List>& list) {
  absl::Status failed;
  std::vector<StatePage> pages;
  {
    MutexLock lock(list->mutex);
    failed = list->failed;
    pages = std::move(list->pages);
  }
  if (failed.ok()) return list->done(MergePages(list->request, pages, parts_.directory));
  const bool waits = !list->request.at_least().empty();
  const bool again =
      waits && MayRepeat(failed, list->origin.deadline) && parts_.peers.After(kPause, [this, list] {
        ListStates(list->request, list->origin, list->done);
      });
  if (!again) list->done(failed);
}

}  // namespace kpisuite
