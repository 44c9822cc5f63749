#include "services/measurement/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "kpisuite/v1/measurement.pb.h"
#include "services/measurement/memory_measurement_store.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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

TEST(SamplesKeptFrom, IsTheFirstMomentOfTheMonthInUtcThatTheRetentionReachesBackTo) {
  const auto kept_from = [](absl::Duration retention, absl::string_view now) {
    absl::Time time;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, now, &time, nullptr));
    return absl::FormatTime(absl::RFC3339_full, SamplesKeptFrom(retention, time),
                            absl::UTCTimeZone());
  };
  EXPECT_EQ(kept_from(absl::Hours(744), "2026-03-31T23:59:59Z"), "2026-02-01T00:00:00+00:00");
  EXPECT_EQ(kept_from(absl::Hours(744), "2026-04-01T00:00:00Z"), "2026-03-01T00:00:00+00:00");
  EXPECT_EQ(kept_from(absl::Hours(744), "2026-03-03T23:59:59.999Z"), "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(kept_from(absl::Hours(744), "2026-03-04T00:00:00Z"), "2026-02-01T00:00:00+00:00");
  EXPECT_EQ(kept_from(absl::Hours(24 * 365), "2026-01-15T00:00:00Z"), "2025-01-01T00:00:00+00:00");
  EXPECT_EQ(SamplesKeptFrom(absl::ZeroDuration(), absl::UnixEpoch()), absl::InfinitePast());
  EXPECT_EQ(SamplesKeptFrom(absl::InfiniteDuration(), absl::UnixEpoch()), absl::InfinitePast());
}

class SampleRetention : public testing::Test {
 protected:
  static absl::Time On(int year, int month, int day) {
    return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
  }

  void Write(int part, const std::string& metric, absl::Time time,
             int32_t business_day = kNoBusinessDay) {
    IngestUnit unit;
    unit.part = part;
    unit.workspace = part == 1 ? "w" : "other";
    unit.record_time = clock_.Now();
    unit.metrics = {{metric, "scale=2"}};
    SampleRow row;
    row.time_nano = absl::ToUnixNanos(time);
    row.content.business_day = business_day;
    unit.series.push_back({metric, Slice::Parse("").value(), {row}});
    store_.Ingest(std::move(unit), [](const absl::StatusOr<IngestOutcome>& outcome) {
      ASSERT_TRUE(outcome.ok()) << outcome.status();
    });
  }

  // "metric kept_from first_business_day" of all entries of a partition that say so.
  std::vector<std::string> Kept(int part) {
    std::vector<std::string> kept;
    const ChangePage page = store_.ReadChanges(part, 0, 0, size_t{1} << 20).value();
    for (const std::string& bytes : page.batches) {
      v1::ChangeBatch batch;
      EXPECT_TRUE(batch.ParseFromString(bytes));
      for (const v1::KeptSamples& one : batch.kept()) {
        kept.push_back(absl::StrCat(
            batch.workspace(), " ", one.metric(), " ",
            absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(one.kept_from().seconds()),
                             absl::UTCTimeZone()),
            " ", one.has_first_business_day() ? absl::StrCat(one.first_business_day()) : "-"));
      }
    }
    return kept;
  }

  int64_t LiveSamples() {
    const auto snapshot = store_.Snapshot().value();
    int64_t samples = 0;
    for (const char* workspace : {"w", "other"}) {
      for (const char* metric : {"delay", "days", "new"}) {
        std::vector<uint64_t> ids;
        EXPECT_TRUE(snapshot
                        ->VisitSeries(workspace, metric, "",
                                      [&ids](const SeriesRecord& series) {
                                        ids.push_back(series.id);
                                        return true;
                                      })
                        .ok());
        for (const uint64_t id : ids) {
          samples += snapshot->Summarise(id, SampleRange().start_nano)->live_samples;
        }
      }
    }
    return samples;
  }

  MemoryMeasurementStore store_{1, 4};
  FakeClock clock_{On(2026, 3, 20)};
};

TEST_F(SampleRetention, SaysWhatGoesOfEachMetricOnceAndDeletesIt) {
  Write(1, "delay", On(2026, 1, 31));
  Write(1, "delay", On(2026, 2, 1));
  Write(1, "days", On(2026, 1, 5), 20'000);
  Write(3, "delay", On(2020, 1, 1));
  Write(1, "new", On(2026, 3, 1));
  Retention retention(store_, {.samples = absl::Hours(744)}, clock_);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(retention.RunOnce().ok());
    EXPECT_THAT(Kept(1), ElementsAre("workspaces/w days 2026-02-01 20001",
                                     "workspaces/w delay 2026-02-01 -"));
    EXPECT_THAT(Kept(3), ElementsAre("workspaces/other delay 2026-02-01 -"));
    EXPECT_EQ(LiveSamples(), 2);
  }
  // Another process finds nothing to say either.
  Retention other(store_, {.samples = absl::Hours(744)}, clock_);
  ASSERT_TRUE(other.RunOnce().ok());
  EXPECT_THAT(Kept(1), SizeIs(2));
  // The next month.
  clock_.Advance(absl::Hours(24 * 20));
  ASSERT_TRUE(retention.RunOnce().ok());
  EXPECT_THAT(Kept(1),
              ElementsAre("workspaces/w days 2026-02-01 20001", "workspaces/w delay 2026-02-01 -",
                          "workspaces/w delay 2026-03-01 -"));
  EXPECT_EQ(LiveSamples(), 1);
}

TEST_F(SampleRetention, KeepsSamplesForEverUnlessToldOtherwise) {
  Write(1, "delay", On(1990, 1, 1));
  Retention retention(store_, RetentionOptions(), clock_);
  ASSERT_TRUE(retention.RunOnce().ok());
  EXPECT_THAT(Kept(1), IsEmpty());
  EXPECT_EQ(LiveSamples(), 1);
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
  EXPECT_THAT(refusal({"--sample-retention=720h"}),
              HasSubstr("--sample-retention: got 720h, want at least 744h, or 0 for ever"));
  EXPECT_EQ(refusal({"--sample-retention=744h"}), "taken");
  EXPECT_EQ(refusal({"--feed-retention=0s", "--request-retention=24h"}), "taken");
  EXPECT_EQ(refusal({"--feed-retention=720h"}), "taken");
}

}  // namespace
}  // namespace kpisuite
