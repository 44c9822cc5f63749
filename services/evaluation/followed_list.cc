#include "services/evaluation/followed_list.h"

#include <algorithm>
#include <compare>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/untold_state.h"

namespace kpisuite {
namespace {

constexpr char kStarting[] = "the evaluator is starting";
constexpr char kUnreached[] = "the evaluator of the KPI is not reached";

// Most KPIs and series that one page looks at, matching or not.
constexpr size_t kMostKpis = 2'000;
constexpr size_t kMostSeries = 20'000;
// So many are looked up at once in cache and log.
constexpr size_t kChunk = 200;

absl::Status TakesTheOwner(absl::string_view what) {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                   absl::StrCat(kUnreached, "; ", what));
}

}  // namespace

// By place in the list.
struct FollowedList::Series {
  size_t kpi = 0;  // into Kpis
  size_t window = 0;
  std::string slice;

  friend auto operator<=>(const Series&, const Series&) = default;
};

// The first kMostSeries of those that are added.
class FollowedList::SeriesInOrder {
 public:
  // Only what comes after the cursor, which is in or before the first KPI.
  SeriesInOrder(const ListCursor& cursor, bool resumes) : cursor_(cursor), resumes_(resumes) {}

  // Whether it is of no use to add it.
  bool Skips(const Series& series) const {
    if (cut_ && series >= *series_.rbegin()) return true;
    if (!resumes_ || series.kpi > 0) return false;
    const auto window = static_cast<int64_t>(series.window);
    return std::tie(window, series.slice) <= std::tie(cursor_.window, cursor_.slice);
  }
  void Add(Series series) {
    series_.insert(std::move(series));
    if (series_.size() <= kMostSeries) return;
    series_.erase(std::prev(series_.end()));
    cut_ = true;
  }

  bool cut() const { return cut_; }
  std::vector<Series> Take() && { return {series_.begin(), series_.end()}; }

 private:
  const ListCursor& cursor_;
  const bool resumes_;
  absl::btree_set<Series> series_;
  bool cut_ = false;
};

// A page being filled.
class FollowedList::Page {
 public:
  Page(FollowedList& list, const StateFilter& filter, const v1::ListStatesRequest& request,
       const Kpis& kpis)
      : list_(list),
        filter_(filter),
        selector_(PeriodSelector::Of(request.period(), PeriodSelector::Kind::kLatestWithData)),
        size_(static_cast<size_t>(ListPageSize(request))),
        kpis_(kpis),
        now_(list.clock_.Now()) {}

  bool full() const { return page.states.size() >= size_ || bytes_ >= kMaxListPageBytes; }

  // Adds the states of some series until the page is full; how many of them were looked at.
  size_t Add(absl::Span<const Series> some) {
    std::map<const Series*, StateAnswer> cold = ReadCold(some);
    for (size_t i = 0; i < some.size(); ++i) {
      if (full()) return i;
      const auto found = cold.find(&some[i]);
      AddAnswer(found != cold.end() ? std::move(found->second) : FromBoard(some[i]));
    }
    return some.size();
  }

  StatePage page;

 private:
  const KpiInfo& KpiOf(const Series& series) const { return *kpis_.kpis[series.kpi]; }
  std::optional<absl::Time> HeldOf(const Series& series) const {
    return list_.positions_.held(KpiOf(series).part());
  }
  ResolvedKey KeyOf(const Series& series) const {
    return {.kpi = kpis_.kpis[series.kpi],
            .window = series.window,
            .slice = series.slice,
            .period = selector_};
  }
  absl::string_view WhyOf(const Series& series) const {
    return list_.positions_.owned(KpiOf(series).part()) ? kStarting : kUnreached;
  }

  // Of partitions that were never complete here.
  std::map<const Series*, StateAnswer> ReadCold(absl::Span<const Series> some) {
    std::vector<const Series*> asked;
    std::vector<ResolvedKey> keys;
    for (const Series& series : some) {
      if (HeldOf(series).has_value()) continue;
      asked.push_back(&series);
      keys.push_back(KeyOf(series));
    }
    std::map<const Series*, StateAnswer> answers;
    if (keys.empty()) return answers;
    ColdReader::Answers read = list_.cold_.Read(keys, now_, kUnreached);
    for (size_t n = 0; n < asked.size(); ++n) {
      if (read[n].ok()) answers[asked[n]] = *std::move(read[n]);
    }
    return answers;
  }

  // Nothing when there is no such period.
  std::optional<StateAnswer> FromBoard(const Series& series) {
    // Before the state is read: it is as of then, or later.
    const std::string& suffix = SuffixOf(series);
    std::optional<BoardState> shown = list_.lookup_.LastShown(KeyOf(series), now_);
    if (shown.has_value()) return StateAnswer{std::move(shown->state), suffix};
    if (selector_.kind == PeriodSelector::Kind::kLatestClosed) return std::nullopt;
    const KpiInfo& kpi = KpiOf(series);
    return UntoldState(
        {kpi.kpi(), series.window, series.slice, kpi.Current(series.window, now_)->id}, now_,
        HeldOf(series).value_or(absl::UnixEpoch()), WhyOf(series));
  }

  const std::string& SuffixOf(const Series& series) {
    const int32_t part = KpiOf(series).part();
    std::string& suffix = suffixes_[part];
    if (!suffix.empty()) return suffix;
    const std::optional<absl::Time> mirrored = list_.positions_.mirrored(part);
    const bool fresh = mirrored.has_value() && IsFresh(*mirrored, now_);
    suffix = FreshnessSuffix(
        v1::STATE_SOURCE_NEAR_CACHE, now_,
        fresh ? *mirrored : HeldOf(series).value_or(absl::UnixEpoch()),
        fresh ? "" : absl::StrCat(WhyOf(series), "; this is what was followed last"));
    return suffix;
  }

  void AddAnswer(std::optional<StateAnswer> answer) {
    if (!answer.has_value()) return;
    if (filter_.reads_status()) {
      v1::KpiState state;
      const bool matches =
          state.ParseFromString(*answer->state) && filter_.MatchesStatus(state.status());
      if (!matches) return;
    }
    bytes_ += answer->state->size() + answer->suffix.size();
    page.states.push_back(*std::move(answer));
  }

  FollowedList& list_;
  const StateFilter& filter_;
  const PeriodSelector selector_;
  const size_t size_;
  const Kpis& kpis_;
  const absl::Time now_;
  std::map<int32_t, std::string> suffixes_;  // by partition
  size_t bytes_ = 0;
};

absl::StatusOr<FollowedList::Kpis> FollowedList::KpisOf(const v1::ListStatesRequest& request,
                                                        const std::set<int32_t>& parts) const {
  ASSIGN_OR_RETURN(const StateFilter filter,
                   StateFilter::Create(request.parent(), request.filter()));
  ASSIGN_OR_RETURN(const ListCursor cursor, ListCursor::Of(request, request.page_token()));
  if (!loop_.live().started()) {
    return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", kStarting);
  }
  if (filter.view() != MembershipView::kAsIs) return TakesTheOwner("states AS_WAS are its alone");
  const std::string prefix = absl::StrCat("workspaces/", filter.workspace(), "/kpis/");
  const auto& all = loop_.live().kpis();
  Kpis page;
  for (auto it = all.lower_bound(std::max(prefix, cursor.kpi));
       it != all.end() && absl::StartsWith(it->first, prefix); ++it) {
    if (!parts.contains(it->second)) continue;
    auto kpi = directory_.Find(it->first);
    if (kpi == nullptr || !filter.MatchesKpi(kpi->kpi())) continue;
    if (filter.wants_slices() && !positions_.held(kpi->part()).has_value()) {
      return TakesTheOwner("which slices there are is not known");
    }
    if (page.kpis.size() == kMostKpis) {
      page.more = true;
      break;
    }
    page.kpis.push_back(std::move(kpi));
  }
  return page;
}

FollowedList::SeriesInOrder FollowedList::SeriesOf(const Kpis& kpis, const StateFilter& filter,
                                                   const ListCursor& cursor) const {
  const bool resumes = !kpis.kpis.empty() && kpis.kpis.front()->name() == cursor.kpi;
  SeriesInOrder series(cursor, resumes);
  absl::flat_hash_map<absl::string_view, size_t> numbers;
  for (size_t i = 0; i < kpis.kpis.size(); ++i) {
    const KpiInfo& kpi = *kpis.kpis[i];
    numbers[kpi.name()] = i;
    for (size_t window = 0; window < kpi.kpi().windows.size(); ++window) {
      Series total{i, window, ""};
      const bool matches = filter.MatchesSeries(kpi.name(), kpi.window_id(window), "");
      if (matches && !series.Skips(total)) series.Add(std::move(total));
    }
  }
  if (!filter.wants_slices()) return series;
  for (size_t shard = 0; shard < StateBoard::kShards; ++shard) {
    board_.VisitStates(shard, [&](absl::string_view key, const BoardState& /*state*/) {
      // KPI, window, slice, period.
      const std::vector<absl::string_view> names = absl::StrSplit(key, '\n');
      const auto number = numbers.find(names[0]);
      if (number == numbers.end() || names[2].empty()) return;
      const auto window = kpis.kpis[number->second]->WindowIndex(names[1]);
      if (!window.has_value()) return;
      Series slice{number->second, *window, std::string(names[2])};
      if (series.Skips(slice) || !filter.MatchesSeries(names[0], names[1], names[2])) return;
      series.Add(std::move(slice));
    });
  }
  return series;
}

absl::StatusOr<StatePage> FollowedList::Read(const v1::ListStatesRequest& request,
                                             const Kpis& kpis) {
  ASSIGN_OR_RETURN(const StateFilter filter,
                   StateFilter::Create(request.parent(), request.filter()));
  ASSIGN_OR_RETURN(const ListCursor cursor, ListCursor::Of(request, request.page_token()));
  SeriesInOrder found = SeriesOf(kpis, filter, cursor);
  const bool cut = found.cut();
  const std::vector<Series> series = std::move(found).Take();
  Page page(*this, filter, request, kpis);
  size_t visited = 0;
  while (visited < series.size() && !page.full()) {
    visited += page.Add(absl::MakeConstSpan(series).subspan(visited, kChunk));
  }
  if (visited < series.size() || cut) {
    const Series& last = series[visited - 1];
    const ListCursor end{kpis.kpis[last.kpi]->name(), static_cast<int64_t>(last.window),
                         last.slice};
    page.page.next_page_token = end.ToToken(request);
  } else if (kpis.more) {
    const KpiInfo& last = *kpis.kpis.back();
    const ListCursor end{last.name(), static_cast<int64_t>(last.kpi().windows.size()), ""};
    page.page.next_page_token = end.ToToken(request);
  }
  return std::move(page.page);
}

}  // namespace kpisuite
