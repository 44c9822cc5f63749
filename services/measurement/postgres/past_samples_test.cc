#include "services/measurement/postgres/past_samples.h"

#include <gmock/gmock.h>

#include <thread>

#include "absl/time/civil_time.h"
#include "services/measurement/postgres/replicas_for_test.h"
#include "services/measurement/retention.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

absl::Time On(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}
int64_t NanoOn(int year, int month, int day) { return absl::ToUnixNanos(On(year, month, day)); }

// Two processes on one database, made in November 2025: months until January have tables.
class PostgresPastSamples : public testing::Test {
 protected:
  std::unique_ptr<PostgresMeasurementStore> Open() {
    PostgresMeasurementStoreOptions options;
    options.target = target_;
    options.partitions = 8;
    return PostgresMeasurementStore::Create(options, clock_).value();
  }

  void Write(const std::string& request_id, const std::string& origin, int64_t time) {
    const auto outcome = IngestAndWait(*store_, UnitOf(1, request_id, origin, time, 1));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
  }

  void Record(absl::Time cutoff) {
    std::vector<PastSamples> past = store_->FindPast(cutoff).value();
    for (PastSamples& one : past) {
      IngestUnit unit;
      unit.part = one.part;
      unit.workspace = one.workspace;
      unit.kept = {std::move(one.move)};
      EXPECT_TRUE(IngestAndWait(*store_, std::move(unit)).ok());
    }
  }

  PastDeletion Delete(absl::Time cutoff) {
    const auto deleted = store_->DeletePast(cutoff, [] { return false; });
    EXPECT_TRUE(deleted.ok()) << deleted.status();
    return deleted.value_or(PastDeletion::kLater);
  }

  std::vector<std::string> Tables(const std::string& table = "sample") {
    const auto rows = connection_->Query(
        "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = $1::regclass ORDER BY 1",
        {table});
    std::vector<std::string> names;
    for (int row = 0; row < rows->rows(); ++row) names.emplace_back(rows->Bytes(row, 0));
    return names;
  }

  const FakeClock clock_{On(2025, 11, 20)};
  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  const std::unique_ptr<PostgresMeasurementStore> store_ = Open();
  const std::unique_ptr<PostgresConnection> connection_ =
      PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_measurement"}).value();
};

TEST_F(PostgresPastSamples, MonthsAreDroppedAndAllTimeBeforeTheNextHasATableAgain) {
  Write("r1", "x", NanoOn(2025, 10, 5));
  Write("r2", "x", NanoOn(2025, 11, 5));
  Write("r3", "x", NanoOn(2025, 12, 5));
  Record(On(2025, 12, 1));
  EXPECT_EQ(Delete(On(2025, 12, 1)), PastDeletion::kAll);
  EXPECT_THAT(Tables(), ElementsAre("sample_past", "sample_y2025m12", "sample_y2026m01"));
  EXPECT_THAT(
      Tables("sample_revision"),
      ElementsAre("sample_revision_past", "sample_revision_y2025m12", "sample_revision_y2026m01"));
  EXPECT_THAT(ReadTable(*store_, 1), SizeIs(1));
  // Of a metric of which all samples are kept, by a process that keeps them for longer.
  IngestUnit unit = UnitOf(1, "r4", "x", NanoOn(2025, 11, 5), 1);
  unit.metrics[0].metric = unit.series[0].metric = "other";
  EXPECT_TRUE(IngestAndWait(*store_, unit).ok());
  EXPECT_THAT(store_->FindPast(On(2025, 12, 1)).value(), SizeIs(1));
  EXPECT_EQ(Delete(On(2025, 12, 1)), PastDeletion::kUnrecorded);
  Record(On(2026, 1, 1));
  EXPECT_EQ(Delete(On(2026, 1, 1)), PastDeletion::kAll);
  EXPECT_THAT(Tables(), ElementsAre("sample_past", "sample_y2026m01"));
  EXPECT_THAT(ReadTable(*store_, 1), IsEmpty());
  // The next process finds what it needs, and makes what is missing.
  EXPECT_NE(Open(), nullptr);
}

TEST_F(PostgresPastSamples, WhatIsOlderThanTheStoreGoesWithTheFirstMonthOrAlone) {
  Write("r1", "x", NanoOn(2025, 8, 5));
  Write("r2", "x", NanoOn(2025, 10, 5));
  Record(On(2025, 9, 1));
  EXPECT_EQ(Delete(On(2025, 9, 1)), PastDeletion::kAll) << "sample_past lasts longer";
  EXPECT_THAT(ReadTable(*store_, 1), SizeIs(2));
  Record(On(2025, 11, 1));
  EXPECT_EQ(Delete(On(2025, 11, 1)), PastDeletion::kAll);
  EXPECT_THAT(ReadTable(*store_, 1), IsEmpty());
  EXPECT_THAT(Tables(), SizeIs(4));
}

TEST_F(PostgresPastSamples, AMonthWithSamplesOfWhichNothingIsRecordedIsLeft) {
  Write("r1", "x", NanoOn(2025, 11, 5));
  EXPECT_EQ(Delete(On(2025, 12, 1)), PastDeletion::kUnrecorded);
  EXPECT_THAT(Tables(), SizeIs(4));
  EXPECT_THAT(ReadTable(*store_, 1), SizeIs(1));
}

TEST_F(PostgresPastSamples, NothingIsDroppedWhileSomebodyReads) {
  Write("r1", "x", NanoOn(2025, 11, 5));
  Record(On(2025, 12, 1));
  auto reader = store_->Snapshot().value();
  EXPECT_EQ(Delete(On(2025, 12, 1)), PastDeletion::kLater);
  EXPECT_THAT(Tables(), SizeIs(4));
  Write("r2", "x", NanoOn(2025, 12, 5));
  reader.reset();
  EXPECT_EQ(Delete(On(2025, 12, 1)), PastDeletion::kAll);
}

TEST_F(PostgresPastSamples, ProcessesThatDoItAtOnceDoItOnce) {
  for (int i = 0; i < 6; ++i) Write(absl::StrCat("r", i), "x", NanoOn(2025, 6 + i, 5));
  const auto other = Open();
  FakeClock later(On(2026, 1, 10));
  Retention first(*store_, {.samples = absl::Hours(744)}, later);
  Retention second(*other, {.samples = absl::Hours(744)}, later);
  std::thread thread([&second] { EXPECT_TRUE(second.RunOnce().ok()); });
  EXPECT_TRUE(first.RunOnce().ok());
  thread.join();
  EXPECT_TRUE(first.RunOnce().ok());
  EXPECT_THAT(Tables(), ElementsAre("sample_past", "sample_y2025m12", "sample_y2026m01"));
  ASSERT_TRUE(store_->RefreshHeads().ok());
  EXPECT_EQ(store_->Heads()[1].last_seq, 7);
}

}  // namespace
}  // namespace kpisuite
