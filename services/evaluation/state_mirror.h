// StateMirror: the states of partitions that other evaluators own, on the board of this one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "services/evaluation/kpi_directory.h"
#include "services/evaluation/replica.pb.h"
#include "services/evaluation/shown_positions.h"
#include "services/evaluation/state_board.h"
#include "services/evaluation/watch_hub.h"

namespace kpisuite {

// Of the engine thread. A partition that is followed and complete can be read; what was followed
// before stays on the board, unread, until it is complete again, so that watchers are sent only
// what has changed.
class StateMirror {
 public:
  // The references outlive the mirror.
  StateMirror(StateBoard& board, ShownPositions& positions, const KpiDirectory& directory,
              WatchHub& hub)
      : board_(board), positions_(positions), directory_(directory), hub_(hub) {}

  // What a peer (its address) tells. News of earlier epochs are ignored, and those of partitions
  // that `owned` says this process evaluates in that epoch or a later one.
  void Take(const std::string& peer, const replica::FollowStatesResponse& news,
            const std::function<bool(int32_t part, int64_t epoch)>& owned);
  // The connection to a peer is lost.
  void Lose(const std::string& peer);
  // In which epoch a partition is followed; 0 when it is not.
  int64_t EpochOf(int32_t part) const;
  // This process evaluates the partition itself.
  void Forget(int32_t part);

 private:
  struct Followed {
    std::string peer;
    int64_t epoch = 0;
    bool in_sync = false;
    absl::flat_hash_set<std::string> keys;  // sent so far, until it is in sync
  };

  void TakePart(const std::string& peer, const replica::PartNews& news,
                std::vector<ShownState>* shown);
  void TakeState(const replica::StateNews& news, int32_t part, Followed& followed,
                 std::vector<ShownState>* shown);

  StateBoard& board_;
  ShownPositions& positions_;
  const KpiDirectory& directory_;
  WatchHub& hub_;
  std::map<int32_t, Followed> followed_;
};

}  // namespace kpisuite
