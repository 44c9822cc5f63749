// The whole path over real processes: define, write, ask, watch, correct, explain. Every test runs
// against three services with Redis, on SQLite and on PostgreSQL, and against kpi-standalone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "libs/postgres/test_server.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/state_watcher.h"

namespace kpisuite {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

const char kDay[] = "2025-03-01";

// Three deliveries in the north and two in the south; three of the five are on time.
std::vector<Delivery> FiveDeliveries() {
  const auto at = [](int hour) { return TimeOn(FirstDay(), absl::Hours(hour)); };
  return {{"a", "north", at(8), 5},
          {"b", "north", at(9), 10},
          {"c", "north", at(10), 20},
          {"d", "south", at(8), 15},
          {"e", "south", at(9), 16}};
}

enum class Topology { kThreeProcesses, kPostgres, kStandalone };

class WholePath : public testing::TestWithParam<Topology> {
 protected:
  void SetUp() override {
    if (GetParam() == Topology::kStandalone) {
      standalone_ = std::make_unique<StandaloneProcess>();
      const absl::Status started = standalone_->Start();
      ASSERT_TRUE(started.ok()) << started;
      client_ = std::make_unique<SuiteClient>(standalone_->Client());
    } else {
      ProcessSuiteOptions options;
      if (GetParam() == Topology::kPostgres) {
        options.store = PostgresTestServer::Shared().NewDatabase().value().uri;
      }
      suite_ = std::make_unique<ProcessSuite>(options);
      const absl::Status started = suite_->Start();
      ASSERT_TRUE(started.ok()) << started;
      client_ = std::make_unique<SuiteClient>(suite_->Client());
    }
  }

  ProgramResult Kpictl(const std::vector<std::string>& arguments) const {
    return suite_ ? suite_->Kpictl(arguments) : standalone_->Kpictl(arguments);
  }
  const std::string& directory() const {
    return suite_ ? suite_->directory() : standalone_->directory();
  }

  // Defines the KPIs and writes the five deliveries; the token of the write.
  std::string DefineAndWrite() {
    const absl::Status defined = client_->Define(kDeliveryDefinitions);
    EXPECT_TRUE(defined.ok()) << defined;
    const auto written = client_->Write(WriteRequest("request-1", FiveDeliveries()));
    EXPECT_TRUE(written.ok()) << written.status();
    return written.ok() ? written->position_token() : "";
  }

  v1::KpiState State(const StateQuery& query, const std::string& at_least) {
    const auto state = client_->GetState(query, at_least);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.value_or(v1::KpiState());
  }

  std::unique_ptr<ProcessSuite> suite_;
  std::unique_ptr<StandaloneProcess> standalone_;
  std::unique_ptr<SuiteClient> client_;
};

TEST_P(WholePath, WrittenSamplesAreInTheStatesThatAreAskedWithTheirToken) {
  const std::string token = DefineAndWrite();
  const v1::KpiState total = State({"total-delay", "DAY", "", kDay}, token);
  EXPECT_EQ(total.value(), "66");
  EXPECT_EQ(total.row_count(), 5);
  EXPECT_EQ(total.status(), v1::STATUS_ON_TARGET);
  EXPECT_EQ(total.target().value(), "1000");
  EXPECT_EQ(total.favourable_variance(), "934");
  EXPECT_EQ(State({"total-delay", "DAY", "depot=south", kDay}, token).value(), "31");

  const v1::KpiState on_time = State({"on-time", "DAY", "", kDay}, token);
  EXPECT_EQ(on_time.value(), "0.6");
  EXPECT_EQ(on_time.fvp(), "-0.25");
  EXPECT_EQ(on_time.status(), v1::STATUS_OFF_TARGET);
  EXPECT_EQ(on_time.freshness().source(), v1::STATE_SOURCE_OWNER);
  EXPECT_FALSE(on_time.freshness().stale()) << on_time.freshness().stale_reason();
  EXPECT_EQ(State({"on-time", "MONTH", "depot=south"}, token).value(), "0.5");

  EXPECT_EQ(State({"deliveries", "DAY", "", kDay}, token).status(), v1::STATUS_NO_TARGET);
}

TEST_P(WholePath, ExplanationHasTheInputsTheTargetAndTheBand) {
  const std::string token = DefineAndWrite();
  const auto explanation = client_->Explain({"on-time", "DAY", "", kDay}, token);
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_EQ(explanation->formula(), "onTime / all");
  ASSERT_THAT(explanation->inputs(), SizeIs(2));
  for (const v1::ExplainedInput& input : explanation->inputs()) {
    EXPECT_EQ(input.value(), input.alias() == "onTime" ? "3" : "5") << input.alias();
    EXPECT_EQ(input.where(), input.alias() == "onTime" ? "value <= 15" : "") << input.alias();
  }
  EXPECT_EQ(explanation->state().value(), "0.6");
  EXPECT_EQ(explanation->state().target().value(), "0.8");
  EXPECT_EQ(explanation->state().band().basis_value(), "-0.25");
  EXPECT_EQ(explanation->state().band().hit(), -1);
  EXPECT_GT(explanation->state().definition_revision(), 0);
}

TEST_P(WholePath, CorrectionsAndRetractionsReachTheStatesAndTheHistory) {
  DefineAndWrite();
  const auto complete = client_->AdvanceWatermark(kDelayMetric, TimeOn(FirstDay() + 1, {}));
  ASSERT_TRUE(complete.ok()) << complete.status();
  const v1::KpiState closed = State({"on-time", "DAY", "", kDay}, complete->position_token());
  EXPECT_EQ(closed.data_state(), v1::DATA_STATE_OK);
  EXPECT_EQ(closed.period().life(), v1::PERIOD_LIFE_CLOSED);

  std::vector<Delivery> late = {FiveDeliveries()[2]};
  late[0].delay = 15;
  const auto corrected = client_->Write(WriteRequest("request-2", late));
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->corrected(), 1);
  const v1::KpiState restated = State({"on-time", "DAY", "", kDay}, corrected->position_token());
  EXPECT_EQ(restated.value(), "0.8");
  EXPECT_EQ(restated.status(), v1::STATUS_ON_TARGET);
  EXPECT_THAT(restated.flags(), Contains(v1::STATE_FLAG_RESTATED));

  const auto retracted = client_->Retract(RetractRequest("request-3", {FiveDeliveries()[4]}));
  ASSERT_TRUE(retracted.ok()) << retracted.status();
  EXPECT_EQ(retracted->retracted(), 1);
  EXPECT_EQ(State({"on-time", "DAY", "", kDay}, retracted->position_token()).value(), "1");
  EXPECT_EQ(State({"total-delay", "DAY", "depot=south", kDay}, retracted->position_token()).value(),
            "15");

  const auto history =
      client_->History({"on-time", "DAY"}, v1::HISTORY_VIEW_HISTORY, retracted->position_token());
  ASSERT_TRUE(history.ok()) << history.status();
  std::vector<std::string> restatements;
  for (const v1::HistoryEntry& entry : *history) {
    EXPECT_EQ(entry.state().period().id(), kDay);
    if (entry.cause() == v1::HISTORY_CAUSE_RESTATED) restatements.push_back(entry.state().value());
  }
  EXPECT_THAT(restatements, testing::ElementsAre("0.8", "1"));
  const auto latest =
      client_->History({"on-time", "DAY"}, v1::HISTORY_VIEW_LATEST, retracted->position_token());
  ASSERT_TRUE(latest.ok()) << latest.status();
  ASSERT_THAT(*latest, SizeIs(1));
  EXPECT_EQ((*latest)[0].state().value(), "1");
}

TEST_P(WholePath, WatcherGetsWhatIsAndThenWhatChanges) {
  DefineAndWrite();
  StateWatcher watcher(*client_, WatchOf("on-time", "DAY"));
  const auto is_day = [](const std::string& value) {
    return [value](const v1::KpiState& state) {
      return state.period().id() == kDay && state.value() == value;
    };
  };
  ASSERT_TRUE(watcher.ReadUntil(is_day("0.6")).has_value());
  ASSERT_TRUE(watcher.ReadUntilInSync());

  std::vector<Delivery> late = {FiveDeliveries()[2]};
  late[0].delay = 15;
  ASSERT_TRUE(client_->Write(WriteRequest("request-2", late)).ok());
  const auto changed = watcher.ReadUntil(is_day("0.8"));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->status(), v1::STATUS_ON_TARGET);

  // Another watcher goes on where this one stands.
  v1::WatchStatesRequest resume = WatchOf("on-time", "DAY");
  resume.set_resume_token(watcher.resume_token());
  StateWatcher second(*client_, resume);
  ASSERT_TRUE(client_->Retract(RetractRequest("request-3", {FiveDeliveries()[4]})).ok());
  EXPECT_TRUE(second.ReadUntil(is_day("1")).has_value());
  EXPECT_TRUE(watcher.ReadUntil(is_day("1")).has_value());
}

TEST_P(WholePath, CommandLineAppliesImportsAndShows) {
  const std::string definitions = directory() + "/deliveries.yaml";
  WriteText(definitions, kDeliveryDefinitions);
  const ProgramResult applied = Kpictl({"apply", "-f", definitions, "--yes"});
  ASSERT_EQ(applied.exit_code, 0) << applied.error;
  EXPECT_EQ(Kpictl({"diff", "-f", definitions}).exit_code, 0);

  const std::string file = directory() + "/deliveries.csv";
  WriteText(file, DeliveriesAsCsv(FiveDeliveries()));
  const std::string mapping = directory() + "/deliveries.map.yaml";
  WriteText(mapping, absl::StrCat("timeColumn: time\nidColumn: id\ndimensions: {depot: depot}\n",
                                  "values: {", kDelayMetric, ": delay}\n"));
  for (const char* run : {"first", "second"}) {
    const ProgramResult imported = Kpictl({"import", "--map", mapping, file, "-o", "json"});
    ASSERT_EQ(imported.exit_code, 0) << run << " import: " << imported.error;
  }
  const auto samples = client_->ReadSamples(kDelayMetric, /*revisions=*/true);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(*samples, SizeIs(FiveDeliveries().size()));

  std::string shown;
  EXPECT_TRUE(Eventually([&] {
    shown = Kpictl({"states", "on-time", "--window", "DAY", "-o", "json"}).output;
    return testing::Value(shown, HasSubstr("\"value\": \"0.6\""));
  })) << shown;
  EXPECT_THAT(shown, HasSubstr("OFF_TARGET"));
  EXPECT_EQ(Kpictl({"scorecard"}).exit_code, 0);
  const ProgramResult explained =
      Kpictl({"explain", "on-time", "--window", "DAY", "--period", kDay});
  EXPECT_EQ(explained.exit_code, 0) << explained.error;
  EXPECT_THAT(explained.output, HasSubstr("onTime / all"));
}

TEST_P(WholePath, ADraftIsSimulatedOverWhatWasWrittenAndChangesNothing) {
  const std::string token = DefineAndWrite();
  const std::string draft = directory() + "/draft.yaml";
  const auto on_time = absl::string_view(kDeliveryDefinitions).rfind("---\n");
  WriteText(draft, absl::StrReplaceAll(std::string(kDeliveryDefinitions).substr(on_time),
                                       {{"fixed: 80%", "fixed: 60%"}}));
  const std::vector<std::string> simulate = {"simulate", "-f", draft, "--start",    kDay, "--end",
                                             kDay,       "-o", "csv", "--at-least", token};
  const ProgramResult simulated = Kpictl(simulate);
  ASSERT_EQ(simulated.exit_code, 0) << simulated.error;
  EXPECT_THAT(simulated.output,
              HasSubstr(absl::StrCat(kDay, ",0.6,0.6,ON_TARGET,0.6,OFF_TARGET,true,")));
  EXPECT_EQ(State({"on-time", "DAY", "", kDay}, token).status(), v1::STATUS_OFF_TARGET);

  WriteText(draft, absl::StrReplaceAll(std::string(kDeliveryDefinitions).substr(on_time),
                                       {{"onTime / all", "onTime / some"}}));
  const ProgramResult refused = Kpictl(simulate);
  EXPECT_EQ(refused.exit_code, 6);
  EXPECT_THAT(refused.error, HasSubstr("draft.yaml:"));
}

INSTANTIATE_TEST_SUITE_P(Topologies, WholePath,
                         testing::Values(Topology::kThreeProcesses, Topology::kPostgres,
                                         Topology::kStandalone),
                         [](const testing::TestParamInfo<Topology>& info) {
                           switch (info.param) {
                             case Topology::kThreeProcesses: return "ThreeProcesses";
                             case Topology::kPostgres: return "Postgres";
                             case Topology::kStandalone: return "Standalone";
                           }
                           return "";
                         });

}  // namespace
}  // namespace kpisuite
