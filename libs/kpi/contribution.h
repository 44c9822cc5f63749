// What explains a change between two periods (SEMANTICS 3.20): how much each driver, a member of a
// dimension or an operand of the formula, contributed to it.
//
// All arithmetic is decimal128 in the order that is written down at each function. Sums over
// drivers (gross movement, residual) are exact and rounded once, so they do not depend on the order
// of the drivers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/formula.h"

namespace kpisuite {

// Most drivers of a formula for which every order of change is tried (2^n evaluations).
inline constexpr size_t kMaxShapleyDrivers = 8;

enum class ContributionMethod {
  kAdditive,    // after - before of each member
  kMixRate,     // members of a ratio: change of their rates, change of their weights
  kLogMean,     // factors of a product: log-mean Divisia
  kShapley,     // operands: mean over all orders of change
  kOneAtATime,  // operands: each changed alone; what they do together is the residual
};
// `ADDITIVE`, `MIX_RATE`, `LOG_MEAN`, `SHAPLEY`, `ONE_AT_A_TIME`.
absl::string_view ContributionMethodName(ContributionMethod method);

// One driver and its part of the change.
struct Contribution {
  std::string name;
  // The driver's own value in both periods: the member's value or rate, or the operand.
  Number before;
  Number after;
  // In the KPI's unit; ND with the reason why it cannot be told. One that is ND is in the residual.
  Number contribution = NdReason::kNotApplicable;
  // Parts of the contribution; NOT_APPLICABLE for other methods than MIX_RATE.
  Number rate = NdReason::kNotApplicable;
  Number mix = NdReason::kNotApplicable;
  // contribution / change, negative if it went against the change; DIV0 if nothing changed in net.
  Number share_of_net = NdReason::kNotApplicable;
  // |contribution| / sum of |contributions|, in [0, 1]; DIV0 if no driver moved.
  Number share_of_gross = NdReason::kNotApplicable;
};

// A change, taken apart. change = sum of the defined contributions + residual.
struct ChangeBreakdown {
  ContributionMethod method = ContributionMethod::kAdditive;
  Number before = NdReason::kNotApplicable;
  Number after = NdReason::kNotApplicable;
  Number change = NdReason::kNotApplicable;  // after - before
  std::vector<Contribution> drivers;         // in the order given
  // What the drivers do not explain: after - before - sum of contributions, exact and rounded once.
  // 0, or the dust of decimal128 (some 1e-34 of the values), where the method closes exactly.
  Number residual = NdReason::kNotApplicable;
  // Concentration: the driver with more than half of the gross movement, among at least two.
  std::optional<size_t> dominant;
};

// A member of a dimension; ND(EMPTY) in a period in which it has no rows.
struct AdditiveMember {
  std::string name;
  Number before;
  Number after;
};
// A KPI that adds up over its members: contribution = after - before, a member without rows counts
// as 0. `before` and `after` are the totals. Any other reason makes the contribution ND.
ChangeBreakdown ExplainAdditive(absl::Span<const AdditiveMember> members, const Number& before,
                                const Number& after);

// A member of a ratio KPI. Weight: its share of the total denominator, 0 or ND(EMPTY) where it does
// not take part; then its rate there is not read.
struct RatioMember {
  std::string name;
  Number weight_before;
  Number rate_before;
  Number weight_after;
  Number rate_after;
};
// A ratio of sums R = sum of w * r: rate = w1 * (r1 - r0), mix = (w1 - w0) * (r0 - R0),
// contribution = rate + mix. A member that is new has r0 := r1 (all mix), one that left r1 := r0.
// `before` and `after` are the ratios of the totals. Closes exactly if the weights add to 1.
ChangeBreakdown ExplainMixRate(absl::Span<const RatioMember> members, const Number& before,
                               const Number& after);

// What a formula is evaluated on in one period: the operands in the order of formula.inputs().
struct FormulaOperands {
  std::vector<Value> values;
  FormulaConstants constants;
};
// Drivers are the operands, and `days` and `working_days` where the formula reads them and they
// differ. The method follows from the formula:
//  LOG_MEAN, a product of two or more operands that are above 0 in both periods, and a value that
//    has one sign: L * (e * ln(after / before)), e the exponent of the operand in the product, with
//    L = change / ln(value after / value before), or the value itself if it did not change. An
//    operand that cancels out contributes 0.
//  SHAPLEY, any other formula of at most kMaxShapleyDrivers drivers: for each driver, over the sets
//    S of the others in ascending binary order (the first driver is the lowest bit), the sum of
//    (|S|! (n - |S| - 1)!) * (v(S and it) - v(S)), divided by n!, where v(S) is the formula with
//    the drivers of S as after, the others as before.
//  ONE_AT_A_TIME otherwise: v(it alone as after) - v(none).
// A mixture that the formula cannot evaluate (x / 0) makes the contributions that need it ND.
ChangeBreakdown ExplainFormula(const Formula& formula, const FormulaOperands& before,
                               const FormulaOperands& after);

// Adds change, shares, residual and dominance to method, before, after and the contributions; for
// the functions above.
void CompleteBreakdown(ChangeBreakdown& breakdown);

}  // namespace kpisuite
