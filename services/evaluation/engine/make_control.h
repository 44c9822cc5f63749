// Process control and trend as messages of a state.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/process_control_verdict.h"
#include "libs/kpi/trend.h"

namespace kpisuite {

// What a chart says about the KPI: `state` after the last closed period, which had `status`;
// `goal` from its target. `period_at` gives the period at an index of the series (asked for
// indices below state.points only).
v1::ControlChart MakeControlChart(const ProcessControlRule& rule, const ControlState& state,
                                  const ControlGoal& goal, KpiStatus status, Grain grain,
                                  absl::FunctionRef<Period(int64_t index)> period_at);

v1::Trend MakeTrend(const Trend& trend);

}  // namespace kpisuite
