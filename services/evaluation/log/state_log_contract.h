// What the tests of the contract of state logs share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/postgres/test_server.h"
#include "libs/storage/test_directory.h"
#include "services/evaluation/log/memory_state_log.h"
#include "services/evaluation/log/owned_parts_for_test.h"
#include "services/evaluation/log/postgres_state_log.h"
#include "services/evaluation/log/sqlite_state_log.h"

namespace kpisuite {

inline constexpr char kKpi[] = "workspaces/w/kpis/k";

inline LoggedState Entry(int32_t day, v1::HistoryCause cause, int64_t record_second,
                         absl::string_view value, int32_t revision = 0) {
  return {.id = {kKpi, "DAY", "", absl::StrCat("day-", day)},
          .part = 3,
          .first_day = day,
          .revision = revision,
          .cause = cause,
          .record_time = absl::FromUnixSeconds(record_second),
          .closed_at = revision > 0 ? std::optional(absl::FromUnixSeconds(7)) : std::nullopt,
          .restated = revision > 1,
          .status = v1::STATUS_WARNING,
          .value = std::string(value),
          .state = std::make_shared<const std::string>(absl::StrCat("state of ", value))};
}

inline std::vector<std::string> Values(const absl::StatusOr<std::vector<HistoryEntryRow>>& rows) {
  std::vector<std::string> values;
  if (!rows.ok()) return {rows.status().ToString()};
  for (const HistoryEntryRow& row : *rows) values.push_back(row.logged.value);
  return values;
}

class StateLogContract : public ::testing::TestWithParam<std::string> {
 protected:
  StateLogContract() {
    if (GetParam() == "postgres") target_ = PostgresTestServer::Shared().NewDatabase().value();
    Open();
  }

  // Again: as the next life of the process.
  void Open() {
    ownership_.reset();
    OpenLog();
    ownership_ = log_->OpenOwnership().value();
    parts_ = std::make_unique<OwnedParts>();
    ownership_->Begin(4, "127.0.0.1:1", *parts_);
    writer_ = parts_->WaitFor(3);
  }

  void OpenLog() {
    if (GetParam() == "memory") {
      if (log_ == nullptr) log_ = std::make_unique<MemoryStateLog>();
      return;
    }
    log_.reset();
    if (GetParam() == "postgres") {
      const PartitionLeaseOptions fast = {.beat = absl::Milliseconds(20)};
      log_ = PostgresStateLog::Create({.target = target_, .leases = fast}).value();
      return;
    }
    auto opened = SqliteStateLog::Create(
        {.directory = directory_.path(), .free_space_floor_bytes = 0, .ballast_bytes = 0});
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = *std::move(opened);
  }

  // Entries of partition 3.
  absl::Status Append(const std::vector<LoggedState>& entries) {
    const auto lost = log_->Append(entries, {writer_});
    EXPECT_TRUE(!lost.ok() || lost->empty());
    return lost.status();
  }

  // A set after that of the position before.
  absl::StatusOr<DefinitionsSaved> Save(bool snapshot, std::vector<v1::Definition> definitions,
                                        std::vector<SavedVersions> versions, int64_t position,
                                        int64_t incarnation = 70) {
    return log_->SaveDefinitions({.snapshot = snapshot,
                                  .definitions = definitions,
                                  .versions = versions,
                                  .after = position - 1,
                                  .position = position,
                                  .incarnation = incarnation});
  }

  // Three entries of day 10, two of day 11.
  void Fill() {
    const std::vector<LoggedState> entries = {Entry(10, v1::HISTORY_CAUSE_TRANSITION, 100, "1"),
                                              Entry(11, v1::HISTORY_CAUSE_TRANSITION, 110, "5"),
                                              Entry(10, v1::HISTORY_CAUSE_CLOSED, 200, "2", 1),
                                              Entry(10, v1::HISTORY_CAUSE_RESTATED, 300, "3", 2),
                                              Entry(11, v1::HISTORY_CAUSE_CLOSED, 310, "6", 1)};
    ASSERT_TRUE(Append(entries).ok());
  }

  HistoryQuery Query(HistoryQuery::View view) const {
    return {.kpi = kKpi, .window = "DAY", .view = view};
  }

  TestDirectory directory_;
  PostgresTarget target_;
  std::unique_ptr<StateLog> log_;
  std::unique_ptr<OwnedParts> parts_;
  std::unique_ptr<PartitionOwnership> ownership_;
  OwnedPart writer_;
};

}  // namespace kpisuite
