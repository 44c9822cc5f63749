#include "libs/kpi/status.h"

#include <string>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

// HIGHER, 80 % target, cut points 0 and -0.05 on the fvp.
StatusRule Rule(DirectionKind kind = DirectionKind::kHigher) {
  StatusRule rule;
  rule.direction.kind = kind;
  if (kind != DirectionKind::kNeutral) {
    rule.bands = *Bands::Create(BandBasis::kFvp, kind,
                                {{KpiStatus::kOnTarget, D("0"), "green"},
                                 {KpiStatus::kWarning, D("-0.05"), "amber"},
                                 {KpiStatus::kOffTarget, std::nullopt, "red"}});
  }
  return rule;
}

StatusInput Input(const Value& actual, DataState state = DataState::kOk) {
  StatusInput input;
  input.actual = actual;
  input.target = {"t1", TargetValue::Point(D("0.8")), std::nullopt};
  input.data_state = state;
  input.readiness.ready = state == DataState::kOk;
  return input;
}

std::string Status(const StatusRule& rule, const StatusInput& input) {
  const StatusResult result = EvaluateStatus(rule, input);
  std::string text(KpiStatusName(result.status));
  if (result.reason.has_value()) text += " " + std::string(NdReasonName(*result.reason));
  return text;
}

// 3.7.7
TEST(Status, CarriesWhatExplainsIt) {
  const StatusResult result = EvaluateStatus(Rule(), Input(D("0.784")));
  EXPECT_EQ(result.status, KpiStatus::kWarning);
  EXPECT_EQ(result.raw_status, KpiStatus::kWarning);
  EXPECT_EQ(result.label, "amber");
  EXPECT_EQ(result.judged, D("0.784"));
  EXPECT_EQ(result.variance.fvp.ToString(), "-0.02");
  EXPECT_EQ(result.variance.attainment.ToString(), "0.98");
  EXPECT_EQ(result.hit->next_better->distance, D("-0.016"));
  EXPECT_EQ(result.score->ToString(), "1.6");
  EXPECT_FALSE(result.flags.provisional);
}

TEST(Status, ReasonOfTheValueDecidesWithoutOne) {
  EXPECT_EQ(Status(Rule(), Input(NdReason::kEmpty, DataState::kMissing)), "NO_DATA EMPTY");
  EXPECT_EQ(Status(Rule(), Input(NdReason::kDivisionByZero, DataState::kNotApplicable)),
            "NO_DATA DIV0");
  EXPECT_EQ(Status(Rule(), Input(NdReason::kDomain, DataState::kError)), "ERROR DOMAIN");
  EXPECT_EQ(Status(Rule(), Input(Value::Boolean(true))), "ERROR DOMAIN");
}

TEST(Status, NumberWithoutMeaningIsNoData) {
  EXPECT_EQ(Status(Rule(), Input(D("0"), DataState::kMissing)), "NO_DATA NOT_READY");
  EXPECT_EQ(Status(Rule(), Input(D("0"), DataState::kNotApplicable)), "NO_DATA NOT_APPLICABLE");
}

// 3.7.5
TEST(Status, PrecedenceIsErrorThenNoDataThenNoTarget) {
  StatusInput input = Input(NdReason::kDomain, DataState::kError);
  input.target = {"", std::nullopt, NdReason::kNoTarget};
  EXPECT_EQ(Status(Rule(), input), "ERROR DOMAIN");
  input.actual = NdReason::kEmpty;
  EXPECT_EQ(Status(Rule(), input), "NO_DATA EMPTY");
  input.actual = D("1");
  input.data_state = DataState::kOk;
  EXPECT_EQ(Status(Rule(), input), "NO_TARGET NO_TARGET");
}

TEST(Status, ActualBandsNeedNoTarget) {
  StatusRule rule;
  rule.bands = *Bands::Create(
      BandBasis::kActual, DirectionKind::kHigher,
      {{KpiStatus::kOnTarget, D("10"), ""}, {KpiStatus::kOffTarget, std::nullopt, ""}});
  StatusInput input = Input(D("11"));
  input.target = {"", std::nullopt, NdReason::kNoTarget};
  EXPECT_EQ(Status(rule, input), "ON_TARGET");
  EXPECT_EQ(EvaluateStatus(rule, input).variance.fvp.ToString(), "ND(NO_TARGET)");
}

TEST(Status, NeutralHasNoStatus) {
  EXPECT_EQ(Status(Rule(DirectionKind::kNeutral), Input(D("1"))), "NO_TARGET NO_TARGET");
}

TEST(Status, ZeroTargetIsNamed) {
  StatusInput input = Input(D("1"));
  input.target.value = TargetValue::Point(D("0"));
  EXPECT_EQ(Status(Rule(), input), "NO_TARGET ZERO_TARGET");
}

TEST(Status, ReasonOfThePendingTargetIsKept) {
  StatusInput input = Input(D("1"));
  input.target = {"t1", std::nullopt, NdReason::kPending};
  EXPECT_EQ(Status(Rule(), input), "NO_TARGET PENDING");
}

TEST(Status, LowNClampsEveryBandToWarning) {
  for (const char* actual : {"0.9", "0.78", "0.1"}) {
    StatusInput input = Input(D(actual));
    input.flags.low_n = true;
    EXPECT_EQ(Status(Rule(), input), "WARNING") << actual;
  }
  StatusInput input = Input(D("0.9"));
  input.flags.low_n = true;
  EXPECT_EQ(EvaluateStatus(Rule(), input).raw_status, KpiStatus::kOnTarget);
  EXPECT_EQ(EvaluateStatus(Rule(), input).score->ToString(), "1.5");
  input.actual = NdReason::kEmpty;
  EXPECT_EQ(Status(Rule(), input), "NO_DATA EMPTY");
}

TEST(Status, LowNWithoutClampIsAFlagOnly) {
  StatusRule rule = Rule();
  rule.clamp_low_n = false;
  StatusInput input = Input(D("0.9"));
  input.flags.low_n = true;
  const StatusResult result = EvaluateStatus(rule, input);
  EXPECT_EQ(result.status, KpiStatus::kOnTarget);
  EXPECT_TRUE(result.flags.low_n);
}

TEST(Status, FlagsStandBesideTheStatus) {
  StatusInput input = Input(D("0.9"), DataState::kProvisional);
  input.readiness.stale = true;
  input.flags.restated = true;
  const StatusResult result = EvaluateStatus(Rule(), input);
  EXPECT_EQ(result.status, KpiStatus::kOnTarget);
  EXPECT_TRUE(result.flags.provisional);
  EXPECT_TRUE(result.flags.stale);
  EXPECT_TRUE(result.flags.restated);
  EXPECT_FALSE(result.flags.suppressed);
  const StatusResult suppressed =
      EvaluateStatus(Rule(), Input(NdReason::kSuppressed, DataState::kSuppressed));
  EXPECT_EQ(suppressed.status, KpiStatus::kNoData);
  EXPECT_TRUE(suppressed.flags.suppressed);
}

// 3.8.4
TEST(NoDataPolicy, OffTargetAppliesOnceTheDataIsGivenUp) {
  StatusRule rule = Rule();
  rule.no_data_policy = NoDataPolicy::kOffTarget;
  EXPECT_EQ(Status(rule, Input(NdReason::kEmpty, DataState::kMissing)), "OFF_TARGET EMPTY");
  EXPECT_EQ(EvaluateStatus(rule, Input(NdReason::kEmpty, DataState::kMissing)).score->ToString(),
            "0.5");
  EXPECT_EQ(Status(rule, Input(NdReason::kNotReady, DataState::kProvisional)), "NO_DATA NOT_READY");
  EXPECT_EQ(Status(rule, Input(NdReason::kDivisionByZero, DataState::kNotApplicable)),
            "NO_DATA DIV0");
  EXPECT_EQ(Status(rule, Input(NdReason::kSuppressed, DataState::kSuppressed)),
            "NO_DATA SUPPRESSED");
}

TEST(NoDataPolicy, TreatAsZeroNeedsTheWatermark) {
  StatusRule rule = Rule();
  rule.no_data_policy = NoDataPolicy::kTreatAsZero;
  StatusInput input = Input(NdReason::kEmpty, DataState::kMissing);
  EXPECT_EQ(Status(rule, input), "NO_DATA EMPTY");
  input.readiness.ready = true;
  EXPECT_EQ(Status(rule, input), "OFF_TARGET");
  EXPECT_EQ(EvaluateStatus(rule, input).judged, Decimal());
}

TEST(NoDataPolicy, KeepLastKeepsABandStatusForSomePeriods) {
  StatusRule rule = Rule();
  rule.no_data_policy = NoDataPolicy::kKeepLast;
  rule.keep_last_periods = 2;
  StatusInput input = Input(NdReason::kEmpty, DataState::kMissing);
  EXPECT_EQ(Status(rule, input), "NO_DATA EMPTY") << "nothing to keep";
  input.last = LastStatus{KpiStatus::kWarning, 2};
  const StatusResult kept = EvaluateStatus(rule, input);
  EXPECT_EQ(kept.status, KpiStatus::kWarning);
  EXPECT_EQ(kept.raw_status, KpiStatus::kNoData);
  EXPECT_EQ(kept.reason, NdReason::kEmpty);
  EXPECT_EQ(kept.score, D("1.5"));
  input.last->age = 3;
  EXPECT_EQ(Status(rule, input), "NO_DATA EMPTY");
  input.last = LastStatus{KpiStatus::kNoTarget, 1};
  EXPECT_EQ(Status(rule, input), "NO_DATA EMPTY");
}

TEST(NoDataPolicy, KeepLastIsForDataThatIsMissing) {
  StatusRule rule = Rule();
  rule.no_data_policy = NoDataPolicy::kKeepLast;
  rule.keep_last_periods = 2;
  const auto status = [&](StatusInput input) {
    input.last = LastStatus{KpiStatus::kOnTarget, 1};
    return Status(rule, input);
  };
  EXPECT_EQ(status(Input(NdReason::kNotReady, DataState::kProvisional)), "ON_TARGET NOT_READY");
  EXPECT_EQ(status(Input(NdReason::kDivisionByZero, DataState::kNotApplicable)), "NO_DATA DIV0");
  EXPECT_EQ(status(Input(NdReason::kSuppressed, DataState::kSuppressed)), "NO_DATA SUPPRESSED");
  EXPECT_EQ(status(Input(NdReason::kDomain, DataState::kError)), "ERROR DOMAIN");
  EXPECT_EQ(status(Input(D("0.1"))), "OFF_TARGET");
}

// 3.3.6
TEST(Status, BandsOfASliceMatchLongest) {
  StatusRule rule = Rule();
  rule.slice_bands.push_back({{*Slice::Parse("region=EMEA"), false},
                              *Bands::Create(BandBasis::kFvp, DirectionKind::kHigher,
                                             {{KpiStatus::kOnTarget, D("0.2"), "strict"},
                                              {KpiStatus::kOffTarget, std::nullopt, ""}})});
  EXPECT_EQ(BandsFor(rule, Slice(), {}).rule, "default");
  EXPECT_EQ(BandsFor(rule, Slice(), {}).bands, &*rule.bands);
  StatusInput input = Input(D("0.9"));
  EXPECT_EQ(Status(rule, input), "ON_TARGET");
  input.bands = BandsFor(rule, *Slice::Parse("region=EMEA;team=7"), {});
  EXPECT_EQ(input.bands->rule, "dimension:region=EMEA");
  EXPECT_EQ(Status(rule, input), "OFF_TARGET");
}

// 3.7.5: TOO_EARLY comes after NO_TARGET and replaces a status of the basis PACE only.
TEST(Status, TooEarlyReplacesAPaceStatusOnly) {
  StatusInput input = Input(D("0.5"));
  input.too_early = true;
  EXPECT_EQ(Status(Rule(), input), "OFF_TARGET");
  StatusRule pace = Rule();
  pace.bands = *Bands::Create(
      BandBasis::kPace, DirectionKind::kHigher,
      {{KpiStatus::kOnTarget, D("1"), ""}, {KpiStatus::kOffTarget, std::nullopt, ""}});
  EXPECT_EQ(Status(pace, input), "TOO_EARLY");
  input.target = {"t1", TargetValue::Point(D("0")), std::nullopt};
  EXPECT_EQ(Status(pace, input), "NO_TARGET ZERO_TARGET");
  input.target = {"", std::nullopt, NdReason::kNoTarget};
  EXPECT_EQ(Status(pace, input), "NO_TARGET NO_TARGET");
  input.actual = NdReason::kEmpty;
  EXPECT_EQ(Status(pace, input), "NO_DATA EMPTY");
}

TEST(Status, PaceIsJudgedByTheBandReference) {
  StatusRule pace = Rule();
  pace.bands = *Bands::Create(
      BandBasis::kPace, DirectionKind::kHigher,
      {{KpiStatus::kOnTarget, D("1"), ""}, {KpiStatus::kOffTarget, std::nullopt, ""}});
  StatusInput input = Input(D("0.5"));
  EXPECT_EQ(Status(pace, input), "NO_TARGET NOT_READY");
  input.band_reference = D("0.4");
  EXPECT_EQ(Status(pace, input), "ON_TARGET");
}

}  // namespace
}  // namespace kpisuite
