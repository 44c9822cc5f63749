// The versions of one KPI, and which of them a period is of (SEMANTICS 3.16.5).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/period.h"

namespace kpisuite {

class KpiRuntime;

// A KPI as it was defined once, and from which day on: of it are the periods whose last day is on
// or after that day and before the next version's. A window that spans the joint is of the version
// of its last day.
struct KpiVersion {
  // Null: it cannot be evaluated any more. What was recorded under it stays in the log.
  std::shared_ptr<const KpiDefinition> kpi;
  int32_t first_day = INT32_MIN;
};

// Immutable; its runtimes outlive it.
class VersionChain {
 public:
  struct Link {
    KpiRuntime* runtime = nullptr;  // null as KpiVersion::kpi
    int32_t first_day = INT32_MIN;
  };
  // Oldest first; first days grow; the last has a runtime.
  explicit VersionChain(std::vector<Link> links) : links_(std::move(links)) {}

  // The version of the period of a declared window that ends with `last_day`. A window that an
  // earlier version has not reaches back: nothing was said of it before. Null: there is none that
  // can be evaluated, or the newest has no such window.
  KpiRuntime* Owner(absl::string_view window, int32_t last_day) const;
  // The version of any other days that end with `last_day`.
  KpiRuntime* AtDay(int32_t last_day) const;
  KpiRuntime& newest() const { return *links_.back().runtime; }
  const std::vector<Link>& links() const { return links_; }

 private:
  std::vector<Link> links_;
};

// Number of the last day of a period.
int32_t LastDayNumber(const Period& period);

}  // namespace kpisuite
