#include "services/definition/definition_schema.h"

namespace kpisuite {
namespace {

// "kpid"; see libs/storage/schema.h.
constexpr int32_t kApplicationId = 0x6b706964;

constexpr char kSqliteVersion1[] = R"(
CREATE TABLE store(incarnation INTEGER NOT NULL);
CREATE TABLE definition(
  key INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  UNIQUE(workspace, collection, id));
CREATE TABLE revision(
  definition INTEGER NOT NULL REFERENCES definition,
  revision INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY(definition, revision)) WITHOUT ROWID;
CREATE TABLE applied_set(
  position INTEGER PRIMARY KEY,
  commit_nanos INTEGER NOT NULL);
CREATE TABLE change(
  position INTEGER NOT NULL REFERENCES applied_set,
  ordinal INTEGER NOT NULL,
  definition INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY(position, ordinal)) WITHOUT ROWID;
CREATE TABLE request(
  workspace TEXT NOT NULL,
  request_id TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  response BLOB NOT NULL,
  time_nanos INTEGER NOT NULL,
  PRIMARY KEY(workspace, request_id));
CREATE INDEX request_by_time ON request(time_nanos);
)";

constexpr char kPostgresVersion1[] = R"sql(
-- One row: the life of the log, and its last position.
CREATE TABLE store(
  id integer PRIMARY KEY CHECK (id = 0),
  incarnation bigint NOT NULL,
  position bigint NOT NULL);
-- Every name ever applied.
CREATE TABLE definition(
  workspace text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  deleted boolean NOT NULL,
  PRIMARY KEY(workspace, collection, id));
CREATE TABLE revision(
  workspace text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY(workspace, collection, id, revision));
CREATE TABLE applied_set(
  position bigint PRIMARY KEY,
  commit_nanos bigint NOT NULL);
CREATE TABLE change(
  position bigint NOT NULL,
  ordinal bigint NOT NULL,
  workspace text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY(position, ordinal));
CREATE TABLE request(
  workspace text COLLATE "C" NOT NULL,
  request_id text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  response bytea NOT NULL,
  time_nanos bigint NOT NULL,
  PRIMARY KEY(workspace, request_id));
CREATE INDEX request_by_time ON request(time_nanos);
)sql";

}  // namespace

Schema SqliteDefinitionSchema() {
  return {.name = "definition", .application_id = kApplicationId, .migrations = {kSqliteVersion1}};
}

PostgresSchema PostgresDefinitionSchema() { return {"kpi_definition", {kPostgresVersion1}}; }

}  // namespace kpisuite
