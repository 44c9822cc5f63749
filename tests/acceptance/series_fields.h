#pragma once

#include <functional>
#include <map>
#include <string>

#include "kpisuite/v1/evaluation.pb.h"

namespace kpisuite {

// Text of one field of a state; empty when it is not set.
using StateReader = std::function<std::string(const v1::KpiState&)>;

// The fields that build on earlier periods, by name: hysteresis, process control, direction of
// travel and what is to be maintained.
std::map<std::string, StateReader> SeriesReaders();

}  // namespace kpisuite
