#include "services/measurement/postgres/schema.h"

namespace kpisuite {
namespace {

// Text compares by its bytes, as everywhere in the suite.
constexpr char kVersion1[] = R"sql(
-- The newest position of each partition. Whoever writes to a partition holds the lock of its row
-- from the first look to the commit: seq and series numbers are dense. commit_nano never goes back.
CREATE TABLE head(
  part integer PRIMARY KEY,
  incarnation bigint NOT NULL,
  last_seq bigint NOT NULL,
  trimmed_seq bigint NOT NULL,
  commit_nano bigint NOT NULL,
  last_series bigint NOT NULL) WITH (fillfactor = 50);

-- What may not change once a metric has samples.
CREATE TABLE metric(
  workspace text COLLATE "C" NOT NULL,
  metric text COLLATE "C" NOT NULL,
  traits text NOT NULL,
  PRIMARY KEY(workspace, metric));

CREATE TABLE watermark(
  part integer NOT NULL,
  workspace text COLLATE "C" NOT NULL,
  metric text COLLATE "C" NOT NULL,
  complete_through_nano bigint NOT NULL,
  PRIMARY KEY(workspace, metric, part));

CREATE TABLE series(
  part integer NOT NULL,
  id bigint NOT NULL,
  workspace text COLLATE "C" NOT NULL,
  metric text COLLATE "C" NOT NULL,
  slice text COLLATE "C" NOT NULL,
  has_business_day boolean NOT NULL,
  PRIMARY KEY(part, id));
-- A slice may be longer than what an index takes; its beginning is in the same order. That there is
-- one series of each slice is the doing of the lock on `head`.
CREATE INDEX series_slice ON series(workspace, metric, substr(slice, 1, 400), part);

-- The latest revision of each identity; value is null when it is withdrawn. Months are made ahead
-- (time_partitions.h); what is older than the store lies in sample_past.
CREATE TABLE sample(
  part integer NOT NULL,
  series bigint NOT NULL,
  time bigint NOT NULL,
  sample_id text COLLATE "C" NOT NULL,
  revision integer NOT NULL,
  seq bigint NOT NULL,
  value bigint,
  weight bigint,
  business_day integer,
  entity text,
  PRIMARY KEY(part, series, time, sample_id)) PARTITION BY RANGE(time);

-- Earlier revisions.
CREATE TABLE sample_revision(
  part integer NOT NULL,
  series bigint NOT NULL,
  time bigint NOT NULL,
  sample_id text COLLATE "C" NOT NULL,
  revision integer NOT NULL,
  seq bigint NOT NULL,
  value bigint,
  weight bigint,
  business_day integer,
  entity text,
  PRIMARY KEY(part, series, time, sample_id, revision)) PARTITION BY RANGE(time);

-- The change feed: a serialised kpisuite.v1.ChangeBatch for each entry.
CREATE TABLE feed(
  part integer NOT NULL,
  seq bigint NOT NULL,
  commit_nano bigint NOT NULL,
  reason text NOT NULL,
  bytes bigint NOT NULL,
  batch bytea NOT NULL,
  PRIMARY KEY(part, seq));
DO $$ BEGIN
  ALTER TABLE feed ALTER batch SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;  -- a server that was built without it
END $$;

-- Known request_ids and their answers.
CREATE TABLE request(
  part integer NOT NULL,
  workspace text COLLATE "C" NOT NULL,
  request_id text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  created_nano bigint NOT NULL,
  seq bigint NOT NULL,
  inserted bigint NOT NULL,
  corrected bigint NOT NULL,
  retracted bigint NOT NULL,
  unchanged bigint NOT NULL,
  answer_note bytea NOT NULL,
  PRIMARY KEY(workspace, request_id, part));
CREATE INDEX request_created ON request USING brin(created_nano);

-- Definitions as last heard of.
CREATE TABLE definition(
  name text COLLATE "C" PRIMARY KEY,
  bytes bytea NOT NULL);
CREATE TABLE definition_position(
  id integer PRIMARY KEY CHECK (id = 0),
  position bigint NOT NULL,
  incarnation bigint NOT NULL);
INSERT INTO definition_position VALUES(0, 0, 0);

-- For people and their tools: what is live now, with the value as a number.
CREATE VIEW sample_value AS
  SELECT series.workspace, series.metric, series.slice,
    timestamptz 'epoch' + sample.time / 1000 * interval '1 microsecond' AS time, sample_id,
    round(sample.value / 10::numeric ^ traits.scale, traits.scale) AS value,
    date '1970-01-01' + business_day AS business_day, entity, revision
  FROM sample JOIN series ON series.part = sample.part AND series.id = sample.series
    JOIN metric USING(workspace, metric)
    CROSS JOIN LATERAL (SELECT substring(metric.traits FROM '^scale=([0-9]+)')::integer AS scale)
      traits
  WHERE sample.value IS NOT NULL;
-- By day in UTC.
CREATE VIEW daily_samples AS
  SELECT workspace, metric, slice, (time AT TIME ZONE 'UTC')::date AS day, count(*) AS samples,
    sum(value) AS sum, min(value) AS min, max(value) AS max
  FROM sample_value GROUP BY workspace, metric, slice, (time AT TIME ZONE 'UTC')::date;
)sql";

// Programs of version 1 go on beside it: they know nothing of the table and need it for nothing.
constexpr char kVersion2[] = R"sql(
-- From when on samples of a metric are kept; no row: all are.
CREATE TABLE kept_sample(
  part integer NOT NULL,
  workspace text COLLATE "C" NOT NULL,
  metric text COLLATE "C" NOT NULL,
  kept_from_nano bigint NOT NULL,
  first_business_day integer,
  PRIMARY KEY(workspace, metric, part));
)sql";

}  // namespace

PostgresSchema PostgresMeasurementSchema() { return {"kpi_measurement", {kVersion1, kVersion2}}; }

}  // namespace kpisuite
