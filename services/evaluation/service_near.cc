// EvaluationService: states of KPIs that another process evaluates.
#include <utility>

#include "libs/base/error.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {
namespace {

constexpr char kUnreached[] = "the evaluator of the KPI is not reached";

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
        StateAnswers stored = cold_.Read(known, parts_.clock.Now(), kUnreached);
        for (size_t n = 0; n < open.size(); ++n) answers[open[n]] = std::move(stored[n]);
        done(std::move(answers));
      },
      done);
}

}  // namespace kpisuite
