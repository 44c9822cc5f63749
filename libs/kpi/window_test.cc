#include "libs/kpi/window.h"

#include <string>

#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

TEST(Window, CalendarWindowsHaveCanonicalIds) {
  const char* ids[] = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"};
  for (size_t i = 0; i < 5; ++i) {
    WindowSpec spec;
    spec.grain = kAllGrains[i];
    const Window window = *Window::Create(spec);
    EXPECT_EQ(window.id(), ids[i]);
    EXPECT_EQ(*Window::Parse(ids[i]), window);
  }
  EXPECT_FALSE(Window::Parse("day").ok());
  EXPECT_FALSE(Window::Parse("").ok());
}

TEST(Window, FindsItsPeriod) {
  EXPECT_EQ(Window::Parse("MONTH")->At(Calendar(), absl::CivilDay(2025, 3, 31)).id, "2025-03");
  EXPECT_EQ(Window::Parse("DAY")->At(Calendar(), absl::UnixEpoch()).id, "1970-01-01");
}

// 3.4.5
TEST(Window, TrailingMustSayWhetherTheCurrentUnitCounts) {
  WindowSpec spec;
  spec.kind = WindowKind::kTrailing;
  spec.count = 7;
  EXPECT_EQ(Window::Create(spec).status().code(), absl::StatusCode::kInvalidArgument);
  spec.include_current = false;
  EXPECT_EQ(Window::Create(spec).status().code(), absl::StatusCode::kUnimplemented);
  spec.count = 0;
  EXPECT_EQ(Window::Create(spec).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Window, OtherKindsAreNotImplemented) {
  for (const WindowKind kind : {WindowKind::kToDate, WindowKind::kCumulative}) {
    WindowSpec spec;
    spec.kind = kind;
    EXPECT_EQ(GetErrorDetails(Window::Create(spec).status()).reason, "NOT_IMPLEMENTED");
  }
}

TEST(Window, CalendarWindowRefusesFieldsOfTrailing) {
  WindowSpec spec;
  spec.count = 3;
  EXPECT_FALSE(Window::Create(spec).ok());
  spec.count = 0;
  spec.include_current = true;
  EXPECT_FALSE(Window::Create(spec).ok());
}

class PeriodPhaseTest : public ::testing::Test {
 protected:
  std::string Phase(absl::Duration after_end, absl::Duration watermark_after_end,
                    bool finalised = false) const {
    return std::string(PeriodPhaseName(PhaseOf(
        period_, period_.end + after_end, period_.end + watermark_after_end, rule_, finalised)));
  }

  const Calendar calendar_;
  const Period period_ = *ParsePeriod(calendar_, "2025-03-31");
  const ClosingRule rule_ = {absl::Hours(6), absl::Hours(72)};
  const absl::Duration none_ = -absl::InfiniteDuration();
};

// 3.4.7
TEST_F(PeriodPhaseTest, FollowsTheClock) {
  EXPECT_EQ(Phase(-absl::Hours(25), none_), "FUTURE");
  EXPECT_EQ(Phase(-absl::Hours(24), none_), "OPEN");
  EXPECT_EQ(Phase(-absl::Nanoseconds(1), none_), "OPEN");
  EXPECT_EQ(Phase(absl::ZeroDuration(), none_), "CLOSING");
  EXPECT_EQ(Phase(absl::Hours(6), none_), "CLOSED");
  EXPECT_EQ(Phase(absl::Hours(72), none_), "FINAL");
}

TEST_F(PeriodPhaseTest, WatermarkClosesEarlyButNeverBeforeTheEnd) {
  EXPECT_EQ(Phase(absl::Hours(1), absl::ZeroDuration()), "CLOSED");
  EXPECT_EQ(Phase(absl::Hours(1), -absl::Nanoseconds(1)), "CLOSING");
  EXPECT_EQ(Phase(-absl::Hours(1), absl::Hours(1)), "OPEN");
}

TEST_F(PeriodPhaseTest, FinaliseCallLocks) {
  EXPECT_EQ(Phase(absl::Hours(1), none_, true), "FINAL");
  EXPECT_EQ(Phase(-absl::Hours(1), none_, true), "OPEN");
}

TEST_F(PeriodPhaseTest, NextChangeIsWhenThePhaseChanges) {
  const auto next = [&](absl::Duration after_end, absl::Time watermark) {
    return NextPhaseChange(period_, period_.end + after_end, watermark, rule_, false);
  };
  EXPECT_EQ(next(-absl::Hours(30), absl::InfinitePast()), period_.start);
  EXPECT_EQ(next(-absl::Hours(1), absl::InfinitePast()), period_.end);
  EXPECT_EQ(next(absl::Hours(1), absl::InfinitePast()), period_.end + absl::Hours(6));
  EXPECT_EQ(next(absl::Hours(1), period_.end), period_.end + absl::Hours(72));
  EXPECT_EQ(next(absl::Hours(72), period_.end), absl::InfiniteFuture());
}

}  // namespace
}  // namespace kpisuite
