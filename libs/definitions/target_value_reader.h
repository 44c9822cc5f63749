// TargetValueReader: from a TargetValue message to a TargetSpec of libs/kpi. For BuildTargets only.
#pragma once

#include <optional>
#include <string>

#include "kpisuite/v1/target.pb.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/target.h"

namespace kpisuite {

// Reads one value; what is wrong is added under paths that start with `field`. Used once.
class TargetValueReader {
 public:
  TargetValueReader(const KpiDraft& draft, std::string field, Violations& violations);

  // Nothing when there is no usable value.
  std::optional<TargetSpec> Read(const v1::TargetValue& value);
  // Whether something that it refers to is missing or wrong, which is reported there.
  bool blocked() const { return blocked_; }

 private:
  void ReadKind(const v1::TargetValue& value);
  void ReadGrain(const v1::TargetValue& value);
  // Periods of the target's grain are recorded where a window of the KPI has them.
  void CheckFrozen();

  // --- target_value_reader.cc ---
  // A value of the KPI: in its logical range, at the target's scale.
  std::optional<Decimal> ReadNumber(const std::string& suffix, const std::string& text);
  // Such a value that the direction accepts as a target.
  std::optional<Decimal> ReadPoint(const std::string& suffix, const std::string& text);
  void ReadRange(const v1::TargetRange& range);
  void ReadSchedule(const v1::TargetSchedule& schedule);
  std::optional<Period> CheckPeriod(const std::string& suffix, const std::string& id);
  void CheckDirection(const std::string& suffix, const TargetValue& value);

  // --- target_kind_reader.cc ---
  void ReadPhased(const v1::PhasedLinear& phased);
  void ReadAllocated(const v1::Allocated& allocated);
  void ReadProfile(const v1::Allocated& allocated, AllocatedSpec& spec);
  void ReadVersusPrior(const v1::VersusPrior& prior);
  void ReadBaseline(const v1::BaselineImprovement& baseline);
  void ReadBenchmark(const v1::BenchmarkTarget& benchmark);
  std::optional<Decimal> BenchmarkValue(const v1::Benchmark& benchmark, const Decimal& percentile);
  void ReadFormula(const v1::TargetValue& value);
  void ReadChildren(const v1::ChildTargets& children);
  // Its values are read for this KPI's periods, in the partition that holds this KPI's data.
  void CheckOtherKpi(const std::string& suffix, const std::string& id, const v1::Kpi& other);
  // Exactly one of a relative and an absolute change; the latter is named `units`.
  TargetChange ReadChange(const std::string& suffix, const std::string& relative,
                          const std::string& relative_name, const std::string& units);
  // The kind gives a point, which an IN_RANGE KPI cannot have.
  void RefuseRanges(const std::string& suffix);
  void RefuseNature(const std::string& suffix, KpiNature refused);
  bool Require(const std::string& suffix, const std::string& text, const std::string& want);

  const KpiDraft& draft_;
  const std::string field_;
  Violations& violations_;
  const v1::TargetValue* value_ = nullptr;
  TargetSpec spec_;
  bool blocked_ = false;
};

// The KPI with this id as it is defined, resolved or not; null if there is none.
const v1::Kpi* FindKpiText(const KpiDraft& draft, const std::string& id);

}  // namespace kpisuite
