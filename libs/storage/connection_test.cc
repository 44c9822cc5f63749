#include "libs/storage/connection.h"

#include <gtest/gtest.h>

#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/storage/storage_test_support.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    ConnectionOptions options;
    options.role = ConnectionOptions::Role::kWriter;
    auto opened = Connection::Open(directory_.path() + "/test.db", options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    connection_ = *std::move(opened);
    ASSERT_TRUE(connection_->ExecuteScript(TestSchema().migrations[0]).ok());
  }

  TestDirectory directory_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(ConnectionTest, KeepsTextBytesIntegersAndNullsApart) {
  const std::string bytes("\0\xff\x00z", 4);
  ASSERT_TRUE(connection_->Execute(kInsertItem, {int64_t{1} << 62, "größe", Blob{bytes}}).ok());
  ASSERT_TRUE(connection_->Execute(kInsertItem, {-5, "", std::optional<int64_t>()}).ok());

  auto find = connection_->Prepare("SELECT key, value, bytes FROM item WHERE key = ?");
  ASSERT_TRUE(find.ok()) << find.status();
  ASSERT_TRUE(find->Bind({int64_t{1} << 62}).ok());
  ASSERT_TRUE(*find->Step());
  EXPECT_EQ(find->Int64(0), int64_t{1} << 62);
  EXPECT_EQ(find->Text(1), "größe");
  EXPECT_EQ(find->Bytes(2), bytes);

  ASSERT_TRUE(find->Bind({-5}).ok());
  ASSERT_TRUE(*find->Step());
  EXPECT_FALSE(find->IsNull(1)) << "an empty text is not null";
  EXPECT_EQ(find->Text(1), "");
  EXPECT_TRUE(find->IsNull(2));
  EXPECT_EQ(find->OptionalInt64(2), std::nullopt);
  EXPECT_FALSE(*find->Step());
}

TEST_F(ConnectionTest, StoresAnUnsignedNumberWithItsBits) {
  const uint64_t hash = 0xfedcba9876543210;
  ASSERT_TRUE(connection_->Execute(kInsertItem, {hash, std::nullopt, std::nullopt}).ok());
  const auto read = connection_->QueryInt64("SELECT key FROM item");
  ASSERT_TRUE(read.ok() && read->has_value());
  EXPECT_EQ(static_cast<uint64_t>(**read), hash);
}

TEST_F(ConnectionTest, LendsTheSameSqlTwiceAtOnce) {
  ASSERT_TRUE(connection_->Execute(kInsertItem, {1, "a", std::nullopt}).ok());
  ASSERT_TRUE(connection_->Execute(kInsertItem, {2, "b", std::nullopt}).ok());
  constexpr char kSql[] = "SELECT value FROM item ORDER BY key";
  for (int round = 0; round < 3; ++round) {
    auto outer = connection_->Prepare(kSql);
    auto inner = connection_->Prepare(kSql);
    ASSERT_TRUE(outer.ok() && inner.ok());
    ASSERT_TRUE(*outer->Step());
    ASSERT_TRUE(*inner->Step());
    ASSERT_TRUE(*inner->Step());
    EXPECT_EQ(outer->Text(0), "a");
    EXPECT_EQ(inner->Text(0), "b");
  }
}

TEST_F(ConnectionTest, SaysWhatIsTakenAndWhatIsWrong) {
  ASSERT_TRUE(connection_->Execute(kInsertItem, {1, "a", std::nullopt}).ok());
  const absl::Status taken = connection_->Execute(kInsertItem, {1, "b", std::nullopt});
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetErrorDetails(taken).reason, "ALREADY_EXISTS");

  for (const char* sql : {"SELEC 1", "SELECT nothing FROM item", "SELECT 1; SELECT 2", ""}) {
    EXPECT_EQ(connection_->Prepare(sql).status().code(), absl::StatusCode::kInternal) << sql;
  }
  EXPECT_EQ(connection_->Execute(kInsertItem, {2}).code(), absl::StatusCode::kInternal)
      << "too few parameters";
}

TEST_F(ConnectionTest, HidesTheTextOfTheBackend) {
  const absl::Status status = connection_->Prepare("SELECT nothing FROM item").status();
  EXPECT_EQ(status.message().find("nothing"), absl::string_view::npos) << status;
}

TEST_F(ConnectionTest, ReportsAFullDiskAndGoesOn) {
  ASSERT_TRUE(connection_->Execute("PRAGMA max_page_count=10").ok());
  const std::string large(200'000, 'x');
  const absl::Status full = connection_->Execute(kInsertItem, {1, large, std::nullopt});
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_EQ(GetErrorDetails(full).reason, "DISK_FULL");

  ASSERT_TRUE(connection_->Execute("PRAGMA max_page_count=100000").ok());
  EXPECT_TRUE(connection_->Execute(kInsertItem, {1, large, std::nullopt}).ok());
}

TEST_F(ConnectionTest, ReaderCannotWrite) {
  auto reader = Connection::Open(directory_.path() + "/test.db", {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->Execute(kInsertItem, {1, "a", std::nullopt}).code(),
            absl::StatusCode::kInternal);
}

#ifdef KPISUITE_DEBUG_ASSERTS
TEST_F(ConnectionTest, IsNotUsedOnALibraryThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        MarkLibraryThread mark;
        connection_->Execute("SELECT 1").IgnoreError();
      },
      "sqlite");
}
#endif

}  // namespace
}  // namespace kpisuite
