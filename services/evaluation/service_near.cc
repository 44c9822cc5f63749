// EvaluationService: states of KPIs that another process evaluates.
#include <utility>

#include "libs/base/error.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {
namespace {

constexpr char kUnreached[] = "the evaluator of the KPI is not reached";

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

std::optional<StateAnswer> EvaluationService::FindNear(const v1::StateKey& key) const {
  const absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(key);
  if (!resolved.ok()) return std::nullopt;
  return lookup_.FromMirror(*resolved);
}

void EvaluationService::ReadNear(const v1::StateKey& key, Done<StateAnswer> done) {
  const absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(key);
  if (!resolved.ok()) return done(resolved.status());
  std::optional<StateAnswer> followed = lookup_.FromMirror(*resolved);
  if (followed.has_value()) return done(*std::move(followed));
  OnExecutor([this, key = *resolved, done] { done(cold_.ReadFresh(key, parts_.clock.Now())); },
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

void EvaluationService::ReadAllStored(std::vector<v1::StateKey> keys, Done<StateAnswers> done) {
  OnExecutor(
      [this, keys = std::move(keys), done] {
        StateAnswers answers;
        for (const v1::StateKey& key : keys) {
          const absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(key);
          answers.push_back(resolved.ok() ? cold_.Read(*resolved, parts_.clock.Now(), kUnreached)
                                          : absl::StatusOr<StateAnswer>(resolved.status()));
        }
        done(std::move(answers));
      },
      done);
}

}  // namespace kpisuite
