// Several evaluators at one PostgreSQL state log, and the views for people.
#include "services/evaluation/log/postgres_state_log.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "libs/base/error.h"
#include "libs/postgres/test_server.h"

namespace kpisuite {
namespace {

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
  std::unique_ptr<PostgresStateLog> Open(LogOwnerOptions owner = {}) {
    auto log = PostgresStateLog::Create({.target = target_, .owner = std::move(owner)});
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  // As an administrator would, or time.
  void LetTheLeaseRunOut() {
    ASSERT_TRUE(connection_->Execute("UPDATE owner SET lease_until = '-infinity'").ok());
  }

  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  const std::unique_ptr<PostgresConnection> connection_ =
      PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_evaluation"}).value();
};

TEST_F(PostgresStateLogTest, AnOwnerThatIsAliveIsLeftAlone) {
  const auto first = Open();
  ASSERT_EQ(first->OpenEpoch().value(), 1);
  const auto second = Open({.patience = absl::Milliseconds(300)});
  const absl::Status refused = second->OpenEpoch().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(refused).reason, "NOT_READY");
  EXPECT_TRUE(first->Append({Entry(1, "1")}).ok());
}

TEST_F(PostgresStateLogTest, AnOwnerThatEndsGivesTheLogToTheNextAtOnce) {
  auto first = Open();
  ASSERT_EQ(first->OpenEpoch().value(), 1);
  first.reset();
  EXPECT_EQ(Open({.patience = absl::ZeroDuration()})->OpenEpoch().value(), 2);
}

TEST_F(PostgresStateLogTest, AWriterOfAnEarlierEpochIsRefusedAndIsTold) {
  std::promise<void> lost;
  const auto first = Open({.lease = absl::Milliseconds(600), .on_lost = [&] { lost.set_value(); }});
  ASSERT_EQ(first->OpenEpoch().value(), 1);
  ASSERT_TRUE(first->Append({Entry(1, "1")}).ok());
  const auto second = Open();
  // The first may renew in between.
  while (!second->OpenEpoch().ok()) LetTheLeaseRunOut();
  for (const absl::Status& refused :
       {first->Append({Entry(2, "2")}), first->SavePartitions(5),
        first->SaveDefinitions(true, {}, {}, 4, 70), first->SaveDecision({})}) {
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  }
  ASSERT_TRUE(second->Append({Entry(3, "3")}).ok());
  EXPECT_TRUE(second->Find(Entry(1, "").id)->has_value());
  EXPECT_FALSE(second->Find(Entry(2, "").id)->has_value());
  EXPECT_EQ(lost.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST_F(PostgresStateLogTest, AWriteInProgressIsWaitedForByTheOneWhoTakesOver) {
  const auto first = Open();
  ASSERT_EQ(first->OpenEpoch().value(), 1);
  LetTheLeaseRunOut();
  const auto holder =
      PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_evaluation"}).value();
  ASSERT_TRUE(holder->ExecuteScript("BEGIN; SELECT epoch FROM owner FOR SHARE").ok());
  const auto second = Open();
  std::future<absl::StatusOr<int64_t>> taken =
      std::async(std::launch::async, [&] { return second->OpenEpoch(); });
  EXPECT_EQ(taken.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  ASSERT_TRUE(holder->ExecuteScript("COMMIT").ok());
  EXPECT_TRUE(taken.get().ok());
}

TEST_F(PostgresStateLogTest, ViewsTellTheLastThatWasSaid) {
  const auto log = Open();
  LoggedState restated = Entry(20'000, "0.5", 9);
  restated.revision = 2;
  ASSERT_TRUE(log->Append({Entry(20'000, "0.25"), restated, Entry(20'001, "(EMPTY)")}).ok());
  const auto days = connection_->Query(
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
  const auto current = connection_->Query("SELECT value FROM current_state");
  ASSERT_EQ(current->rows(), 1);
  EXPECT_EQ(current->Bytes(0, 0), "(EMPTY)");
  EXPECT_EQ(connection_->Query("SELECT count(*) FROM state_history")->Int64(0, 0), 3);
}

}  // namespace
}  // namespace kpisuite
