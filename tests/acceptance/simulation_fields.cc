#include "tests/acceptance/simulation_fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tests/acceptance/state_fields.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kWholeFields[] = {"periods",      "first",      "last",
                                              "changes",      "flaps",      "different",
                                              "live_changes", "live_flaps", "warning"};
constexpr absl::string_view kLiveFields[] = {"live_value", "live_status", "live_nd", "different"};

std::string WholeField(absl::string_view name, const v1::SimulateKpiResponse& simulation) {
  const auto id = [](const v1::SimulatedPeriod& period) { return period.draft().period().id(); };
  const auto& periods = simulation.periods();
  if (name == "periods") return absl::StrCat(periods.size());
  if (name == "first") return periods.empty() ? "" : id(*periods.begin());
  if (name == "last") return periods.empty() ? "" : id(*periods.rbegin());
  if (name == "changes") return absl::StrCat(simulation.changes());
  if (name == "flaps") return absl::StrCat(simulation.flaps());
  if (name == "different") return absl::StrCat(simulation.different());
  if (name == "live_changes") return absl::StrCat(simulation.live_changes());
  if (name == "live_flaps") return absl::StrCat(simulation.live_flaps());
  return absl::StrJoin(simulation.warnings(), "; ");
}

std::string PeriodField(absl::string_view name, const v1::SimulatedPeriod& period) {
  if (name == "different") return period.different() ? "true" : "false";
  if (name == "live_value") return period.live_value();
  if (name == "live_status") {
    if (period.live_status() == v1::STATUS_UNSPECIFIED) return "";
    return std::string(absl::StripPrefix(v1::Status_Name(period.live_status()), "STATUS_"));
  }
  if (name == "live_nd") {
    if (period.live_nd_reason() == v1::ND_REASON_UNSPECIFIED) return "";
    return std::string(absl::StripPrefix(v1::NdReason_Name(period.live_nd_reason()), "ND_REASON_"));
  }
  v1::Explanation shown;
  *shown.mutable_state() = period.draft();
  return StateField(std::string(name), shown);
}

}  // namespace

bool IsSimulationField(absl::string_view name, bool of_period) {
  if (!of_period) return std::ranges::find(kWholeFields, name) != std::end(kWholeFields);
  return std::ranges::find(kLiveFields, name) != std::end(kLiveFields) || IsStateField(name);
}

std::string SimulationFieldNames(bool of_period) {
  if (!of_period) return absl::StrJoin(kWholeFields, " ");
  return absl::StrCat(absl::StrJoin(kLiveFields, " "), " ", StateFieldNames());
}

std::string SimulationField(absl::string_view name, absl::string_view period,
                            const v1::SimulateKpiResponse& simulation) {
  std::string text;
  if (period.empty()) {
    text = WholeField(name, simulation);
  } else {
    for (const v1::SimulatedPeriod& one : simulation.periods()) {
      if (one.draft().period().id() == period) text = PeriodField(name, one);
    }
  }
  return text.empty() ? "none" : text;
}

}  // namespace kpisuite
