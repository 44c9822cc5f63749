#include "tests/simulator/simulated_cache.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace kpisuite {
namespace {

std::string Line(const std::string& key) { return absl::StrReplaceAll(key, {{"\n", " "}}); }

std::string Text(const StateVersion& version) {
  return absl::StrCat(version.definition, "/", version.seq, "/", version.tick);
}

}  // namespace

StateVersion VersionOf(const std::string& text) {
  StateVersion version;
  const bool sound = text.size() == 60 &&
                     absl::SimpleAtoi(text.substr(0, 10), &version.incarnation) &&
                     absl::SimpleAtoi(text.substr(10, 10), &version.definition) &&
                     absl::SimpleAtoi(text.substr(20, 20), &version.seq) &&
                     absl::SimpleAtoi(text.substr(40, 20), &version.tick);
  return sound ? version : StateVersion();
}

SimulatedCache::FrontierKey SimulatedCache::KeyOf(int part, const Frontier& frontier) {
  return {part, frontier.fence.epoch, frontier.seq, absl::ToUnixMillis(frontier.as_of)};
}

absl::StatusOr<PublishResult> SimulatedCache::Publish(const Publication& publication) {
  FaultPlan& faults = stage_.faults();
  if (faults.Strikes(Fault::kCacheRefused)) return absl::UnavailableError("the cache is away");
  absl::StatusOr<PublishResult> result = PublishOnce(publication);
  // A copy that creates the frontier anew belongs to no owner who is still there.
  if (publication.frontier_write != FrontierWrite::kEstablish &&
      faults.Strikes(Fault::kPublicationDuplicated)) {
    stage_.Send(stage_.now() + stage_.SomeDelay() + stage_.SomeDelay(),
                [this, publication] { (void)PublishOnce(publication); });
  }
  if (faults.Strikes(Fault::kPublicationOutcomeLost)) {
    return absl::UnavailableError("the answer of the cache is lost");
  }
  if (result.ok()) result->lost = lost_.erase(publication.partition) > 0;
  return result;
}

// What is lost is said until somebody hears it, as the numbers of a real cache do.
absl::StatusOr<PublishResult> SimulatedCache::PublishOnce(const Publication& publication) {
  absl::StatusOr<PublishResult> result = cache_.Publish(publication);
  if (result.ok() && result->lost) lost_.insert(publication.partition);
  return result;
}

void SimulatedCache::Promise(int part, const Frontier& frontier,
                             const std::vector<ChangedState>& updates) {
  ++ticks_;
  for (const ChangedState& update : updates) {
    if (update.removed) continue;
    Promises& promises = promised_[{part, update.id.Key()}];
    promises.newest = update;
    promises.all.push_back({ticks_, VersionOf(update.version)});
  }
  frontiers_.try_emplace(KeyOf(part, frontier), ticks_);
}

void SimulatedCache::Retire(int part, const StateId& id) { promised_.erase({part, id.Key()}); }

std::vector<ChangedState> SimulatedCache::Promised(int part) const {
  std::vector<ChangedState> states;
  for (const auto& [key, promises] : promised_) {
    if (key.first == part) states.push_back(promises.newest);
  }
  return states;
}

PartitionStates SimulatedCache::Read(int part, const std::vector<std::string>& keys) {
  absl::StatusOr<std::vector<PartitionStates>> read = cache_.Read({{part, keys}});
  if (!read.ok()) {
    stage_.Fail(read.status().ToString());
    return {};
  }
  return std::move(read->front());
}

void SimulatedCache::CheckSomeReads() {
  if (promised_.empty()) return;
  for (int i = 0; i < 4; ++i) {
    const auto at =
        std::next(promised_.begin(), stage_.chance().Below(static_cast<int64_t>(promised_.size())));
    const auto& [part, key] = at->first;
    const PartitionStates read = Read(part, {key});
    if (!read.frontier.has_value() || !read.states[0].has_value()) continue;
    const StateVersion& seen = read.states[0]->version;
    const auto frontier = frontiers_.find(KeyOf(part, *read.frontier));
    if (frontier == frontiers_.end()) {
      stage_.Fail(absl::StrCat("the frontier of part ", part, " was never told by its owner"));
      continue;
    }
    for (const OnePromise& promised : at->second.all) {
      if (promised.number > frontier->second || promised.version <= seen) continue;
      stage_.Fail(absl::StrCat("the cache shows ", Line(key), " at ", Text(seen),
                               " under a frontier that promises ", Text(promised.version)));
      break;
    }
    StateVersion& trusted = trusted_[at->first];
    if (seen < trusted) {
      stage_.Fail(absl::StrCat("a trusted read of ", Line(key), " went back from ", Text(trusted),
                               " to ", Text(seen)));
    }
    trusted = std::max(trusted, seen);
  }
}

}  // namespace kpisuite
