#include "libs/kpi/interval.h"

#include "libs/kpi/student_t.h"

namespace kpisuite {
namespace {

const Decimal& Zero() {
  static const Decimal kZero;
  return kZero;
}
const Decimal& One() {
  static const Decimal kOne = Decimal::FromInt(1);
  return kOne;
}
const Decimal& Hundred() {
  static const Decimal kHundred = Decimal::FromInt(100);
  return kHundred;
}

bool IsCount(const Number& number) {
  return number.defined() && number.value().IsInteger() && !number.value().IsNegative();
}

// An interval whose figures are all missing for one reason; `n` stays if it is a count.
Interval Without(IntervalMethod method, const Number& n, NdReason reason) {
  const Number none = reason;
  return {.method = method,
          .n = IsCount(n) ? n : none,
          .estimate = none,
          .standard_error = none,
          .lo = none,
          .hi = none,
          .half_width = none};
}

// Why counts have no interval; nothing if `part` of `n` observations make sense.
std::optional<NdReason> CountProblem(const Number& part, const Number& n) {
  for (const Number* number : {&part, &n}) {
    if (!number->defined()) return number->reason();
    if (!IsCount(*number)) return NdReason::kDomain;
  }
  if (n.value().IsZero()) return NdReason::kEmpty;
  if (part.value() > n.value()) return NdReason::kDomain;
  return std::nullopt;
}

}  // namespace

absl::string_view IntervalMethodName(IntervalMethod method) {
  switch (method) {
    case IntervalMethod::kWilson: return "WILSON";
    case IntervalMethod::kNps: return "NPS";
    case IntervalMethod::kStudentT: return "STUDENT_T";
  }
  return "";
}

Decimal NormalZ95() {
  static const Decimal kZ = Decimal::FromMantissa(1'959'963'984'540'054, 15);
  return kZ;
}

Interval WilsonInterval(const Number& successes, const Number& n) {
  if (const std::optional<NdReason> problem = CountProblem(successes, n)) {
    return Without(IntervalMethod::kWilson, n, *problem);
  }
  const Number z = NormalZ95();
  const Number p = successes / n;
  const Number q = z * z / n;
  const Number spread = p * (One() - p) / n + q / (Decimal::FromInt(4) * n);
  const Number half_width = z / (One() + q) * Sqrt(spread);
  const Number centre = (p + q / Decimal::FromInt(2)) / (One() + q);
  Interval interval{.method = IntervalMethod::kWilson,
                    .n = n,
                    .estimate = p,
                    .standard_error = NdReason::kNotApplicable,
                    .lo = Max(Zero(), centre - half_width),
                    .hi = Min(One(), centre + half_width),
                    .half_width = half_width};
  if (p.value().IsZero()) interval.lo = Zero();
  if (p.value() == One()) interval.hi = One();
  return interval;
}

Interval NpsInterval(const Number& promoters, const Number& detractors, const Number& n) {
  std::optional<NdReason> problem = CountProblem(promoters, n);
  if (!problem.has_value()) problem = CountProblem(detractors, n);
  if (!problem.has_value()) problem = CountProblem(promoters + detractors, n);
  if (problem.has_value()) return Without(IntervalMethod::kNps, n, *problem);
  const Number p = promoters / n;
  const Number d = detractors / n;
  const Number net = p - d;
  const Number score = Hundred() * net;
  // Rounding of p and d may leave a spread of nothing below zero.
  const Number error = Hundred() * Sqrt(Max(Zero(), p + d - net * net) / n);
  const Number half_width = NormalZ95() * error;
  return {.method = IntervalMethod::kNps,
          .n = n,
          .estimate = score,
          .standard_error = error,
          .lo = Max(Hundred().Negated(), score - half_width),
          .hi = Min(Hundred(), score + half_width),
          .half_width = half_width};
}

Interval MeanInterval(const Number& mean, const Number& variance, const Number& n) {
  constexpr IntervalMethod kMethod = IntervalMethod::kStudentT;
  if (const std::optional<NdReason> problem = CountProblem(Zero(), n)) {
    return Without(kMethod, n, *problem);
  }
  if (!mean.defined()) return Without(kMethod, n, mean.reason());
  const absl::StatusOr<int64_t> count = MantissaFromDecimal(n.value(), 0);
  if (!count.ok()) return Without(kMethod, n, NdReason::kOverflow);
  if (*count < 2) return Without(kMethod, n, NdReason::kNotApplicable);
  if (!variance.defined()) return Without(kMethod, n, variance.reason());
  if (variance.value().IsNegative()) return Without(kMethod, n, NdReason::kDomain);
  const Number error = Sqrt(variance / n);
  const Number half_width = StudentT95(*count - 1) * error;
  return {.method = kMethod,
          .n = n,
          .estimate = mean,
          .standard_error = error,
          .lo = mean - half_width,
          .hi = mean + half_width,
          .half_width = half_width};
}

bool IsLowCount(const Interval& interval, const Decimal& tolerance) {
  if (interval.half_width.defined()) return interval.half_width.value() > tolerance;
  return interval.n.defined() && !interval.n.value().IsZero();
}

}  // namespace kpisuite
