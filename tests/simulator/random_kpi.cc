// RandomDefinitions: one KPI by chance.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/known_filters.h"
#include "tests/simulator/random_definitions.h"

namespace kpisuite {
namespace {

constexpr v1::Aggregation kAggregations[] = {
    v1::AGGREGATION_SUM,
    v1::AGGREGATION_COUNT,
    v1::AGGREGATION_COUNT_TRUE,
    v1::AGGREGATION_AVG,
    v1::AGGREGATION_MIN,
    v1::AGGREGATION_MAX,
    v1::AGGREGATION_FIRST,
    v1::AGGREGATION_LAST,
    v1::AGGREGATION_PERCENTILE,
    v1::AGGREGATION_MEDIAN,
    v1::AGGREGATION_COUNT_DISTINCT,
};

const std::vector<std::string>& FormulasOf(size_t inputs) {
  static const auto& formulas = *new std::vector<std::vector<std::string>>{
      {},
      {"a", "a", "a * 2 - 1", "a / days", "coalesce(a, 0)", "if(a > 10, a, 0 - a)",
       "a / working_days"},
      {"a / b", "a - b", "safe_div(a, b, 0)", "max(a, b) - min(a, b)", "sqrt(a) + b"},
      {"(a + b) / c", "if(is_nd(a), b, c)", "clamp(a, b, c) * 3", "a * b - c"},
  };
  return formulas[inputs];
}

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

v1::Definition RandomDefinitions::MakeKpi(int number, bool with_slices) {
  v1::Definition definition;
  definition.set_name(absl::StrCat("workspaces/", kSimulatedWorkspace, "/kpis/k", number));
  v1::Kpi& kpi = *definition.mutable_kpi();
  kpi.set_owner("mailto:owner@example.com");
  kpi.set_unit("count");
  FillInputs(number, with_slices, kpi);
  FillTime(kpi);
  FillStatus(kpi);
  return definition;
}

// KPIs with an even number read the default partition group, the others the second one.
void RandomDefinitions::FillInputs(int number, bool with_slices, v1::Kpi& kpi) {
  Prng& chance = stage_.chance();
  const size_t first_metric = number % 2 == 0 ? 0 : 2;
  if (with_slices && chance.Chance(60)) kpi.add_slices()->add_dimensions("region");
  if (with_slices && chance.Chance(20)) kpi.add_slices()->add_dimensions("team");
  if (with_slices && chance.Chance(20)) {
    v1::Grouping& both = *kpi.add_slices();
    both.add_dimensions("region");
    both.add_dimensions("team");
  }
  const size_t inputs = static_cast<size_t>(chance.Between(1, 3));
  for (size_t i = 0; i < inputs; ++i) {
    const std::string alias(1, static_cast<char>('a' + i));
    const int other = number - 2 * static_cast<int>(chance.Between(1, 2));
    if (other >= 0 && chance.Chance(25)) {
      (*kpi.mutable_inputs())[alias].set_kpi(absl::StrCat("k", other));
    } else {
      AddMetricInput(alias, metrics_[first_metric + static_cast<size_t>(chance.Below(2))],
                     with_slices, kpi);
    }
  }
  kpi.set_formula(chance.Pick(FormulasOf(inputs)));
}

void RandomDefinitions::AddMetricInput(const std::string& alias, const SimulatedMetric& metric,
                                       bool with_slices, v1::Kpi& kpi) {
  Prng& chance = stage_.chance();
  v1::Input& input = (*kpi.mutable_inputs())[alias];
  input.set_metric(metric.id);
  const v1::Aggregation aggregation =
      kAggregations[chance.Below(static_cast<int64_t>(std::size(kAggregations)))];
  input.set_aggregation(aggregation);
  if (aggregation == v1::AGGREGATION_PERCENTILE) {
    input.set_percentile(
        chance.Pick(std::vector<std::string>{"90", "12.5", "0", "100", "33.3333"}));
  }
  if (aggregation == v1::AGGREGATION_FIRST || aggregation == v1::AGGREGATION_LAST) {
    input.set_carry_forward("NONE");
  }
  const KnownFilter& filter = chance.Pick(KnownFilters());
  const bool fits = std::all_of(filter.dimensions.begin(), filter.dimensions.end(),
                                [&](const auto& name) { return Has(metric.dimensions, name); });
  if (fits && chance.Chance(60)) input.set_where(filter.text);
  if (!with_slices) return;
  for (const std::string name : {"region", "team"}) {
    if (!Has(metric.dimensions, name) || chance.Chance(10)) input.add_ignore_dimensions(name);
  }
}

void RandomDefinitions::FillTime(v1::Kpi& kpi) {
  Prng& chance = stage_.chance();
  kpi.clear_calendar();
  kpi.clear_time_zone();
  if (chance.Chance(25)) {
    kpi.set_calendar("shifts");
  } else {
    kpi.set_time_zone(chance.Pick(scene_.zones));
  }
  std::vector<std::string> windows = {"DAY",     "WEEK",          "MONTH",
                                      "QUARTER", "TO_DATE(WEEK)", "TO_DATE(MONTH)"};
  const int count = static_cast<int>(chance.Between(1, 2));
  for (int i = 0; i < count; ++i) {
    const auto at = windows.begin() + chance.Below(static_cast<int64_t>(windows.size()));
    kpi.add_windows(*at);
    windows.erase(at);
  }
}

void RandomDefinitions::FillStatus(v1::Kpi& kpi) {
  Prng& chance = stage_.chance();
  kpi.set_no_data_policy(chance.Pick(std::vector<v1::NoDataPolicy>{v1::NO_DATA_POLICY_NO_DATA,
                                                                   v1::NO_DATA_POLICY_TREAT_AS_ZERO,
                                                                   v1::NO_DATA_POLICY_OFF_TARGET}));
  switch (chance.Below(5)) {
    case 0: kpi.set_direction(v1::DIRECTION_NEUTRAL); return;
    case 1:
      kpi.set_direction(v1::DIRECTION_IN_RANGE);
      kpi.mutable_target()->mutable_range()->set_lo(absl::StrCat(chance.Below(5)));
      kpi.mutable_target()->mutable_range()->set_hi(absl::StrCat(5 + chance.Below(20)));
      kpi.mutable_bands()->set_basis(v1::BAND_BASIS_VARIANCE);
      kpi.mutable_bands()->set_warning("-3");
      return;
    default: break;
  }
  kpi.set_direction(chance.Chance(50) ? v1::DIRECTION_HIGHER : v1::DIRECTION_LOWER);
  if (chance.Chance(80)) {
    kpi.mutable_target()->set_fixed(absl::StrCat(1 + chance.Below(30)));
  }
  FillBands(kpi);
}

void RandomDefinitions::FillBands(v1::Kpi& kpi) {
  v1::Bands& bands = *kpi.mutable_bands();
  switch (stage_.chance().Below(4)) {
    case 0: {
      const bool higher = kpi.direction() == v1::DIRECTION_HIGHER;
      bands.set_basis(v1::BAND_BASIS_ACTUAL);
      bands.set_exceeded(higher ? "20" : "2");
      bands.set_on_target("10");
      bands.set_warning(higher ? "2.5" : "20");
      return;
    }
    case 1:
      bands.set_basis(v1::BAND_BASIS_VARIANCE);
      bands.set_exceeded("5");
      bands.set_warning("-4");
      return;
    case 2:
      bands.set_basis(v1::BAND_BASIS_ATTAINMENT);
      bands.set_warning("0.7");
      return;
    default:
      bands.set_basis(v1::BAND_BASIS_FVP);
      bands.set_exceeded("0.1");
      bands.set_on_target("0");
      bands.set_warning("-0.25");
  }
}

}  // namespace kpisuite
