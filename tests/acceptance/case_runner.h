// Runs a case against the composition of tests/harness.
#pragma once

#include <string>
#include <vector>

#include "tests/acceptance/acceptance_case.h"

namespace kpisuite {

enum class RunMode {
  kIncremental,  // states are kept up to date change by change
  kRestarted,    // evaluation forgets everything before each expectation and loads aggregates
  kReversed,     // the samples of a write arrive one by one, the last first
};

// What went otherwise than the case says, each with its place and what was expected; empty when
// the case holds.
std::vector<std::string> RunCase(const AcceptanceCase& acceptance, RunMode mode);

}  // namespace kpisuite
