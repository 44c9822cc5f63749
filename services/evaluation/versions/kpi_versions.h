// KpiVersions: the earlier versions of KPIs whose history is kept (SEMANTICS 3.16.5).
//
// What begins a version: under KEEP_HISTORY another series_fingerprint (inputs, formula, unit; of
// the KPI or of a KPI that it contains). Its first day is Kpi.effective_from, else the end of the
// last period, of any window and slice, that was recorded as closed under definitions before the
// change. A version with a later or equal first day is replaced by it. Decided once, when the
// change is followed, and saved with the position of the change log.
//
// What is FINAL when a change is stored (SEMANTICS 3.16.4) stays as it was said: no first day lies
// before the end of the last FINAL day of the KPI, and RESTATE_HISTORY ends earlier versions only
// after it. There a change that goes on with the series, but says something else of its periods (a
// target, bands, a direction, holidays, hysteresis, ...; or another final_after), begins a version
// too. Such a joint is none of the series: nothing breaks or begins anew there (version_chain.h).
//
// What ends all earlier ones: RESTATE_HISTORY, and a calendar or zone that cuts other periods, each
// after what is FINAL; and the deletion of the KPI. Where nothing is FINAL windows, slices,
// targets, bands, owner and holidays begin no version. An earlier version stays as it was in all of
// these, except for where members of hierarchies belong: a re-organisation regroups all of the
// history AS_IS, as long as the metric has the same levels; and for what is withheld: at least what
// the newest version withholds. It cannot be evaluated, as long as the KPI has other periods, and
// any more once a metric of it was deleted or the KPI moved to metrics of another partition group.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/engine/finality.h"
#include "services/evaluation/engine/saved_versions.h"
#include "services/evaluation/engine/version_chain.h"

namespace kpisuite {

// Not thread-safe.
class KpiVersions {
 public:
  // First day of the last period of a window of a KPI (resource name), in any slice, that was
  // recorded as closed under definitions before the position; nothing when none was.
  using LastClosed = std::function<absl::StatusOr<std::optional<int32_t>>(
      const std::string& kpi, const std::string& window, int64_t before_position)>;

  // What was decided so far about the days of a KPI (resource name).
  using DecisionsAbout = std::function<absl::StatusOr<FinalityDecisions>(const std::string& kpi)>;

  // Everything that was recorded, whatever the definitions.
  static constexpr int64_t kAnyPosition = INT64_MAX;

  KpiVersions(LastClosed last_closed, DecisionsAbout decisions_about)
      : last_closed_(std::move(last_closed)), decisions_about_(std::move(decisions_about)) {}

  // Takes back what All() gave. Versions that cannot be read are logged and left out.
  void Load(const std::vector<SavedVersions>& saved);
  // Of these KPIs (resource names) what `saved` has replaces what was decided here.
  void Adopt(const std::set<std::string>& kpis, const std::vector<SavedVersions>& saved);
  // Follows a set that `catalog` has applied, at its position; kAnyPosition for a snapshot. Returns
  // the KPIs, besides those that changed themselves, whose chain is another now.
  std::set<ResourceName> Follow(absl::Span<const v1::Definition> set, const CatalogChanges& changes,
                                const Catalog& catalog, int64_t position);
  // All versions of a live KPI, oldest first, itself last.
  std::vector<KpiVersion> ChainOf(const std::shared_ptr<const KpiDefinition>& kpi,
                                  const Catalog& catalog) const;

  // What changed since the last call, to be saved.
  std::vector<SavedVersions> TakeUnsaved();
  std::vector<SavedVersions> All() const;

 private:
  struct Earlier {
    std::shared_ptr<const KpiDefinition> kpi;
    int32_t first_day = INT32_MIN;
    std::string definitions;  // as SavedVersion has them
  };
  struct Kept {
    std::vector<Earlier> earlier;   // oldest first, at least one
    int32_t first_day = INT32_MIN;  // of the newest version
  };

  void FollowKpi(const KpiChange& change, const CatalogChanges& changes, const Catalog& catalog,
                 int64_t position, absl::Time stored);
  // First day that a change may reach which is stored then; INT32_MIN while no day is FINAL.
  int32_t FirstDayNotFinal(const std::string& name,
                           const std::shared_ptr<const KpiDefinition>& known,
                           absl::Time stored) const;
  // By which rules days of a KPI, whose newest version this is, became FINAL that are others now.
  std::vector<EarlierFinality> EarlierFinalityFor(
      const std::string& name, const std::shared_ptr<const KpiDefinition>& newest) const;
  // A change goes on with the series: the days before `not_final` stay as they were.
  void Keep(const KpiChange& change, int32_t not_final, const CatalogChanges& changes,
            const Catalog& catalog, absl::FunctionRef<Earlier()> before);
  // Days of an earlier version that became FINAL by its rule are told from those that did not.
  void SplitAt(const std::string& kpi, int32_t day);
  // The newest version takes all days from this one on.
  void Restate(const std::string& kpi, int32_t first_day, const KpiDefinition& newest);
  void MoveEffectiveFrom(const std::string& kpi, int32_t not_final, const KpiDefinition& newest);
  void Forget(const std::string& kpi);
  void Begin(const std::string& kpi, int32_t first_day, int32_t not_final, Earlier before,
             const KpiDefinition& newest);
  void MoveBreak(const std::string& kpi, int32_t first_day, int32_t not_final,
                 const KpiDefinition& newest);
  int32_t FirstOpenDay(const std::string& name, const KpiDefinition& before,
                       int64_t position) const;

  const LastClosed last_closed_;
  const DecisionsAbout decisions_about_;
  std::map<std::string, Kept> kept_;  // by resource name
  std::set<std::string> unsaved_;
};

}  // namespace kpisuite
