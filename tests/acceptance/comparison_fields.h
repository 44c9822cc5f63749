// What an `expect` can name next to a comparator: `delta.PREVIOUS_PERIOD`.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/explanation.pb.h"
#include "libs/kpi/comparator.h"
#include "tests/acceptance/acceptance_case.h"

namespace kpisuite {

// Whether the name is that of a field and a comparator, `FIELD.KIND[_COUNT][_PROPORTIONAL]`.
bool IsComparisonField(absl::string_view name);

// All names, for messages.
std::string ComparisonFieldNames();

// The comparators that fields name, each once.
std::vector<Comparator> ComparatorsOf(const std::vector<ExpectedField>& fields);

// Empty for what is not set. The explanation is made for the comparator.
std::string ComparisonField(absl::string_view name, const v1::Explanation& explanation);

}  // namespace kpisuite
