// RoutedService: BatchGetStates.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/mutex.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/routed_service.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

absl::StatusOr<StateAnswer> ResultOf(const v1::StateResult& result) {
  if (result.has_state()) return AnswerOf(result.state());
  return FromGrpcStatus(grpc::Status(static_cast<grpc::StatusCode>(result.error().code()),
                                     result.error().message(), result.error().SerializeAsString()));
}

}  // namespace

struct RoutedService::Batch {
  v1::BatchGetStatesRequest request;
  CallOrigin origin;
  Done<StateAnswers> done;
  Mutex mutex;
  StateAnswers answers GUARDED_BY(mutex);
  std::vector<size_t> open GUARDED_BY(mutex);  // without an answer
  absl::Status failed GUARDED_BY(mutex);
  int running GUARDED_BY(mutex) = 0;  // groups of this round
};

void RoutedService::BatchGetStates(const v1::BatchGetStatesRequest& request,
                                   const CallOrigin& origin, Done<StateAnswers> done) {
  // What is wrong with their number is said here.
  const bool countable = !request.keys().empty() && request.keys_size() <= kMaxBatchKeys;
  if (!countable || !parts_.ownership.shared()) {
    return parts_.local.BatchGetStates(request, origin.deadline, std::move(done));
  }
  bool all_here = true;
  PartSet parts;
  for (const v1::StateKey& key : request.keys()) {
    const Place place = PlaceOfKpi(key.kpi());
    all_here = all_here && place.kind == Place::Kind::kHere;
    if (place.part != kUnknownPart) parts.insert(place.part);
  }
  if (origin.parts.has_value() && !all_here) return done(PartHasMoved());
  const bool waits = !request.at_least().empty();
  if (all_here && (!waits || origin.parts.has_value())) {
    v1::BatchGetStatesRequest own = request;
    if (waits) own.set_at_least(TokenOf(request.at_least(), parts));
    return parts_.local.BatchGetStates(own, origin.deadline, std::move(done));
  }
  auto batch = std::make_shared<Batch>();
  batch->request = request;
  batch->origin = origin;
  batch->done = std::move(done);
  {
    MutexLock lock(batch->mutex);
    batch->answers.assign(static_cast<size_t>(request.keys_size()), NobodyEvaluates(parts));
    for (int i = 0; i < request.keys_size(); ++i) batch->open.push_back(static_cast<size_t>(i));
  }
  if (waits) return StartRound(batch);
  ReadNearFirst(batch);
}

void RoutedService::ReadNearFirst(const std::shared_ptr<Batch>& batch) {
  std::vector<size_t> here;
  std::vector<size_t> elsewhere;
  std::vector<v1::StateKey> keys;
  for (int i = 0; i < batch->request.keys_size(); ++i) {
    const v1::StateKey& key = batch->request.keys(i);
    const bool is_here = PlaceOfKpi(key.kpi()).kind == Place::Kind::kHere;
    (is_here ? here : elsewhere).push_back(static_cast<size_t>(i));
    if (!is_here) keys.push_back(key);
  }
  parts_.local.ReadAllNear(
      keys, [this, batch, open = std::move(here),
             asked = std::move(elsewhere)](absl::StatusOr<StateAnswers> near) mutable {
        {
          MutexLock lock(batch->mutex);
          for (size_t n = 0; n < asked.size(); ++n) {
            if (!near.ok() || (!(*near)[n].ok() && Unreached((*near)[n].status()))) {
              open.push_back(asked[n]);
            } else {
              batch->answers[asked[n]] = std::move((*near)[n]);
            }
          }
          batch->open = std::move(open);
        }
        StartRound(batch);
      });
}

void RoutedService::StartRound(const std::shared_ptr<Batch>& batch) {
  struct Group {
    Place place;
    PartSet parts;
    std::vector<size_t> keys;
  };
  std::map<std::string, Group> groups;  // by address; that of this process is empty
  std::vector<size_t> open;
  {
    MutexLock lock(batch->mutex);
    open = std::exchange(batch->open, {});
  }
  for (const size_t i : open) {
    const Place place = PlaceOfKpi(batch->request.keys(static_cast<int>(i)).kpi());
    if (place.kind == Place::Kind::kNobody) {
      MutexLock lock(batch->mutex);
      batch->answers[i] = NobodyEvaluates({place.part});
      batch->open.push_back(i);
      continue;
    }
    Group& group = groups[place.address];
    group.place = place;
    if (place.part != kUnknownPart) group.parts.insert(place.part);
    group.keys.push_back(i);
  }
  {
    MutexLock lock(batch->mutex);
    batch->running = static_cast<int>(groups.size()) + 1;
  }
  for (auto& [address, group] : groups) {
    AskForKeys(batch, group.place, group.parts, std::move(group.keys));
  }
  FinishRound(batch);
}

void RoutedService::AskForKeys(const std::shared_ptr<Batch>& batch, const Place& place,
                               const PartSet& parts, std::vector<size_t> keys) {
  v1::BatchGetStatesRequest request;
  for (const size_t i : keys) *request.add_keys() = batch->request.keys(static_cast<int>(i));
  if (!batch->request.at_least().empty()) {
    request.set_at_least(TokenOf(batch->request.at_least(), parts));
  }
  const CallOrigin origin{std::min(batch->origin.deadline, parts_.clock.Now() + kStateAttempt),
                          batch->origin.request_id, parts};
  const auto take = [this, batch, keys = std::move(keys)](absl::StatusOr<StateAnswers> answers) {
    {
      MutexLock lock(batch->mutex);
      // What is wrong with the position is wrong with the whole call.
      if (!answers.ok() && !Unreached(answers.status())) batch->failed = answers.status();
      for (size_t n = 0; n < keys.size(); ++n) {
        absl::StatusOr<StateAnswer> answer =
            answers.ok() ? std::move((*answers)[n]) : absl::StatusOr<StateAnswer>(answers.status());
        if (!answer.ok() && Unreached(answer.status())) batch->open.push_back(keys[n]);
        batch->answers[keys[n]] = std::move(answer);
      }
    }
    FinishRound(batch);
  };
  if (place.kind == Place::Kind::kHere) {
    return parts_.local.BatchGetStates(request, origin.deadline, take);
  }
  parts_.peers.Call<v1::BatchGetStatesRequest, v1::BatchGetStatesResponse>(
      place.address, &PeerCalls::Stub::async_interface::BatchGetStates, request, origin,
      [take,
       count = request.keys_size()](const absl::StatusOr<v1::BatchGetStatesResponse>& response) {
        if (!response.ok()) return take(response.status());
        StateAnswers answers;
        for (const v1::StateResult& result : response->results()) {
          answers.push_back(ResultOf(result));
        }
        answers.resize(static_cast<size_t>(count), PartHasMoved());
        take(std::move(answers));
      });
}

void RoutedService::FinishRound(const std::shared_ptr<Batch>& batch) {
  bool complete = false;
  absl::Status failed;
  absl::Status missing;
  {
    MutexLock lock(batch->mutex);
    if (--batch->running > 0) return;
    complete = batch->open.empty();
    failed = batch->failed;
    if (!complete) missing = batch->answers[batch->open.front()].status();
  }
  if (!failed.ok()) return batch->done(failed);
  const bool waits = !batch->request.at_least().empty();
  const bool again = !complete && waits && MayRepeat(missing, batch->origin.deadline) &&
                     parts_.peers.After(kPause, [this, batch] { StartRound(batch); });
  if (again) return;
  if (!complete && !waits) return ReadRestFromStore(batch);
  StateAnswers answers;
  {
    MutexLock lock(batch->mutex);
    answers = std::move(batch->answers);
  }
  // A wait that fails is of the whole call.
  if (!complete) return batch->done(missing);
  batch->done(std::move(answers));
}

void RoutedService::ReadRestFromStore(const std::shared_ptr<Batch>& batch) {
  std::vector<size_t> open;
  std::vector<v1::StateKey> keys;
  {
    MutexLock lock(batch->mutex);
    open = batch->open;
  }
  for (const size_t i : open) keys.push_back(batch->request.keys(static_cast<int>(i)));
  parts_.local.ReadAllStored(keys, [batch, open](absl::StatusOr<StateAnswers> stored) {
    StateAnswers answers;
    {
      MutexLock lock(batch->mutex);
      answers = std::move(batch->answers);
    }
    for (size_t n = 0; stored.ok() && n < open.size(); ++n) {
      answers[open[n]] = std::move((*stored)[n]);
    }
    batch->done(std::move(answers));
  });
}

}  // namespace kpisuite
