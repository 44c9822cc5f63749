// EvaluationService: what readers ask of evaluation. Logic only; evaluation_rpc puts it on the
// wire.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "libs/base/error.h"
#include "libs/base/executor.h"
#include "services/evaluation/cold_reader.h"
#include "services/evaluation/followed_list.h"
#include "services/evaluation/history_reader.h"
#include "services/evaluation/simulation_runner.h"
#include "services/evaluation/state_list.h"
#include "services/evaluation/state_lookup.h"
#include "services/evaluation/watch_hub.h"

namespace kpisuite {

inline constexpr int kMaxBatchKeys = 1000;

// Marks an answer stale when it is older than the caller has seen.
StateAnswer WithMinVersion(StateAnswer answer, const std::string& min_version);

// What the service reads. All outlive it; the loop is stopped before they go.
struct ServiceParts {
  EvaluationLoop& loop;
  KpiDirectory& directory;
  StateBoard& board;
  ShownPositions& positions;
  ServingHealth& health;
  WatchHub& hub;
  StateLog& log;
  StateCache& cache;
  SimulationRunner& simulations;
  Executor& executor;  // runs what blocks
  const Clock& clock;
};

// Thread-safe. No call blocks: each answers through its callback, at once or later from another
// thread, exactly once. `deadline` bounds the wait for at_least.
class EvaluationService {
 public:
  template <typename Answer>
  using Done = std::function<void(absl::StatusOr<Answer>)>;
  using StateAnswers = std::vector<absl::StatusOr<StateAnswer>>;

  explicit EvaluationService(const ServiceParts& parts);

  void GetState(const v1::GetStateRequest& request, absl::Time deadline, Done<StateAnswer> done);
  // One answer for each key, in order.
  void BatchGetStates(const v1::BatchGetStatesRequest& request, absl::Time deadline,
                      Done<StateAnswers> done);
  // With `parts` only of these partitions.
  void ListStates(const v1::ListStatesRequest& request,
                  const std::optional<std::set<int32_t>>& parts, absl::Time deadline,
                  Done<StatePage> done);
  void GetHistory(const v1::GetHistoryRequest& request, absl::Time deadline,
                  Done<v1::GetHistoryResponse> done);
  void ExplainState(const v1::ExplainStateRequest& request, absl::Time deadline,
                    Done<v1::Explanation> done);
  void ExplainChange(const v1::ExplainChangeRequest& request, absl::Time deadline,
                     Done<v1::ChangeExplanation> done);
  void FinalizePeriods(const v1::FinalizePeriodsRequest& request, absl::Time deadline,
                       Done<v1::FinalizePeriodsResponse> done);
  void ReleaseHeldOut(const v1::ReleaseHeldOutRequest& request, absl::Time deadline,
                      Done<v1::ReleaseHeldOutResponse> done);
  void GetForecast(const v1::GetForecastRequest& request, absl::Time deadline,
                   Done<v1::Forecast> done);
  void SimulateKpi(const v1::SimulateKpiRequest& request, absl::Time deadline,
                   Done<v1::SimulateKpiResponse> done);
  // `wake`: see WatchHub::Open.
  absl::StatusOr<std::shared_ptr<StateWatch>> Watch(const v1::WatchStatesRequest& request,
                                                    std::function<void()> wake);
  const StateBoard& board() const { return parts_.board; }

  // Of KPIs that another process evaluates (service_near.cc). States, each with its answer; near:
  // the states that are followed from it, while they are fresh, or those that the cache vouches
  // for, else UNAVAILABLE. Stored: what was followed last, else whatever cache or log has, stale
  // but for what the cache vouches for.
  void ReadNear(const v1::StateKey& key, Done<StateAnswer> done);
  void ReadAllNear(const std::vector<v1::StateKey>& keys, Done<StateAnswers> done);
  void ReadStored(const v1::GetStateRequest& request, Done<StateAnswer> done);
  void ReadAllStored(const std::vector<v1::StateKey>& keys, Done<StateAnswers> done);
  // A page of these partitions without their owners (FollowedList). UNAVAILABLE (NOT_READY) where
  // it takes the owners.
  void ListFollowed(const v1::ListStatesRequest& request, const std::set<int32_t>& parts,
                    Done<StatePage> done);
  // View LATEST of what the log has: of each period the last entry that was recorded, stale. AS_IS.
  void ReadRecorded(const v1::GetHistoryRequest& request, Done<v1::GetHistoryResponse> done);

  v1::ServerInfo Info() const;

 private:
  struct Batch;

  // Calls `then` when the states reflect the token, or with what is wrong.
  void When(const std::string& at_least, absl::Time deadline,
            std::function<void(absl::Status)> then);
  // Calls `then` when the inputs of all KPIs that are known now are in memory.
  void WhenLoaded(absl::Time deadline, std::function<void(absl::Status)> then);
  // `read` answers through its argument; when it says NOT_READY, it is called again once the
  // inputs are loaded, since a caller with a position token waits.
  template <typename Answer>
  void ReadWhenLoaded(absl::Time deadline, std::function<void(Done<Answer>)> read,
                      Done<Answer> done);
  // Decides about the days of a KPI on the engine thread and stores it before the answer.
  template <typename Request, typename Response>
  void Decide(const Request& request, absl::Time deadline, Done<Response> done);
  // Adds what the log tells about revisions to the explanation of the state at a key. Blocks.
  absl::StatusOr<v1::Explanation> WithRevisions(const v1::StateKey& key,
                                                v1::Explanation explanation) const;
  // Computes again what was open at the moment of the request; `page` is what the log has.
  void CompleteAsOf(const v1::GetHistoryRequest& request, const ResolvedKey& key,
                    absl::Time deadline, v1::GetHistoryResponse page,
                    Done<v1::GetHistoryResponse> done);
  // Explains the state at a key; `explainer` runs on the engine thread.
  template <typename Answer>
  using Explainer = std::function<absl::StatusOr<Answer>(const StateLookup::Place&, absl::Time)>;
  template <typename Answer>
  void Explain(const v1::StateKey& key, const std::string& at_least, absl::Time deadline,
               Explainer<Answer> explainer, Done<Answer> done);
  // `only_owner`: UNAVAILABLE (NOT_READY) instead of what cache or log have.
  void ReadState(const v1::StateKey& key, const std::string& min_version, bool only_owner,
                 Done<StateAnswer> done);
  void StartBatch(const std::shared_ptr<Batch>& batch);
  void ReadBatchOnEngine(const std::shared_ptr<Batch>& batch);
  void ReadBatchCold(const std::shared_ptr<Batch>& batch);
  // Of partitions that are not in memory, for the reason `why`; each with its answer. Blocks.
  StateAnswers ReadWithoutEngine(const std::vector<ResolvedKey>& keys, absl::string_view why);
  // Runs on the engine thread; `failed` gets the status when it cannot.
  void OnEngine(std::function<void()> work, const std::function<void(absl::Status)>& failed);
  void OnExecutor(std::function<void()> work, const std::function<void(absl::Status)>& failed);

  const ServiceParts parts_;
  StateLookup lookup_;
  ColdReader cold_;
  StateList list_;
  FollowedList followed_;
  HistoryReader history_;
};

template <typename Answer>
void EvaluationService::ReadWhenLoaded(absl::Time deadline, std::function<void(Done<Answer>)> read,
                                       Done<Answer> done) {
  read([this, deadline, read, done](absl::StatusOr<Answer> answer) {
    if (answer.ok() || GetErrorDetails(answer.status()).reason != "NOT_READY") {
      return done(std::move(answer));
    }
    WhenLoaded(deadline, [read, done](const absl::Status& loaded) {
      if (!loaded.ok()) return done(loaded);
      read(done);
    });
  });
}

}  // namespace kpisuite
