#include "services/measurement/sqlite_schema.h"

namespace kpisuite {
namespace {

constexpr char kVersion1[] = R"sql(
-- The newest position of each partition; commit_nano never goes back.
CREATE TABLE head(
  part INTEGER PRIMARY KEY,
  incarnation INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  trimmed_seq INTEGER NOT NULL,
  commit_nano INTEGER NOT NULL);

-- What may not change once a metric has samples.
CREATE TABLE metric(
  workspace TEXT NOT NULL,
  metric TEXT NOT NULL,
  traits TEXT NOT NULL,
  PRIMARY KEY(workspace, metric)) WITHOUT ROWID;

CREATE TABLE watermark(
  workspace TEXT NOT NULL,
  metric TEXT NOT NULL,
  complete_through_nano INTEGER NOT NULL,
  PRIMARY KEY(workspace, metric)) WITHOUT ROWID;

CREATE TABLE series(
  id INTEGER PRIMARY KEY,
  part INTEGER NOT NULL,
  workspace TEXT NOT NULL,
  metric TEXT NOT NULL,
  slice TEXT NOT NULL,
  has_business_day INTEGER NOT NULL,
  UNIQUE(workspace, metric, slice));

-- The latest revision of each identity; value is null when it is withdrawn.
CREATE TABLE sample(
  series INTEGER NOT NULL,
  time INTEGER NOT NULL,
  sample_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  value INTEGER,
  weight INTEGER,
  business_day INTEGER,
  entity TEXT,
  PRIMARY KEY(series, time, sample_id)) WITHOUT ROWID;

-- Earlier revisions.
CREATE TABLE sample_revision(
  series INTEGER NOT NULL,
  time INTEGER NOT NULL,
  sample_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  value INTEGER,
  weight INTEGER,
  business_day INTEGER,
  entity TEXT,
  PRIMARY KEY(series, time, sample_id, revision)) WITHOUT ROWID;

-- The change feed; the key is FeedKey(part, seq).
CREATE TABLE feed(
  key INTEGER PRIMARY KEY,
  commit_nano INTEGER NOT NULL,
  reason TEXT NOT NULL,
  batch BLOB NOT NULL);

-- Known request_ids and their answers.
CREATE TABLE request(
  workspace TEXT NOT NULL,
  request_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  created_nano INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  inserted INTEGER NOT NULL,
  corrected INTEGER NOT NULL,
  retracted INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  answer_note BLOB NOT NULL,
  PRIMARY KEY(workspace, request_id, part)) WITHOUT ROWID;
CREATE INDEX request_created ON request(created_nano);

-- Definitions as last heard of.
CREATE TABLE definition(
  name TEXT PRIMARY KEY,
  bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE definition_position(
  id INTEGER PRIMARY KEY CHECK (id = 0),
  position INTEGER NOT NULL,
  incarnation INTEGER NOT NULL);
)sql";

constexpr char kVersion2[] = R"sql(
-- From when on samples of a metric are kept; no row: all are.
CREATE TABLE kept_sample(
  workspace TEXT NOT NULL,
  metric TEXT NOT NULL,
  kept_from_nano INTEGER NOT NULL,
  first_business_day INTEGER,
  PRIMARY KEY(workspace, metric)) WITHOUT ROWID;
)sql";

}  // namespace

Schema MeasurementSchema() {
  Schema schema;
  schema.name = "measurement";
  schema.application_id = 0x4b50494d;  // "KPIM"
  schema.migrations = {kVersion1, kVersion2};
  return schema;
}

}  // namespace kpisuite
