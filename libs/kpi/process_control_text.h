#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/process_control_verdict.h"

namespace kpisuite {

// The matrix status x variation x assurance (SEMANTICS 3.12) in two sentences, a third on trial
// limits: how the KPI stands, and what that asks for. `period` is what a period is called, for
// instance "month". Every combination has a statement; none claims more than the chart shows.
std::string ControlInWords(KpiStatus status, const ControlVerdict& verdict, bool trial,
                           absl::string_view period);

}  // namespace kpisuite
