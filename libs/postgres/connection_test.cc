#include "libs/postgres/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/postgres/error.h"
#include "libs/postgres/test_server.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

std::unique_ptr<PostgresConnection> Connect(const PostgresTarget& target,
                                            const std::string& session = "") {
  auto connection = PostgresConnection::Open(target, {"test", session});
  EXPECT_TRUE(connection.ok()) << connection.status();
  return connection.ok() ? *std::move(connection) : nullptr;
}

class PostgresConnectionTest : public testing::Test {
 protected:
  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  const std::unique_ptr<PostgresConnection> connection_ = Connect(target_);
};

TEST_F(PostgresConnectionTest, ValuesComeBackAsTheyWent) {
  const std::string bytes("\0\xff'\\", 4);
  for (const int64_t number : {int64_t{0}, int64_t{-1}, std::numeric_limits<int64_t>::min(),
                               std::numeric_limits<int64_t>::max()}) {
    const auto row = connection_->Query("SELECT $1, $2, $3, $4",
                                        {number, "K\xc3\xb6ln's", PostgresBytes{bytes}, true});
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ(row->Int64(0, 0), number);
    EXPECT_EQ(row->Bytes(0, 1), "K\xc3\xb6ln's");
    EXPECT_EQ(row->Bytes(0, 2), bytes);
    EXPECT_TRUE(row->Bool(0, 3));
  }
  const auto narrow = connection_->Query("SELECT -2::smallint, -3::integer, NULL::bigint");
  EXPECT_EQ(narrow->Int64(0, 0), -2);
  EXPECT_EQ(narrow->Int64(0, 1), -3);
  EXPECT_EQ(narrow->OptionalInt64(0, 2), std::nullopt);
}

TEST_F(PostgresConnectionTest, ColumnsAreTakenApartWithTheirNulls) {
  PostgresColumn numbers = PostgresColumn::Int64s();
  PostgresColumn texts = PostgresColumn::Texts();
  PostgresColumn bytes = PostgresColumn::Bytes();
  numbers.Add(7);
  numbers.AddOrNull(8, 8);
  texts.AddOrNull("");
  texts.Add("b");
  bytes.Add(absl::string_view("\0", 1));
  bytes.AddNull();
  const auto rows = connection_->Query("SELECT * FROM unnest($1, $2, $3)", {numbers, texts, bytes});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->rows(), 2);
  EXPECT_EQ(rows->Int64(0, 0), 7);
  EXPECT_TRUE(rows->IsNull(1, 0));
  EXPECT_TRUE(rows->IsNull(0, 1));
  EXPECT_EQ(rows->Bytes(1, 1), "b");
  EXPECT_EQ(rows->Bytes(0, 2).size(), 1u);
  const auto none =
      connection_->Query("SELECT count(*) FROM unnest($1)", {PostgresColumn::Texts()});
  EXPECT_EQ(none->Int64(0, 0), 0);
}

TEST_F(PostgresConnectionTest, APipelineAnswersEachStatementInOneRoundTrip) {
  for (int round = 0; round < 2; ++round) {  // the second time with prepared statements
    PostgresPipeline pipeline(*connection_);
    pipeline.Add("BEGIN");
    const size_t first = pipeline.Add("SELECT $1 + 1", {41});
    const size_t second = pipeline.Add("SELECT $1 + 1", {1});
    pipeline.Add("COMMIT");
    const auto results = pipeline.Run();
    ASSERT_TRUE(results.ok()) << results.status();
    EXPECT_EQ((*results)[first].Int64(0, 0), 42);
    EXPECT_EQ((*results)[second].Int64(0, 0), 2);
    EXPECT_FALSE(connection_->in_transaction());
  }
}

TEST_F(PostgresConnectionTest, AnErrorInAPipelineIsTheFirstOneAndFailsItsTransaction) {
  ASSERT_TRUE(connection_->Execute("CREATE TABLE t(id bigint PRIMARY KEY)").ok());
  PostgresPipeline pipeline(*connection_);
  pipeline.Add("BEGIN");
  pipeline.Add("INSERT INTO t VALUES($1)", {1});
  pipeline.Add("INSERT INTO t VALUES($1)", {1});
  pipeline.Add("SELECT 1 / 0");
  pipeline.Add("COMMIT");
  EXPECT_EQ(pipeline.Run().status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(connection_->alive());
  EXPECT_TRUE(connection_->in_transaction());
  ASSERT_TRUE(connection_->Execute("ROLLBACK").ok());
  EXPECT_EQ(connection_->Query("SELECT count(*) FROM t")->Int64(0, 0), 0);
  EXPECT_EQ(connection_->Query("INSERT INTO t VALUES($1)", {5})->changed_rows(), 1);
}

TEST_F(PostgresConnectionTest, WrongSqlIsOurFaultAndTheConnectionLivesOn) {
  EXPECT_EQ(connection_->Execute("SELEC 1").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(connection_->Execute("SELECT 1 / 0").code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(connection_->Execute("SELECT 1").ok());
}

TEST_F(PostgresConnectionTest, TransactionsThatAreInEachOthersWayAreAborted) {
  ASSERT_TRUE(connection_->ExecuteScript("CREATE TABLE t(n bigint); INSERT INTO t VALUES(0)").ok());
  const auto other = Connect(target_);
  constexpr char kBegin[] = "BEGIN ISOLATION LEVEL REPEATABLE READ";
  ASSERT_TRUE(connection_->Execute(kBegin).ok());
  ASSERT_TRUE(connection_->Execute("SELECT * FROM t").ok());
  ASSERT_TRUE(other->Execute("UPDATE t SET n = 1").ok());
  const absl::Status conflict = connection_->Execute("UPDATE t SET n = 2");
  EXPECT_EQ(conflict.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(WithoutConflicts(conflict).code(), absl::StatusCode::kUnavailable);
}

TEST_F(PostgresConnectionTest, AConnectionThatTheServerEndsIsUnavailableAndKnownToBeGone) {
  const auto other = Connect(target_);
  const auto process = other->Query("SELECT pg_backend_pid()");
  ASSERT_TRUE(
      connection_
          ->Execute("SELECT pg_terminate_backend($1::bigint::integer)", {process->Int64(0, 0)})
          .ok());
  const absl::Status lost = other->Execute("SELECT 1");
  EXPECT_EQ(lost.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(lost).reason, "STORE_UNAVAILABLE");
  EXPECT_FALSE(other->alive());
  EXPECT_FALSE(other->Execute("SELECT 1").ok());
}

TEST_F(PostgresConnectionTest, NotificationsArriveWithTheirTexts) {
  const auto listener = Connect(target_, "LISTEN heads");
  EXPECT_TRUE(listener->WaitForNotifications(absl::ZeroDuration())->empty());
  ASSERT_TRUE(connection_->Execute("SELECT pg_notify('heads', $1)", {"3 7"}).ok());
  EXPECT_EQ(listener->WaitForNotifications(absl::Seconds(10)).value(),
            std::vector<std::string>{"3 7"});
}

TEST(PostgresServerCheck, AServerThatMayForgetIsRefusedByName) {
  PostgresTestServer& server = PostgresTestServer::Shared();
  const PostgresTarget target = server.NewDatabase().value();
  const std::string database = target.uri.substr(target.uri.find("test_"));
  const std::string name = database.substr(0, database.find('?'));
  ASSERT_TRUE(Connect(target)
                  ->Execute(absl::StrCat("ALTER DATABASE ", name, " SET synchronous_commit TO off"))
                  .ok());
  const absl::Status refused = PostgresConnection::Open(target, {"test", ""}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("synchronous_commit=off, want on or remote_apply"));
}

TEST(PostgresServerCheck, AServerWithoutFsyncOrFullPagesIsRefused) {
  for (const char* setting : {"fsync=off", "full_page_writes=off"}) {
    PostgresTestServer server;
    ASSERT_TRUE(server.Start({setting}).ok());
    const absl::Status refused =
        PostgresConnection::Open(server.Database("postgres"), {"test", ""}).status();
    EXPECT_THAT(std::string(refused.message()), HasSubstr(absl::StrCat(setting, ", want on")));
  }
}

}  // namespace
}  // namespace kpisuite
