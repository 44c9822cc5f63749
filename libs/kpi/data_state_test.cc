#include "libs/kpi/data_state.h"

#include <string>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

class DataStateTest : public ::testing::Test {
 protected:
  // An input whose source waits 2 h + 1 h for late rows.
  InputReadiness Input(absl::Duration watermark_after_start, uint64_t rows) const {
    InputReadiness input;
    input.watermark = day_.start + watermark_after_start;
    input.expected_lag = absl::Hours(2);
    input.grace = absl::Hours(1);
    input.rows = rows;
    return input;
  }

  std::string State(absl::Duration now_after_start, const InputReadiness& input,
                    std::optional<NdReason> reason = std::nullopt) const {
    const PeriodReadiness readiness =
        AssessReadiness(day_, day_.start + now_after_start, {&input, 1});
    return std::string(DataStateName(DataStateOf(day_, readiness, reason)));
  }

  const Calendar calendar_;
  const Period day_ = *ParsePeriod(calendar_, "2025-03-31");
  const absl::Duration none_ = -absl::InfiniteDuration();
};

std::string EmptyValue(const EmptyInput& value) {
  return value.reason.has_value() ? std::string(NdReasonName(*value.reason)) : "0";
}

// 3.8.2
TEST_F(DataStateTest, ReadyWhenTheLeastWatermarkReachedTheEnd) {
  const InputReadiness both[] = {Input(absl::Hours(24), 5), Input(absl::Hours(23), 5)};
  EXPECT_FALSE(AssessReadiness(day_, day_.end, both).ready);
  EXPECT_EQ(AssessReadiness(day_, day_.end, both).watermark, day_.start + absl::Hours(23));
  const InputReadiness complete[] = {Input(absl::Hours(24), 5), Input(absl::Hours(30), 5)};
  EXPECT_TRUE(AssessReadiness(day_, day_.end, complete).ready);
}

TEST_F(DataStateTest, ProvisionalUntilReadyAndLateAfterLagAndGrace) {
  EXPECT_EQ(State(absl::Hours(12), Input(absl::Hours(11), 5)), "PROVISIONAL");
  EXPECT_EQ(State(absl::Hours(26), Input(absl::Hours(11), 5)), "PROVISIONAL");
  EXPECT_EQ(State(absl::Hours(27), Input(absl::Hours(11), 5)), "LATE");
  EXPECT_EQ(State(absl::Hours(27), Input(absl::Hours(24), 5)), "OK");
}

TEST_F(DataStateTest, LateWithoutAnyRowIsMissingEvenIfASumIsZero) {
  EXPECT_EQ(State(absl::Hours(27), Input(absl::Hours(11), 0)), "MISSING");
  EXPECT_EQ(State(absl::Hours(27), Input(none_, 0), NdReason::kNotReady), "MISSING");
}

TEST_F(DataStateTest, OneInputWithRowsKeepsThePeriodFromMissing) {
  const InputReadiness inputs[] = {Input(absl::Hours(11), 0), Input(absl::Hours(24), 3)};
  const PeriodReadiness readiness = AssessReadiness(day_, day_.start + absl::Hours(27), inputs);
  EXPECT_EQ(DataStateOf(day_, readiness, std::nullopt), DataState::kLate);
}

TEST_F(DataStateTest, EmptySumsAreZeroOnceTheWatermarkPassed) {
  const auto value = [&](absl::Duration watermark, bool zero_if_empty) {
    return EmptyValue(ValueOfEmptyInput(day_, day_.start + watermark, zero_if_empty));
  };
  EXPECT_EQ(value(absl::Hours(24), true), "0");
  EXPECT_EQ(value(absl::Hours(24), false), "EMPTY");
  EXPECT_EQ(value(absl::Hours(1), true), "0");
  EXPECT_EQ(value(absl::Hours(1), false), "NOT_READY");
  EXPECT_EQ(value(-absl::Hours(1), true), "NOT_READY");
  EXPECT_EQ(value(none_, true), "NOT_READY");
  EXPECT_EQ(value(none_, false), "NOT_READY");
}

TEST_F(DataStateTest, DayThatTheZoneSkipsIsNotApplicableNeverMissing) {
  CalendarSpec spec;
  spec.time_zone = "Pacific/Apia";
  const Calendar apia = *Calendar::Create(spec);
  const Period skipped = *ParsePeriod(apia, "2011-12-30");
  EXPECT_EQ(EmptyValue(ValueOfEmptyInput(skipped, absl::InfiniteFuture(), true)), "NOT_APPLICABLE");
  const InputReadiness input;
  const PeriodReadiness readiness =
      AssessReadiness(skipped, skipped.end + absl::Hours(999), {&input, 1});
  EXPECT_EQ(DataStateOf(skipped, readiness, NdReason::kEmpty), DataState::kNotApplicable);
}

// 3.8.3
TEST_F(DataStateTest, ReasonDecidesTheState) {
  const InputReadiness ready = Input(absl::Hours(24), 5);
  EXPECT_EQ(State(absl::Hours(30), ready, NdReason::kDivisionByZero), "NOT_APPLICABLE");
  EXPECT_EQ(State(absl::Hours(30), ready, NdReason::kSuppressed), "SUPPRESSED");
  EXPECT_EQ(State(absl::Hours(30), ready, NdReason::kDomain), "ERROR");
  EXPECT_EQ(State(absl::Hours(30), Input(absl::Hours(24), 0), NdReason::kEmpty), "MISSING");
  EXPECT_EQ(State(absl::Hours(12), Input(absl::Hours(1), 0), NdReason::kNotReady), "PROVISIONAL");
}

TEST_F(DataStateTest, OneTableGivesStateAndStatusOfEveryReason) {
  const auto row = [](NdReason reason) {
    const NoDataRow found = NoDataRowOf(reason);
    return std::string(DataStateName(found.state)) + " " + std::string(KpiStatusName(found.status));
  };
  EXPECT_EQ(row(NdReason::kEmpty), "MISSING NO_DATA");
  EXPECT_EQ(row(NdReason::kNotReady), "PROVISIONAL NO_DATA");
  EXPECT_EQ(row(NdReason::kDivisionByZero), "NOT_APPLICABLE NO_DATA");
  EXPECT_EQ(row(NdReason::kNotApplicable), "NOT_APPLICABLE NO_DATA");
  EXPECT_EQ(row(NdReason::kNoComparable), "NOT_APPLICABLE NO_DATA");
  EXPECT_EQ(row(NdReason::kNotKept), "NOT_APPLICABLE NO_DATA");
  EXPECT_EQ(row(NdReason::kSuppressed), "SUPPRESSED NO_DATA");
  EXPECT_EQ(row(NdReason::kPending), "PROVISIONAL NO_DATA");
  EXPECT_EQ(row(NdReason::kNoTarget), "OK NO_TARGET");
  EXPECT_EQ(row(NdReason::kZeroTarget), "OK NO_TARGET");
  EXPECT_EQ(row(NdReason::kDomain), "ERROR ERROR");
  EXPECT_EQ(row(NdReason::kOverflow), "ERROR ERROR");
  EXPECT_EQ(row(NdReason::kNotAggregatable), "ERROR ERROR");
}

TEST_F(DataStateTest, CompletenessIsTheShareBeforeTheWatermarks) {
  const InputReadiness inputs[] = {Input(absl::Hours(24), 5), Input(absl::Hours(12), 5),
                                   Input(none_, 0), Input(absl::Hours(99), 1)};
  EXPECT_EQ(AssessReadiness(day_, day_.end, inputs).completeness.ToString(), "0.625");
  EXPECT_EQ(AssessReadiness(day_, day_.end, {inputs, 1}).completeness.ToString(), "1");
  EXPECT_EQ(AssessReadiness(day_, day_.end, {inputs + 2, 1}).completeness.ToString(), "0");
}

TEST_F(DataStateTest, CompletenessOfAllTimeIsTheShareOfInputsWithAWatermark) {
  const Period all = *ParsePeriod(Calendar(), "ALL");
  const InputReadiness inputs[] = {Input(absl::Hours(12), 5), Input(none_, 0)};
  const PeriodReadiness readiness = AssessReadiness(all, day_.end, inputs);
  EXPECT_EQ(readiness.completeness.ToString(), "0.5");
  EXPECT_FALSE(readiness.ready);
  EXPECT_EQ(AssessReadiness(all, day_.end, {inputs, 1}).completeness.ToString(), "1");
}

TEST_F(DataStateTest, KpiWithoutInputsIsReady) {
  const PeriodReadiness readiness = AssessReadiness(day_, day_.start, {});
  EXPECT_TRUE(readiness.ready);
  EXPECT_EQ(DataStateOf(day_, readiness, std::nullopt), DataState::kOk);
}

// 3.8.4
TEST_F(DataStateTest, StaleBeginsAfterTheMaximumAge) {
  InputReadiness input = Input(absl::Hours(24), 5);
  input.max_age = absl::Hours(48);
  EXPECT_FALSE(AssessReadiness(day_, absl::InfiniteFuture(), {&input, 1}).stale);
  input.last_update = day_.end;
  EXPECT_FALSE(AssessReadiness(day_, day_.end + absl::Hours(48), {&input, 1}).stale);
  const absl::Time next = NextReadinessChange(day_, day_.end + absl::Hours(47), {&input, 1});
  EXPECT_EQ(next, day_.end + absl::Hours(48) + absl::Nanoseconds(1));
  EXPECT_TRUE(AssessReadiness(day_, next, {&input, 1}).stale);
}

TEST_F(DataStateTest, NextChangeNamesBoundariesAndDeadlines) {
  const InputReadiness input = Input(absl::Hours(11), 5);
  const auto next = [&](absl::Duration now_after_start) {
    return NextReadinessChange(day_, day_.start + now_after_start, {&input, 1}) - day_.start;
  };
  EXPECT_EQ(next(-absl::Hours(1)), absl::ZeroDuration());
  EXPECT_EQ(next(absl::ZeroDuration()), absl::Hours(24));
  EXPECT_EQ(next(absl::Hours(24)), absl::Hours(27));
  EXPECT_EQ(next(absl::Hours(27)), absl::InfiniteDuration());
}

}  // namespace
}  // namespace kpisuite
