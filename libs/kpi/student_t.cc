#include "libs/kpi/student_t.h"

#include <boost/math/distributions/students_t.hpp>

#include "absl/strings/str_format.h"

namespace kpisuite {
namespace {

namespace policies = boost::math::policies;

// Errors as values, and no wider type inside, so that every platform computes the same double.
using NoThrow = policies::policy<policies::domain_error<policies::ignore_error>,
                                 policies::overflow_error<policies::ignore_error>,
                                 policies::evaluation_error<policies::ignore_error>,
                                 policies::promote_double<false>>;

}  // namespace

Decimal StudentT95(int64_t degrees) {
  const boost::math::students_t_distribution<double, NoThrow> distribution(
      static_cast<double>(degrees));
  // Twelve digits hide the last bits, in which mathematical libraries differ.
  const std::string text = absl::StrFormat("%.11e", boost::math::quantile(distribution, 0.975));
  return Decimal::Parse(text).value_or(Decimal());
}

}  // namespace kpisuite
