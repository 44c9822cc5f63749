#include "libs/base/error.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {
namespace {

class StoreReads : public StoreContract {};

INSTANTIATE_TEST_SUITE_P(Engines, StoreReads, testing::ValuesIn(EnginesUnderTest()), EngineName);

TEST_P(StoreReads, HeadsOfANewStoreAreEmptyWithOneIncarnation) {
  const std::vector<FeedHead> heads = store_.Heads();
  ASSERT_EQ(static_cast<int>(heads.size()), store_.partitions());
  for (int part = 0; part < store_.partitions(); ++part) {
    EXPECT_EQ(heads[part], (FeedHead{part, kTestIncarnation, 0, 0}));
  }
  EXPECT_EQ(Snapshot()->heads(), heads);
}

TEST_P(StoreReads, ASnapshotDoesNotSeeWhatIsWrittenAfterIt) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  const auto before = Snapshot();
  EXPECT_EQ(before->heads()[3].last_seq, 1);
  MustIngest(Unit("r2", "origin=ORD", {Row(10, "a", 2), Row(20, "a", 2)}));
  MustIngest(Unit("r3", "origin=MIA", {Row(10, "a", 2)}));
  const auto series = Series(*before);
  ASSERT_EQ(series.size(), 1u);
  EXPECT_EQ(Samples(*before, series[0].id), (std::vector<SampleCopy>{{10, "a", {1}, 1, 1, false}}));
  EXPECT_EQ(before->heads()[3].last_seq, 1);
  EXPECT_EQ(Snapshot()->heads()[3].last_seq, 3);
}

TEST_P(StoreReads, SeriesComeInTheOrderOfTheirSlicesAndResumeAtOne) {
  for (const char* slice : {"origin=ORD", "", "origin=(null)", "origin=MIA"}) {
    MustIngest(Unit(std::string("r") + slice, slice, {Row(10, "a", 1)}));
  }
  const auto snapshot = Snapshot();
  std::vector<std::string> slices;
  for (const SeriesRecord& series : Series(*snapshot)) {
    EXPECT_EQ(series.part, 3);
    EXPECT_FALSE(series.has_business_day);
    slices.push_back(series.slice);
  }
  EXPECT_EQ(slices, (std::vector<std::string>{"", "origin=(null)", "origin=MIA", "origin=ORD"}));
  EXPECT_EQ(Series(*snapshot, "origin=(null)").size(), 3u);
  // The next text in byte order.
  const auto rest = Series(*snapshot, absl::string_view("origin=(null)", 14));
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].slice, "origin=MIA");
}

TEST_P(StoreReads, SeriesOfOtherMetricsAndWorkspacesAreNotSeen) {
  IngestUnit other = Unit("r1", "origin=ORD", {Row(10, "a", 1)});
  other.workspace = "x";
  MustIngest(other);
  other = Unit("r2", "origin=ORD", {Row(10, "a", 1)});
  other.metrics[0].metric = other.series[0].metric = "delays";
  MustIngest(other);
  EXPECT_TRUE(Series(*Snapshot()).empty());
}

TEST_P(StoreReads, AScanIsHalfOpenInTimeAndOrderedByTimeAndId) {
  MustIngest(Unit("r1", "origin=ORD",
                  {Row(-5, "z", 1), Row(10, "a", 2), Row(10, "b", 3), Row(20, "a", 4)}));
  const auto snapshot = Snapshot();
  const uint64_t id = Series(*snapshot)[0].id;
  SampleRange range;
  range.start_nano = -5;
  range.end_nano = 20;
  const auto samples = Samples(*snapshot, id, range);
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].time_nano, -5);
  EXPECT_EQ(samples[1].sample_id, "a");
  EXPECT_EQ(samples[2].sample_id, "b");
  range.after = SampleRange::Cursor{10, "a", 1};
  EXPECT_EQ(Samples(*snapshot, id, range).size(), 1u);
}

TEST_P(StoreReads, RevisionsResumeInsideOneSample) {
  for (int value = 1; value <= 4; ++value) {
    MustIngest(Unit("r" + std::to_string(value), "origin=ORD", {Row(10, "a", value)}));
  }
  const auto snapshot = Snapshot();
  SampleRange range;
  range.after = SampleRange::Cursor{10, "a", 2};
  const auto rest = Revisions(*snapshot, Series(*snapshot)[0].id, range);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].revision, 3);
  EXPECT_EQ(rest[0].content.value, 3);
  EXPECT_EQ(rest[1].revision, 4);
}

TEST_P(StoreReads, ASummaryCountsLiveSamplesOnly) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1), Row(20, "a", 2), Row(30, "a", 3)}));
  MustIngest(Retraction("r2", "origin=ORD", {Row(30, "a", 0)}));
  const auto snapshot = Snapshot();
  const uint64_t id = Series(*snapshot)[0].id;
  constexpr int64_t kAll = std::numeric_limits<int64_t>::min();
  const SeriesSummary summary = *snapshot->Summarise(id, kAll);
  EXPECT_EQ(summary.live_samples, 2);
  EXPECT_EQ(summary.first_nano, 10);
  EXPECT_EQ(summary.last_nano, 20);
  EXPECT_EQ(*snapshot->FindLastTime(id), 20);
  MustIngest(Retraction("r3", "origin=ORD", {Row(10, "a", 0), Row(20, "a", 0)}));
  const auto after = Snapshot();
  EXPECT_EQ(after->Summarise(id, kAll)->live_samples, 0);
  EXPECT_EQ(after->Summarise(id, kAll)->first_nano, std::nullopt);
  EXPECT_EQ(*after->FindLastTime(id), std::nullopt);
}

TEST_P(StoreReads, ChangesComeInPagesOfAtLeastOneEntry) {
  for (int i = 1; i <= 5; ++i) {
    MustIngest(Unit("r" + std::to_string(i), "origin=ORD", {Row(i, "a", i)}));
  }
  const ChangePage one = *store_.ReadChanges(3, kTestIncarnation, 2, 1);
  ASSERT_EQ(one.batches.size(), 1u);
  EXPECT_EQ(one.last_seq, 3);
  v1::ChangeBatch batch;
  ASSERT_TRUE(batch.ParseFromString(one.batches[0]));
  EXPECT_EQ(batch.position().seq(), 3);
  EXPECT_EQ(store_.ReadChanges(3, kTestIncarnation, 3, size_t{1} << 20)->last_seq, 5);
  EXPECT_TRUE(store_.ReadChanges(3, kTestIncarnation, 5, size_t{1} << 20)->batches.empty());
  EXPECT_TRUE(store_.ReadChanges(4, kTestIncarnation, 0, size_t{1} << 20)->batches.empty());
}

TEST_P(StoreReads, APositionOfAnotherLifeOrBeyondTheHeadIsRefused) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  const absl::Status other_life = store_.ReadChanges(3, kTestIncarnation - 1, 1, 100).status();
  EXPECT_EQ(other_life.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorDetails(other_life).reason, "INCARNATION_CHANGED");
  const absl::Status beyond = store_.ReadChanges(3, kTestIncarnation, 2, 100).status();
  EXPECT_EQ(GetErrorDetails(beyond).reason, "INCARNATION_CHANGED");
  EXPECT_FALSE(store_.ReadChanges(3, 0, 1, 100).ok());
  EXPECT_TRUE(store_.ReadChanges(3, 0, 0, 100).ok());
}

TEST_P(StoreReads, DefinitionsAreKeptByNameWithTheirPosition) {
  EXPECT_EQ(store_.LoadDefinitions()->position, 0);
  DefinitionsUpdate update;
  update.position = 4;
  update.changed = {{"workspaces/w/metrics/b", "B"}, {"workspaces/w/metrics/a", "A"}};
  ASSERT_TRUE(store_.SaveDefinitions(update).ok());
  update = {};
  update.position = 5;
  update.changed = {{"workspaces/w/metrics/a", "A2"}};
  update.deleted = {"workspaces/w/metrics/b", "workspaces/w/metrics/never-there"};
  ASSERT_TRUE(store_.SaveDefinitions(update).ok());
  SavedDefinitions saved = *store_.LoadDefinitions();
  EXPECT_EQ(saved.position, 5);
  ASSERT_EQ(saved.definitions.size(), 1u);
  EXPECT_EQ(saved.definitions[0].bytes, "A2");
  update = {};
  update.position = 9;
  update.incarnation = 77;
  update.replace_all = true;
  update.changed = {{"workspaces/w/metrics/c", "C"}};
  ASSERT_TRUE(store_.SaveDefinitions(update).ok());
  saved = *store_.LoadDefinitions();
  EXPECT_EQ(saved.position, 9);
  EXPECT_EQ(saved.incarnation, 77);
  ASSERT_EQ(saved.definitions.size(), 1u);
  EXPECT_EQ(saved.definitions[0].name, "workspaces/w/metrics/c");
}

}  // namespace
}  // namespace kpisuite
