#include "services/evaluation/log/sqlite_state_log.h"

namespace kpisuite {
namespace {

constexpr int32_t kApplicationId = 0x6b706573;  // "kpes"

// The unique index serves the history of one window and slice, the newest entry of each state, and
// makes a repeated append harmless.
constexpr char kFirstMigration[] = R"sql(
CREATE TABLE state_log(
  number INTEGER PRIMARY KEY,
  part INTEGER NOT NULL,
  kpi TEXT NOT NULL,
  "window" TEXT NOT NULL,
  slice TEXT NOT NULL,
  period TEXT NOT NULL,
  first_day INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  cause TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  closed_at INTEGER,
  restated INTEGER NOT NULL,
  status TEXT NOT NULL,
  value TEXT NOT NULL,
  state BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX state_log_entry ON state_log(
  kpi, "window", slice, first_day, period, recorded_at, revision, cause, status, value);
CREATE TABLE definition(name TEXT PRIMARY KEY, definition BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE setting(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

// The last restatement; null without one.
constexpr char kSecondMigration[] = R"sql(
ALTER TABLE state_log ADD COLUMN old_value TEXT;
ALTER TABLE state_log ADD COLUMN old_status TEXT;
ALTER TABLE state_log ADD COLUMN restated_by TEXT;
ALTER TABLE state_log ADD COLUMN minor INTEGER;
)sql";

// Entries of before are taken to be older than any definitions.
constexpr char kVersionsMigration[] = R"sql(
ALTER TABLE state_log ADD COLUMN definition_position INTEGER NOT NULL DEFAULT 0;
CREATE TABLE kpi_version(
  kpi TEXT NOT NULL,
  number INTEGER NOT NULL,
  first_day INTEGER NOT NULL,
  definitions BLOB NOT NULL,
  PRIMARY KEY(kpi, number)
) STRICT, WITHOUT ROWID;
)sql";

// `final`: whether the period is; author and reason of FINAL and RELEASED.
constexpr char kFinalityMigration[] = R"sql(
ALTER TABLE state_log ADD COLUMN final INTEGER NOT NULL DEFAULT 0;
ALTER TABLE state_log ADD COLUMN author TEXT;
ALTER TABLE state_log ADD COLUMN reason TEXT;
CREATE TABLE decision(
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  kpi TEXT NOT NULL,
  uid TEXT NOT NULL,
  first_day INTEGER NOT NULL,
  end_day INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  author TEXT NOT NULL,
  role TEXT NOT NULL,
  reason TEXT NOT NULL,
  request_id TEXT NOT NULL,
  answer BLOB NOT NULL
) STRICT;
)sql";

}  // namespace

Schema SqliteStateLogSchema() {
  return {
      .name = "evaluation",
      .application_id = kApplicationId,
      .migrations = {kFirstMigration, kSecondMigration, kVersionsMigration, kFinalityMigration}};
}

}  // namespace kpisuite
