// Several evaluators at one PostgreSQL state log, and the views for people.
#include "services/evaluation/log/postgres_state_log.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "absl/time/clock.h"
#include "libs/postgres/test_server.h"
#include "services/evaluation/log/owned_parts_for_test.h"

namespace kpisuite {
namespace {

constexpr PartitionLeaseOptions kFast = {.beat = absl::Milliseconds(20)};

LoggedState Entry(int32_t day, absl::string_view value, int64_t second = 1) {
  LoggedState logged;
  logged.id = {"workspaces/w/kpis/k", "DAY", "", absl::StrCat("day-", day)};
  logged.part = 3;
  logged.first_day = day;
  logged.revision = 1;
  logged.cause = v1::HISTORY_CAUSE_CLOSED;
  logged.record_time = absl::FromUnixSeconds(second);
  logged.status = v1::STATUS_ON_TARGET;
  logged.value = std::string(value);
  return logged;
}

class PostgresStateLogTest : public testing::Test {
 protected:
  std::unique_ptr<PostgresConnection> Connect() {
    return PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_evaluation"}).value();
  }
  std::unique_ptr<PostgresStateLog> Open() {
    return PostgresStateLog::Create({.target = target_, .leases = kFast}).value();
  }

  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
};

TEST_F(PostgresStateLogTest, PartitionsThatWereTakenAreRefusedAndOthersStored) {
  const auto log = Open();
  OwnedParts parts;
  const auto ownership = log->OpenOwnership().value();
  ownership->Begin(4, "127.0.0.1:1", parts);
  const OwnedPart three = parts.WaitFor(3);
  const OwnedPart two = parts.WaitFor(2);
  ASSERT_TRUE(Connect()->Execute("UPDATE partition SET epoch = epoch + 1 WHERE part = 3").ok());
  LoggedState other = Entry(2, "2");
  other.part = 2;
  other.id.kpi = "workspaces/w/kpis/other";
  const auto lost = log->Append({Entry(1, "1"), other}, {three, two});
  ASSERT_TRUE(lost.ok()) << lost.status();
  EXPECT_EQ(*lost, std::vector<int32_t>{3});
  EXPECT_FALSE(log->Find(Entry(1, "").id)->has_value());
  EXPECT_TRUE(log->Find(other.id)->has_value());
  EXPECT_EQ(log->SaveDecision({}, three).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(log->SaveDecision({}, two).ok());
  ASSERT_TRUE(log->SaveDefinitions({.snapshot = true, .position = 4, .incarnation = 70}).ok());
  EXPECT_EQ(*log->SaveVersions({}, 4, 70, three), false);
  EXPECT_EQ(*log->SaveVersions({}, 4, 70, two), true);
}

TEST_F(PostgresStateLogTest, AWriteInProgressIsWaitedForByTheOneWhoTakesOver) {
  const auto first = Open();
  OwnedParts first_parts;
  const auto owner = first->OpenOwnership().value();
  owner->Begin(1, "127.0.0.1:1", first_parts);
  first_parts.WaitFor(0);
  const auto writer = Connect();
  ASSERT_TRUE(writer->ExecuteScript("BEGIN; SELECT epoch FROM partition FOR SHARE").ok());
  owner->RequestEnd();
  const auto second = Open();
  OwnedParts second_parts;
  const auto taker = second->OpenOwnership().value();
  taker->Begin(1, "127.0.0.1:2", second_parts);
  EXPECT_EQ(second_parts.WaitFor(0, absl::Milliseconds(300)), std::nullopt);
  ASSERT_TRUE(writer->ExecuteScript("COMMIT").ok());
  EXPECT_EQ(second_parts.WaitFor(0), (OwnedPart{0, 2}));
}

TEST_F(PostgresStateLogTest, StatesOfAKpiAreFoundWithoutReadingTheWholeLog) {
  auto log = Open();
  const auto connection = Connect();
  ASSERT_TRUE(connection
                  ->ExecuteScript(
                      "INSERT INTO state_log(part, identity, kpi, \"window\", slice, period,"
                      " first_day, revision, cause, recorded_at, restated, status, value, state,"
                      " definition_position, final, author, reason)"
                      " SELECT 3, int8send(i), 'kpi' || i % 200, 'DAY', '', i::text, i, 1,"
                      " 'CLOSED', i, false, 'ON_TARGET', '1', '', 1, false, '', ''"
                      " FROM generate_series(1, 20000) AS i; ANALYZE state_log")
                  .ok());
  const auto count = [&](const std::string& what) {
    const auto row = connection->Query(
        "SELECT " + what + " FROM pg_stat_user_tables WHERE relid = 'state_log'::regclass");
    return row.value().Int64(0, 0);
  };
  std::set<std::string> kpis;
  const auto visit = [&](const LoggedState& logged) {
    kpis.insert(logged.id.kpi);
    return absl::OkStatus();
  };
  const int64_t scans = count("seq_scan");
  const int64_t lookups = count("idx_scan");
  ASSERT_TRUE(log->VisitLatest({"kpi7", "kpi9", "none"}, visit).ok());
  EXPECT_EQ(kpis, (std::set<std::string>{"kpi7", "kpi9"}));
  ASSERT_TRUE(log->VisitLatest({}, visit).ok());
  EXPECT_EQ(kpis.size(), 200u);
  log.reset();  // its connections tell what they did when they end
  for (int i = 0; i < 2000 && count("idx_scan") < lookups + 200; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_GE(count("idx_scan"), lookups + 200);
  EXPECT_EQ(count("seq_scan"), scans);
}

TEST_F(PostgresStateLogTest, EpochsGoOnWhereThatOfTheOneOwnerEnded) {
  ASSERT_NE(Open(), nullptr);
  ASSERT_TRUE(Connect()->Execute("INSERT INTO setting VALUES('first_epoch', 41)").ok());
  const auto log = Open();
  OwnedParts parts;
  const auto ownership = log->OpenOwnership().value();
  ownership->Begin(1, "127.0.0.1:1", parts);
  EXPECT_EQ(parts.WaitFor(0), (OwnedPart{0, 42}));
}

TEST_F(PostgresStateLogTest, ViewsTellTheLastThatWasSaid) {
  const auto log = Open();
  OwnedParts parts;
  const auto ownership = log->OpenOwnership().value();
  ownership->Begin(4, "127.0.0.1:1", parts);
  const auto connection = Connect();
  LoggedState restated = Entry(20'000, "0.5", 9);
  restated.revision = 2;
  ASSERT_TRUE(
      log->Append({Entry(20'000, "0.25"), restated, Entry(20'001, "(EMPTY)")}, {parts.WaitFor(3)})
          .ok());
  const auto days = connection->Query(
      "SELECT workspace, kpi, first_day::text, value, number_value::text, status,"
      " recorded_at::text FROM daily_value ORDER BY first_day");
  ASSERT_TRUE(days.ok()) << days.status();
  ASSERT_EQ(days->rows(), 2);
  EXPECT_EQ(days->Bytes(0, 0), "w");
  EXPECT_EQ(days->Bytes(0, 1), "k");
  EXPECT_EQ(days->Bytes(0, 2), "2024-10-04");
  EXPECT_EQ(days->Bytes(0, 4), "0.5");
  EXPECT_EQ(days->Bytes(0, 5), "ON_TARGET");
  EXPECT_EQ(days->Bytes(0, 6), "1970-01-01 00:00:09+00");
  EXPECT_TRUE(days->IsNull(1, 4));
  const auto current = connection->Query("SELECT value FROM current_state");
  ASSERT_EQ(current->rows(), 1);
  EXPECT_EQ(current->Bytes(0, 0), "(EMPTY)");
  EXPECT_EQ(connection->Query("SELECT count(*) FROM state_history")->Int64(0, 0), 3);
}

}  // namespace
}  // namespace kpisuite
