#include "services/evaluation/engine/version_chain.h"

#include "services/evaluation/engine/kpi_runtime.h"
#include "services/evaluation/engine/pane_table.h"

namespace kpisuite {

int32_t LastDayNumber(const Period& period) { return DayNumber(period.end_day) - 1; }

KpiRuntime* VersionChain::Owner(absl::string_view window, int32_t last_day) const {
  if (!newest().WindowIndex(window).has_value()) return nullptr;
  KpiRuntime* owner = nullptr;
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    const bool has_window =
        link->runtime == nullptr || link->runtime->WindowIndex(window).has_value();
    if (!has_window) continue;
    owner = link->runtime;
    if (link->first_day <= last_day) return owner;
  }
  return owner;
}

KpiRuntime* VersionChain::AtDay(int32_t last_day) const {
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    if (link->first_day <= last_day) return link->runtime;
  }
  return links_.front().runtime;
}

}  // namespace kpisuite
