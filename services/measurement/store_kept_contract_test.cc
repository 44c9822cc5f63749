// What every engine makes of samples that are past their retention.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/error.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kAll = std::numeric_limits<int64_t>::min();

int64_t NanoOf(int month, int day) {
  return absl::ToUnixNanos(absl::FromCivil(absl::CivilDay(2023, month, day), absl::UTCTimeZone()));
}
// The engines of the test were made in November 2023, in which months of their own begin.
const int64_t kDecember = NanoOf(12, 1);
const absl::Time kCutoff = absl::FromUnixNanos(kDecember);

SampleRow DayRow(int64_t time, int32_t business_day) {
  SampleRow row = Row(time, "a", 1);
  row.content.business_day = business_day;
  return row;
}

class StoreKept : public StoreContract {
 protected:
  static IngestUnit Move(const std::string& metric, int64_t from_nano,
                         int32_t first_business_day = kNoBusinessDay) {
    IngestUnit unit;
    unit.part = 3;
    unit.workspace = "w";
    unit.record_time = absl::FromUnixSeconds(2000);
    unit.kept.push_back({metric, {from_nano, first_business_day}});
    return unit;
  }

  static IngestUnit OfMetric(const std::string& metric, IngestUnit unit) {
    unit.metrics[0].metric = unit.series[0].metric = metric;
    return unit;
  }

  KeptSamples Kept(const std::string& metric = "delay") {
    const auto kept = Snapshot()->FindKept("w", metric);
    EXPECT_TRUE(kept.ok()) << kept.status();
    return kept.value_or(KeptSamples());
  }

  // What FindPast says, as "metric from first_business_day".
  std::vector<std::string> Past() {
    const auto past = store_.FindPast(kCutoff);
    EXPECT_TRUE(past.ok()) << past.status();
    std::vector<std::string> texts;
    for (const PastSamples& one : *past) {
      EXPECT_EQ(one.part, 3);
      EXPECT_EQ(one.workspace, "w");
      EXPECT_GE(one.move.kept.from_nano, kDecember);
      const int32_t day = one.move.kept.first_business_day;
      texts.push_back(
          absl::StrCat(one.move.metric, " ", day == kNoBusinessDay ? "-" : absl::StrCat(day)));
    }
    return texts;
  }

  // As Retention does.
  void RecordAll() {
    std::vector<PastSamples> past = store_.FindPast(kCutoff).value();
    for (PastSamples& one : past) {
      IngestUnit unit = Move("", 0);
      unit.part = one.part;
      unit.workspace = one.workspace;
      unit.kept = {std::move(one.move)};
      MustIngest(std::move(unit));
    }
  }

  PastDeletion Delete() {
    const auto deleted = store_.DeletePast(kCutoff, [] { return false; });
    EXPECT_TRUE(deleted.ok()) << deleted.status();
    return deleted.value_or(PastDeletion::kLater);
  }

  std::string Refusal(IngestUnit unit) {
    const absl::Status status = Ingest(std::move(unit)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    return GetErrorDetails(status).reason;
  }
};

TEST_P(StoreKept, AllSamplesAreKeptUntilToldAndThenItMovesOnlyForwardInTheFeed) {
  EXPECT_TRUE(Kept().all());
  EXPECT_EQ(MustIngest(Move("delay", 1000)).seq, 1);
  EXPECT_EQ(Kept(), (KeptSamples{1000, kNoBusinessDay}));
  EXPECT_EQ(MustIngest(Move("delay", 1000)).seq, 1) << "nothing new makes no entry";
  EXPECT_EQ(MustIngest(Move("delay", 900)).seq, 1);
  EXPECT_EQ(MustIngest(Move("delay", 900, 40)).seq, 2);
  EXPECT_EQ(MustIngest(Move("delay", 1200, 30)).seq, 3);
  EXPECT_EQ(Kept(), (KeptSamples{1200, 40}));
  EXPECT_TRUE(Kept("other").all());
  const std::vector<v1::ChangeBatch> feed = Feed(3);
  ASSERT_THAT(feed, SizeIs(3));
  EXPECT_EQ(feed[0].workspace(), "workspaces/w");
  ASSERT_EQ(feed[0].kept_size(), 1);
  EXPECT_EQ(feed[0].kept(0).metric(), "delay");
  EXPECT_EQ(feed[0].kept(0).kept_from().nanos(), 1000);
  EXPECT_FALSE(feed[0].kept(0).has_first_business_day());
  EXPECT_EQ(feed[1].kept(0).kept_from().nanos(), 1000);
  EXPECT_EQ(feed[1].kept(0).first_business_day(), 40);
  EXPECT_EQ(feed[2].kept(0).kept_from().nanos(), 1200);
  EXPECT_EQ(feed[2].kept(0).first_business_day(), 40);
}

TEST_P(StoreKept, EarlierSamplesAreRefusedWithAllOfTheirUnit) {
  MustIngest(Unit("old", "origin=ORD", {Row(500, "a", 1), Row(1500, "a", 1)}));
  MustIngest(Move("delay", 1000));
  EXPECT_EQ(Refusal(Unit("r1", "origin=ORD", {Row(999, "b", 1), Row(2000, "b", 1)})),
            "PAST_RETENTION");
  EXPECT_EQ(Refusal(Unit("r2", "origin=ORD", {Row(500, "a", 2)})), "PAST_RETENTION");
  EXPECT_EQ(Refusal(Retraction("r3", "origin=ORD", {Row(500, "a", 0)})), "PAST_RETENTION");
  EXPECT_EQ(Refusal(Unit("r4", "origin=NEW", {Row(999, "a", 1)})), "PAST_RETENTION");
  EXPECT_EQ(store_.Heads()[3].last_seq, 2);
  EXPECT_THAT(Series(*Snapshot()), SizeIs(1));
  // A known request, samples that are kept, and other metrics are as ever.
  EXPECT_TRUE(
      MustIngest(Unit("old", "origin=ORD", {Row(500, "a", 1), Row(1500, "a", 1)})).duplicate);
  EXPECT_EQ(MustIngest(Unit("r1", "origin=ORD", {Row(1000, "b", 1)})).counts.inserted, 1);
  EXPECT_EQ(MustIngest(Unit("r5", "origin=ORD", {Row(1500, "a", 2)})).counts.corrected, 1);
  EXPECT_EQ(MustIngest(OfMetric("other", Unit("r6", "origin=ORD", {Row(1, "a", 1)}))).seq, 5);
}

TEST_P(StoreKept, MetricsWithEarlierSamplesAreFoundWithTheLastOfTheirBusinessDays) {
  MustIngest(Unit("r1", "origin=ORD", {Row(NanoOf(11, 5), "a", 1)}));
  MustIngest(OfMetric("new", Unit("r2", "origin=ORD", {DayRow(kDecember, 19'000)})));
  MustIngest(OfMetric("days", Unit("r3", "origin=ORD", {DayRow(NanoOf(11, 30), 19'700)})));
  MustIngest(OfMetric("days", Unit("r4", "origin=ORD", {DayRow(NanoOf(11, 30), 19'600)})));
  MustIngest(OfMetric("days", Unit("r5", "origin=ORD", {DayRow(NanoOf(12, 3), 19'900)})));
  MustIngest(OfMetric("gone", Unit("r6", "origin=ORD", {Row(5, "a", 1)})));
  MustIngest(OfMetric("gone", Retraction("r7", "origin=ORD", {Row(5, "a", 1)})));
  EXPECT_THAT(Past(), ElementsAre("days 19701", "delay -", "gone -"));
  RecordAll();
  EXPECT_THAT(Past(), IsEmpty());
  EXPECT_EQ(Kept("days"), (KeptSamples{kDecember, 19'701}));
  EXPECT_TRUE(Kept("new").all());
}

TEST_P(StoreKept, ASampleThatCameBetweenTheLookAndTheRecordIsFoundByTheNextLook) {
  MustIngest(Unit("r1", "origin=ORD", {DayRow(NanoOf(11, 5), 19'000)}));
  EXPECT_THAT(Past(), ElementsAre("delay 19001"));
  MustIngest(Unit("r2", "origin=ORD", {DayRow(NanoOf(11, 6), 19'005)}));
  MustIngest(Move("delay", kDecember, 19'001));
  EXPECT_THAT(Past(), ElementsAre("delay 19006"));
  RecordAll();
  EXPECT_THAT(Past(), IsEmpty());
}

TEST_P(StoreKept, WhatIsRecordedGoesWithItsRevisionsAndTheRestGoesOn) {
  MustIngest(Unit("r1", "origin=ORD",
                  {Row(5, "a", 1), Row(NanoOf(11, 30), "a", 1), Row(kDecember, "a", 1)}));
  MustIngest(Unit("r2", "origin=ORD", {Row(NanoOf(11, 30), "a", 2), Row(kDecember, "a", 2)}));
  MustIngest(Unit("r3", "origin=GONE", {Row(NanoOf(11, 30), "a", 1)}));
  IngestUnit watermark = Move("delay", 0);
  watermark.kept.clear();
  watermark.watermarks.push_back({"delay", 77});
  MustIngest(std::move(watermark));
  RecordAll();
  ASSERT_EQ(Delete(), PastDeletion::kAll);
  const auto snapshot = Snapshot();
  const auto series = Series(*snapshot);
  ASSERT_THAT(series, SizeIs(2)) << "a series without samples stays";
  EXPECT_THAT(Revisions(*snapshot, series[0].id), IsEmpty());
  EXPECT_EQ(snapshot->FindLastTime(series[0].id).value(), std::nullopt);
  EXPECT_THAT(Revisions(*snapshot, series[1].id), SizeIs(2));
  EXPECT_EQ(snapshot->FindWatermark("w", "delay").value(), 77);
  EXPECT_EQ(snapshot->FindTraits("w", "delay").value(), "scale=2");
  EXPECT_EQ(Delete(), PastDeletion::kAll) << "again there is nothing to do";
  EXPECT_EQ(MustIngest(Unit("r4", "origin=ORD", {Row(kDecember, "a", 3)})).counts.corrected, 1);
  EXPECT_EQ(MustIngest(Unit("r5", "origin=GONE", {Row(kDecember, "a", 3)})).counts.inserted, 1);
  // The entries of the feed tell what was, until they are forgotten.
  EXPECT_EQ(Feed(3)[0].series(0).time_unix_nano_size(), 3);
}

TEST_P(StoreKept, ManySamplesGoInStepsBetweenWhichItMayBeToldToStop) {
  for (const char* origin : {"origin=A", "origin=B", "origin=C"}) {
    std::vector<SampleRow> rows;
    for (int i = 0; i < 1'500; ++i) rows.push_back(Row(NanoOf(11, 5) + i, "a", 1));
    rows.push_back(Row(kDecember, "a", 1));
    MustIngest(Unit(absl::StrCat("write ", origin), origin, rows));
    for (SampleRow& row : rows) row.content.value = 2;
    MustIngest(Unit(absl::StrCat("correct ", origin), origin, rows));
  }
  RecordAll();
  int steps = 0;
  const auto stopped = store_.DeletePast(kCutoff, [&steps] { return ++steps > 2; });
  ASSERT_TRUE(stopped.ok()) << stopped.status();
  EXPECT_EQ(Delete(), PastDeletion::kAll);
  const auto snapshot = Snapshot();
  for (const SeriesRecord& series : Series(*snapshot)) {
    EXPECT_THAT(Revisions(*snapshot, series.id), SizeIs(2)) << series.slice;
  }
}

TEST_P(StoreKept, WhatIsNotRecordedStays) {
  MustIngest(Unit("r1", "origin=ORD", {Row(NanoOf(11, 5), "a", 1)}));
  MustIngest(OfMetric("other", Unit("r2", "origin=ORD", {Row(NanoOf(11, 5), "a", 1)})));
  MustIngest(Move("other", kDecember));
  Delete();
  EXPECT_THAT(LiveSamples(), SizeIs(1));
  EXPECT_THAT(Past(), ElementsAre("delay -"));
  RecordAll();
  EXPECT_EQ(Delete(), PastDeletion::kAll);
  EXPECT_THAT(LiveSamples(), IsEmpty());
}

TEST_P(StoreKept, ALaterRecordDeletesNothingAtOrAfterTheCutoff) {
  MustIngest(Unit("r1", "origin=ORD", {Row(NanoOf(11, 5), "a", 1), Row(NanoOf(12, 5), "a", 1)}));
  MustIngest(Move("delay", NanoOf(12, 31)));
  EXPECT_EQ(Delete(), PastDeletion::kAll);
  EXPECT_THAT(LiveSamples(), SizeIs(1));
}

TEST_P(StoreKept, ASnapshotIsOfOneMomentAlsoWhenSamplesGoMeanwhile) {
  MustIngest(Unit("r1", "origin=ORD", {Row(NanoOf(11, 5), "a", 1), Row(kDecember, "a", 1)}));
  auto before = Snapshot();
  RecordAll();
  Delete();
  EXPECT_TRUE(before->FindKept("w", "delay")->all());
  const uint64_t id = Series(*before)[0].id;
  EXPECT_THAT(Samples(*before, id), SizeIs(2));
  EXPECT_EQ(before->Summarise(id, kAll)->live_samples, 2);
  before.reset();
  EXPECT_EQ(Delete(), PastDeletion::kAll);
  const auto after = Snapshot();
  EXPECT_EQ(after->FindKept("w", "delay")->from_nano, kDecember);
  EXPECT_THAT(Samples(*after, id), SizeIs(1));
}

TEST_P(StoreKept, ASummaryIsOfTheSamplesFromATimeOn) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1), Row(20, "a", 1), Row(30, "a", 1)}));
  const auto snapshot = Snapshot();
  const auto summary = snapshot->Summarise(Series(*snapshot)[0].id, 20);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->live_samples, 2);
  EXPECT_EQ(summary->first_nano, 20);
  EXPECT_EQ(summary->last_nano, 30);
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreKept, testing::ValuesIn(EnginesUnderTest()), EngineName);

}  // namespace
}  // namespace kpisuite
