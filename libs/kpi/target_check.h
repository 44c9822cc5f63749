// From what a person wrote about a target to what resolution reads; for TargetSet::Create only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/base/error.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/period.h"
#include "libs/kpi/target.h"

namespace kpisuite {

// Checks one target and prepares it; what is wrong is added under `targets[index].`.
class TargetChecker {
 public:
  TargetChecker(const Calendar& calendar, size_t index, std::vector<FieldViolation>* violations);

  TargetSet::Target Prepare(TargetSpec spec);
  void Add(absl::string_view field, absl::string_view description);

 private:
  void CheckFields(const TargetSpec& spec);
  void Require(bool present, bool wanted, absl::string_view field, TargetKind kind);
  // Reads a period id; adds a violation and returns nothing if it is none.
  std::optional<Period> ReadPeriod(absl::string_view field, absl::string_view id);
  // Takes the grain of a period for the target, or adds that they differ.
  void AdoptGrain(absl::string_view field, const Period& period, TargetSpec* spec);
  void PrepareSchedule(TargetSet::Target* target);
  void PreparePhased(TargetSet::Target* target);
  void PrepareAllocated(TargetSet::Target* target);
  // The weights of the parts, integers of one scale; empty if they were refused.
  std::vector<int64_t> WeightsOf(const AllocatedSpec& allocated, const std::vector<Period>& parts);
  std::vector<int64_t> ExplicitWeights(const AllocatedSpec& allocated,
                                       const std::vector<Period>& parts);
  void PrepareBaseline(TargetSet::Target* target);
  void PrepareRange(TargetSet::Target* target);

  const Calendar& calendar_;
  const std::string path_;
  std::vector<FieldViolation>* violations_;
};

}  // namespace kpisuite
