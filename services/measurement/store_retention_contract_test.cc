// What every engine forgets, and what it never does.
#include <gmock/gmock.h>

#include <thread>

#include "libs/base/error.h"
#include "services/measurement/record_cutoff.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {
namespace {

constexpr size_t kPage = size_t{1} << 20;

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

class StoreRetention : public StoreContract {
 protected:
  // Entry n of partition 3, recorded at second 1000 n.
  void MakeEntries(int count) {
    for (int i = 1; i <= count; ++i) {
      IngestUnit unit = Unit(absl::StrCat("r", i), "origin=ORD", {Row(10, "a", i)});
      unit.record_time = At(1000 * i);
      unit.reason = absl::StrCat("reason ", i);
      MustIngest(std::move(unit));
    }
  }

  std::string ReasonOfReading(int64_t seq) {
    return GetErrorDetails(store_.ReadChanges(3, kTestIncarnation, seq, kPage).status()).reason;
  }
};

TEST_P(StoreRetention, ForgottenChangesAreRefusedAndTheRestIsThere) {
  MakeEntries(5);
  EXPECT_EQ(store_.ForgetChanges(3, At(3000), 10).value(), 2) << "3 was not recorded before 3000";
  EXPECT_EQ(store_.Heads()[3].trimmed_seq, 2);
  EXPECT_EQ(store_.Heads()[3].last_seq, 5);
  EXPECT_EQ(Snapshot()->heads()[3].trimmed_seq, 2);
  EXPECT_EQ(ReasonOfReading(0), "FEED_TRIMMED");
  EXPECT_EQ(ReasonOfReading(1), "FEED_TRIMMED");
  const auto page = store_.ReadChanges(3, kTestIncarnation, 2, kPage);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->batches.size(), 3u);
  EXPECT_EQ(page->last_seq, 5);
  EXPECT_EQ(store_.ForgetChanges(3, At(3000), 10).value(), 0);
  EXPECT_EQ(store_.ForgetChanges(4, At(9000), 10).value(), 0) << "a partition without entries";
}

TEST_P(StoreRetention, ChangesAreForgottenFromTheFirstOneOnAtMostSoManyAtOnce) {
  MakeEntries(5);
  EXPECT_EQ(store_.ForgetChanges(3, At(9000), 2).value(), 2);
  EXPECT_EQ(store_.Heads()[3].trimmed_seq, 2);
  EXPECT_EQ(store_.ForgetChanges(3, At(9000), 2).value(), 2);
  EXPECT_EQ(store_.ForgetChanges(3, At(9000), 2).value(), 1);
  EXPECT_EQ(store_.Heads()[3].trimmed_seq, 5);
  const auto page = store_.ReadChanges(3, kTestIncarnation, 5, kPage);
  ASSERT_TRUE(page.ok()) << "who is at the head goes on: " << page.status();
  EXPECT_TRUE(page->batches.empty());
}

TEST_P(StoreRetention, WhatIsWrittenAfterwardsIsNumberedOnAndKeepsWhatIsForgotten) {
  MakeEntries(3);
  ASSERT_EQ(store_.ForgetChanges(3, At(9000), 10).value(), 3);
  IngestUnit unit = Unit("later", "origin=ORD", {Row(20, "a", 1)});
  unit.record_time = At(4000);
  EXPECT_EQ(MustIngest(std::move(unit)).seq, 4);
  EXPECT_EQ(store_.Heads()[3].trimmed_seq, 3);
  EXPECT_EQ(store_.ReadChanges(3, kTestIncarnation, 3, kPage)->batches.size(), 1u);
}

TEST_P(StoreRetention, SamplesAndTheirRevisionsAndWhenAndWhyTheyWereRecordedStay) {
  MakeEntries(4);
  ASSERT_EQ(store_.ForgetChanges(3, At(9000), 10).value(), 4);
  const auto snapshot = Snapshot();
  const auto series = Series(*snapshot);
  ASSERT_EQ(series.size(), 1u);
  EXPECT_EQ(Revisions(*snapshot, series[0].id).size(), 4u);
  EXPECT_EQ(snapshot->FindCommit(3, 2)->record_time, At(2000));
  EXPECT_EQ(snapshot->FindCommit(3, 2)->reason, "reason 2");
  // So what was known at a moment is still told.
  EXPECT_EQ(FindSeqAt(*snapshot, 3, At(2500)).value(), 2);
  EXPECT_EQ(FindSeqAt(*snapshot, 3, At(500)).value(), 0);
}

TEST_P(StoreRetention, AForgottenRequestIdIsTakenAnew) {
  MakeEntries(3);
  EXPECT_EQ(store_.ForgetRequests(At(3000), 1).value(), 1);
  EXPECT_EQ(store_.ForgetRequests(At(3000), 10).value(), 1);
  EXPECT_EQ(store_.ForgetRequests(At(3000), 10).value(), 0);
  IngestUnit again = Unit("r1", "origin=ORD", {Row(10, "a", 1)});
  again.fingerprint = Sha256("another payload");
  again.record_time = At(4000);
  EXPECT_FALSE(MustIngest(std::move(again)).duplicate);
  EXPECT_TRUE(MustIngest(Unit("r3", "origin=ORD", {Row(10, "a", 3)})).duplicate);
}

TEST_P(StoreRetention, FollowersThatReadMeanwhileGetEntriesOrAreTold) {
  MakeEntries(40);
  std::thread forgetter([this] {
    for (int64_t last = 1; last <= 40; ++last) {
      EXPECT_TRUE(store_.ForgetChanges(3, At(1000 * last + 1), 10).ok());
    }
  });
  bool trimmed = false;
  while (!trimmed) {
    const auto page = store_.ReadChanges(3, kTestIncarnation, 0, kPage);
    trimmed = !page.ok();
    if (trimmed) {
      EXPECT_EQ(GetErrorDetails(page.status()).reason, "FEED_TRIMMED") << page.status();
      continue;
    }
    v1::ChangeBatch first;
    ASSERT_FALSE(page->batches.empty());
    ASSERT_TRUE(first.ParseFromString(page->batches[0]));
    EXPECT_EQ(first.position().seq(), 1);
  }
  forgetter.join();
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreRetention, testing::ValuesIn(EnginesUnderTest()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kpisuite
