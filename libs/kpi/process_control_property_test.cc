// Random series with rebases, exclusions and gaps in all profiles: point by point equals the whole
// series bit for bit, and both equal rules written down naively, one window at a time.
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "libs/kpi/process_control.h"

namespace kpisuite {
namespace {

class RandomSeries {
 public:
  explicit RandomSeries(unsigned seed) : random_(seed) {}

  ControlSpec Spec() {
    ControlSpec spec;
    spec.profile = static_cast<ControlProfile>(Pick(0, 2));
    const int baselines[] = {0, 3, 5, 8, 12, 13, 20};
    spec.baseline_points = baselines[Pick(0, 6)];
    spec.screening = Pick(0, 1) == 1;
    spec.centre = static_cast<ControlCentre>(Pick(0, 1));
    if (Pick(0, 2) == 0) spec.shift_length = Pick(6, 8);
    if (Pick(0, 2) == 0) spec.trend_length = Pick(6, 7);
    if (Pick(0, 3) == 0) spec.logical_max = 12;
    if (Pick(0, 3) == 0) spec.logical_min = 8;
    return spec;
  }

  std::vector<ControlPoint> Series() {
    std::vector<ControlPoint> points;
    const int count = Pick(0, 80);
    double level = 10;
    double slope = 0;
    for (int i = 0; i < count; ++i) {
      if (Pick(0, 14) == 0) level = Pick(8, 12);
      if (Pick(0, 9) == 0) slope = Pick(-2, 2) * 0.3;
      level += slope;
      ControlPoint point;
      // Coarse steps make ties and points on the centre.
      if (Pick(0, 11) != 0) point.value = level + Pick(-6, 6) * (slope == 0 ? 0.25 : 0.01);
      point.excluded_from_baseline = Pick(0, 9) == 0;
      point.starts_segment = Pick(0, 24) == 0;
      points.push_back(point);
    }
    return points;
  }

 private:
  int Pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::mt19937 random_;
};

TEST(ControlProperty, PointByPointEqualsTheWholeSeriesBitForBit) {
  int stable = 0;
  int proposed = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    RandomSeries random(seed);
    const ControlSpec spec = random.Spec();
    const std::vector<ControlPoint> points = random.Series();
    ControlSeries series(spec);
    EXPECT_EQ(series.state(), AnalyseControl(spec, {}).state);
    for (size_t i = 0; i < points.size(); ++i) {
      series.Append(points[i]);
      const ControlChart chart = AnalyseControl(spec, absl::MakeSpan(points).subspan(0, i + 1));
      ASSERT_EQ(series.state(), chart.state) << "seed " << seed << " point " << i;
      stable += series.state().stable;
      proposed += series.state().rebase_proposed;
    }
  }
  EXPECT_GT(stable, 0);
  EXPECT_GT(proposed, 0);
}

// The measured points of one segment with what the chart says about them.
using Points = std::vector<MeasuredPoint>;

struct NaiveFlags {
  std::vector<SignalSet> sets;

  void Add(size_t first, size_t count, ControlSignal signal) {
    for (size_t i = first; i < first + count; ++i) sets[i].Add(signal);
  }
};

template <typename Test>
bool All(const Points& run, size_t first, size_t count, Test test) {
  if (first + count > run.size()) return false;
  for (size_t i = first; i < first + count; ++i) {
    if (!test(run[i])) return false;
  }
  return true;
}

void NaiveRuns(const ControlSpec& spec, const Points& run, size_t i, NaiveFlags& flags) {
  const double centre = run[i].limits->centre;
  const size_t shift = static_cast<size_t>(ShiftLength(spec));
  const size_t trend = static_cast<size_t>(TrendLength(spec));
  if (All(run, i, shift, [=](const auto& p) { return p.value > centre; })) {
    flags.Add(i, shift, ControlSignal::kShiftHigh);
  }
  if (All(run, i, shift, [=](const auto& p) { return p.value < centre; })) {
    flags.Add(i, shift, ControlSignal::kShiftLow);
  }
  if (trend == 0 || i + trend > run.size()) return;
  bool up = true;
  bool down = true;
  for (size_t j = i + 1; j < i + trend; ++j) {
    up &= run[j].value > run[j - 1].value;
    down &= run[j].value < run[j - 1].value;
  }
  if (up) flags.Add(i, trend, ControlSignal::kTrendUp);
  if (down) flags.Add(i, trend, ControlSignal::kTrendDown);
}

void NaiveNear(const ControlSpec& spec, const Points& run, size_t i, NaiveFlags& flags) {
  const bool wheeler = spec.profile == ControlProfile::kWheeler;
  const size_t window = spec.profile == ControlProfile::kNhsMdc ? 3 : 4;
  if (i + window > run.size()) return;
  const ControlLimits& limits = *run[i].limits;
  for (const int side : {1, -1}) {
    const double line = side > 0 ? (wheeler ? limits.upper_quarter : limits.upper_two)
                                 : (wheeler ? limits.lower_quarter : limits.lower_two);
    if (side > 0 && spec.logical_max.has_value() && line > *spec.logical_max) continue;
    if (side < 0 && spec.logical_min.has_value() && line < *spec.logical_min) continue;
    size_t beyond = 0;
    bool one_side = true;
    for (size_t j = i; j < i + window; ++j) {
      beyond += (run[j].value - line) * side > 0 ? 1 : 0;
      one_side &= (run[j].value - limits.centre) * side > 0;
    }
    if (beyond + 1 < window || !(one_side || wheeler)) continue;
    for (size_t j = i; j < i + window; ++j) {
      if ((run[j].value - line) * side <= 0) continue;
      flags.Add(j, 1, side > 0 ? ControlSignal::kNearHigh : ControlSignal::kNearLow);
    }
  }
}

void CheckRun(const ControlSpec& spec, const Points& run, unsigned seed) {
  NaiveFlags flags{std::vector<SignalSet>(run.size())};
  for (size_t i = 0; i < run.size() && run[i].limits.has_value(); ++i) {
    NaiveRuns(spec, run, i, flags);
    NaiveNear(spec, run, i, flags);
    const ControlLimits& limits = *run[i].limits;
    const bool high = !spec.logical_max.has_value() || limits.upper <= *spec.logical_max;
    const bool low = !spec.logical_min.has_value() || limits.lower >= *spec.logical_min;
    if (high && run[i].value > limits.upper) flags.Add(i, 1, ControlSignal::kOutHigh);
    if (low && run[i].value < limits.lower) flags.Add(i, 1, ControlSignal::kOutLow);
  }
  for (size_t i = 0; i < run.size(); ++i) {
    ASSERT_EQ(run[i].signals.ToString(), flags.sets[i].ToString())
        << "seed " << seed << " point " << run[i].index;
  }
}

TEST(ControlProperty, RulesEqualTheirNaiveReading) {
  SignalSet seen;
  for (unsigned seed = 1000; seed < 6000; ++seed) {
    RandomSeries random(seed);
    const ControlSpec spec = random.Spec();
    const std::vector<ControlPoint> points = random.Series();
    const ControlChart chart = AnalyseControl(spec, points);
    Points run;
    for (size_t i = 0; i < points.size(); ++i) {
      if (points[i].starts_segment) {
        CheckRun(spec, run, seed);
        run.clear();
      }
      if (!chart.points[i].measured.has_value()) continue;
      run.push_back(*chart.points[i].measured);
      if (const auto label = run.back().signals.label()) seen.Add(*label);
    }
    CheckRun(spec, run, seed);
  }
  EXPECT_EQ(seen.ToString(),
            "OUT_HIGH OUT_LOW TREND_UP TREND_DOWN NEAR_HIGH NEAR_LOW SHIFT_HIGH SHIFT_LOW");
}

}  // namespace
}  // namespace kpisuite
