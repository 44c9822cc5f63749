// The fixture of the contract suite: every engine passes every test of store_*_contract_test.cc.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/measurement.pb.h"
#include "libs/base/hash.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

inline constexpr int64_t kTestIncarnation = 1'700'000'000;

// Keeps whatever the engine needs to live (a directory).
struct StoreUnderTest {
  std::shared_ptr<void> keep;
  std::unique_ptr<MeasurementStore> store;
};

struct StoreEngine {
  std::string name;
  std::function<StoreUnderTest()> open;
};

// The engines, in store_engines.cc.
std::vector<StoreEngine> EnginesUnderTest();

// What a snapshot says about one sample, owning its text.
struct SampleCopy {
  int64_t time_nano;
  std::string sample_id;
  SampleContent content;
  int32_t revision;
  int64_t seq;
  bool retracted;

  friend bool operator==(const SampleCopy&, const SampleCopy&) = default;
};

inline SampleCopy Copy(const StoredSample& sample) {
  return {sample.time_nano,
          std::string(sample.sample_id),
          {sample.value, sample.weight, sample.business_day, std::string(sample.entity)},
          sample.revision,
          sample.seq,
          sample.retracted};
}

inline Slice SliceOf(const std::string& text) { return Slice::Parse(text).value(); }

inline SampleRow Row(int64_t time, const std::string& id, int64_t value) {
  SampleRow row;
  row.time_nano = time;
  row.sample_id = id;
  row.content.value = value;
  return row;
}

class StoreContract : public testing::TestWithParam<StoreEngine> {
 protected:
  StoreContract() : under_test_(GetParam().open()), store_(*under_test_.store) {}

  // A unit of one series of metric "delay" in workspace "w".
  static IngestUnit Unit(const std::string& request_id, const std::string& slice,
                         std::vector<SampleRow> rows) {
    IngestUnit unit;
    unit.part = 3;
    unit.workspace = "w";
    unit.request_id = request_id;
    unit.fingerprint = Sha256(request_id);
    unit.record_time = absl::FromUnixSeconds(1000);
    unit.metrics = {{"delay", "scale=2"}};
    unit.series.push_back({"delay", SliceOf(slice), std::move(rows)});
    return unit;
  }

  static IngestUnit Retraction(const std::string& request_id, const std::string& slice,
                               std::vector<SampleRow> rows) {
    IngestUnit unit = Unit(request_id, slice, std::move(rows));
    unit.operation = IngestOperation::kRetract;
    return unit;
  }

  absl::StatusOr<IngestOutcome> Ingest(IngestUnit unit) {
    std::promise<absl::StatusOr<IngestOutcome>> answer;
    store_.Ingest(std::move(unit), [&answer](absl::StatusOr<IngestOutcome> outcome) {
      answer.set_value(std::move(outcome));
    });
    return answer.get_future().get();
  }

  // The outcome of a unit that must succeed.
  IngestOutcome MustIngest(IngestUnit unit) {
    absl::StatusOr<IngestOutcome> outcome = Ingest(std::move(unit));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : IngestOutcome();
  }

  // The whole feed of a partition, parsed; checks that it is dense.
  std::vector<v1::ChangeBatch> Feed(int part) {
    std::vector<v1::ChangeBatch> feed;
    absl::StatusOr<ChangePage> page = store_.ReadChanges(part, 0, 0, size_t{1} << 30);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return feed;
    for (const std::string& bytes : page->batches) {
      feed.emplace_back();
      EXPECT_TRUE(feed.back().ParseFromString(bytes));
      EXPECT_EQ(feed.back().position().seq(), static_cast<int64_t>(feed.size()));
      EXPECT_EQ(feed.back().position().part(), part);
    }
    EXPECT_EQ(store_.Heads()[part].last_seq, static_cast<int64_t>(feed.size()));
    return feed;
  }

  std::unique_ptr<MeasurementSnapshot> Snapshot() {
    auto snapshot = store_.Snapshot();
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return *std::move(snapshot);
  }

  static std::vector<SeriesRecord> Series(MeasurementSnapshot& snapshot,
                                          absl::string_view from = "") {
    std::vector<SeriesRecord> series;
    EXPECT_TRUE(snapshot
                    .VisitSeries("w", "delay", from,
                                 [&](const SeriesRecord& record) {
                                   series.push_back(record);
                                   return true;
                                 })
                    .ok());
    return series;
  }

  static std::vector<SampleCopy> Samples(MeasurementSnapshot& snapshot, uint64_t series,
                                         const SampleRange& range = {}) {
    std::vector<SampleCopy> samples;
    EXPECT_TRUE(snapshot
                    .VisitSamples(series, range,
                                  [&](const StoredSample& sample) {
                                    samples.push_back(Copy(sample));
                                    return true;
                                  })
                    .ok());
    return samples;
  }

  static std::vector<SampleCopy> Revisions(MeasurementSnapshot& snapshot, uint64_t series,
                                           const SampleRange& range = {}) {
    std::vector<SampleCopy> samples;
    EXPECT_TRUE(snapshot
                    .VisitRevisions(series, range,
                                    [&](const StoredSample& sample) {
                                      samples.push_back(Copy(sample));
                                      return true;
                                    })
                    .ok());
    return samples;
  }

  // The live samples of the only series.
  std::vector<SampleCopy> LiveSamples() {
    const auto snapshot = Snapshot();
    const std::vector<SeriesRecord> series = Series(*snapshot);
    EXPECT_EQ(series.size(), 1u);
    return series.empty() ? std::vector<SampleCopy>() : Samples(*snapshot, series[0].id);
  }

  StoreUnderTest under_test_;
  MeasurementStore& store_;
};

inline std::string EngineName(const testing::TestParamInfo<StoreEngine>& info) {
  return info.param.name;
}

}  // namespace kpisuite
