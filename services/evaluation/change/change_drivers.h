// What drove the change of a KPI between two periods, from the computed states of both.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kpisuite/v1/change.pb.h"
#include "libs/kpi/contribution.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {

// The same slice in the two periods. The parts are of one KPI.
struct SliceChange {
  std::string member;  // of the dimension; empty for the slice that is explained
  KpiRuntime::Computation before;
  KpiRuntime::Computation after;
};

// The operands of the KPI's formula as drivers.
ChangeBreakdown ExplainByOperands(const SliceChange& whole);

// The members of `dimension` as drivers, and their weights where the KPI is a ratio:
//  ADDITIVE when the formula adds up operands that add up over the dimension;
//  MIX_RATE when it is `a / b` and both add up, weighted by b; and for one AVG input without
//  filter, weighted by its rows.
// A member without rows in a period is not there in that period. FAILED_PRECONDITION
// (NOT_AGGREGATABLE) for any other KPI: its value does not follow from those of the members.
struct MemberBreakdown {
  ChangeBreakdown breakdown;
  std::vector<RatioMember> weights;  // parallel to the drivers; empty unless MIX_RATE
};
absl::StatusOr<MemberBreakdown> ExplainByMembers(const std::string& dimension,
                                                 const SliceChange& whole,
                                                 absl::Span<const SliceChange> members);

// The answer but for the two states: drivers in order of the contract, and the warnings that
// follow from the breakdown.
v1::ChangeExplanation MakeChangeExplanation(const MemberBreakdown& explained);

}  // namespace kpisuite
