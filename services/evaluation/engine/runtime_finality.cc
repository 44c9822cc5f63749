// KpiRuntime: what is final, and what is held out.
#include <algorithm>
#include <map>

#include "libs/base/status_macros.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {

absl::Time KpiRuntime::FinalTimeOf(const Period& reach) const {
  if (finalities_.empty() || finalities_.front()->never() || reach.grain == Grain::kAll ||
      reach.first_day >= reach.end_day) {
    return absl::InfiniteFuture();
  }
  return finalities_.front()->FinalTimeOf(DayNumber(reach.end_day) - 1);
}

std::shared_ptr<const FinalityDecision> KpiRuntime::ReleaseSince(absl::Time time) const {
  const FinalityDecision* newest = nullptr;
  for (const auto& finality : finalities_) {
    for (const FinalityDecision& decision : finality->decisions()) {
      if (decision.kind != FinalityDecision::Kind::kRelease || decision.time <= time) continue;
      if (newest == nullptr || newest->time < decision.time) newest = &decision;
    }
  }
  return newest == nullptr ? nullptr : std::make_shared<const FinalityDecision>(*newest);
}

size_t KpiRuntime::decisions() const {
  size_t count = 0;
  for (const auto& finality : finalities_) count += finality->decisions().size();
  return count;
}

absl::Time KpiRuntime::NewestDecision() const {
  absl::Time newest = absl::InfinitePast();
  for (const auto& finality : finalities_) {
    if (!finality->decisions().empty()) {
      newest = std::max(newest, finality->decisions().back().time);
    }
  }
  return newest;
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
