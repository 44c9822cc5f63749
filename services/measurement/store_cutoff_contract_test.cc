#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/partition.h"
#include "services/measurement/aggregate_scan.h"
#include "services/measurement/ingest_core.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {
namespace {

constexpr int64_t kDay = 24 * int64_t{3'600'000'000'000};

// Units of metric "delay" of one partition, each recorded a second after the one before.
class StoreCutoffs : public StoreContract {
 protected:
  StoreCutoffs() {
    MetricDefinition metric;
    metric.workspace = "w";
    metric.id = "delay";
    metric.scale = 0;
    metric.dimensions = {"origin"};
    metric_ = std::make_shared<MetricDefinition>(metric);
    part_ = PartitionOf("w", "", store_.partitions());
    query_.set_metric("delay");
    query_.set_aggregation(v1::AGGREGATION_SUM);
  }

  // Ingests what `unit` says at second `second`.
  void At(int64_t second, IngestUnit unit) {
    unit.part = part_;
    unit.metrics = {{"delay", TraitsOf(*metric_)}};
    unit.record_time = absl::FromUnixSeconds(second);
    MustIngest(std::move(unit));
  }

  void Write(int64_t second, std::vector<SampleRow> rows) {
    At(second, Unit("w" + std::to_string(second), "origin=ORD", std::move(rows)));
  }

  void Retract(int64_t second, std::vector<SampleRow> rows) {
    At(second, Retraction("r" + std::to_string(second), "origin=ORD", std::move(rows)));
  }

  static SampleRow OnDay(int32_t day, const std::string& id, int64_t value) {
    return Row(day * kDay, id, value);
  }

  static SampleRow Booked(int32_t business_day, int64_t value) {
    SampleRow row = Row(7, "booked", value);
    row.content.business_day = business_day;
    return row;
  }

  void Cut(std::optional<int32_t> first, std::optional<int32_t> end, int64_t second) {
    v1::RecordCutoff& cutoff = *query_.add_cutoffs();
    if (first.has_value()) cutoff.set_first_day(*first);
    if (end.has_value()) cutoff.set_end_day(*end);
    cutoff.mutable_record_time()->set_seconds(second);
  }

  // "day value/rows held" of each cell.
  std::vector<std::string> Cells() {
    std::vector<std::string> cells;
    const absl::StatusOr<AggregatePlan> plan = PlanAggregate(query_, 0, metric_, absl::UnixEpoch());
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (!plan.ok()) return cells;
    const absl::Status status = RunAggregates(
        *Snapshot(), {&*plan, 1}, store_.partitions(), {}, [&](v1::QueryAggregatesResponse chunk) {
          for (const v1::AggregateCell& cell : chunk.cells()) {
            cells.push_back(absl::StrCat(cell.day(), " ", cell.value(), "/", cell.row_count(), " ",
                                         cell.held_out()));
            EXPECT_EQ(cell.row_count() > 0, cell.last_time_unix_nano() != 0);
          }
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return cells;
  }

  using Texts = std::vector<std::string>;

  std::shared_ptr<const MetricDefinition> metric_;
  int part_ = 0;
  v1::AggregateQuery query_;
};

INSTANTIATE_TEST_SUITE_P(Engines, StoreCutoffs, testing::ValuesIn(EnginesUnderTest()), EngineName);

TEST_P(StoreCutoffs, TheLastEntryCommittedAtAMomentIsFound) {
  EXPECT_EQ(*FindSeqAt(*Snapshot(), part_, absl::FromUnixSeconds(5)), 0);
  Write(10, {OnDay(1, "a", 1)});
  Write(20, {OnDay(1, "a", 2)});
  // A clock that went back does not take commits back.
  Write(15, {OnDay(1, "a", 3)});
  Write(30, {OnDay(1, "a", 4)});
  const auto snapshot = Snapshot();
  const std::vector<std::pair<int64_t, int64_t>> want = {{9, 0},  {10, 1}, {19, 1}, {20, 3},
                                                         {29, 3}, {30, 4}, {99, 4}};
  for (const auto& [second, seq] : want) {
    EXPECT_EQ(*FindSeqAt(*snapshot, part_, absl::FromUnixSeconds(second)), seq) << second;
  }
}

TEST_P(StoreCutoffs, WhatWasInsertedCorrectedOrWithdrawnLaterIsHeldOut) {
  Write(10, {OnDay(1, "a", 1), OnDay(1, "b", 2), OnDay(1, "c", 4)});
  Write(20, {OnDay(1, "a", 100), OnDay(1, "d", 8)});
  Retract(21, {OnDay(1, "b", 0)});
  EXPECT_EQ(Cells(), (Texts{"1 112/3 0"}));
  Cut(1, 2, 10);
  EXPECT_EQ(Cells(), (Texts{"1 7/3 3"}));
  query_.mutable_cutoffs(0)->mutable_record_time()->set_seconds(20);
  EXPECT_EQ(Cells(), (Texts{"1 114/4 1"}));
  query_.mutable_cutoffs(0)->mutable_record_time()->set_seconds(21);
  EXPECT_EQ(Cells(), (Texts{"1 112/3 0"}));
}

TEST_P(StoreCutoffs, ADayOfNothingButHeldOutSamplesHasAnEmptyCell) {
  Write(10, {OnDay(3, "a", 1)});
  Cut(std::nullopt, std::nullopt, 9);
  EXPECT_EQ(Cells(), (Texts{"3 /0 1"}));
}

TEST_P(StoreCutoffs, ASeriesThatWasWithdrawnWholeCountsUpToItsCutoff) {
  Write(10, {OnDay(3, "a", 5)});
  Retract(20, {OnDay(3, "a", 0)});
  EXPECT_EQ(Cells(), Texts{});
  Cut(std::nullopt, 4, 10);
  EXPECT_EQ(Cells(), (Texts{"3 5/1 1"}));
}

TEST_P(StoreCutoffs, WhatSaysTheSameAgainIsNotHeldOut) {
  Write(10, {OnDay(1, "a", 5)});
  Write(20, {OnDay(1, "a", 6)});
  Write(30, {OnDay(1, "a", 5)});
  Retract(40, {OnDay(1, "a", 0)});
  Write(50, {OnDay(1, "a", 5)});
  Cut(std::nullopt, std::nullopt, 10);
  EXPECT_EQ(Cells(), (Texts{"1 5/1 0"}));
}

TEST_P(StoreCutoffs, EachRangeHasItsOwnCutoffAndOtherDaysNone) {
  for (int32_t day = 0; day < 6; ++day) {
    Write(10 + day, {OnDay(day, "a", 1)});
    Write(20 + day, {OnDay(day, "a", 2)});
    Write(30 + day, {OnDay(day, "a", 3)});
  }
  query_.clear_cutoffs();
  Cut(std::nullopt, 1, 5);
  Cut(1, 3, 25);
  Cut(4, std::nullopt, 34);
  // Times of commit do not go back: nothing of day 1 was recorded before 30.
  EXPECT_EQ(Cells(), (Texts{"0 /0 1", "1 /0 1", "2 /0 1", "3 3/1 0", "4 3/1 0", "5 2/1 1"}));
}

TEST_P(StoreCutoffs, ASampleMovedBetweenDaysIsJudgedByEachOfThem) {
  Write(10, {Booked(1, 5)});
  Write(20, {Booked(2, 6)});
  EXPECT_EQ(Cells(), (Texts{"2 6/1 0"}));
  Cut(1, 2, 10);  // out of a day that is cut into one that is not
  EXPECT_EQ(Cells(), (Texts{"1 5/1 1", "2 6/1 0"}));
  query_.clear_cutoffs();
  Cut(2, 3, 10);  // and the other way round
  EXPECT_EQ(Cells(), (Texts{"2 /0 1"}));
}

TEST_P(StoreCutoffs, FiltersAndGroupsWorkOnWhatCounts) {
  Write(10, {OnDay(1, "a", 1), OnDay(1, "b", 50)});
  Write(20, {OnDay(1, "a", 60)});
  query_.set_where("value >= 10");
  query_.add_group_by("origin");
  Cut(1, 2, 10);
  EXPECT_EQ(Cells(), (Texts{"1 50/2 1"}));
}

TEST_P(StoreCutoffs, CutoffsThatOverlapOrSayNothingAreNamed) {
  Cut(3, 3, 10);
  Cut(2, 5, 10);
  query_.add_cutoffs()->set_first_day(5);
  std::vector<std::string> fields;
  for (const FieldViolation& violation :
       GetErrorDetails(PlanAggregate(query_, 4, metric_, absl::UnixEpoch()).status()).violations) {
    fields.push_back(violation.field);
  }
  EXPECT_EQ(fields, (Texts{"queries[4].cutoffs[0].end_day", "queries[4].cutoffs[1].first_day",
                           "queries[4].cutoffs[2].record_time"}));
  query_.clear_cutoffs();
  for (int i = 0; i <= 10'000; ++i) Cut(i, i + 1, 10);
  EXPECT_EQ(GetErrorDetails(PlanAggregate(query_, 4, metric_, absl::UnixEpoch()).status())
                .violations[0]
                .field,
            "queries[4].cutoffs");
}

}  // namespace
}  // namespace kpisuite
