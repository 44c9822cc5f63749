#include "services/measurement/aggregate_scan.h"

#include <gtest/gtest.h>

#include "libs/base/error.h"
#include "libs/kpi/aggregate.h"
#include "services/measurement/ingest_core.h"
#include "services/measurement/memory_measurement_store.h"

namespace kpisuite {
namespace {

constexpr int64_t kHour = 3'600'000'000'000;

class AggregateScan : public testing::Test {
 protected:
  AggregateScan() {
    MetricDefinition metric;
    metric.workspace = "w";
    metric.id = "delay";
    metric.scale = 1;
    metric.dimensions = {"origin"};
    metric_ = std::make_shared<MetricDefinition>(metric);
    query_.set_metric("delay");
    query_.set_aggregation(v1::AGGREGATION_SUM);
  }

  void Write(const std::string& origin, int64_t time, int64_t value,
             int32_t business_day = kNoBusinessDay) {
    IngestUnit unit;
    unit.part = 0;
    unit.workspace = "w";
    unit.metrics = {{"delay", TraitsOf(*metric_)}};
    SampleRow row;
    row.time_nano = time;
    row.sample_id = std::to_string(++samples_);
    row.content.value = value;
    row.content.business_day = business_day;
    unit.series.push_back({"delay", Slice::Parse("origin=" + origin).value(), {row}});
    store_.Ingest(unit, [](const absl::StatusOr<IngestOutcome>& outcome) {
      EXPECT_TRUE(outcome.ok()) << outcome.status();
    });
  }

  absl::Status RunQuery(AggregateLimits limits = {}) {
    chunks_.clear();
    absl::StatusOr<AggregatePlan> plan = PlanAggregate(query_, 0, metric_, now_);
    if (!plan.ok()) return plan.status();
    return RunAggregates(**store_.Snapshot(), {&*plan, 1}, 1, limits,
                         [this](v1::QueryAggregatesResponse chunk) {
                           chunks_.push_back(std::move(chunk));
                           return absl::OkStatus();
                         });
  }

  // "slice day value/rows" of each cell.
  std::vector<std::string> Cells() {
    const absl::Status status = RunQuery();
    EXPECT_TRUE(status.ok()) << status;
    std::vector<std::string> cells;
    for (const v1::QueryAggregatesResponse& chunk : chunks_) {
      for (const v1::AggregateCell& cell : chunk.cells()) {
        cells.push_back(cell.slice() + " " + std::to_string(cell.day()) + " " + cell.value() + "/" +
                        std::to_string(cell.row_count()));
      }
    }
    return cells;
  }

  using Texts = std::vector<std::string>;

  absl::Time now_ = absl::UnixEpoch();
  int samples_ = 0;
  std::shared_ptr<const MetricDefinition> metric_;
  MemoryMeasurementStore store_{77, 1};
  v1::AggregateQuery query_;
  std::vector<v1::QueryAggregatesResponse> chunks_;
};

TEST_F(AggregateScan, CellsAreBySliceAsRecordedAndLocalDay) {
  Write("ORD", 1 * kHour, 10);
  Write("ORD", 23 * kHour, 5);
  Write("MIA", 25 * kHour, 7);
  EXPECT_EQ(Cells(), (Texts{" 0 1.5/2", " 1 0.7/1"}));
  query_.add_group_by("origin");
  EXPECT_EQ(Cells(), (Texts{"origin=ORD 0 1.5/2", "origin=MIA 1 0.7/1"}));
  query_.set_slice("origin=ORD");
  EXPECT_EQ(Cells(), (Texts{"origin=ORD 0 1.5/2"}));
  query_.set_time_zone("America/Chicago");
  EXPECT_EQ(Cells(), (Texts{"origin=ORD -1 1/1", "origin=ORD 0 0.5/1"}));
  query_.mutable_day_start()->set_seconds(18 * 3600);
  EXPECT_EQ(Cells(), (Texts{"origin=ORD -1 1.5/2"}));
}

TEST_F(AggregateScan, DaysOutsideTheRangeAreLeftOutAndBusinessDaysWin) {
  Write("ORD", 1 * kHour, 10);
  Write("ORD", 30 * kHour, 20);
  Write("ORD", 31 * kHour, 40, 0);
  Write("ORD", 2 * kHour, 80, 5);
  EXPECT_EQ(Cells(), (Texts{" 0 5/2", " 1 2/1", " 5 8/1"}));
  query_.set_first_day(0);
  query_.set_end_day(1);
  EXPECT_EQ(Cells(), (Texts{" 0 5/2"}));
  query_.set_first_day(5);
  query_.set_end_day(5);
  EXPECT_EQ(Cells(), Texts{});
}

TEST_F(AggregateScan, SamplesThatAreNotKeptCountNowhereAndEachChunkSaysSo) {
  Write("OLD", 1 * kHour, 10);
  Write("ORD", 2 * kHour, 20, 7);
  Write("ORD", 26 * kHour, 40);
  EXPECT_EQ(Cells(), (Texts{" 0 1/1", " 1 4/1", " 7 2/1"}));
  EXPECT_FALSE(chunks_[0].has_kept());
  IngestUnit unit;
  unit.workspace = "w";
  unit.kept = {{"delay", {3 * kHour, 8}}};
  store_.Ingest(unit, [](const auto& outcome) { EXPECT_TRUE(outcome.ok()); });
  EXPECT_EQ(Cells(), (Texts{" 1 4/1"}));
  ASSERT_EQ(chunks_.size(), 1u);
  EXPECT_EQ(chunks_[0].kept().metric(), "delay");
  EXPECT_EQ(chunks_[0].kept().kept_from().seconds(), 3 * 3600);
  EXPECT_EQ(chunks_[0].kept().first_business_day(), 8);
  EXPECT_EQ(chunks_[0].last_event_time().seconds(), 26 * 3600);
  // As it was recorded at a moment, too.
  query_.add_cutoffs()->mutable_record_time()->set_seconds(1);
  EXPECT_EQ(Cells(), (Texts{" 1 4/1"}));
  query_.clear_cutoffs();
  unit.kept = {{"delay", {30 * kHour, 8}}};
  store_.Ingest(unit, [](const auto& outcome) { EXPECT_TRUE(outcome.ok()); });
  EXPECT_EQ(Cells(), Texts{});
  EXPECT_TRUE(chunks_[0].has_kept());
  EXPECT_FALSE(chunks_[0].has_last_event_time());
}

TEST_F(AggregateScan, TheFilterComesAfterEmptinessIsJudged) {
  Write("ORD", 1 * kHour, 10);
  Write("MIA", 26 * kHour, 900);
  query_.set_aggregation(v1::AGGREGATION_COUNT);
  query_.set_where("value <= 15");
  EXPECT_EQ(Cells(), (Texts{" 0 1/1", " 1 0/1"}));
  query_.set_where("origin = MIA");
  EXPECT_EQ(Cells(), (Texts{" 0 0/1", " 1 1/1"}));
}

TEST_F(AggregateScan, DerivedValuesTakeThePlaceOfValues) {
  Write("ORD", 1 * kHour, 14);
  Write("ORD", 2 * kHour, 15);
  Write("ORD", 3 * kHour, -4);
  query_.set_expression("1 / value");
  query_.set_expression_scale(2);
  EXPECT_EQ(Cells(), (Texts{" 0 -1.12/3"}));
  query_.set_where("value >= 0.67");
  EXPECT_EQ(Cells(), (Texts{" 0 1.38/3"}));
  query_.set_expression("1 / price");
  EXPECT_EQ(GetErrorDetails(RunQuery()).violations[0].field, "queries[0].expression");
  query_.clear_expression();
  EXPECT_EQ(GetErrorDetails(RunQuery()).violations[0].field, "queries[0].expression_scale");
}

TEST_F(AggregateScan, StatesOfSlicesMergeToTheStateOfTheirUnion) {
  for (int i = 0; i < 40; ++i) Write(i % 2 ? "ORD" : "MIA", i * kHour / 2, i * i % 17);
  for (const auto aggregation : {v1::AGGREGATION_SUM, v1::AGGREGATION_AVG, v1::AGGREGATION_MAX,
                                 v1::AGGREGATION_LAST, v1::AGGREGATION_MEDIAN}) {
    query_.set_aggregation(aggregation);
    query_.clear_group_by();
    ASSERT_TRUE(RunQuery().ok());
    const std::string total = chunks_[0].cells(0).state();
    query_.add_group_by("origin");
    ASSERT_TRUE(RunQuery().ok());
    ASSERT_EQ(chunks_[0].cells_size(), 2);
    Aggregate merged = Aggregate::Parse(chunks_[0].cells(0).state()).value();
    ASSERT_TRUE(merged.Merge(Aggregate::Parse(chunks_[0].cells(1).state()).value()).ok());
    EXPECT_EQ(merged.Serialize(), total) << v1::Aggregation_Name(aggregation);
  }
}

TEST_F(AggregateScan, LevelsGroupAndFilterByWhereMembersBelong) {
  MetricDefinition metric = *metric_;
  const std::vector<Hierarchy::Entry> entries = {
      {"ORD", std::nullopt, {Member::Text("North")}},
      {"ORD", absl::CivilDay(1970, 1, 2), {Member::Text("South")}},
      {"MIA", std::nullopt, {Member::Text("South")}}};
  metric.hierarchies = {
      std::make_shared<const Hierarchy>("origin", std::vector<std::string>{"zone"}, entries)};
  metric_ = std::make_shared<MetricDefinition>(metric);
  Write("ORD", 1 * kHour, 10);
  Write("ORD", 25 * kHour, 20);
  Write("MIA", 25 * kHour, 40);
  Write("XYZ", 25 * kHour, 80);
  query_.add_group_by("zone");
  now_ = absl::FromUnixSeconds(86'400 * 10);
  EXPECT_EQ(Cells(), (std::vector<std::string>{"zone=South 0 1/1", "zone=South 1 6/2",
                                               "zone=(null) 1 8/1"}));
  query_.set_hierarchy_view(v1::HIERARCHY_VIEW_AS_WAS);
  EXPECT_EQ(Cells(), (std::vector<std::string>{"zone=North 0 1/1", "zone=South 1 6/2",
                                               "zone=(null) 1 8/1"}));
  query_.set_slice("zone=North");
  EXPECT_EQ(Cells(), (std::vector<std::string>{"zone=North 0 1/1"}));
  query_.clear_slice();
  query_.clear_group_by();
  query_.set_where("zone = North");
  EXPECT_EQ(Cells(), (std::vector<std::string>{" 0 1/1", " 1 0/3"}));
  query_.set_hierarchy_view(v1::HIERARCHY_VIEW_AS_IS);
  EXPECT_EQ(Cells(), (std::vector<std::string>{" 0 0/1", " 1 0/3"}));
}

TEST_F(AggregateScan, EveryQueryHasALastChunkWithItsPositionEvenWithoutData) {
  ASSERT_TRUE(RunQuery().ok());
  ASSERT_EQ(chunks_.size(), 1u);
  EXPECT_TRUE(chunks_[0].last());
  EXPECT_FALSE(chunks_[0].has_last_event_time());
  EXPECT_FALSE(chunks_[0].has_complete_through());
  EXPECT_EQ(chunks_[0].position().incarnation(), 77);
  Write("ORD", 1 * kHour, 10);
  Write("MIA", 2 * kHour, 10);
  query_.set_end_day(-5);
  ASSERT_TRUE(RunQuery().ok());
  EXPECT_EQ(chunks_[0].cells_size(), 0);
  EXPECT_EQ(chunks_[0].position().seq(), 2);
  EXPECT_EQ(chunks_[0].last_event_time().seconds(), 7200);
}

TEST_F(AggregateScan, LargeAnswersComeInChunksAndTooLargeOnesAreRefused) {
  for (int day = 0; day < 20; ++day) Write("ORD", day * 24 * kHour, 1);
  AggregateLimits limits;
  limits.max_chunk_bytes = 100;
  ASSERT_TRUE(RunQuery(limits).ok());
  EXPECT_GT(chunks_.size(), 3u);
  int cells = 0;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    cells += chunks_[i].cells_size();
    EXPECT_EQ(chunks_[i].last(), i + 1 == chunks_.size());
  }
  EXPECT_EQ(cells, 20);
  limits.max_cells = 19;
  EXPECT_EQ(GetErrorDetails(RunQuery(limits)).reason, "INVALID_FIELD");
}

TEST_F(AggregateScan, QueriesOverSamplesOfOtherTraitsAreRefused) {
  Write("ORD", 1 * kHour, 10);
  MetricDefinition rescaled = *metric_;
  rescaled.scale = 3;
  metric_ = std::make_shared<MetricDefinition>(rescaled);
  EXPECT_EQ(GetErrorDetails(RunQuery()).reason, "IMMUTABLE_FIELD");
}

TEST_F(AggregateScan, EverythingWrongWithAQueryIsNamed) {
  query_.set_aggregation(v1::AGGREGATION_MEAN_OF_RATIOS);
  query_.set_where("value <=");
  query_.add_group_by("gate");
  query_.set_time_zone("Mars/Olympus");
  query_.set_first_day(3);
  query_.set_end_day(2);
  std::set<std::string> fields;
  for (const FieldViolation& violation : GetErrorDetails(RunQuery()).violations) {
    fields.insert(violation.field);
  }
  EXPECT_EQ(fields.count("queries[0].aggregation"), 1u);
  EXPECT_EQ(fields.count("queries[0].where"), 1u);
  EXPECT_EQ(fields.count("queries[0].group_by[0]"), 1u);
  EXPECT_EQ(fields.count("queries[0].time_zone"), 1u);
  EXPECT_EQ(fields.count("queries[0].end_day"), 1u);
  query_.Clear();
  query_.set_metric("delay");
  query_.set_aggregation(v1::AGGREGATION_PERCENTILE);
  query_.set_percentile("101");
  EXPECT_FALSE(RunQuery().ok());
  query_.set_percentile("99.9");
  EXPECT_TRUE(RunQuery().ok());
}

}  // namespace
}  // namespace kpisuite
