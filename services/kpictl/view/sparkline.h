// The course of a value in one line of block characters.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace kpisuite {

// One character for each value, oldest first, scaled from the least to the greatest; a middle
// block when all are equal; '·' where there is no value. Infinite values count as none.
std::string Sparkline(const std::vector<std::optional<double>>& values);

}  // namespace kpisuite
