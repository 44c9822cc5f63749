// Figures of a state as people read them. All start from the exact decimal text.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

// `decimal` with `places` decimals and its unit: "81.2 %" for 0.812 and "%", "12.50 min", "220" for
// "count". Rounded half away from zero. Text that is no decimal is returned as it is.
std::string AmountText(absl::string_view decimal, absl::string_view unit, int places);

// The value of a state, rounded to its display decimals: half away from zero, but never across a
// cut point; a value close to a cut is rounded toward its own band, with more decimals where the
// band is narrower than a step. Without a value: "no value (EMPTY)".
std::string ValueText(const v1::KpiState& state);

// "80.0 %", "1.00 – 2.00 min", "≥ 1.00 min"; "–" when no target is in force.
std::string TargetText(const v1::KpiState& state);

// Variance with sign and the favourable part: "+1.2 pp (+1.5 %)", "-2.00 min (-25.0 %)"; "–" when
// there is none.
std::string VarianceText(const v1::KpiState& state);

// A difference of two values with its sign; percentages differ by pp. Empty for an empty one.
std::string DifferenceText(absl::string_view decimal, absl::string_view unit, int places);

// A fraction as a percentage with sign: "+1.5 %"; empty for the empty text.
std::string SignedPercent(absl::string_view decimal);

// Symbol and status ("● ON_TARGET"), or the KPI's own label for it.
Cell StatusCell(const v1::KpiState& state);

// "PROVISIONAL STALE"; empty when there are none.
std::string FlagsText(const v1::KpiState& state);

// Letters of the observation flags as in the SDMX code list: "B P"; empty when there are none.
std::string ObservationText(const v1::KpiState& state);

// "12 s", "5 min", "3 h", "2 d", "24.6 y"; "in 3 h" for a time to come.
std::string AgeText(absl::Duration age);

// "2025-03-31T22:30:00.25Z", exactly; empty for the time zero, which stands for "not set".
std::string TimeText(const google::protobuf::Timestamp& time);

// The same to the second for people, exactly for CSV.
Cell TimeCell(const google::protobuf::Timestamp& time);

absl::Time ToTime(const google::protobuf::Timestamp& time);

}  // namespace kpisuite
