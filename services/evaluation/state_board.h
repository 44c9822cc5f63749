// StateBoard: the newest state of every key, for readers on any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"
#include "services/evaluation/engine/engine_types.h"

namespace kpisuite {

// A serialised KpiState, made once and shared by everybody who sends it.
using StateBytes = std::shared_ptr<const std::string>;

// What KPI, window and slice have in common; StateId::Key is this and the period, on a line each.
std::string SeriesKey(absl::string_view kpi, absl::string_view window, absl::string_view slice);
std::string StateKeyOf(absl::string_view series, absl::string_view period);

// One state as it is shown.
struct BoardState {
  StateBytes state;
  int64_t update_no = 0;  // grows with every update of the board
  int32_t part = 0;
  v1::Status status = v1::STATUS_UNSPECIFIED;
};

// Written by one thread, read by any; readers take one of many short locks.
class StateBoard {
 public:
  std::optional<BoardState> Find(absl::string_view key) const;
  // The last period with rows of a series, and its id alone; nothing when it is not known.
  struct LatestPeriod {
    std::string period;
    int32_t first_day = 0;
  };
  std::optional<LatestPeriod> FindLatest(absl::string_view series) const;
  std::optional<std::string> LatestWithData(absl::string_view series) const;
  int64_t last_update_no() const { return last_update_no_.load(std::memory_order_acquire); }
  size_t size() const { return size_.load(std::memory_order_relaxed); }

  // Shows a state and returns its number. `latest_lost` is set when the series may have lost its
  // last period with rows: the caller then says SetLatest.
  int64_t Put(const ChangedState& changed, int32_t part, bool* latest_lost);
  void Remove(const ChangedState& changed, bool* latest_lost);
  // Nothing: the series has no period with rows.
  void SetLatest(absl::string_view series, const std::optional<std::string>& period,
                 int32_t first_day);
  // Takes away the states of a partition that are not among `keys`.
  void RetainOfPart(int32_t part, const absl::flat_hash_set<std::string>& keys);

  // The board is visited in parts, each under its lock: a state that is put meanwhile is visited or
  // not. `visit` must not call back.
  static constexpr size_t kShards = 64;
  void VisitStates(size_t shard,
                   absl::FunctionRef<void(absl::string_view key, const BoardState&)> visit) const;
  // Series with their last period with rows.
  void VisitSeries(
      size_t shard,
      absl::FunctionRef<void(absl::string_view series, absl::string_view period)> visit) const;

 private:
  struct Shard {
    mutable Mutex mutex;
    absl::flat_hash_map<std::string, BoardState> states GUARDED_BY(mutex);
    absl::flat_hash_map<std::string, LatestPeriod> latest GUARDED_BY(mutex);
  };

  Shard& ShardOf(absl::string_view key) const;

  mutable std::array<Shard, kShards> shards_;
  std::atomic<int64_t> last_update_no_{0};
  std::atomic<size_t> size_{0};
};

}  // namespace kpisuite
