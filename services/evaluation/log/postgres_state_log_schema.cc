#include "services/evaluation/log/postgres_state_log.h"

namespace kpisuite {
namespace {

constexpr char kVersion1[] = R"sql(
-- One row: who may write. Since version 2 nobody, in this way.
CREATE TABLE owner(
  id integer PRIMARY KEY CHECK (id = 0),
  epoch bigint NOT NULL,
  owner text NOT NULL,
  lease_until timestamptz NOT NULL);
INSERT INTO owner VALUES(0, 0, '', '-infinity');

-- What was said, when and why. Times are unix nanoseconds, first_day is days since 1970-01-01,
-- status and cause are the names of the proto's enums without prefix. `identity` is the SHA-256 of
-- what makes two entries the same: a repeated one changes nothing.
CREATE TABLE state_log(
  part integer NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  identity bytea NOT NULL,
  kpi text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  slice text COLLATE "C" NOT NULL,
  period text COLLATE "C" NOT NULL,
  first_day integer NOT NULL,
  revision integer NOT NULL,
  cause text NOT NULL,
  recorded_at bigint NOT NULL,
  closed_at bigint,
  restated boolean NOT NULL,
  status text NOT NULL,
  value text NOT NULL,
  state bytea NOT NULL,
  -- The last restatement; null without one.
  old_value text,
  old_status text,
  restated_by text,
  minor boolean,
  definition_position bigint NOT NULL,
  final boolean NOT NULL,
  author text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY(part, identity));
-- A slice may be longer than what an index takes; its beginning is in the same order.
CREATE INDEX state_log_history
  ON state_log(kpi, "window", substr(slice, 1, 400), first_day, number);

CREATE TABLE decision(
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  kpi text NOT NULL,
  uid text NOT NULL,
  first_day integer NOT NULL,
  end_day integer NOT NULL,
  decided_at bigint NOT NULL,
  author text NOT NULL,
  role text NOT NULL,
  reason text NOT NULL,
  request_id text NOT NULL,
  answer bytea NOT NULL);
CREATE TABLE definition(
  name text COLLATE "C" PRIMARY KEY,
  definition bytea NOT NULL);
CREATE TABLE kpi_version(
  kpi text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  first_day integer NOT NULL,
  definitions bytea NOT NULL,
  PRIMARY KEY(kpi, number));
CREATE TABLE setting(
  name text PRIMARY KEY,
  value bigint NOT NULL);

-- For people and their tools. Values that are no numbers ("(EMPTY)") are null in number_value.
CREATE VIEW state_history AS
  SELECT split_part(kpi, '/', 2) AS workspace, split_part(kpi, '/', 4) AS kpi, "window", slice,
    period, date '1970-01-01' + first_day AS first_day, revision, cause, status, value,
    CASE WHEN value ~ '^-?[0-9]' THEN value::numeric END AS number_value, final, restated,
    timestamptz 'epoch' + recorded_at / 1000 * interval '1 microsecond' AS recorded_at,
    timestamptz 'epoch' + closed_at / 1000 * interval '1 microsecond' AS closed_at,
    old_value, old_status, restated_by, author, reason, number
  FROM state_log;
-- The last that was said about the last period of each KPI, window and slice.
CREATE VIEW current_state AS
  SELECT DISTINCT ON (workspace, kpi, "window", slice) *
  FROM state_history ORDER BY workspace, kpi, "window", slice, first_day DESC, number DESC;
-- The last that was said about each day that is over.
CREATE VIEW daily_value AS
  SELECT DISTINCT ON (workspace, kpi, slice, first_day) *
  FROM state_history WHERE "window" = 'DAY' AND revision > 0
  ORDER BY workspace, kpi, slice, first_day, number DESC;
)sql";

constexpr char kVersion2[] = R"sql(
-- Who is alive, and who evaluates and writes each partition. See partition_leases.h.
CREATE TABLE member(
  id text PRIMARY KEY,
  address text NOT NULL,
  lease_until timestamptz NOT NULL);
CREATE TABLE partition(
  part integer PRIMARY KEY,
  epoch bigint NOT NULL,
  owner text NOT NULL);
-- Epochs go on where that of the one owner ended: caches were written in it.
INSERT INTO setting(name, value) SELECT 'first_epoch', epoch FROM owner WHERE epoch > 0;
-- An evaluator of version 1 that still runs waits here with its writes, finds that another one has
-- taken over for good, and ends by itself.
UPDATE owner SET epoch = epoch + 1, owner = 'partition', lease_until = 'infinity';
)sql";

}  // namespace

PostgresSchema PostgresStateLogSchema() { return {"kpi_evaluation", {kVersion1, kVersion2}}; }

}  // namespace kpisuite
