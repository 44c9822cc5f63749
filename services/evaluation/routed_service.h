// RoutedService: each call goes to the evaluator that owns what it asks for.
//
// Of a log that one process opens, everything is here. Of a shared one a call about a KPI is
// answered by the owner of its partition: this process, or another to which the call is passed on,
// once. A state without a position is answered from what is near, when that is fresh: the states
// that are followed from the owner, then the cache. A read with a position waits for an owner that
// has reached it. History as it was said is read from the log by whoever is asked.
//
// While a partition has no owner that answers, as during a take-over, what does not take its engine
// is answered stale and at once: states and lists (FollowedList) from what was followed, else from
// cache or log, the latest history from the log. What takes the engine (explanations, forecasts,
// AS_WAS, decisions) looks for the owner again until the deadline of the call. A decision that may
// have been taken is asked for again only with its request_id, which brings the same answer. What
// takes several partitions is complete or UNAVAILABLE (NOT_READY), which names what is missing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/evaluation/call_origin.h"
#include "services/evaluation/evaluation_service.h"
#include "services/evaluation/peer_calls.h"

namespace kpisuite {

// All outlive the service; `peers` is stopped before the others go.
struct RoutedParts {
  EvaluationService& local;
  PeerCalls& peers;
  const PartitionOwnership& ownership;
  const KpiDirectory& directory;
  const ShownPositions& positions;
  const WatchHub& hub;
  const Clock& clock;
};

// Thread-safe. No call blocks; see EvaluationService.
class RoutedService {
 public:
  template <typename Answer>
  using Done = EvaluationService::Done<Answer>;
  using StateAnswers = EvaluationService::StateAnswers;

  explicit RoutedService(const RoutedParts& parts) : parts_(parts) {}

  void GetState(const v1::GetStateRequest& request, const CallOrigin& origin,
                Done<StateAnswer> done);
  void BatchGetStates(const v1::BatchGetStatesRequest& request, const CallOrigin& origin,
                      Done<StateAnswers> done);
  void ListStates(const v1::ListStatesRequest& request, const CallOrigin& origin,
                  Done<StatePage> done);
  void GetHistory(const v1::GetHistoryRequest& request, const CallOrigin& origin,
                  Done<v1::GetHistoryResponse> done);
  void ExplainState(const v1::ExplainStateRequest& request, const CallOrigin& origin,
                    Done<v1::Explanation> done);
  void ExplainChange(const v1::ExplainChangeRequest& request, const CallOrigin& origin,
                     Done<v1::ChangeExplanation> done);
  void GetForecast(const v1::GetForecastRequest& request, const CallOrigin& origin,
                   Done<v1::Forecast> done);
  void FinalizePeriods(const v1::FinalizePeriodsRequest& request, const CallOrigin& origin,
                       Done<v1::FinalizePeriodsResponse> done);
  void ReleaseHeldOut(const v1::ReleaseHeldOutRequest& request, const CallOrigin& origin,
                      Done<v1::ReleaseHeldOutResponse> done);
  // Anywhere: it asks measurement.
  void SimulateKpi(const v1::SimulateKpiRequest& request, const CallOrigin& origin,
                   Done<v1::SimulateKpiResponse> done);
  absl::StatusOr<std::shared_ptr<StateWatch>> Watch(const v1::WatchStatesRequest& request,
                                                    std::function<void()> wake);
  // Whether changes of all partitions of the workspace are heard of: UNAVAILABLE (NOT_READY) when
  // they are not.
  absl::Status CheckWatchable(const std::string& parent) const;
  const StateBoard& board() const { return parts_.local.board(); }
  v1::ServerInfo Info() const { return parts_.local.Info(); }

 private:
  // Whether all partitions of the workspace are shown as they were by then.
  absl::Status CheckShown(const std::string& parent, absl::Time by) const;
  // Who answers for a partition.
  struct Place {
    enum class Kind { kHere, kPeer, kNobody };
    Kind kind = Kind::kHere;
    int32_t part = kUnknownPart;
    std::string address;  // kPeer only
  };
  // One call about one KPI.
  template <typename Request, typename Answer>
  struct Single;
  template <typename Request, typename Answer>
  using Local = std::function<void(const Request&, absl::Time deadline, Done<Answer>)>;
  template <typename Request, typename Answer>
  using Remote = std::function<void(const std::string& address, const Request&, const CallOrigin&,
                                    Done<Answer>)>;
  // When a call that fails without a position is made again.
  enum class Again {
    kNever,       // the caller knows better
    kAlways,      // it changes nothing, or is harmless twice
    kIfNotBegun,  // whoever was asked has done nothing
  };
  struct Batch;
  struct List;

  Place PlaceOf(int32_t part) const;
  Place PlaceOfKpi(const std::string& kpi) const;
  // The token as far as it speaks about definitions and these partitions.
  std::string TokenOf(const std::string& at_least, const PartSet& parts) const;

  template <typename Request, typename Answer>
  void Route(const std::string& kpi, const Request& request, const CallOrigin& origin, Again again,
             Local<Request, Answer> local, Remote<Request, Answer> remote, Done<Answer> done);
  template <typename Request, typename Answer>
  void Attempt(const std::shared_ptr<Single<Request, Answer>>& call);
  // As Route, with a method of the peer that answers with the same message.
  template <typename Request, typename Answer>
  void RouteSame(const std::string& kpi, const Request& request, const CallOrigin& origin,
                 Again again,
                 void (EvaluationService::*local)(const Request&, absl::Time, Done<Answer>),
                 PeerCalls::Method<Request, Answer> remote, Done<Answer> done);
  // Whether another attempt may do better, before the caller gives up.
  bool MayRepeat(const absl::Status& status, absl::Time deadline) const;
  template <typename Request, typename Answer>
  bool Repeats(const Single<Request, Answer>& call, const absl::Status& status) const;
  template <typename Request>
  static Again AgainOf(const Request& decision);

  // A state of a partition that is not here, for a caller without a position.
  void ReadElsewhere(const v1::GetStateRequest& request, const CallOrigin& origin,
                     Done<StateAnswer> done);
  void AskOwner(const v1::GetStateRequest& request, const CallOrigin& origin, Again again,
                Done<StateAnswer> done);

  // BatchGetStates (routed_batch.cc): each key as GetState, and those with the same way together.
  void ReadNearFirst(const std::shared_ptr<Batch>& batch);
  void StartRound(const std::shared_ptr<Batch>& batch);
  void FinishRound(const std::shared_ptr<Batch>& batch);
  void ReadRestFromStore(const std::shared_ptr<Batch>& batch);
  void AskForKeys(const std::shared_ptr<Batch>& batch, const Place& place, const PartSet& parts,
                  std::vector<size_t> keys);

  void GetLatestHistory(const v1::GetHistoryRequest& request, const CallOrigin& origin,
                        Done<v1::GetHistoryResponse> done);

  // ListStates (routed_list.cc).
  struct ListGroup;
  absl::StatusOr<std::vector<ListGroup>> GroupsOf(const v1::ListStatesRequest& request,
                                                  const CallOrigin& origin) const;
  void StartList(const std::shared_ptr<List>& list);
  void ListFrom(const std::shared_ptr<List>& list, const ListGroup& group);
  void TakePage(const std::shared_ptr<List>& list, const ListGroup& group,
                absl::StatusOr<StatePage> page);
  void FinishList(const std::shared_ptr<List>& list);

  const RoutedParts parts_;
};

// So long one evaluator is asked for what can also be had elsewhere; it may be halted.
inline constexpr absl::Duration kStateAttempt = absl::Seconds(2);

// And so long by a call that looks for the owner again then: that of one that is halted is another
// before the second attempt ends.
inline constexpr absl::Duration kWaitingAttempt = absl::Seconds(4);

// Whether an evaluator was not reached, or refuses to answer at present.
bool Unreached(const absl::Status& status);
// The same, but not when it tells that the log is away: others would not be better off.
bool OwnerIsAway(const absl::Status& status);
// UNAVAILABLE NOT_READY: a call was passed on to who does not own the partition any more.
absl::Status PartHasMoved();
// UNAVAILABLE NOT_READY naming partitions that nobody evaluates at present.
absl::Status NobodyEvaluates(const PartSet& parts);
// An answer of a peer, with its freshness.
StateAnswer AnswerOf(const v1::KpiState& state);

}  // namespace kpisuite
