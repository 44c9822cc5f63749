#include "services/evaluation/state_lookup.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/names.h"
#include "libs/kpi/slice.h"

namespace kpisuite {
namespace {

// How far back the last closed period is looked for.
constexpr int kMaxPeriodsBack = 400;

absl::Status NoSuchKpi(const std::string& name) {
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                   absl::StrCat("key.kpi: there is no KPI ", name), {{"kpi", name}});
}

absl::Status NoSuchWindow(const KpiInfo& kpi, const std::string& window) {
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                   absl::StrCat("key.window: ", kpi.name(), " has no window ", window),
                   {{"kpi", kpi.name()}, {"window", window}});
}

bool IsClosed(const std::string& bytes) {
  v1::KpiState state;
  if (!state.ParseFromString(bytes)) return false;
  return state.period().life() == v1::PERIOD_LIFE_CLOSED ||
         state.period().life() == v1::PERIOD_LIFE_FINAL;
}

}  // namespace

absl::Status AsUnavailable(absl::Status status) {
  if (!absl::IsFailedPrecondition(status) || GetErrorDetails(status).reason != "NOT_READY") {
    return status;
  }
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", status.message());
}

PeriodSelector PeriodSelector::Of(absl::string_view text, Kind otherwise) {
  if (text.empty()) return {otherwise, ""};
  if (text == "CURRENT") return {Kind::kCurrent, ""};
  if (text == "LATEST_CLOSED") return {Kind::kLatestClosed, ""};
  if (text == "LATEST_WITH_DATA") return {Kind::kLatestWithData, ""};
  return {Kind::kId, std::string(text)};
}

absl::StatusOr<ResolvedKey> StateLookup::Resolve(const v1::StateKey& key) const {
  ResolvedKey resolved;
  resolved.kpi = directory_.Find(key.kpi());
  if (resolved.kpi == nullptr) {
    const auto name = ResourceName::Parse(key.kpi());
    if (!name.ok() || name->kind != DefinitionKind::kKpi) {
      return InvalidFields(
          {{.field = "key.kpi",
            .description =
                absl::StrCat("got \"", key.kpi(), "\", want workspaces/{workspace}/kpis/{kpi}")}});
    }
    if (positions_.partitions() == 0) {
      return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                       "the evaluator is starting and does not know all KPIs yet");
    }
    return NoSuchKpi(key.kpi());
  }
  const std::optional<size_t> window = resolved.kpi->WindowIndex(key.window());
  if (!window.has_value()) return NoSuchWindow(*resolved.kpi, key.window());
  resolved.window = *window;
  resolved.slice = key.slice();
  if (!v1::HierarchyView_IsValid(key.hierarchy_view())) {
    return InvalidFields(
        {{.field = "key.hierarchy_view",
          .description = absl::StrCat("got ", key.hierarchy_view(), ", want AS_IS or AS_WAS")}});
  }
  if (key.hierarchy_view() == v1::HIERARCHY_VIEW_AS_WAS) resolved.view = MembershipView::kAsWas;
  resolved.period = PeriodSelector::Of(key.period(), PeriodSelector::Kind::kCurrent);
  return resolved;
}

std::optional<BoardState> StateLookup::OnBoard(const ResolvedKey& key, absl::Time now) const {
  if (key.view != MembershipView::kAsIs) return std::nullopt;
  const std::string series = SeriesKey(key.kpi->name(), key.kpi->window_id(key.window), key.slice);
  std::string period;
  switch (key.period.kind) {
    case PeriodSelector::Kind::kCurrent: period = key.kpi->Current(key.window, now)->id; break;
    case PeriodSelector::Kind::kLatestWithData: {
      std::optional<std::string> latest = board_.LatestWithData(series);
      period = latest.has_value() ? *std::move(latest) : key.kpi->Current(key.window, now)->id;
      break;
    }
    case PeriodSelector::Kind::kId: period = key.period.id; break;
    case PeriodSelector::Kind::kLatestClosed: return std::nullopt;
  }
  return board_.Find(StateKeyOf(series, period));
}

std::optional<StateAnswer> StateLookup::FromBoard(const ResolvedKey& key) const {
  if (!IsReady(key)) return std::nullopt;
  const absl::Time now = clock_.Now();
  std::optional<BoardState> shown = OnBoard(key, now);
  if (!shown.has_value()) return std::nullopt;
  return StateAnswer{std::move(shown->state), health_.Suffix(v1::STATE_SOURCE_OWNER, now)};
}

std::optional<StateAnswer> StateLookup::FromMirror(const ResolvedKey& key) const {
  const absl::Time now = clock_.Now();
  const std::optional<absl::Time> as_of = positions_.mirrored(key.kpi->part());
  if (!as_of.has_value() || !IsFresh(*as_of, now)) return std::nullopt;
  std::optional<BoardState> shown = OnBoard(key, now);
  if (!shown.has_value()) return std::nullopt;
  return StateAnswer{std::move(shown->state),
                     FreshnessSuffix(v1::STATE_SOURCE_NEAR_CACHE, now, *as_of, "")};
}

std::optional<BoardState> StateLookup::LastShown(const ResolvedKey& key, absl::Time now) const {
  if (key.period.kind != PeriodSelector::Kind::kLatestClosed) return OnBoard(key, now);
  const KpiDefinition& kpi = key.kpi->kpi();
  const std::string series = SeriesKey(key.kpi->name(), key.kpi->window_id(key.window), key.slice);
  Period period = kpi.windows[key.window].At(*kpi.calendar, now);
  for (int i = 0; i < kMaxPeriodsBack; ++i) {
    period = PreviousPeriod(*kpi.calendar, period);
    if (period.first_day >= period.end_day) break;
    std::optional<BoardState> shown = board_.Find(StateKeyOf(series, period.id));
    if (shown.has_value() && IsClosed(*shown->state)) return shown;
  }
  return std::nullopt;
}

std::optional<StateAnswer> StateLookup::FromHeld(const ResolvedKey& key,
                                                 absl::string_view why) const {
  const std::optional<absl::Time> as_of = positions_.held(key.kpi->part());
  if (!as_of.has_value() || key.view != MembershipView::kAsIs) return std::nullopt;
  const absl::Time now = clock_.Now();
  std::optional<BoardState> shown = LastShown(key, now);
  if (!shown.has_value()) return std::nullopt;
  return StateAnswer{std::move(shown->state),
                     FreshnessSuffix(v1::STATE_SOURCE_NEAR_CACHE, now, *as_of,
                                     absl::StrCat(why, "; this is what was followed last"))};
}

absl::StatusOr<Period> StateLookup::PeriodFor(PartitionEngine& engine, const KpiRuntime& runtime,
                                              absl::string_view slice, size_t window,
                                              const PeriodSelector& selector,
                                              absl::Time now) const {
  const Calendar& calendar = *runtime.kpi().calendar;
  const Window& shape = runtime.kpi().windows[window];
  Period current = shape.At(calendar, now);
  if (selector.kind == PeriodSelector::Kind::kId) {
    const auto period = ParsePeriod(calendar, selector.id);
    if (period.ok() && shape.Accepts(*period)) return *period;
    return InvalidFields(
        {{.field = "key.period",
          .description = absl::StrCat("got \"", selector.id, "\", want CURRENT, LATEST_CLOSED, ",
                                      "LATEST_WITH_DATA or the id of a ", shape.id(), " such as ",
                                      current.id)}});
  }
  if (selector.kind == PeriodSelector::Kind::kLatestWithData) {
    const std::optional<int32_t> latest = runtime.LatestOfAll(slice, window);
    return latest.has_value() ? shape.At(calendar, DayOfNumber(*latest)) : current;
  }
  if (selector.kind == PeriodSelector::Kind::kLatestClosed) {
    Period period = current;
    for (int i = 0; i < kMaxPeriodsBack; ++i) {
      period = PreviousPeriod(calendar, period);
      if (period.first_day >= period.end_day) break;
      ASSIGN_OR_RETURN(const StateBytes bytes, engine.Read(runtime, slice, window, period, now));
      if (IsClosed(*bytes)) return period;
    }
    return MakeError(
        absl::StatusCode::kNotFound, "NOT_FOUND",
        absl::StrCat("key.period: none of the last ", kMaxPeriodsBack, " periods is closed"));
  }
  return current;
}

absl::StatusOr<const KpiRuntime*> StateLookup::InView(const PartitionEngine& engine,
                                                      const KpiRuntime& runtime,
                                                      MembershipView view) {
  if (view == MembershipView::kAsIs || !runtime.DependsOnView()) return &runtime;
  const KpiRuntime* found = engine.Find(runtime.kpi().resource_name(), view);
  if (found != nullptr) return found;
  return InvalidFields(
      {{.field = "hierarchy_view",
        .description = absl::StrCat("got AS_WAS, want AS_IS for ", runtime.kpi().resource_name(),
                                    ", which withholds values of few people: the two views "
                                    "together would tell about those who moved")}});
}

absl::StatusOr<StateLookup::Place> StateLookup::Locate(const ResolvedKey& key) const {
  const LivePartitions::Located located = loop_.live().Find(key.kpi->name());
  if (located.runtime == nullptr) return NoSuchKpi(key.kpi->name());
  Place place{.engine = located.engine};
  ASSIGN_OR_RETURN(place.runtime, InView(*located.engine, *located.runtime, key.view));
  const auto slice = Slice::Parse(key.slice);
  if (!slice.ok()) {
    return InvalidFields(
        {{.field = "key.slice", .description = std::string(slice.status().message())}});
  }
  place.slice = slice->ToString();
  const std::string& window = key.kpi->window_id(key.window);
  const std::optional<size_t> index = located.runtime->WindowIndex(window);
  if (!index.has_value()) return NoSuchWindow(*key.kpi, window);
  place.window = *index;
  ASSIGN_OR_RETURN(place.period, PeriodFor(*place.engine, *place.runtime, place.slice, place.window,
                                           key.period, clock_.Now()));
  return place;
}

absl::StatusOr<StateAnswer> StateLookup::ReadPlace(const Place& place, absl::Time now) const {
  const KpiDefinition& kpi = place.runtime->kpi();
  const std::string key = StateKeyOf(
      SeriesKey(kpi.resource_name(), kpi.windows[place.window].id(), place.slice), place.period.id);
  const bool published = place.runtime->view() == MembershipView::kAsIs;
  std::optional<BoardState> shown = published ? board_.Find(key) : std::nullopt;
  if (shown.has_value()) {
    return StateAnswer{std::move(shown->state), health_.Suffix(v1::STATE_SOURCE_OWNER, now)};
  }
  if (loop_.holding()) {
    return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                     "the state log cannot be written");
  }
  auto state = place.engine->Read(*place.runtime, place.slice, place.window, place.period, now);
  if (!state.ok()) return AsUnavailable(state.status());
  return StateAnswer{*std::move(state), health_.Suffix(v1::STATE_SOURCE_COMPUTED, now)};
}

absl::StatusOr<StateAnswer> StateLookup::FromEngine(const ResolvedKey& key) const {
  const auto place = Locate(key);
  if (!place.ok()) return AsUnavailable(place.status());
  return ReadPlace(*place, clock_.Now());
}

}  // namespace kpisuite
