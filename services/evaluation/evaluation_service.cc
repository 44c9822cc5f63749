#include "services/evaluation/evaluation_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/forecast.h"
#include "services/evaluation/change/change_reader.h"
#include "services/evaluation/engine/make_comparison.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/forecast/forecast_reader.h"

namespace kpisuite {
namespace {

constexpr int kMaxWatchKeys = 1000;
constexpr char kStarting[] = "the evaluator is starting";
// When a wait for a position ends: so long before the call does that its reason reaches the client,
// also from a busy machine.
absl::Time EndOfWait(absl::Time deadline) {
  const absl::Duration margin = (deadline - absl::Now()) / 10;
  return deadline - std::clamp(margin, absl::Milliseconds(20), absl::Milliseconds(100));
}

absl::Status OutOfRange(const std::string& field, int64_t got, const std::string& want) {
  return InvalidFields(
      {{.field = field, .description = absl::StrCat("got ", got, ", want ", want)}});
}

absl::Status OnlyAsIs(const std::string& field) {
  return InvalidFields(
      {{.field = field,
        .description = "got AS_WAS, want AS_IS: states AS_WAS are read, not watched"}});
}

absl::Status StillStarting() {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "the evaluator is starting");
}

}  // namespace

// One BatchGetStates.
struct EvaluationService::Batch {
  std::vector<v1::StateKey> keys;
  std::vector<ResolvedKey> resolved;  // parallel to keys; empty where that failed
  StateAnswers answers;
  bool only_owner = false;  // as for ReadState
  std::vector<size_t> for_engine;
  std::vector<size_t> cold;
  Done<StateAnswers> done;
};

EvaluationService::EvaluationService(const ServiceParts& parts)
    : parts_(parts),
      lookup_(parts.directory, parts.board, parts.positions, parts.health, parts.loop, parts.clock),
      cold_(parts.cache, parts.log),
      list_(lookup_, parts.positions, parts.loop, parts.clock),
      followed_(lookup_, cold_, parts.directory, parts.board, parts.positions, parts.loop,
                parts.clock),
      history_(lookup_, parts.log, parts.loop, parts.clock) {}

void EvaluationService::When(const std::string& at_least, absl::Time deadline,
                             std::function<void(absl::Status)> then) {
  if (at_least.empty()) {
    then(absl::OkStatus());
    return;
  }
  auto token = PositionToken::Parse(at_least);
  if (!token.ok()) {
    then(token.status());
    return;
  }
  const absl::Status checked = parts_.positions.Check(*token);
  if (!absl::IsUnavailable(checked)) {
    then(checked);
    return;
  }
  const absl::Status waits = parts_.loop.Await(*std::move(token), EndOfWait(deadline), then);
  if (!waits.ok()) then(waits);
}

void EvaluationService::OnEngine(std::function<void()> work,
                                 const std::function<void(absl::Status)>& failed) {
  const absl::Status submitted = parts_.loop.Submit(std::move(work));
  if (!submitted.ok()) failed(submitted);
}

void EvaluationService::OnExecutor(std::function<void()> work,
                                   const std::function<void(absl::Status)>& failed) {
  const absl::Status submitted =
      parts_.executor.Submit(sizeof(Batch), absl::InfiniteFuture(),
                             [work = std::move(work)](const absl::Status&) { work(); });
  if (!submitted.ok()) failed(submitted);
}

void EvaluationService::WhenLoaded(absl::Time deadline, std::function<void(absl::Status)> then) {
  OnEngine(
      [this, deadline, then] {
        PositionToken token;
        token.definition_position = parts_.loop.live().catalog().position();
        const absl::Status waits = parts_.loop.Await(std::move(token), EndOfWait(deadline), then);
        if (!waits.ok()) then(waits);
      },
      then);
}

void EvaluationService::GetState(const v1::GetStateRequest& request, absl::Time deadline,
                                 Done<StateAnswer> done) {
  if (request.at_least().empty()) {
    ReadState(request.key(), request.min_version(), false, std::move(done));
    return;
  }
  const auto read = [this, key = request.key(),
                     min_version = request.min_version()](Done<StateAnswer> answer) {
    ReadState(key, min_version, true, std::move(answer));
  };
  When(request.at_least(), deadline,
       [this, deadline, read, done = std::move(done)](const absl::Status& reached) {
         if (!reached.ok()) return done(reached);
         ReadWhenLoaded<StateAnswer>(deadline, read, done);
       });
}

void EvaluationService::ReadState(const v1::StateKey& key, const std::string& min_version,
                                  bool only_owner, Done<StateAnswer> done) {
  absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(key);
  if (!resolved.ok()) return done(resolved.status());
  std::optional<StateAnswer> shown = lookup_.FromBoard(*resolved);
  if (shown.has_value()) return done(WithMinVersion(*std::move(shown), min_version));
  const auto answer = [done, min_version](absl::StatusOr<StateAnswer> read) {
    if (!read.ok()) return done(read.status());
    done(WithMinVersion(*std::move(read), min_version));
  };
  if (lookup_.IsReady(*resolved)) {
    OnEngine([this, key = *std::move(resolved), answer] { answer(lookup_.FromEngine(key)); }, done);
  } else if (only_owner) {
    done(StillStarting());
  } else {
    OnExecutor([this, key = *std::move(resolved),
                answer] { answer(std::move(ReadWithoutEngine({key}, kStarting).front())); },
               done);
  }
}

void EvaluationService::BatchGetStates(const v1::BatchGetStatesRequest& request,
                                       absl::Time deadline, Done<StateAnswers> done) {
  if (request.keys().empty() || request.keys_size() > kMaxBatchKeys) {
    return done(OutOfRange("keys", request.keys_size(), absl::StrCat("1 to ", kMaxBatchKeys)));
  }
  auto batch = std::make_shared<Batch>();
  batch->keys.assign(request.keys().begin(), request.keys().end());
  batch->only_owner = !request.at_least().empty();
  batch->done = std::move(done);
  When(request.at_least(), deadline, [this, batch](const absl::Status& reached) {
    if (!reached.ok()) return batch->done(reached);
    StartBatch(batch);
  });
}

void EvaluationService::StartBatch(const std::shared_ptr<Batch>& batch) {
  const size_t count = batch->keys.size();
  batch->resolved.resize(count);
  batch->answers.assign(count, StillStarting());
  for (size_t i = 0; i < count; ++i) {
    absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(batch->keys[i]);
    if (!resolved.ok()) {
      batch->answers[i] = resolved.status();
      continue;
    }
    std::optional<StateAnswer> shown = lookup_.FromBoard(*resolved);
    if (shown.has_value()) {
      batch->answers[i] = *std::move(shown);
      continue;
    }
    const bool ready = lookup_.IsReady(*resolved);
    if (!ready && batch->only_owner) continue;
    (ready ? batch->for_engine : batch->cold).push_back(i);
    batch->resolved[i] = *std::move(resolved);
  }
  ReadBatchOnEngine(batch);
}

void EvaluationService::ReadBatchOnEngine(const std::shared_ptr<Batch>& batch) {
  if (batch->for_engine.empty()) return ReadBatchCold(batch);
  OnEngine(
      [this, batch] {
        for (const size_t i : batch->for_engine) {
          batch->answers[i] = lookup_.FromEngine(batch->resolved[i]);
        }
        ReadBatchCold(batch);
      },
      batch->done);
}

void EvaluationService::ReadBatchCold(const std::shared_ptr<Batch>& batch) {
  if (batch->cold.empty()) return batch->done(std::move(batch->answers));
  OnExecutor(
      [this, batch] {
        std::vector<ResolvedKey> keys;
        for (const size_t i : batch->cold) keys.push_back(std::move(batch->resolved[i]));
        StateAnswers cold = ReadWithoutEngine(keys, kStarting);
        for (size_t n = 0; n < cold.size(); ++n) {
          batch->answers[batch->cold[n]] = std::move(cold[n]);
        }
        batch->done(std::move(batch->answers));
      },
      batch->done);
}

void EvaluationService::ListStates(const v1::ListStatesRequest& request,
                                   const std::optional<std::set<int32_t>>& parts,
                                   absl::Time deadline, Done<StatePage> done) {
  const absl::Status checked = StateList::Check(request);
  if (!checked.ok()) return done(checked);
  When(request.at_least(), deadline, [this, request, parts, done](const absl::Status& reached) {
    if (!reached.ok()) return done(reached);
    OnEngine([this, request, parts, done] { done(list_.Read(request, parts)); }, done);
  });
}

void EvaluationService::GetHistory(const v1::GetHistoryRequest& request, absl::Time deadline,
                                   Done<v1::GetHistoryResponse> done) {
  v1::StateKey key;
  key.set_kpi(request.kpi());
  key.set_window(request.window());
  key.set_slice(request.slice());
  key.set_hierarchy_view(request.hierarchy_view());
  When(request.at_least(), deadline,
       [this, request, key, deadline, done](const absl::Status& reached) {
         if (!reached.ok()) return done(reached);
         const absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(key);
         if (!resolved.ok()) return done(resolved.status());
         const absl::Status checked = HistoryReader::Check(request, *resolved);
         if (!checked.ok()) return done(checked);
         const bool latest = request.view() == v1::HISTORY_VIEW_UNSPECIFIED ||
                             request.view() == v1::HISTORY_VIEW_LATEST;
         if (!latest) {
           OnExecutor(
               [this, request, key = *resolved, deadline, done] {
                 absl::StatusOr<v1::GetHistoryResponse> page = history_.Logged(request, key);
                 if (!page.ok() || request.view() != v1::HISTORY_VIEW_AS_OF) {
                   return done(std::move(page));
                 }
                 CompleteAsOf(request, key, deadline, *std::move(page), done);
               },
               done);
         } else if (!lookup_.IsReady(*resolved)) {
           done(StillStarting());
         } else {
           OnEngine([this, request, key = *resolved, done] { done(history_.Latest(request, key)); },
                    done);
         }
       });
}

template <typename Answer>
void EvaluationService::Explain(const v1::StateKey& key, const std::string& at_least,
                                absl::Time deadline, Explainer<Answer> explainer,
                                Done<Answer> done) {
  const auto explain = [this, explainer](const ResolvedKey& resolved) -> absl::StatusOr<Answer> {
    if (parts_.loop.holding()) {
      return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                       "the state log cannot be written");
    }
    const auto place = lookup_.Locate(resolved);
    if (!place.ok()) return AsUnavailable(place.status());
    absl::StatusOr<Answer> answer = explainer(*place, parts_.clock.Now());
    if (!answer.ok()) return AsUnavailable(answer.status());
    return answer;
  };
  const auto read = [this, key, explain](const Done<Answer>& answer) {
    const absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(key);
    if (!resolved.ok()) return answer(resolved.status());
    if (!lookup_.IsReady(*resolved)) return answer(StillStarting());
    OnEngine([resolved = *resolved, explain, answer] { answer(explain(resolved)); }, answer);
  };
  When(at_least, deadline,
       [this, deadline, waits = !at_least.empty(), read, done](const absl::Status& reached) {
         if (!reached.ok()) return done(reached);
         if (!waits) return read(done);
         ReadWhenLoaded<Answer>(deadline, read, done);
       });
}

void EvaluationService::ExplainState(const v1::ExplainStateRequest& request, absl::Time deadline,
                                     Done<v1::Explanation> done) {
  const absl::StatusOr<std::vector<Comparator>> comparators =
      ReadComparators(request.comparators());
  if (!comparators.ok()) return done(comparators.status());
  const auto explain = [this, comparators = *comparators](
                           const StateLookup::Place& place,
                           absl::Time now) -> absl::StatusOr<v1::Explanation> {
    ASSIGN_OR_RETURN(v1::Explanation explanation,
                     place.engine->Explain(*place.runtime, place.slice, place.window, place.period,
                                           now, comparators));
    explanation.mutable_state()->MergeFromString(parts_.health.Suffix(v1::STATE_SOURCE_OWNER, now));
    return explanation;
  };
  const auto add_revisions = [this, key = request.key(),
                              done](const absl::StatusOr<v1::Explanation>& explained) {
    if (!explained.ok()) return done(explained.status());
    OnExecutor([this, key, explained = *explained, done] { done(WithRevisions(key, explained)); },
               done);
  };
  Explain<v1::Explanation>(request.key(), request.at_least(), deadline, explain, add_revisions);
}

void EvaluationService::ExplainChange(const v1::ExplainChangeRequest& request, absl::Time deadline,
                                      Done<v1::ChangeExplanation> done) {
  const auto explain = [this, base = request.base_period(), dimension = request.dimension()](
                           const StateLookup::Place& place,
                           absl::Time now) -> absl::StatusOr<v1::ChangeExplanation> {
    ASSIGN_OR_RETURN(
        v1::ChangeExplanation explanation,
        ReadChange({place.engine, place.runtime, place.slice, place.window, place.period}, base,
                   dimension, now));
    const std::string suffix = parts_.health.Suffix(v1::STATE_SOURCE_OWNER, now);
    explanation.mutable_before()->MergeFromString(suffix);
    explanation.mutable_after()->MergeFromString(suffix);
    return explanation;
  };
  Explain<v1::ChangeExplanation>(request.key(), request.at_least(), deadline, explain,
                                 std::move(done));
}

void EvaluationService::GetForecast(const v1::GetForecastRequest& request, absl::Time deadline,
                                    Done<v1::Forecast> done) {
  if (request.periods() < 0 || request.periods() > kMostForecastHorizon) {
    return done(
        OutOfRange("periods", request.periods(), absl::StrCat("1 to ", kMostForecastHorizon)));
  }
  const int periods = request.periods() == 0 ? kDefaultForecastPeriods : request.periods();
  v1::StateKey series = request.key();
  series.clear_period();
  const auto forecast = [periods](const StateLookup::Place& place, absl::Time now) {
    return ReadForecast({place.engine, place.runtime, place.slice, place.window}, periods, now);
  };
  Explain<v1::Forecast>(series, request.at_least(), deadline, forecast, std::move(done));
}

absl::StatusOr<std::shared_ptr<StateWatch>> EvaluationService::Watch(
    const v1::WatchStatesRequest& request, std::function<void()> wake) {
  if (request.keys_size() > kMaxWatchKeys) {
    return OutOfRange("keys", request.keys_size(), absl::StrCat("at most ", kMaxWatchKeys));
  }
  if (request.keys_size() > 0 && !request.filter().empty()) {
    return InvalidFields(
        {{.field = "filter", .description = "got a filter and keys, want one of them"}});
  }
  if (request.heartbeat_seconds() < 0 || request.heartbeat_seconds() > 60) {
    return OutOfRange("heartbeat_seconds", request.heartbeat_seconds(), "1 to 60");
  }
  if (request.keys().empty()) {
    ASSIGN_OR_RETURN(StateFilter filter, StateFilter::Create(request.parent(), request.filter()));
    if (filter.view() != MembershipView::kAsIs) return OnlyAsIs("filter");
    return parts_.hub.Open(std::move(filter), request.resume_token(), std::move(wake));
  }
  absl::flat_hash_set<std::string> series;
  for (const v1::StateKey& key : request.keys()) {
    ASSIGN_OR_RETURN(const ResolvedKey resolved, lookup_.Resolve(key));
    if (resolved.view != MembershipView::kAsIs) return OnlyAsIs("keys.hierarchy_view");
    const auto slice = Slice::Parse(key.slice());
    if (!slice.ok()) {
      return InvalidFields(
          {{.field = "keys.slice", .description = std::string(slice.status().message())}});
    }
    series.insert(SeriesKey(resolved.kpi->name(), resolved.kpi->window_id(resolved.window),
                            slice->ToString()));
  }
  ASSIGN_OR_RETURN(StateFilter filter, StateFilter::OfSeries(request.parent(), std::move(series)));
  return parts_.hub.Open(std::move(filter), request.resume_token(), std::move(wake));
}

v1::ServerInfo EvaluationService::Info() const {
  v1::ServerInfo info;
  info.set_service("kpi-evaluation");
  info.set_version(KPISUITE_VERSION);
  info.set_store_engine(parts_.log.engine());
  const std::string cache = parts_.cache.description();
  info.set_cache_engine(cache.substr(0, cache.find(':')));
  info.set_max_message_bytes(8 << 20);
  *info.mutable_server_time() = ToTimestamp(parts_.clock.Now());
  info.set_definition_position(parts_.positions.definition_position());
  return info;
}

}  // namespace kpisuite
