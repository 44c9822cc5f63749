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

// Partitions that are listed together.
struct RoutedService::ListGroup {
  enum class Way { kOwn, kPeer, kFollowed };
  Way way = Way::kOwn;
  PartSet parts;
  std::string address;  // kPeer only
};

struct RoutedService::List {
  v1::ListStatesRequest request;
  CallOrigin origin;
  Done<StatePage> done;
  Mutex mutex;
  std::vector<StatePage> pages GUARDED_BY(mutex);
  absl::Status failed GUARDED_BY(mutex);
  int running GUARDED_BY(mutex) = 0;

  bool waits() const { return !request.at_least().empty(); }
};

absl::StatusOr<std::vector<RoutedService::ListGroup>> RoutedService::GroupsOf(
    const v1::ListStatesRequest& request, const CallOrigin& origin) const {
  const bool passed_on = origin.parts.has_value();
  const bool waits = !request.at_least().empty();
  PartSet parts;
  if (passed_on) {
    parts = *origin.parts;
  } else {
    ASSIGN_OR_RETURN(const std::string workspace, ParseWorkspace(request.parent()));
    parts = parts_.directory.PartsOf(workspace);
    parts.erase(kUnknownPart);
  }
  ASSIGN_OR_RETURN(const StateFilter filter,
                   StateFilter::Create(request.parent(), request.filter()));
  const bool takes_owner = waits || filter.view() == MembershipView::kAsWas;
  std::map<std::string, ListGroup> by_owner;  // that of this process is empty
  PartSet orphans;
  ListGroup followed{ListGroup::Way::kFollowed};
  for (const int32_t part : parts) {
    const Place place = PlaceOf(part);
    const bool here = place.kind == Place::Kind::kHere;
    if (passed_on && !here) return PartHasMoved();
    const bool nobody = place.kind == Place::Kind::kNobody;
    if (nobody && takes_owner) {
      orphans.insert(part);
      continue;
    }
    if (!takes_owner && (nobody || (here && !parts_.positions.ready(part)))) {
      followed.parts.insert(part);
      continue;
    }
    ListGroup& group = by_owner[place.address];
    group.way = here ? ListGroup::Way::kOwn : ListGroup::Way::kPeer;
    group.address = place.address;
    group.parts.insert(part);
  }
  if (!orphans.empty()) return NobodyEvaluates(orphans);
  std::vector<ListGroup> groups;
  for (auto& [address, group] : by_owner) groups.push_back(std::move(group));
  if (!followed.parts.empty()) groups.push_back(std::move(followed));
  // Also a workspace without KPIs waits for the definitions of the position.
  if (groups.empty()) groups.emplace_back();
  return groups;
}

void RoutedService::ListStates(const v1::ListStatesRequest& request, const CallOrigin& origin,
                               Done<StatePage> done) {
  if (!parts_.ownership.shared()) {
    return parts_.local.ListStates(request, std::nullopt, origin.deadline, std::move(done));
  }
  const absl::Status checked = StateList::Check(request);
  if (!checked.ok()) return done(checked);
  auto list = std::make_shared<List>();
  list->request = request;
  list->origin = origin;
  list->done = std::move(done);
  StartList(list);
}

void RoutedService::StartList(const std::shared_ptr<List>& list) {
  const auto groups = GroupsOf(list->request, list->origin);
  {
    MutexLock lock(list->mutex);
    list->pages.clear();
    list->failed = groups.status();
    list->running = groups.ok() ? static_cast<int>(groups->size()) : 0;
  }
  if (!groups.ok()) return FinishList(list);
  for (const ListGroup& group : *groups) ListFrom(list, group);
}

void RoutedService::ListFrom(const std::shared_ptr<List>& list, const ListGroup& group) {
  const Done<StatePage> take = [this, list, group](absl::StatusOr<StatePage> page) {
    TakePage(list, group, std::move(page));
  };
  if (group.way == ListGroup::Way::kFollowed) {
    return parts_.local.ListFollowed(list->request, group.parts, take);
  }
  v1::ListStatesRequest request = list->request;
  if (list->waits()) request.set_at_least(TokenOf(request.at_least(), group.parts));
  const absl::Duration longest = list->waits() ? kWaitingAttempt : kStateAttempt;
  const CallOrigin attempt{std::min(list->origin.deadline, parts_.clock.Now() + longest),
                           list->origin.request_id, group.parts};
  if (group.way == ListGroup::Way::kOwn) {
    return parts_.local.ListStates(request, group.parts, attempt.deadline, take);
  }
  parts_.peers.Call<v1::ListStatesRequest, v1::ListStatesResponse>(
      group.address, &PeerCalls::Stub::async_interface::ListStates, request, attempt,
      [take](const absl::StatusOr<v1::ListStatesResponse>& response) {
        if (!response.ok()) return take(response.status());
        StatePage page{.next_page_token = response->next_page_token()};
        for (const v1::KpiState& state : response->states()) page.states.push_back(AnswerOf(state));
        take(std::move(page));
      });
}

void RoutedService::TakePage(const std::shared_ptr<List>& list, const ListGroup& group,
                             absl::StatusOr<StatePage> page) {
  const bool followed = group.way == ListGroup::Way::kFollowed;
  if (!followed && !list->waits() && OwnerIsAway(page.status())) {
    return ListFrom(list, {ListGroup::Way::kFollowed, group.parts, ""});
  }
  const bool untold =
      followed && !group.parts.empty() && GetErrorDetails(page.status()).reason == "NOT_READY";
  {
    MutexLock lock(list->mutex);
    list->failed.Update(untold ? NobodyEvaluates(group.parts) : page.status());
    if (page.ok()) list->pages.push_back(*std::move(page));
    if (--list->running > 0) return;
  }
  FinishList(list);
}

void RoutedService::FinishList(const std::shared_ptr<List>& list) {
  absl::StatusOr<StatePage> merged;
  {
    MutexLock lock(list->mutex);
    if (list->failed.ok()) {
      merged = MergePages(list->request, list->pages, parts_.directory);
    } else {
      merged = list->failed;
    }
  }
  const bool passed_on = list->origin.parts.has_value();
  const bool again = !merged.ok() && !passed_on &&
                     (list->waits() || OwnerIsAway(merged.status())) &&
                     MayRepeat(merged.status(), list->origin.deadline) &&
                     parts_.peers.After(kPause, [this, list] { StartList(list); });
  if (!again) list->done(std::move(merged));
}

}  // namespace kpisuite
