// Targets that are computed: phased, allocated, relative to other values, from other slices.
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/kpi/target.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

constexpr KpiNature kFlow = KpiNature::kFlow;
constexpr KpiNature kLevel = KpiNature::kLevelOrRatio;

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

// A world of closed values by "slice period" and of other KPIs by "kpi slice period".
class FakeEnvironment : public TargetEnvironment {
 public:
  std::map<std::string, std::string> closed;
  std::map<std::string, std::string> kpis;
  std::vector<Slice> children;
  std::string over = "";

  Number ClosedValue(const Slice& slice, const Period& period, const Period& target_period,
                     TargetVintage vintage) const override {
    const std::string frozen = vintage == TargetVintage::kFrozen ? "frozen " : "";
    return Find(closed, frozen + slice.ToString() + " " + period.id);
  }
  Number ValueOver(const Slice&, const Period& first, const Period& last) const override {
    return over.empty() ? Number(NdReason::kPending) : Number(D(over));
  }
  Number KpiValue(absl::string_view kpi, const Slice& slice, const Period& period) const override {
    return Find(kpis, std::string(kpi) + " " + slice.ToString() + " " + period.id);
  }
  std::optional<std::vector<Slice>> Children(const Slice& slice, absl::string_view,
                                             const Period&) const override {
    return slice.is_total() ? children : std::vector<Slice>();
  }

 private:
  static Number Find(const std::map<std::string, std::string>& values, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? Number(NdReason::kPending) : Number(D(found->second));
  }
};

TargetSet Make(std::vector<TargetSpec> specs) {
  for (size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].id.empty()) specs[i].id = "t" + std::to_string(i);
  }
  absl::StatusOr<TargetSet> set = TargetSet::Create(Calendar(), std::move(specs));
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : TargetSet();
}

std::vector<std::string> ErrorFields(TargetSpec spec) {
  spec.id = "t";
  std::vector<std::string> fields;
  const absl::Status status = TargetSet::Create(Calendar(), {std::move(spec)}).status();
  for (const FieldViolation& violation : GetErrorDetails(status).violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

std::string Text(const ResolvedTarget& target) {
  EXPECT_NE(target.value.has_value(), target.reason.has_value());
  if (!target.value.has_value()) return std::string(NdReasonName(*target.reason));
  return target.value->point().ToString();
}

std::string Resolve(const TargetSet& set, absl::string_view period, KpiNature nature,
                    const TargetEnvironment& environment = TargetEnvironment(),
                    absl::string_view slice = "") {
  const Calendar calendar;
  return Text(set.Resolve(calendar, TargetRole::kCommitted, *Slice::Parse(slice),
                          *ParsePeriod(calendar, period), nature, environment));
}

std::vector<std::string> ResolveAll(const TargetSet& set, std::vector<std::string> periods,
                                    KpiNature nature,
                                    const TargetEnvironment& environment = TargetEnvironment()) {
  std::vector<std::string> values;
  for (const std::string& period : periods) {
    values.push_back(Resolve(set, period, nature, environment));
  }
  return values;
}

TargetSpec Phased(absl::string_view first, absl::string_view last) {
  TargetSpec spec;
  spec.kind = TargetKind::kPhasedLinear;
  spec.phased_linear = {D("100"), D("160"), std::string(first), std::string(last)};
  return spec;
}

TargetSpec Allocated(absl::string_view total, absl::string_view period, AllocationProfile profile,
                     std::optional<Grain> grain = Grain::kMonth) {
  TargetSpec spec;
  spec.kind = TargetKind::kAllocated;
  spec.allocated = AllocatedSpec{D(total), std::string(period), profile, {}};
  spec.grain = grain;
  const size_t point = total.find('.');
  spec.scale = point == absl::string_view::npos ? 0 : static_cast<int>(total.size() - point) - 1;
  return spec;
}

// Section 4 of SEMANTICS.
TEST(PhasedLinear, WorkedExample) {
  const TargetSet set = Make({Phased("2025-01", "2025-04")});
  EXPECT_THAT(ResolveAll(set, {"2025-01", "2025-02", "2025-03", "2025-04"}, kLevel),
              ElementsAre("115", "130", "145", "160"));
}

TEST(PhasedLinear, BeginsWithItsFirstPeriodAndStaysAtItsEnd) {
  const TargetSet set = Make({Phased("2025-01", "2025-04")});
  EXPECT_THAT(ResolveAll(set, {"2024-12", "2025-05", "2026-01", "2025-Q1"}, kLevel),
              ElementsAre("NO_TARGET", "160", "160", "145"));
  EXPECT_EQ(Resolve(set, "2025-01-10", kLevel), "NO_TARGET");
}

TEST(PhasedLinear, IsRoundedAtItsScaleAndEndsExactly) {
  TargetSpec spec = Phased("2025-01", "2025-03");
  spec.phased_linear->end = D("101");
  EXPECT_EQ(Resolve(Make({spec}), "2025-01", kLevel), "100.3333333333333333333333333333333");
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kLevel), "101");
  spec.scale = 2;
  EXPECT_EQ(Resolve(Make({spec}), "2025-02", kLevel), "100.67");
}

TEST(PhasedLinear, RefusesPeriodsOutOfOrderAndOfMixedGrains) {
  EXPECT_THAT(ErrorFields(Phased("2025-04", "2025-01")),
              ElementsAre("targets[0].phasedLinear.lastPeriod"));
  EXPECT_THAT(ErrorFields(Phased("2025-01", "2025-Q2")),
              ElementsAre("targets[0].phasedLinear.lastPeriod"));
  EXPECT_THAT(ErrorFields(Phased("1900-01-01", "2025-01-01")),
              ElementsAre("targets[0].phasedLinear.lastPeriod"));
  EXPECT_THAT(ErrorFields(Phased("x", "2025-01")),
              ElementsAre("targets[0].phasedLinear.firstPeriod"));
}

// Section 4 of SEMANTICS.
TEST(Allocated, WorkedExamples) {
  const TargetSet even = Make({Allocated("100.00", "2025-Q1", AllocationProfile::kEven)});
  EXPECT_THAT(ResolveAll(even, {"2025-01", "2025-02", "2025-03"}, kFlow),
              ElementsAre("33.33", "33.33", "33.34"));
}

// Section 4 of SEMANTICS: 21, 20 and 22 working days.
TEST(Allocated, SpreadsByWorkingDays) {
  const Calendar calendar =
      *Calendar::Create({.name = "works", .holidays = {absl::CivilDay(2021, 3, 8)}});
  TargetSpec spec = Allocated("1000.00", "works:2021-Q1", AllocationProfile::kWorkingDays);
  spec.id = "t";
  const TargetSet set = *TargetSet::Create(calendar, {spec});
  std::vector<std::string> values;
  for (const char* id : {"works:2021-01", "works:2021-02", "works:2021-03", "works:2021-03-08",
                         "works:2021-03-31", "works:2021-Q1"}) {
    values.push_back(Text(
        set.Resolve(calendar, TargetRole::kCommitted, Slice(), *ParsePeriod(calendar, id), kFlow)));
  }
  // 349.21 over 22 days: 15.87 each, and 0.07 more among the last seven.
  EXPECT_THAT(values, ElementsAre("333.33", "317.46", "349.21", "0", "15.88", "1000"));
}

TEST(Allocated, SpreadsByGivenWeights) {
  TargetSpec spec = Allocated("-10", "2025-Q1", AllocationProfile::kExplicit, std::nullopt);
  spec.allocated->weights = {{"2025-01", D("0.5")}, {"2025-02", D("0")}, {"2025-03", D("1.5")}};
  spec.scale = 1;
  const TargetSet set = Make({spec});
  EXPECT_THAT(ResolveAll(set, {"2025-01", "2025-02", "2025-03", "2025-Q1", "2025-04"}, kFlow),
              ElementsAre("-2.5", "0", "-7.5", "-10", "NO_TARGET"));
  EXPECT_EQ(Resolve(set, "2025-01-01", kFlow), "NO_TARGET") << "weights say nothing about days";
}

TEST(Allocated, DaysOfAMonthSumToItsPart) {
  const TargetSet set = Make({Allocated("100.00", "2025-Q1", AllocationProfile::kEven)});
  Number sum = Decimal();
  for (const Period& day :
       PeriodsWithin(Calendar(), *ParsePeriod(Calendar(), "2025-03"), Grain::kDay)) {
    sum = sum + D(Resolve(set, day.id, kFlow));
  }
  EXPECT_EQ(sum.ToString(), "33.34");
  EXPECT_EQ(Resolve(set, "2025-W06", kFlow), "NO_TARGET") << "weeks do not make up a month";
}

TEST(Allocated, SeasonalFollowsTheMeanShareOfTheLastYears) {
  TargetSpec spec = Allocated("100", "2025-Q1", AllocationProfile::kSeasonal);
  spec.allocated->years = 3;
  const TargetSet set = Make({spec});
  EXPECT_EQ(Resolve(set, "2025-01", kFlow), "NO_COMPARABLE");
  FakeEnvironment world;
  // Shares .1 .2 .7 and .3 .2 .5; 2022 is not known.
  world.closed = {{" 2024-01", "1"},  {" 2024-02", "2"},  {" 2024-03", "7"},
                  {" 2023-01", "30"}, {" 2023-02", "20"}, {" 2023-03", "50"}};
  EXPECT_THAT(
      ResolveAll(set, {"2025-01", "2025-02", "2025-03", "2025-Q1", "2025-04"}, kFlow, world),
      ElementsAre("20", "20", "60", "100", "NO_TARGET"));
}

TEST(Allocated, RefusesWhatCannotBeSpread) {
  EXPECT_THAT(ErrorFields(Allocated("1", "2025-Q1", AllocationProfile::kEven, std::nullopt)),
              ElementsAre("targets[0].grain"));
  EXPECT_THAT(ErrorFields(Allocated("1", "2025-Q1", AllocationProfile::kEven, Grain::kWeek)),
              ElementsAre("targets[0].allocated.period"));
  EXPECT_THAT(
      ErrorFields(Allocated("1", "2025-03-01", AllocationProfile::kWorkingDays, Grain::kDay)),
      ElementsAre("targets[0].allocated.period"))
      << "a Saturday";
  EXPECT_THAT(ErrorFields(Allocated("1e20", "2025-Q1", AllocationProfile::kEven)),
              ElementsAre("targets[0].allocated.total"));
  TargetSpec spec = Allocated("1", "2025-Q1", AllocationProfile::kExplicit);
  spec.scale.reset();
  EXPECT_THAT(ErrorFields(spec), ElementsAre("targets[0].allocated.weights", "targets[0].scale"));
  spec.scale = 0;
  EXPECT_THAT(ErrorFields(spec), ElementsAre("targets[0].allocated.weights"));
  spec.allocated->weights = {{"2025-01", D("1")}, {"2025-02", D("1")}};
  EXPECT_THAT(ErrorFields(spec), ElementsAre("targets[0].allocated.weights"));
  spec.allocated->weights["2025-03"] = D("-1");
  EXPECT_THAT(ErrorFields(spec), ElementsAre("targets[0].allocated.weights"));
  spec.allocated->weights["2025-03"] = D("1");
  spec.allocated->weights["2025-04"] = D("1");
  EXPECT_THAT(ErrorFields(spec), ElementsAre("targets[0].allocated.weights"));
}

TargetSpec VersusPrior(TargetComparator comparator, TargetChange change, bool freeze = false) {
  TargetSpec spec;
  spec.kind = TargetKind::kVersusPrior;
  spec.versus_prior = {comparator, change, freeze};
  return spec;
}

TEST(VersusPrior, ChangesAClosedComparator) {
  FakeEnvironment world;
  world.closed = {{" 2025-02", "-100"}, {" 2024-03", "80"}};
  const TargetChange tenth{D("0.1"), true};
  const TargetSet previous = Make({VersusPrior(TargetComparator::kPreviousPeriod, tenth)});
  EXPECT_EQ(Resolve(previous, "2025-03", kLevel, world), "-90");
  EXPECT_EQ(Resolve(previous, "2025-04", kLevel, world), "PENDING");
  EXPECT_EQ(Resolve(previous, "2025-03", kLevel), "PENDING") << "an environment that knows nothing";
  const TargetSet units =
      Make({VersusPrior(TargetComparator::kSamePeriodLastYear, {D("-5"), false})});
  EXPECT_EQ(Resolve(units, "2025-03", kLevel, world), "75");
}

TEST(VersusPrior, SameWeekdayIsForDaysAndWeeks) {
  FakeEnvironment world;
  world.closed = {{" 2024-03-12", "7"}, {" 2024-W11", "9"}};
  const TargetSet set = Make({VersusPrior(TargetComparator::kSameWeekday, {D("0"), true})});
  EXPECT_THAT(ResolveAll(set, {"2025-03-11", "2025-W11", "2025-03"}, kLevel, world),
              ElementsAre("7", "9", "NO_COMPARABLE"));
}

TEST(VersusPrior, ComparableIsWhatTheCalendarSays) {
  FakeEnvironment world;
  world.closed = {{" 2024-03", "100"}, {" 2024-W10", "9"}};
  const TargetSet set = Make({VersusPrior(TargetComparator::kComparable, {D("0.1"), true})});
  EXPECT_THAT(ResolveAll(set, {"2025-03", "2025-W10", "2026-W53"}, kLevel, world),
              ElementsAre("110", "9.9", "NO_COMPARABLE"));
}

TEST(VersusPrior, FrozenReadsTheFirstVintage) {
  FakeEnvironment world;
  world.closed = {{" 2025-02", "100"}, {"frozen  2025-02", "90"}};
  const TargetSet set = Make({VersusPrior(TargetComparator::kPreviousPeriod, {D("0.1")}, true)});
  EXPECT_EQ(Resolve(set, "2025-03", kLevel, world), "99");
}

TEST(BaselineImprovement, ImprovesTheMeanOfARange) {
  TargetSpec spec;
  spec.kind = TargetKind::kBaselineImprovement;
  spec.baseline_improvement = {"2024-01", "2024-12", {D("0.1"), true}, false};
  FakeEnvironment world;
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kLevel, world), "PENDING");
  world.over = "1200";
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kLevel, world), "1320");
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kFlow, world), "110") << "by period";
  spec.baseline_improvement->downward = true;
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kFlow, world), "90");
  spec.baseline_improvement->improvement = {D("3"), false};
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kFlow, world), "97");
  spec.baseline_improvement->last_period = "2023-12";
  EXPECT_THAT(ErrorFields(spec), ElementsAre("targets[0].baselineImprovement.lastPeriod"));
}

TEST(FormulaTarget, ReadsOtherKpis) {
  TargetSpec spec;
  spec.kind = TargetKind::kFormula;
  spec.formula = FormulaSpec{
      *Formula::Create("heads * quota / days * days", {{"heads", {}}, {"quota", {}}}, Unit()),
      {"head-count", "quota"}};
  FakeEnvironment world;
  world.kpis = {{"head-count region=EMEA 2025-03", "4"}, {"quota region=EMEA 2025-03", "2.5"}};
  const TargetSet set = Make({spec});
  EXPECT_EQ(Resolve(set, "2025-03", kLevel, world, "region=EMEA"), "10");
  EXPECT_EQ(Resolve(set, "2025-04", kLevel, world, "region=EMEA"), "PENDING");
}

TargetSpec FixedFor(absl::string_view slice, absl::string_view value) {
  TargetSpec spec;
  spec.rule.selector = *Slice::Parse(slice);
  spec.value = D(value);
  return spec;
}

TEST(ChildrenTarget, SumsOrWeighsTheTargetsBelow) {
  TargetSpec parent;
  parent.kind = TargetKind::kChildren;
  parent.children = ChildrenSpec{"region", ""};
  FakeEnvironment world;
  world.children = {*Slice::Parse("region=APAC"), *Slice::Parse("region=EMEA")};
  std::vector<TargetSpec> specs = {parent, FixedFor("region=APAC", "10"),
                                   FixedFor("region=EMEA", "20")};
  EXPECT_EQ(Resolve(Make(specs), "2025-03", kLevel, world), "30");
  EXPECT_EQ(Resolve(Make(specs), "2025-03", kLevel), "NO_TARGET") << "children are not known";
  specs[0].children->weighted_by = "heads";
  world.kpis = {{"heads region=APAC 2025-03", "1"}, {"heads region=EMEA 2025-03", "3"}};
  EXPECT_EQ(Resolve(Make(specs), "2025-03", kLevel, world), "17.5");
  world.kpis["heads region=EMEA 2025-03"] = "-1";
  EXPECT_EQ(Resolve(Make(specs), "2025-03", kLevel, world), "DIV0");
  world.kpis.erase("heads region=EMEA 2025-03");
  EXPECT_EQ(Resolve(Make(specs), "2025-03", kLevel, world), "PENDING");
}

TEST(ChildrenTarget, NeedsAnOwnTargetOfEachChild) {
  TargetSpec parent;
  parent.kind = TargetKind::kChildren;
  parent.children = ChildrenSpec{"region", ""};
  FakeEnvironment world;
  world.children = {*Slice::Parse("region=APAC"), *Slice::Parse("region=EMEA")};
  EXPECT_EQ(Resolve(Make({parent, FixedFor("region=APAC", "10")}), "2025-03", kLevel, world),
            "NO_TARGET");
}

}  // namespace
}  // namespace kpisuite
