// Fields of a state that tell what changed after its period was over.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/explanation.pb.h"

namespace kpisuite {

// By name; the text of what is not set is empty.
std::map<std::string, std::function<std::string(const v1::KpiState&)>> RevisionReaders();

// `mean_revision.AGE`, `lag_factor.AGE`, `revised_periods.AGE`.
bool IsRevisionField(absl::string_view name);
std::string RevisionField(absl::string_view name, const v1::Explanation& explanation);

}  // namespace kpisuite
