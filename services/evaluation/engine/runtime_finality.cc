// KpiRuntime: what is final, and what is held out.
#include <algorithm>
#include <map>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

// Of the releases that are added the newest, before others one that touches the days.
class NewestRelease {
 public:
  explicit NewestRelease(const Period& reach) : reach_(reach) {}

  void Add(const FinalityDecision& decision) {
    if (decision.kind != FinalityDecision::Kind::kRelease) return;
    if (newest_ == nullptr || RankOf(*newest_) <= RankOf(decision)) newest_ = &decision;
  }
  std::shared_ptr<const FinalityDecision> Take() const {
    return newest_ == nullptr ? nullptr : std::make_shared<const FinalityDecision>(*newest_);
  }

 private:
  std::pair<bool, absl::Time> RankOf(const FinalityDecision& one) const {
    return {one.Touches(reach_), one.time};
  }

  const Period& reach_;
  const FinalityDecision* newest_ = nullptr;
};

}  // namespace

absl::Time KpiRuntime::FinalTimeOf(const Period& reach) const {
  if (finalities_.empty() || finalities_.front()->never() || reach.grain == Grain::kAll ||
      reach.first_day >= reach.end_day) {
    return absl::InfiniteFuture();
  }
  return finalities_.front()->FinalTimeOf(DayNumber(reach.end_day) - 1);
}

std::shared_ptr<const FinalityDecision> KpiRuntime::ReleaseSince(absl::Time time,
                                                                 const Period& reach) const {
  NewestRelease newest(reach);
  for (const auto& finality : finalities_) {
    for (const FinalityDecision& decision : finality->decisions()) {
      if (decision.time > time) newest.Add(decision);
    }
  }
  return newest.Take();
}

std::shared_ptr<const FinalityDecision> KpiRuntime::ReleaseBeyond(const KpiRuntime& before,
                                                                  const Period& reach) const {
  NewestRelease newest(reach);
  for (size_t i = 0; i < finalities_.size() && i < before.finalities_.size(); ++i) {
    const FinalityDecisions& decisions = finalities_[i]->decisions();
    for (size_t d = before.finalities_[i]->decisions().size(); d < decisions.size(); ++d) {
      newest.Add(decisions[d]);
    }
  }
  return newest.Take();
}

absl::StatusOr<int64_t> KpiRuntime::HeldOut(int32_t first, int32_t end, int64_t seq) const {
  std::map<std::string, int64_t> by_metric;
  for (const PaneTable* table : groupings_.front().tables) {
    ASSIGN_OR_RETURN(const PaneTable::Range range, table->Over("", first, end, seq));
    int64_t& count = by_metric[table->spec().metric];
    count = std::max(count, range.held_out);
  }
  int64_t held_out = 0;
  for (const auto& [metric, count] : by_metric) held_out += count;
  return held_out;
}

absl::Time KpiRuntime::LeastWatermark() const {
  absl::Time least = absl::InfiniteFuture();
  for (const MetricFacts* facts : facts_) least = std::min(least, facts->watermark);
  return least;
}

}  // namespace kpisuite
