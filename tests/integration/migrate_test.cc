// kpictl migrate over real processes: services on SQLite, their files into PostgreSQL, services on
// PostgreSQL that answer the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/postgres/test_server.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/state_watcher.h"
#include "tests/integration/suite_with_a_past.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::Not;

// What the services say, without what differs between two lives of a process.
using Answers = std::map<std::string, std::string>;

// A recorded state is what it was; one that is computed also tells when its process came to it.
std::string TextOf(v1::KpiState state, bool recorded) {
  state.clear_freshness();
  if (!recorded) {
    state.clear_version();
    state.clear_tick();
    state.clear_position();
    state.clear_definition_position();
  }
  return state.DebugString();
}

class Migrate : public testing::Test {
 protected:
  void SetUp() override {
    store_ = PostgresTestServer::Shared().NewDatabase().value().uri;
    suite_ = std::make_unique<ProcessSuite>(ProcessSuiteOptions{.with_redis = false});
    const absl::Status started = suite_->Start();
    ASSERT_TRUE(started.ok()) << started;
  }

  void FillSuite(int deliveries_a_day) {
    absl::StatusOr<Past> past = GiveAPast(*suite_, deliveries_a_day);
    ASSERT_TRUE(past.ok()) << past.status();
    past_ = *std::move(past);
  }

  static Answers AnswersOf(SuiteClient client, const std::string& token) {
    Answers answers;
    AddStates(client, token, answers);
    AddDefinitions(client, answers);
    const std::vector<v1::Sample> samples = client.ReadSamples(kDelayMetric, true).value();
    for (const v1::Sample& sample : samples) {
      answers["samples"] += sample.ShortDebugString() + "\n";
    }
    AddAggregates(client, answers);
    const v1::ServerInfo info = client.MeasurementInfo().value();
    for (const auto& partition : info.partitions()) {
      answers["heads"] += partition.ShortDebugString() + "\n";
    }
    return answers;
  }

  static void AddStates(SuiteClient& client, const std::string& token, Answers& answers) {
    for (const std::string kpi : {"total-delay", "deliveries", "on-time"}) {
      for (const std::string window : {"DAY", "MONTH"}) {
        for (const std::string slice : {"", "depot=north", "depot=west"}) {
          const std::string key = absl::StrCat(kpi, " ", window, " ", slice);
          const auto history =
              client.History({kpi, window, slice}, v1::HISTORY_VIEW_HISTORY, token);
          ASSERT_TRUE(history.ok()) << history.status();
          for (v1::HistoryEntry entry : *history) {
            const std::string state = TextOf(entry.state(), entry.has_record_time());
            entry.clear_state();
            absl::StrAppend(&answers["history of " + key], entry.DebugString(), state);
          }
          for (const std::string period : {"2025-03-01", "2025-03-02", "2025-03-03"}) {
            if (window == "MONTH" && period != "2025-03-01") continue;
            const auto state = client.GetState(
                {kpi, window, slice, window == "MONTH" ? "2025-03" : period}, token);
            ASSERT_TRUE(state.ok()) << state.status() << " " << key;
            answers[absl::StrCat("state of ", key, " ", period)] = TextOf(*state, false);
          }
        }
      }
    }
  }

  static void AddDefinitions(SuiteClient& client, Answers& answers) {
    v1::ListDefinitionsRequest list;
    list.set_parent(kTestParent);
    const auto listed = SuiteClient::Call(
        client.definition(), &v1::DefinitionService::StubInterface::ListDefinitions, list);
    ASSERT_TRUE(listed.ok()) << listed.status();
    answers["definitions"] = listed->DebugString();
    v1::ListRevisionsRequest revisions;
    revisions.set_name(KpiName("total-delay"));
    const auto earlier = SuiteClient::Call(
        client.definition(), &v1::DefinitionService::StubInterface::ListRevisions, revisions);
    ASSERT_TRUE(earlier.ok()) << earlier.status();
    answers["revisions"] = earlier->DebugString();
  }

  static void AddAggregates(SuiteClient& client, Answers& answers) {
    v1::QueryAggregatesRequest request;
    request.set_parent(kTestParent);
    v1::AggregateQuery& query = *request.add_queries();
    query.set_metric(kDelayMetric);
    query.set_aggregation(v1::AGGREGATION_SUM);
    query.add_group_by("depot");
    const absl::CivilDay epoch;
    query.set_first_day(static_cast<int32_t>(FirstDay() - epoch));
    query.set_end_day(static_cast<int32_t>(FirstDay() + 3 - epoch));
    const auto context = MakeContext(CallTimeout());
    const auto stream = client.measurement().QueryAggregates(context.get(), request);
    v1::QueryAggregatesResponse response;
    while (stream->Read(&response)) answers["aggregates"] += response.DebugString();
    const grpc::Status status = stream->Finish();
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // Requests by which clients of one suite go on in the middle of what they read.
  struct Followers {
    v1::ReadChangesRequest changes;
    v1::WatchDefinitionsRequest definitions;
    v1::ReadSamplesRequest samples;
    v1::GetHistoryRequest history;
    v1::WatchStatesRequest states;
  };

  static Followers FollowersOf(SuiteClient& client) {
    Followers followers;
    const v1::ServerInfo info = client.MeasurementInfo().value();
    for (const v1::PartitionHead& head : info.partitions()) {
      if (head.last_seq() < 2) continue;
      v1::FeedPosition& position = *followers.changes.add_after();
      position.set_part(head.part());
      position.set_incarnation(head.incarnation());
      position.set_seq(head.last_seq() - 2);
    }
    followers.definitions.set_parent(kTestParent);
    followers.definitions.set_after_position(1);
    followers.definitions.set_incarnation(NextSet(client, followers.definitions).incarnation());
    followers.samples.set_parent(kTestParent);
    followers.samples.set_metric(kDelayMetric);
    followers.samples.set_page_size(7);
    followers.samples.set_page_token(
        SuiteClient::Call(client.measurement(), &v1::MeasurementService::StubInterface::ReadSamples,
                          followers.samples)
            ->next_page_token());
    followers.history.set_kpi(KpiName("total-delay"));
    followers.history.set_view(v1::HISTORY_VIEW_HISTORY);
    followers.history.set_page_size(2);
    followers.history.set_page_token(
        SuiteClient::Call(client.evaluation(), &v1::EvaluationService::StubInterface::GetHistory,
                          followers.history)
            ->next_page_token());
    StateWatcher watcher(client, {});
    EXPECT_TRUE(watcher.ReadUntilInSync());
    followers.states.set_resume_token(watcher.resume_token());
    return followers;
  }

  static v1::WatchDefinitionsResponse NextSet(SuiteClient& client,
                                              const v1::WatchDefinitionsRequest& request) {
    const auto context = MakeContext(CallTimeout());
    const auto stream = client.definition().WatchDefinitions(context.get(), request);
    v1::WatchDefinitionsResponse response;
    EXPECT_TRUE(stream->Read(&response));
    context->TryCancel();
    return response;
  }

  // What they are told next, but for states.
  static Answers GoOn(SuiteClient client, const Followers& followers) {
    Answers answers;
    answers["definitions"] = NextSet(client, followers.definitions).DebugString();
    answers["samples"] =
        SuiteClient::Call(client.measurement(), &v1::MeasurementService::StubInterface::ReadSamples,
                          followers.samples)
            ->DebugString();
    const auto history = SuiteClient::Call(
        client.evaluation(), &v1::EvaluationService::StubInterface::GetHistory, followers.history);
    for (const v1::HistoryEntry& entry : history->entries()) {
      answers["history"] += TextOf(entry.state(), entry.has_record_time());
    }
    const auto context = MakeContext(CallTimeout());
    const auto stream = client.measurement().ReadChanges(context.get(), followers.changes);
    v1::ReadChangesResponse response;
    while (response.heads().empty() && stream->Read(&response)) {
      for (v1::ChangeBatch batch : response.batches()) {
        // Stable within a store.
        for (v1::SeriesChanges& series : *batch.mutable_series()) series.clear_series_id();
        answers[absl::StrCat("changes of ", batch.position().part())] += batch.DebugString();
      }
    }
    context->TryCancel();
    return answers;
  }

  std::vector<std::string> MigrateArguments() const {
    return {"migrate", "--from=sqlite:" + suite_->StoreDirectory("definition"),
            "--from=sqlite:" + suite_->StoreDirectory("measurement"),
            "--from=sqlite:" + suite_->StoreDirectory("evaluation"), "--store=" + store_};
  }

  std::unique_ptr<ProcessSuite> StartOnPostgres() const {
    auto suite =
        std::make_unique<ProcessSuite>(ProcessSuiteOptions{.with_redis = false, .store = store_});
    const absl::Status started = suite->Start();
    EXPECT_TRUE(started.ok()) << started;
    return suite;
  }

  std::string store_;
  std::unique_ptr<ProcessSuite> suite_;
  Past past_;
};

TEST_F(Migrate, ServicesOnPostgresAnswerWhatThoseOnSqliteDid) {
  ASSERT_NO_FATAL_FAILURE(FillSuite(40));
  const Answers before = AnswersOf(suite_->Client(), past_.token);
  const ProgramResult refused = suite_->Kpictl(MigrateArguments());
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.error, HasSubstr("its service must not run while it is copied"));

  ASSERT_TRUE(StopServices(*suite_).ok());
  const ProgramResult migrated = suite_->Kpictl(MigrateArguments());
  ASSERT_EQ(migrated.exit_code, 0) << migrated.error << migrated.output;
  EXPECT_THAT(migrated.output, HasSubstr("measurement.sample_revision"));
  EXPECT_THAT(migrated.output, HasSubstr("test/delivery-delay in sample, partition"));
  EXPECT_THAT(migrated.output, Not(HasSubstr("DIFFERENT")));

  const auto after = StartOnPostgres();
  // The token of before names positions that are there.
  const Answers answers = AnswersOf(after->Client(), past_.token);
  ASSERT_EQ(answers.size(), before.size());
  for (const auto& [what, answer] : before) EXPECT_EQ(answers.at(what), answer) << what;

  // What was answered before is answered again, and what follows counts.
  SuiteClient client = after->Client();
  const auto again = client.Retract(RetractRequest("retraction", past_.retracted));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->duplicate());
  EXPECT_EQ(again->retracted(), 2);
  const auto more = client.Write(
      WriteRequest("more", {{"new", "north", TimeOn(FirstDay() + 2, absl::Hours(5)), 1'000'000}}));
  ASSERT_TRUE(more.ok()) << more.status();
  const auto state =
      client.GetState({"total-delay", "DAY", "", DayId(FirstDay() + 2)}, more->position_token());
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->value(), absl::StrCat(1'000'000 + NumbersOf(past_.days[2]).total_delay));
  EXPECT_EQ(after->Kpictl(MigrateArguments()).exit_code, 5) << "the database is in use";
}

TEST_F(Migrate, WhoFollowedOrPagedThroughTheFilesGoesOnInTheDatabase) {
  ASSERT_NO_FATAL_FAILURE(FillSuite(40));
  SuiteClient before = suite_->Client();
  const Followers followers = FollowersOf(before);
  const Answers answers = GoOn(suite_->Client(), followers);
  EXPECT_GE(answers.size(), 4u) << "something follows everywhere";
  for (const auto& [what, answer] : answers) EXPECT_NE(answer, "") << what;
  ASSERT_TRUE(StopServices(*suite_).ok());
  ASSERT_EQ(suite_->Kpictl(MigrateArguments()).exit_code, 0);
  const auto after = StartOnPostgres();
  EXPECT_EQ(GoOn(after->Client(), followers), answers);

  // Changed before anybody watches again.
  SuiteClient client = after->Client();
  const auto late = client.Write(
      WriteRequest("late", {{"late", "north", TimeOn(FirstDay() + 1, absl::Hours(5)), 7}}));
  ASSERT_TRUE(late.ok()) << late.status();
  const std::string day = DayId(FirstDay() + 1);
  const auto state = client.GetState({"total-delay", "DAY", "", day}, late->position_token());
  ASSERT_TRUE(state.ok()) << state.status();
  StateWatcher watcher(client, followers.states);
  const auto told = watcher.ReadUntil([&](const v1::KpiState& one) {
    return one.kpi() == KpiName("total-delay") && one.period().id() == day;
  });
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->value(), state->value());
  EXPECT_TRUE(watcher.ReadUntilInSync());
}

TEST_F(Migrate, ARunThatIsKilledGoesOnAndServicesWaitForItsEnd) {
  ASSERT_NO_FATAL_FAILURE(FillSuite(20'000));
  ASSERT_TRUE(StopServices(*suite_).ok());
  ChildProcess child;
  ChildOptions options = suite_->KpictlOptions(MigrateArguments());
  options.error_file = suite_->directory() + "/migrate.err";
  options.output_file = suite_->directory() + "/migrate.out";
  ASSERT_TRUE(child.Start(options).ok());
  ASSERT_TRUE(Eventually([&] {
    return ReadText(options.error_file).find("measurement.series") != std::string::npos;
  }));
  child.Signal(SIGKILL);
  ASSERT_EQ(child.Wait(Patience()), -SIGKILL);

  const ProgramResult early =
      RunProgram("kpi-measurement",
                 {"--store=" + store_, "--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0"},
                 suite_->directory());
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.output + early.error, HasSubstr("holds an unfinished copy"));

  const ProgramResult migrated = suite_->Kpictl(MigrateArguments());
  ASSERT_EQ(migrated.exit_code, 0) << migrated.error;
  EXPECT_THAT(migrated.error, Not(HasSubstr("definition.revision: 1 of")))
      << "what is there is not copied again";
  const auto after = StartOnPostgres();
  SuiteClient client = after->Client();
  const auto state =
      client.GetState({"total-delay", "DAY", "", DayId(FirstDay() + 2)}, past_.token);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->value(), absl::StrCat(NumbersOf(past_.days[2]).total_delay));
}

TEST_F(Migrate, WrongInputIsNamed) {
  ASSERT_TRUE(StopServices(*suite_).ok());
  const auto refusal = [&](std::vector<std::string> arguments, int exit_code) {
    arguments.insert(arguments.begin(), "migrate");
    const ProgramResult result = suite_->Kpictl(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.error;
    return result.error;
  };
  const std::string from = "--from=sqlite:" + suite_->StoreDirectory("definition");
  EXPECT_THAT(refusal({from, "--store=" + store_}, 5), HasSubstr("got no measurement.db in"));
  EXPECT_THAT(refusal({from, from, "--store=" + store_}, 5), HasSubstr("want it once"));
  EXPECT_THAT(refusal({"--from=/somewhere", "--store=" + store_}, 2),
              HasSubstr("sqlite:DIRECTORY"));
  EXPECT_THAT(refusal({from, "--store=sqlite:/x"}, 2), HasSubstr("--store: got"));
  EXPECT_THAT(refusal({from}, 2), HasSubstr("--store"));
  std::vector<std::string> nowhere = MigrateArguments();
  nowhere.erase(nowhere.begin());
  nowhere.back() = "--store=postgres://kpi:secret@127.0.0.1:1/kpi";
  EXPECT_THAT(refusal(nowhere, 6), HasSubstr("got a URI with a password"));
  nowhere.back() = "--store=postgres://kpi@127.0.0.1:1/kpi";
  refusal(nowhere, 7);
}

}  // namespace
}  // namespace kpisuite
