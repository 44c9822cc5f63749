// Reads the lines of testdata/control_vectors.py on standard input, computes every chart and trend
// again and prints each that differs, be it by one bit. Exit status 1 if any does, or if there was
// nothing to read.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/kpi/process_control.h"
#include "libs/kpi/trend.h"

namespace kpisuite {
namespace {

std::string Bits(double number) {
  return absl::StrCat(absl::Hex(std::bit_cast<uint64_t>(number), absl::kZeroPad16));
}

double FromBits(absl::string_view text) {
  uint64_t bits = 0;
  return absl::SimpleHexAtoi(text, &bits) ? std::bit_cast<double>(bits) : 0;
}

int ToInt(const std::string& text) {
  int value = 0;
  return absl::SimpleAtoi(text, &value) ? value : 0;
}

std::optional<double> ToEdge(const std::string& text) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value)) return std::nullopt;
  return value;
}

ControlSpec ReadSpec(const std::string& settings) {
  const std::vector<std::string> parts = absl::StrSplit(settings, ',');
  ControlSpec spec;
  for (const ControlProfile profile :
       {ControlProfile::kNhsMdc, ControlProfile::kWheeler, ControlProfile::kServiceNow}) {
    if (ControlProfileName(profile) == parts[0]) spec.profile = profile;
  }
  spec.baseline_points = ToInt(parts[1]);
  spec.screening = parts[2] == "1";
  spec.centre = parts[3] == "MEDIAN" ? ControlCentre::kMedian : ControlCentre::kMean;
  if (parts[4] != "0") spec.shift_length = ToInt(parts[4]);
  if (parts[5] != "0") spec.trend_length = ToInt(parts[5]);
  spec.logical_min = ToEdge(parts[6]);
  spec.logical_max = ToEdge(parts[7]);
  return spec;
}

// Each is `-` or the bits of the value, then x if it is excluded, then s if it starts a segment.
std::vector<ControlPoint> ReadPoints(const std::string& text) {
  std::vector<ControlPoint> points;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    ControlPoint& point = points.emplace_back();
    const bool missing = absl::StartsWith(part, "-");
    if (!missing) point.value = FromBits(part.substr(0, 16));
    const absl::string_view marks = part.substr(missing ? 1 : 16);
    point.excluded_from_baseline = absl::StrContains(marks, "x");
    point.starts_segment = absl::StrContains(marks, "s");
  }
  return points;
}

std::string LimitsText(const std::optional<ControlLimits>& limits) {
  if (!limits.has_value()) return "-";
  const ControlLimits& l = *limits;
  std::vector<std::string> lines;
  for (const double line : {l.centre, l.upper, l.lower, l.upper_two, l.lower_two, l.upper_quarter,
                            l.lower_quarter, l.range_limit, l.moving_range, l.sigma}) {
    lines.push_back(Bits(line));
  }
  return absl::StrJoin(lines, ",");
}

std::string FlagsText(const ControlChart& chart) {
  std::vector<std::string> flags;
  for (const ChartPoint& point : chart.points) {
    const bool flagged = point.measured.has_value() && !point.measured->signals.empty();
    flags.push_back(flagged ? absl::StrReplaceAll(point.measured->signals.ToString(), {{" ", "+"}})
                            : ".");
  }
  return absl::StrJoin(flags, ",");
}

std::string TrendText(const std::vector<ControlPoint>& points, size_t count) {
  std::vector<std::optional<double>> values;
  for (size_t i = points.size() - std::min(points.size(), count); i < points.size(); ++i) {
    values.push_back(points[i].value);
  }
  const Trend trend = ComputeTrend(values, {});
  if (!trend.slope.has_value()) return "-";
  const bool evidence =
      trend.verdict == TrendVerdict::kRising || trend.verdict == TrendVerdict::kFalling;
  return absl::StrCat(Bits(*trend.slope), ",", trend.s, ",", Bits(trend.z), ",", evidence ? 1 : 0);
}

int CheckAll(std::istream& input) {
  int checked = 0;
  int failed = 0;
  std::string line;
  while (std::getline(input, line)) {
    std::istringstream fields(line);
    std::string settings, series, flags, limits, periods;
    fields >> settings >> series >> flags >> limits >> periods;
    const std::vector<ControlPoint> points = ReadPoints(series);
    const ControlChart chart = AnalyseControl(ReadSpec(settings), points);
    const std::string actual =
        absl::StrCat(FlagsText(chart), " ", LimitsText(chart.state.limits), " ", periods, " ",
                     TrendText(points, static_cast<size_t>(ToInt(periods))));
    ++checked;
    if (absl::EndsWith(line, absl::StrCat(" ", actual))) continue;
    ++failed;
    std::cerr << line << "\n  got " << actual << "\n";
  }
  std::cout << checked << " vectors, " << failed << " failed\n";
  return checked > 0 && failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kpisuite

int main() { return kpisuite::CheckAll(std::cin); }
