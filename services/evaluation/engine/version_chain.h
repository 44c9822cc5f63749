// The versions of one KPI, and which of them a period is of (SEMANTICS 3.16.5).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/period.h"
#include "services/evaluation/engine/finality.h"

namespace kpisuite {

class KpiRuntime;

// A KPI as it was defined once, and from which day on: of it are the periods whose last day is on
// or after that day and before the next version's. A window that spans the joint is of the version
// of its last day.
struct KpiVersion {
  // Null: it cannot be evaluated any more. What was recorded under it stays in the log.
  std::shared_ptr<const KpiDefinition> kpi;
  int32_t first_day = INT32_MIN;
  // Of the newest version: by id of the KPIs that it contains, by which rules days of theirs became
  // FINAL that are others now.
  std::map<std::string, std::vector<EarlierFinality>> component_finality;
};

// Whether `later` measures the same series as `earlier`, input by input, and only says something
// else of it. Versions of which each continues the one before share a runtime, and no series breaks
// between them; all but the last of them are of days that became FINAL under them.
bool ContinuesSeries(const KpiDefinition& earlier, const KpiDefinition& later);

// What a runtime says of the periods that end before a day, and after those of the one before it.
struct KeptDefinition {
  int32_t end_day = 0;
  std::shared_ptr<const KpiDefinition> kpi;
};

// Versions that share a runtime.
struct VersionGroup {
  std::shared_ptr<const KpiDefinition> kpi;  // the last of them; null: it cannot be evaluated
  int32_t first_day = INT32_MIN;             // of the first of them
  std::vector<KeptDefinition> kept;          // the others, oldest first
};
// Oldest first.
std::vector<VersionGroup> GroupVersions(const std::vector<KpiVersion>& versions);
// The inverse, of one group.
std::vector<KpiVersion> UngroupVersions(const VersionGroup& group);

// Definitions of days that became FINAL under them, of all versions, oldest first.
std::vector<KeptDefinition> KeptDefinitions(const std::vector<KpiVersion>& versions);
// Their finality: other rules reach no FINAL day.
std::vector<EarlierFinality> EarlierFinalityOf(const std::vector<KeptDefinition>& kept);

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
