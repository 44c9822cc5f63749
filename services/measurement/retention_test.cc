#include "services/measurement/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/measurement/memory_measurement_store.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

class RetentionTest : public testing::Test {
 protected:
  // One entry and one request_id for each hour from 0 on, in two partitions.
  void Fill(int hours) {
    for (int hour = 0; hour < hours; ++hour) {
      for (const int part : {1, 3}) {
        IngestUnit unit;
        unit.part = part;
        unit.workspace = "w";
        unit.request_id = absl::StrCat("r", hour, "/", part);
        unit.fingerprint = "f";
        unit.record_time = Hour(hour);
        unit.watermarks.push_back({absl::StrCat("metric-", part), hour});
        store_.Ingest(std::move(unit), [](const absl::StatusOr<IngestOutcome>& outcome) {
          ASSERT_TRUE(outcome.ok()) << outcome.status();
        });
      }
    }
  }

  static absl::Time Hour(int hour) { return absl::UnixEpoch() + absl::Hours(1'000 + hour); }

  MemoryMeasurementStore store_{1, 4};
  FakeClock clock_{Hour(0)};
};

TEST_F(RetentionTest, ForgetsEverythingThatIsOldEnoughInEveryPartition) {
  Fill(1200);
  clock_.Advance(absl::Hours(1200));
  Retention retention(store_, {.feed = absl::Hours(100), .requests = absl::Hours(48)}, clock_);
  ASSERT_TRUE(retention.RunOnce().ok());
  EXPECT_EQ(store_.Heads()[1].trimmed_seq, 1100);
  EXPECT_EQ(store_.Heads()[3].trimmed_seq, 1100);
  EXPECT_EQ(store_.Heads()[0].trimmed_seq, 0);
  EXPECT_EQ(store_.ForgetRequests(Hour(2000), 10'000).value(), 2 * 48);
}

TEST_F(RetentionTest, KeepsTheFeedForEverUnlessToldOtherwise) {
  Fill(100);
  clock_.Advance(absl::Hours(100'000));
  Retention retention(store_, RetentionOptions(), clock_);
  ASSERT_TRUE(retention.RunOnce().ok());
  EXPECT_EQ(store_.Heads()[1].trimmed_seq, 0);
  EXPECT_EQ(store_.ForgetRequests(Hour(2000), 10'000).value(), 0);
}

TEST_F(RetentionTest, TimesThatBreakPromisesAreRefused) {
  const auto refusal = [](std::vector<const char*> arguments) -> std::string {
    RetentionOptions options;
    OptionParser parser("test", "test");
    AddRetentionOptions(options, parser);
    arguments.insert(arguments.begin(), "test");
    testing::internal::CaptureStderr();
    const std::optional<int> code =
        parser.Parse(static_cast<int>(arguments.size()), arguments.data());
    const std::string error = testing::internal::GetCapturedStderr();
    return code.has_value() ? error : "taken";
  };
  EXPECT_THAT(refusal({"--feed-retention=5m"}),
              HasSubstr("--feed-retention: got 5m, want at least 1h, or 0 for ever"));
  EXPECT_THAT(refusal({"--request-retention=1h"}),
              HasSubstr("--request-retention: got 1h, want at least 24h"));
  EXPECT_EQ(refusal({"--feed-retention=0s", "--request-retention=24h"}), "taken");
  EXPECT_EQ(refusal({"--feed-retention=720h"}), "taken");
}

}  // namespace
}  // namespace kpisuite
