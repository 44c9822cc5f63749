#include <atomic>

#include "libs/base/error.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {
namespace {

using Counts = IngestCounts;

INSTANTIATE_TEST_SUITE_P(Engines, StoreContract, testing::ValuesIn(EnginesUnderTest()), EngineName);

TEST_P(StoreContract, NewSamplesAreInsertedAsRevisionOneWithOneFeedEntry) {
  const IngestOutcome outcome =
      MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1), Row(10, "b", 2), Row(20, "", -3)}));
  EXPECT_EQ(outcome.counts, (Counts{3, 0, 0, 0}));
  EXPECT_EQ(outcome.seq, 1);
  EXPECT_FALSE(outcome.duplicate);
  EXPECT_EQ(LiveSamples(), (std::vector<SampleCopy>{{10, "a", {1}, 1, 1, false},
                                                    {10, "b", {2}, 1, 1, false},
                                                    {20, "", {-3}, 1, 1, false}}));
  const auto feed = Feed(3);
  ASSERT_EQ(feed.size(), 1u);
  EXPECT_EQ(feed[0].workspace(), "workspaces/w");
  EXPECT_EQ(feed[0].commit_time().seconds(), 1000);
  ASSERT_EQ(feed[0].series_size(), 1);
  EXPECT_EQ(feed[0].series(0).dimensions().at("origin"), "ORD");
  EXPECT_EQ(feed[0].series(0).sample_ids_size(), 3);
  EXPECT_EQ(feed[0].series(0).new_values(2), -3);
  EXPECT_EQ(feed[0].series(0).kinds(0), v1::ROW_CHANGE_INSERTED);
}

TEST_P(StoreContract, EqualContentIsUnchangedAndUsesNoSequenceNumber) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  const IngestOutcome outcome = MustIngest(Unit("r2", "origin=ORD", {Row(10, "a", 1)}));
  EXPECT_EQ(outcome.counts, (Counts{0, 0, 0, 1}));
  EXPECT_EQ(outcome.seq, 1);
  EXPECT_EQ(Feed(3).size(), 1u);
}

TEST_P(StoreContract, OtherContentIsACorrectionThatKeepsTheOldRevisionAndItsReason) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  IngestUnit correction = Unit("r2", "origin=ORD", {Row(10, "a", 7)});
  correction.series[0].rows[0].content.entity = "crew 4";
  correction.series[0].rows[0].content.weight = 0;
  correction.series[0].rows[0].content.business_day = -1;
  correction.reason = "typing error";
  EXPECT_EQ(MustIngest(correction).counts, (Counts{0, 1, 0, 0}));
  const auto snapshot = Snapshot();
  const auto series = Series(*snapshot);
  EXPECT_TRUE(series[0].has_business_day);
  EXPECT_EQ(Revisions(*snapshot, series[0].id),
            (std::vector<SampleCopy>{{10, "a", {1}, 1, 1, false},
                                     {10, "a", {7, 0, -1, "crew 4"}, 2, 2, false}}));
  EXPECT_EQ(snapshot->FindCommit(3, 2)->reason, "typing error");
  EXPECT_EQ(snapshot->FindCommit(3, 1)->reason, "");
  const auto changes = Feed(3)[1].series(0);
  EXPECT_EQ(changes.kinds(0), v1::ROW_CHANGE_CORRECTED);
  EXPECT_EQ(changes.old_values(0), 1);
  EXPECT_EQ(changes.new_values(0), 7);
  EXPECT_EQ(changes.old_entities_size(), 0);
  EXPECT_EQ(changes.new_entities(0), "crew 4");
  EXPECT_EQ(changes.new_weights(0), 0);
  EXPECT_EQ(changes.new_business_days(0), -1);
}

TEST_P(StoreContract, ARetractionWithdrawsWhatIsLiveAndNothingElse) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1), Row(20, "a", 2)}));
  const IngestOutcome outcome =
      MustIngest(Retraction("r2", "origin=ORD", {Row(10, "a", 0), Row(30, "a", 0)}));
  EXPECT_EQ(outcome.counts, (Counts{0, 0, 1, 1}));
  EXPECT_EQ(LiveSamples(), (std::vector<SampleCopy>{{20, "a", {2}, 1, 1, false}}));
  EXPECT_EQ(MustIngest(Retraction("r3", "origin=ORD", {Row(10, "a", 0)})).counts,
            (Counts{0, 0, 0, 1}));
  EXPECT_EQ(MustIngest(Retraction("r4", "origin=XXX", {Row(10, "a", 0)})).counts,
            (Counts{0, 0, 0, 1}));
  const auto feed = Feed(3);
  ASSERT_EQ(feed.size(), 2u);
  EXPECT_EQ(feed[1].series(0).kinds(0), v1::ROW_CHANGE_RETRACTED);
  EXPECT_EQ(feed[1].series(0).old_values(0), 1);
}

TEST_P(StoreContract, AWithdrawnSampleComesBackAsInsertedWithTheNextRevision) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  MustIngest(Retraction("r2", "origin=ORD", {Row(10, "a", 0)}));
  EXPECT_EQ(MustIngest(Unit("r3", "origin=ORD", {Row(10, "a", 1)})).counts, (Counts{1, 0, 0, 0}));
  const auto snapshot = Snapshot();
  EXPECT_EQ(
      Revisions(*snapshot, Series(*snapshot)[0].id),
      (std::vector<SampleCopy>{
          {10, "a", {1}, 1, 1, false}, {10, "a", {}, 2, 2, true}, {10, "a", {1}, 3, 3, false}}));
}

TEST_P(StoreContract, AKnownRequestGivesItsFirstOutcomeAgainAndChangesNothing) {
  IngestUnit first = Unit("r1", "origin=ORD", {Row(10, "a", 1)});
  first.answer_note = "note";
  const IngestOutcome original = MustIngest(first);
  MustIngest(Unit("r2", "origin=ORD", {Row(10, "a", 2)}));
  first.answer_note = "another note";
  const IngestOutcome again = MustIngest(first);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.counts, original.counts);
  EXPECT_EQ(again.seq, original.seq);
  EXPECT_EQ(again.answer_note, "note");
  EXPECT_EQ(LiveSamples()[0].content.value, 2);
  EXPECT_EQ(Feed(3).size(), 2u);
}

TEST_P(StoreContract, AKnownRequestWithAnotherPayloadIsRefused) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  IngestUnit other = Unit("r1", "origin=ORD", {Row(10, "a", 9)});
  other.fingerprint = Sha256("something else");
  const absl::Status refused = Ingest(other).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(refused).reason, "REQUEST_ID_REUSED");
  other.part = 5;
  EXPECT_EQ(GetErrorDetails(Ingest(other).status()).reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(LiveSamples()[0].content.value, 1);
}

TEST_P(StoreContract, RequestsOfWorkspacesAndPartsAreApart) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  IngestUnit other_workspace = Unit("r1", "origin=ORD", {Row(10, "a", 9)});
  other_workspace.workspace = "x";
  other_workspace.fingerprint = Sha256("something else");
  EXPECT_EQ(MustIngest(other_workspace).counts.inserted, 1);
  IngestUnit other_part = Unit("r1", "gate=7", {Row(10, "a", 9)});
  other_part.part = 4;
  const IngestOutcome outcome = MustIngest(other_part);
  EXPECT_FALSE(outcome.duplicate);
  EXPECT_EQ(outcome.counts.inserted, 1);
}

TEST_P(StoreContract, OtherTraitsThanThoseOfTheStoredSamplesAreRefusedWhole) {
  MustIngest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}));
  IngestUnit rescaled = Unit("r2", "origin=ORD", {Row(20, "a", 1)});
  rescaled.metrics[0].traits = "scale=4";
  const absl::Status refused = Ingest(rescaled).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorDetails(refused).reason, "IMMUTABLE_FIELD");
  EXPECT_EQ(LiveSamples().size(), 1u);
  EXPECT_EQ(*Snapshot()->FindTraits("w", "delay"), "scale=2");
  EXPECT_EQ(*Snapshot()->FindTraits("w", "other"), std::nullopt);
}

TEST_P(StoreContract, WatermarksMoveForwardOnlyAndTheirMovesAreInTheFeed) {
  IngestUnit unit;
  unit.part = 3;
  unit.workspace = "w";
  unit.record_time = absl::FromUnixSeconds(1000);
  unit.watermarks = {{"delay", 500}};
  EXPECT_EQ(MustIngest(unit).seq, 1);
  unit.watermarks = {{"delay", 400}};
  const IngestOutcome earlier = MustIngest(unit);
  EXPECT_EQ(earlier.seq, 1);
  ASSERT_EQ(earlier.watermarks.size(), 1u);
  EXPECT_EQ(earlier.watermarks[0].complete_through_nano, 500);
  unit.watermarks = {{"delay", 1'600'000'000}};
  EXPECT_EQ(MustIngest(unit).seq, 2);
  EXPECT_EQ(*Snapshot()->FindWatermark("w", "delay"), 1'600'000'000);
  EXPECT_EQ(*Snapshot()->FindWatermark("w", "other"), std::nullopt);
  const auto feed = Feed(3);
  ASSERT_EQ(feed.size(), 2u);
  EXPECT_EQ(feed[1].watermarks(0).metric(), "delay");
  EXPECT_EQ(feed[1].watermarks(0).complete_through().seconds(), 1);
  EXPECT_EQ(feed[1].watermarks(0).complete_through().nanos(), 600'000'000);
}

TEST_P(StoreContract, CommitTimesOfAPartitionNeverGoBack) {
  IngestUnit later = Unit("r1", "origin=ORD", {Row(10, "a", 1)});
  later.record_time = absl::FromUnixSeconds(2000);
  MustIngest(later);
  MustIngest(Unit("r2", "origin=ORD", {Row(20, "a", 1)}));
  EXPECT_EQ(Snapshot()->FindCommit(3, 2)->record_time, absl::FromUnixSeconds(2000));
}

TEST_P(StoreContract, TheCommitListenerSeesTheHeadBeforeTheCallerIsAnswered) {
  std::atomic<int64_t> heard{0};
  store_.SetCommitListener([&] { heard = store_.Heads()[3].last_seq; });
  int64_t heard_at_answer = 0;
  std::promise<void> answered;
  store_.Ingest(Unit("r1", "origin=ORD", {Row(10, "a", 1)}),
                [&](const absl::StatusOr<IngestOutcome>&) {
                  heard_at_answer = heard;
                  answered.set_value();
                });
  answered.get_future().wait();
  EXPECT_EQ(heard_at_answer, 1);
}

TEST_P(StoreContract, AnOptionalColumnOfTheFeedIsFilledUpToItsFirstEntry) {
  IngestUnit unit = Unit("r1", "origin=ORD", {Row(10, "", 1), Row(20, "", 2), Row(30, "", 3)});
  unit.series[0].rows[1].content.weight = 5;
  unit.series[0].rows[2].content.entity = "e";
  MustIngest(unit);
  const auto changes = Feed(3)[0].series(0);
  EXPECT_EQ(changes.sample_ids_size(), 0);
  ASSERT_EQ(changes.new_weights_size(), 3);
  EXPECT_EQ(changes.new_weights(0), kNoWeight);
  EXPECT_EQ(changes.new_weights(1), 5);
  EXPECT_EQ(changes.new_weights(2), kNoWeight);
  ASSERT_EQ(changes.new_entities_size(), 3);
  EXPECT_EQ(changes.new_entities(2), "e");
  EXPECT_EQ(changes.old_weights_size(), 0);
}

}  // namespace
}  // namespace kpisuite
