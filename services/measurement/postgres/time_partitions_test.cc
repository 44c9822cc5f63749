#include "services/measurement/postgres/time_partitions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/measurement/postgres/replicas_for_test.h"
#include "services/measurement/postgres/schema.h"

namespace kpisuite {
namespace {

absl::Time Month(int year, int month) {
  return absl::FromCivil(absl::CivilMonth(year, month), absl::UTCTimeZone());
}

class TimePartitions : public testing::Test {
 protected:
  std::vector<std::string> Names() {
    const auto read = database_->BeginRead();
    const auto rows = read->connection().Query(
        "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'sample'::regclass ORDER BY 1");
    std::vector<std::string> names;
    for (int row = 0; row < rows->rows(); ++row) names.emplace_back(rows->Bytes(row, 0));
    return names;
  }

  void MakeAt(absl::Time now) {
    auto transaction = database_->BeginWrite();
    const absl::Status made = MakeTimePartitions(transaction->connection(), now);
    ASSERT_TRUE(made.ok()) << made;
    ASSERT_TRUE(transaction->Commit().ok());
  }

  const std::unique_ptr<PostgresDatabase> database_ =
      PostgresDatabase::Create({.target = PostgresTestServer::Shared().NewDatabase().value(),
                                .schema = PostgresMeasurementSchema()})
          .value();
};

TEST_F(TimePartitions, TheFirstMonthsAndAllTimeBeforeAreMadeOnce) {
  for (int i = 0; i < 2; ++i) {
    MakeAt(Month(2025, 11) + absl::Hours(100));
    EXPECT_EQ(Names(), (std::vector<std::string>{"sample_past", "sample_y2025m11",
                                                 "sample_y2025m12", "sample_y2026m01"}));
  }
}

TEST_F(TimePartitions, MonthsInWhichNobodyWasThereLeaveNoGap) {
  MakeAt(Month(2025, 11));
  MakeAt(Month(2026, 4));
  EXPECT_EQ(Names().size(), 9u);
  EXPECT_EQ(Names().back(), "sample_y2026m06");
}

TEST(PostgresMeasurementStore, SamplesOfAllMonthsAreReadInOrder) {
  const auto store = OpenReplica(PostgresTestServer::Shared().NewDatabase().value());
  const int64_t now = absl::ToUnixNanos(absl::Now());
  std::vector<int64_t> times;
  IngestUnit unit = UnitOf(1, "r", "x", 0, 1);
  unit.series[0].rows.clear();
  for (const int64_t time : {absl::ToUnixNanos(Month(1700, 1)), int64_t{0}, now - 1, now}) {
    SampleRow row;
    row.time_nano = time;
    row.sample_id = "s";
    unit.series[0].rows.push_back(row);
    times.push_back(time);
  }
  ASSERT_TRUE(IngestAndWait(*store, unit).ok());
  std::vector<int64_t> read;
  for (const auto& [key, value] : ReadTable(*store, 1)) read.push_back(key.second);
  EXPECT_EQ(read, times);
}

TEST(PostgresMeasurementStore, ViewsShowWhatIsLiveAsNumbers) {
  const PostgresTarget target = PostgresTestServer::Shared().NewDatabase().value();
  const auto store = OpenReplica(target);
  const int64_t hour = absl::ToInt64Nanoseconds(absl::Hours(1));
  ASSERT_TRUE(IngestAndWait(*store, UnitOf(1, "r1", "x", hour, -125)).ok());
  ASSERT_TRUE(IngestAndWait(*store, UnitOf(1, "r2", "x", 2 * hour, 1)).ok());
  ASSERT_TRUE(IngestAndWait(*store, UnitOf(1, "r3", "x", 3 * hour, 7)).ok());
  IngestUnit withdrawn = UnitOf(1, "r4", "x", 3 * hour, 7);
  withdrawn.operation = IngestOperation::kRetract;
  ASSERT_TRUE(IngestAndWait(*store, withdrawn).ok());
  const auto connection =
      PostgresConnection::Open(target, {"test", "SET search_path TO kpi_measurement"}).value();
  const auto samples = connection->Query(
      "SELECT workspace, metric, slice, time::text, value::text FROM sample_value ORDER BY time");
  ASSERT_TRUE(samples.ok()) << samples.status();
  ASSERT_EQ(samples->rows(), 2);
  EXPECT_EQ(samples->Bytes(0, 2), "origin=x");
  EXPECT_EQ(samples->Bytes(0, 3), "1970-01-01 01:00:00+00");
  EXPECT_EQ(samples->Bytes(0, 4), "-1.25");
  const auto days =
      connection->Query("SELECT day::text, samples, sum::text, max::text FROM daily_samples");
  ASSERT_TRUE(days.ok()) << days.status();
  ASSERT_EQ(days->rows(), 1);
  EXPECT_EQ(days->Bytes(0, 0), "1970-01-01");
  EXPECT_EQ(days->Int64(0, 1), 2);
  EXPECT_EQ(days->Bytes(0, 2), "-1.24");
  EXPECT_EQ(days->Bytes(0, 3), "0.01");
}

}  // namespace
}  // namespace kpisuite
