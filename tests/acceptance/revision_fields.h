// Fields of a state that tell what changed after its period was over.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "kpisuite/v1/evaluation.pb.h"

namespace kpisuite {

// By name; the text of what is not set is empty.
std::map<std::string, std::function<std::string(const v1::KpiState&)>> RevisionReaders();

}  // namespace kpisuite
