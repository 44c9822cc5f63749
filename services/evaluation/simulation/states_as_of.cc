#include "services/evaluation/simulation/states_as_of.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/names.h"
#include "services/evaluation/simulation/series_replay.h"

namespace kpisuite {
namespace {

absl::Status MomentUnknown(absl::Time time, absl::string_view what) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "MOMENT_UNKNOWN",
      absl::StrCat("as_of: ", absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()),
                   " cannot be computed again: ", what));
}

FinalityDecisions DecisionsAbout(const FinalityDecisions& all, const std::string& kpi) {
  FinalityDecisions about;
  for (const FinalityDecision& decision : all) {
    if (decision.kpi == kpi) about.push_back(decision);
  }
  return about;
}

// The definitions of the moment, and the versions of KPIs that were kept then.
struct DefinitionsThen {
  explicit DefinitionsThen(const Moment& moment)
      : versions(moment.last_closed, [&moment](const std::string& kpi) {
          return DecisionsAbout(moment.decisions, kpi);
        }) {
    for (const FollowedSet& set : moment.definitions) {
      const CatalogChanges changes = catalog.Apply(set.definitions, set.position);
      versions.Follow(set.definitions, changes, catalog, set.position);
    }
  }

  Catalog catalog;
  KpiVersions versions;
};

absl::StatusOr<ReplayedSeries> FindSeries(const SeriesOfKpi& series, const DefinitionsThen& then,
                                          absl::Time time) {
  ASSIGN_OR_RETURN(const ResourceName name, ResourceName::Parse(series.kpi));
  ReplayedSeries found{.kpi = then.catalog.FindKpi(name.workspace, name.id)};
  if (found.kpi == nullptr) {
    return MomentUnknown(time, absl::StrCat("the definition that ", series.kpi,
                                            " had then is not in the change log"));
  }
  const std::vector<Window>& windows = found.kpi->windows;
  while (found.window < windows.size() && windows[found.window].id() != series.window) {
    ++found.window;
  }
  if (found.window == windows.size()) {
    return MomentUnknown(time, absl::StrCat(series.kpi, " had no window ", series.window, " then"));
  }
  ASSIGN_OR_RETURN(found.slice, Slice::Parse(series.slice));
  return found;
}

ReplayKnowledge KnowledgeOf(const Moment& moment, const DefinitionsThen& then) {
  ReplayKnowledge known{.decisions = {},
                        .recorded = moment.recorded,
                        .versions =
                            [&then](const std::shared_ptr<const KpiDefinition>& kpi) {
                              return then.versions.ChainOf(kpi, then.catalog);
                            },
                        .now = moment.time,
                        .as_of_now = true};
  for (const FinalityDecision& decision : moment.decisions) {
    if (decision.time <= moment.time) known.decisions.push_back(decision);
  }
  return known;
}

absl::StatusOr<AnswersByQuery> Ask(const std::vector<v1::AggregateQuery>& queries,
                                   const std::string& workspace, const Moment& moment) {
  AnswersByQuery answers;
  std::vector<v1::AggregateQuery> asked;
  for (const v1::AggregateQuery& query : queries) {
    if (answers.try_emplace(QueryKey(query)).second) asked.push_back(query);
  }
  absl::StatusOr<std::vector<AggregateAnswer>> found = moment.aggregates(workspace, asked);
  if (absl::IsNotFound(found.status())) {
    return MomentUnknown(moment.time, absl::StrCat("a metric is gone: ", found.status().message()));
  }
  RETURN_IF_ERROR(found.status());
  for (size_t i = 0; i < asked.size(); ++i) answers[QueryKey(asked[i])] = std::move((*found)[i]);
  return answers;
}

// Nothing when there was no such period or slice.
absl::StatusOr<std::optional<v1::KpiState>> StateOf(const SeriesReplay& replay,
                                                    const std::string& id) {
  const Calendar& calendar = *replay.kpi().calendar;
  const absl::StatusOr<Period> period = ParsePeriod(calendar, id);
  if (!period.ok() || !(replay.window().At(calendar, period->first_day) == *period)) {
    return std::nullopt;
  }
  absl::StatusOr<v1::KpiState> state = replay.StateOf(*period);
  if (absl::IsNotFound(state.status())) return std::nullopt;
  RETURN_IF_ERROR(state.status());
  state->clear_position();
  return *std::move(state);
}

}  // namespace

absl::StatusOr<std::vector<std::optional<v1::KpiState>>> StatesAsOf(
    const SeriesOfKpi& series, absl::Span<const std::string> periods, const Moment& moment) {
  const DefinitionsThen then(moment);
  ASSIGN_OR_RETURN(const ReplayedSeries replayed, FindSeries(series, then, moment.time));
  SeriesReplay replay(replayed, then.catalog, KnowledgeOf(moment, then));
  ASSIGN_OR_RETURN(const std::vector<v1::AggregateQuery> queries, replay.Queries());
  ASSIGN_OR_RETURN(const AnswersByQuery answers, Ask(queries, replayed.kpi->workspace, moment));
  RETURN_IF_ERROR(replay.Run(answers, moment.proceed));
  std::vector<std::optional<v1::KpiState>> states;
  for (const std::string& period : periods) {
    RETURN_IF_ERROR(moment.proceed());
    ASSIGN_OR_RETURN(states.emplace_back(), StateOf(replay, period));
  }
  return states;
}

}  // namespace kpisuite
