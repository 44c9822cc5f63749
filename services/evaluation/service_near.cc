// EvaluationService: of KPIs that another process evaluates.
#include <algorithm>
#include <utility>

#include "libs/base/error.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {
namespace {

constexpr char kUnreached[] = "the evaluator of the KPI is not reached";

v1::StateKey SeriesOf(const v1::GetHistoryRequest& request) {
  v1::StateKey key;
  key.set_kpi(request.kpi());
  key.set_window(request.window());
  key.set_slice(request.slice());
  return key;
}

// Until there is an answer.
absl::Status Unanswered() {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", kUnreached);
}

}  // namespace

// Marks an answer stale when it is older than the caller has seen.
StateAnswer WithMinVersion(StateAnswer answer, const std::string& min_version) {
  if (min_version.empty()) return answer;
  v1::KpiState state;
  if (!state.ParseFromString(*answer.state) || state.version() >= min_version) return answer;
  v1::KpiState suffix;
  suffix.ParseFromString(answer.suffix);
  suffix.mutable_freshness()->set_stale(true);
  suffix.mutable_freshness()->set_stale_reason("older than min_version");
  answer.suffix = suffix.SerializeAsString();
  return answer;
}

void EvaluationService::ReadNear(const v1::StateKey& key, Done<StateAnswer> done) {
  ReadAllNear({key}, [done](absl::StatusOr<StateAnswers> near) {
    if (!near.ok()) return done(near.status());
    done(std::move(near->front()));
  });
}

void EvaluationService::ReadAllNear(const std::vector<v1::StateKey>& keys,
                                    Done<StateAnswers> done) {
  StateAnswers answers(keys.size(), Unanswered());
  std::vector<ResolvedKey> distant;
  std::vector<size_t> open;
  for (size_t i = 0; i < keys.size(); ++i) {
    absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(keys[i]);
    std::optional<StateAnswer> followed;
    if (resolved.ok()) followed = lookup_.FromMirror(*resolved);
    if (!resolved.ok()) {
      answers[i] = resolved.status();
    } else if (followed.has_value()) {
      answers[i] = *std::move(followed);
    } else {
      distant.push_back(*std::move(resolved));
      open.push_back(i);
    }
  }
  if (open.empty()) return done(std::move(answers));
  OnExecutor(
      [this, answers = std::move(answers), distant = std::move(distant), open = std::move(open),
       done]() mutable {
        StateAnswers cached = cold_.ReadFresh(distant, parts_.clock.Now());
        for (size_t n = 0; n < open.size(); ++n) answers[open[n]] = std::move(cached[n]);
        done(std::move(answers));
      },
      done);
}

EvaluationService::StateAnswers EvaluationService::ReadWithoutEngine(
    const std::vector<ResolvedKey>& keys, absl::string_view why) {
  StateAnswers answers(keys.size(), Unanswered());
  // What the owner before this process has left in the cache may be fresh yet.
  const bool begins = std::any_of(keys.begin(), keys.end(), [this](const ResolvedKey& key) {
    const int32_t part = key.kpi->part();
    return parts_.positions.owned(part) && parts_.positions.held(part).has_value();
  });
  if (begins) answers = cold_.ReadFresh(keys, parts_.clock.Now());
  std::vector<ResolvedKey> rest;
  std::vector<size_t> open;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (answers[i].ok()) continue;
    std::optional<StateAnswer> held = lookup_.FromHeld(keys[i], why);
    if (held.has_value()) {
      answers[i] = *std::move(held);
    } else {
      rest.push_back(keys[i]);
      open.push_back(i);
    }
  }
  StateAnswers cold = cold_.Read(rest, parts_.clock.Now(), why);
  for (size_t n = 0; n < open.size(); ++n) answers[open[n]] = std::move(cold[n]);
  return answers;
}

void EvaluationService::ReadStored(const v1::GetStateRequest& request, Done<StateAnswer> done) {
  ReadAllStored({request.key()},
                [min_version = request.min_version(), done](absl::StatusOr<StateAnswers> answers) {
                  if (!answers.ok()) return done(answers.status());
                  if (!answers->front().ok()) return done(answers->front().status());
                  done(WithMinVersion(*std::move(answers->front()), min_version));
                });
}

void EvaluationService::ReadAllStored(const std::vector<v1::StateKey>& keys,
                                      Done<StateAnswers> done) {
  StateAnswers answers(keys.size(), Unanswered());
  std::vector<ResolvedKey> known;
  std::vector<size_t> open;
  for (size_t i = 0; i < keys.size(); ++i) {
    absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(keys[i]);
    if (resolved.ok()) {
      known.push_back(*std::move(resolved));
      open.push_back(i);
    } else {
      answers[i] = resolved.status();
    }
  }
  OnExecutor(
      [this, answers = std::move(answers), known = std::move(known), open = std::move(open),
       done]() mutable {
        StateAnswers stored = ReadWithoutEngine(known, kUnreached);
        for (size_t n = 0; n < open.size(); ++n) answers[open[n]] = std::move(stored[n]);
        done(std::move(answers));
      },
      done);
}

void EvaluationService::ListFollowed(const v1::ListStatesRequest& request,
                                     const std::set<int32_t>& parts, Done<StatePage> done) {
  const auto read = [this, request, done](FollowedList::Kpis kpis) {
    OnExecutor(
        [this, request, kpis = std::move(kpis), done] { done(followed_.Read(request, kpis)); },
        done);
  };
  OnEngine(
      [this, request, parts, read, done] {
        absl::StatusOr<FollowedList::Kpis> kpis = followed_.KpisOf(request, parts);
        if (!kpis.ok()) return done(kpis.status());
        read(*std::move(kpis));
      },
      done);
}

void EvaluationService::ReadRecorded(const v1::GetHistoryRequest& request,
                                     Done<v1::GetHistoryResponse> done) {
  const absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(SeriesOf(request));
  if (!resolved.ok()) return done(resolved.status());
  const absl::Status checked = HistoryReader::Check(request, *resolved);
  if (!checked.ok()) return done(checked);
  OnExecutor(
      [this, request, key = *resolved, done] { done(history_.Recorded(request, key, kUnreached)); },
      done);
}

}  // namespace kpisuite
