// kill -9 of each service at random moments of an import. Afterwards the import is run again: what
// was acknowledged is recognised, the rest is written, and every number is exact.
//
// The moments are drawn from a seed that is printed; KPISUITE_SEED repeats a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/sample_import.h"

namespace kpisuite {
namespace {

using testing::Each;
using testing::Property;
using testing::SizeIs;

constexpr int kBatches = 60;
constexpr int kBatchSize = 20;

// Of each test; three tests make 24 kills.
int Rounds() { return Sanitized() ? 2 : 8; }

uint32_t Seed() {
  const char* wanted = getenv("KPISUITE_SEED");
  const uint32_t seed = wanted != nullptr ? strtoul(wanted, nullptr, 10) : std::random_device()();
  std::printf("KPISUITE_SEED=%u\n", seed);
  return seed;
}

class Crash : public testing::Test {
 protected:
  Crash() : random_(Seed()) {}

  void SetUp() override {
    const absl::Status started = suite_.Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<SuiteClient>(suite_.Client());
    const absl::Status defined = client_->Define(kDeliveryDefinitions);
    ASSERT_TRUE(defined.ok()) << defined;
  }

  // The deliveries of a new day.
  std::vector<Delivery> NextDay() {
    const absl::CivilDay day = FirstDay() + static_cast<int>(days_.size());
    days_.push_back(
        RandomDeliveries(absl::StrCat("day", days_.size()), day, kBatches * kBatchSize, random_));
    return days_.back();
  }
  absl::CivilDay LastDay() const { return FirstDay() + static_cast<int>(days_.size()) - 1; }

  // Imports while `process` is killed after a random number of acks.
  ImportOutcome ImportUntilKill(const std::vector<v1::WriteSamplesRequest>& batches,
                                ServiceProcess& process) {
    const int offset = static_cast<int>(random_() % kBatches);
    std::atomic<int> settled{0};
    std::atomic<bool> ended{false};
    ImportOutcome outcome;
    std::thread importer([&] {
      outcome = ImportSamples(*client_, batches, settled);
      ended = true;
    });
    while (settled < offset && !ended) std::this_thread::yield();
    process.Kill();
    importer.join();
    EXPECT_THAT(outcome.refused, SizeIs(0));
    return outcome;
  }

  // Imports everything again, after `first`; the token of the last batch.
  std::string ImportAgain(const std::vector<v1::WriteSamplesRequest>& batches,
                          const ImportOutcome& first) {
    std::atomic<int> settled{0};
    ImportOutcome again = ImportSamples(*client_, batches, settled);
    // The client may find only now that its connection is gone.
    if (again.acked.empty()) again = ImportSamples(*client_, batches, settled);
    EXPECT_TRUE(again.end.ok()) << again.end;
    EXPECT_THAT(again.acked, SizeIs(batches.size()));
    for (const auto& [index, result] : again.acked) {
      // The stored answer of the first time, or a new one: the same numbers.
      EXPECT_EQ(result.inserted(), kBatchSize) << "batch " << index;
      EXPECT_EQ(result.corrected() + result.retracted() + result.unchanged(), 0) << index;
      EXPECT_TRUE(result.duplicate() || !first.acked.contains(index)) << "batch " << index;
      duplicates_ += result.duplicate() ? 1 : 0;
    }
    acked_before_ += static_cast<int>(first.acked.size());
    return again.acked.empty() ? "" : again.acked.rbegin()->second.position_token();
  }

  std::string Value(const StateQuery& query, const std::string& token) {
    const auto state = client_->GetState(query, token);
    EXPECT_TRUE(state.ok()) << query.kpi << " " << query.period << ": " << state.status();
    if (!state.ok()) return "";
    EXPECT_FALSE(state->freshness().stale()) << state->freshness().stale_reason();
    return state->value();
  }

  void ExpectNumbers(const std::vector<Delivery>& deliveries, const std::string& window,
                     const std::string& period, const std::string& token) {
    const DeliveryNumbers numbers = NumbersOf(deliveries);
    EXPECT_EQ(Value({"total-delay", window, "", period}, token), absl::StrCat(numbers.total_delay));
    EXPECT_EQ(Value({"deliveries", window, "", period}, token), absl::StrCat(numbers.deliveries));
    for (const auto& [depot, part] : NumbersByDepot(deliveries)) {
      EXPECT_EQ(Value({"total-delay", window, "depot=" + depot, period}, token),
                absl::StrCat(part.total_delay));
    }
  }

  // After all rounds: the store, the months and the history.
  void ExpectEverything(const std::string& token) {
    std::vector<Delivery> all;
    for (const auto& day : days_) all.insert(all.end(), day.begin(), day.end());
    ExpectNumbers(all, "MONTH", "2025-03", token);
    const auto history = client_->History({"total-delay", "DAY"}, v1::HISTORY_VIEW_LATEST, token);
    ASSERT_TRUE(history.ok()) << history.status();
    ASSERT_THAT(*history, SizeIs(days_.size()));
    for (size_t i = 0; i < days_.size(); ++i) {
      EXPECT_EQ((*history)[i].state().value(), absl::StrCat(NumbersOf(days_[i]).total_delay));
    }
    const auto samples = client_->ReadSamples(kDelayMetric, /*revisions=*/true);
    ASSERT_TRUE(samples.ok()) << samples.status();
    EXPECT_THAT(*samples, SizeIs(all.size()));
    EXPECT_THAT(*samples, Each(Property(&v1::Sample::revision, 1)));
    EXPECT_GE(duplicates_, acked_before_);
    if (duplicates_ == 0) return;
    std::printf("%zu kills; %d batches were acknowledged in the first run, %d recognised again\n",
                days_.size(), acked_before_, duplicates_);
  }

  ProcessSuite suite_;
  std::unique_ptr<SuiteClient> client_;
  std::mt19937 random_;
  std::vector<std::vector<Delivery>> days_;  // one for each round
  int acked_before_ = 0;
  int duplicates_ = 0;
};

TEST_F(Crash, OfMeasurementLosesNothingThatWasAcknowledgedAndDoublesNothing) {
  std::string token;
  for (int round = 0; round < Rounds(); ++round) {
    const std::vector<Delivery> deliveries = NextDay();
    const auto batches = ImportBatches(absl::StrCat("import-", round), deliveries, kBatchSize);
    const ImportOutcome first = ImportUntilKill(batches, suite_.measurement());
    if (first.acked.size() < batches.size()) {
      EXPECT_EQ(first.end.code(), absl::StatusCode::kUnavailable) << first.end;
    }
    const absl::Status restarted = suite_.measurement().StartAndWaitUntilReady();
    ASSERT_TRUE(restarted.ok()) << restarted;
    token = ImportAgain(batches, first);
    ExpectNumbers(deliveries, "DAY", DayId(LastDay()), token);
    if (HasFailure()) return;
  }
  ExpectEverything(token);
}

TEST_F(Crash, OfEvaluationLeavesNoGapAndNoDoubleCount) {
  std::string token;
  for (int round = 0; round < Rounds(); ++round) {
    const std::vector<Delivery> deliveries = NextDay();
    const auto batches = ImportBatches(absl::StrCat("import-", round), deliveries, kBatchSize);
    const ImportOutcome first = ImportUntilKill(batches, suite_.evaluation());
    EXPECT_TRUE(first.end.ok()) << first.end;
    EXPECT_THAT(first.acked, SizeIs(batches.size()));
    const absl::Status restarted = suite_.evaluation().StartAndWaitUntilReady();
    ASSERT_TRUE(restarted.ok()) << restarted;
    token = ImportAgain(batches, first);
    ExpectNumbers(deliveries, "DAY", DayId(LastDay()), token);
    if (HasFailure()) return;
  }
  EXPECT_EQ(duplicates_, Rounds() * kBatches);
  ExpectEverything(token);
}

TEST_F(Crash, OfDefinitionDoesNotDisturbAnImportAndLosesNoDefinition) {
  std::string token;
  for (int round = 0; round < Rounds(); ++round) {
    const std::vector<Delivery> deliveries = NextDay();
    const auto batches = ImportBatches(absl::StrCat("import-", round), deliveries, kBatchSize);
    const ImportOutcome first = ImportUntilKill(batches, suite_.definition());
    EXPECT_TRUE(first.end.ok()) << first.end;
    const absl::Status restarted = suite_.definition().StartAndWaitUntilReady();
    ASSERT_TRUE(restarted.ok()) << restarted;
    const auto applied = client_->Apply(kDeliveryDefinitions);
    ASSERT_TRUE(applied.ok()) << applied.status();
    EXPECT_THAT(applied->changes(),
                Each(Property(&v1::DefinitionChange::kind, v1::CHANGE_KIND_UNCHANGED)));
    token = ImportAgain(batches, first);
    ExpectNumbers(deliveries, "DAY", DayId(LastDay()), token);
    if (HasFailure()) return;
  }
  EXPECT_EQ(duplicates_, Rounds() * kBatches);
  ExpectEverything(token);
}

// The command line does by itself what the tests above do by hand.
TEST_F(Crash, OfMeasurementDuringACommandLineImportIsRepairedByRunningItAgain) {
  const std::string mapping = suite_.directory() + "/deliveries.map.yaml";
  WriteText(mapping, absl::StrCat("timeColumn: time\nidColumn: id\ndimensions: {depot: depot}\n",
                                  "values: {", kDelayMetric, ": delay}\n"));
  const int rounds = Sanitized() ? 1 : 3;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<Delivery> deliveries = NextDay();
    const std::string file = absl::StrCat(suite_.directory(), "/day", round, ".csv");
    WriteText(file, DeliveriesAsCsv(deliveries));
    const double before = suite_.measurement().Metric("kpisuite_measurement_commits_total");
    ChildProcess import;
    ASSERT_TRUE(
        import.Start(suite_.KpictlOptions({"import", "--map", mapping, file, "--batch-size", "20"}))
            .ok());
    // Into the middle: as soon as something was committed.
    EXPECT_TRUE(Eventually([&] {
      return !import.Running() ||
             suite_.measurement().Metric("kpisuite_measurement_commits_total") > before;
    }));
    suite_.measurement().Kill();
    ASSERT_TRUE(suite_.measurement().StartAndWaitUntilReady().ok());
    EXPECT_TRUE(import.Wait(Patience()).has_value());
    const ProgramResult again =
        suite_.Kpictl({"import", "--map", mapping, file, "--batch-size", "20"});
    EXPECT_EQ(again.exit_code, 0) << again.error;
    EXPECT_TRUE(Eventually([&] {
      return Value({"total-delay", "DAY", "", DayId(LastDay())}, "") ==
             absl::StrCat(NumbersOf(deliveries).total_delay);
    }));
    if (HasFailure()) return;
  }
  ExpectEverything("");
}

}  // namespace
}  // namespace kpisuite
