#include "services/kpictl/view/sparkline.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr const char* kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr int kLastBlock = 7;
constexpr int kMiddleBlock = 3;

bool IsShown(const std::optional<double>& value) {
  return value.has_value() && std::isfinite(*value);
}

}  // namespace

std::string Sparkline(const std::vector<std::optional<double>>& values) {
  double least = HUGE_VAL;
  double greatest = -HUGE_VAL;
  for (const auto& value : values) {
    if (!IsShown(value)) continue;
    least = std::min(least, *value);
    greatest = std::max(greatest, *value);
  }
  std::string line;
  for (const auto& value : values) {
    if (!IsShown(value)) {
      absl::StrAppend(&line, "·");
    } else if (least == greatest) {
      absl::StrAppend(&line, kBlocks[kMiddleBlock]);
    } else {
      // Halved first: the difference of two finite numbers may be infinite.
      const double part = (*value / 2 - least / 2) / (greatest / 2 - least / 2);
      const int block = static_cast<int>(std::lround(part * kLastBlock));
      absl::StrAppend(&line, kBlocks[std::clamp(block, 0, kLastBlock)]);
    }
  }
  return line;
}

}  // namespace kpisuite
