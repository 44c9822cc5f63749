// From the domain's pace and revisions to the messages of a state. Pure.
#pragma once

#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/kpi/nowcast.h"
#include "libs/kpi/pace.h"

namespace kpisuite {

// `as_of` and `rule` are those of the PaceInput.
v1::PaceState MakePace(const PaceRule& rule, absl::Time as_of, const PaceResult& result);

// `value` is that of a closed period, `age` its age in periods.
v1::Nowcast MakeNowcast(const Number& value, int age, const RevisionStatistics& statistics);

}  // namespace kpisuite
