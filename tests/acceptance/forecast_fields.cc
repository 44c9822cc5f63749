#include "tests/acceptance/forecast_fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kPointFields[] = {"value", "lo", "hi", "life"};
constexpr absl::string_view kWholeFields[] = {"method", "wape", "history_periods", "last_period",
                                              "nd",     "unit", "points",          "candidates"};

std::string PointField(absl::string_view name, const v1::ForecastPoint& point) {
  if (name == "value") return point.value();
  if (name == "lo") return point.lo();
  if (name == "hi") return point.hi();
  return std::string(absl::StripPrefix(v1::PeriodLife_Name(point.period().life()), "PERIOD_LIFE_"));
}

std::string WholeField(absl::string_view name, const v1::Forecast& forecast) {
  if (name == "method") return forecast.method();
  if (name == "wape") return forecast.wape();
  if (name == "history_periods") return absl::StrCat(forecast.history_periods());
  if (name == "last_period") return forecast.last_period();
  if (name == "unit") return forecast.unit();
  if (name == "points") return absl::StrCat(forecast.points_size());
  if (name == "candidates") {
    return absl::StrJoin(forecast.candidates(), "+",
                         [](std::string* out, const v1::ForecastCandidate& candidate) {
                           absl::StrAppend(out, candidate.method());
                         });
  }
  if (forecast.nd_reason() == v1::ND_REASON_UNSPECIFIED) return "";
  return std::string(absl::StripPrefix(v1::NdReason_Name(forecast.nd_reason()), "ND_REASON_"));
}

}  // namespace

bool IsForecastField(absl::string_view name) {
  return std::ranges::find(kPointFields, name) != std::end(kPointFields) ||
         std::ranges::find(kWholeFields, name) != std::end(kWholeFields);
}

std::string ForecastFieldNames() {
  return absl::StrCat(absl::StrJoin(kPointFields, " "), " ", absl::StrJoin(kWholeFields, " "));
}

std::string ForecastField(absl::string_view name, absl::string_view period,
                          const v1::Forecast& forecast) {
  std::string text;
  if (std::ranges::find(kWholeFields, name) != std::end(kWholeFields)) {
    text = WholeField(name, forecast);
  } else {
    for (const v1::ForecastPoint& point : forecast.points()) {
      if (point.period().id() == period) text = PointField(name, point);
    }
  }
  return text.empty() ? "none" : text;
}

}  // namespace kpisuite
