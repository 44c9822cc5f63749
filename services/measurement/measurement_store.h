// MeasurementStore: the durable home of samples and of the change feed.
//
// Three engines pass one contract suite (store_*_contract_test.cc): SQLite
// (sqlite_measurement_store.h), PostgreSQL (postgres/postgres_measurement_store.h) and memory
// (memory_measurement_store.h, for tests and the simulator).
//
// Ingest. A unit is atomic. For each row, by its identity (series, time, sample_id):
//
//   write   absent                inserted, revision 1
//           withdrawn             inserted, revision + 1
//           same content          unchanged
//           other content         corrected, revision + 1; the old revision is kept
//   retract live                  retracted, revision + 1; the old revision is kept
//           absent or withdrawn   unchanged
//
// A watermark moves only forward, and so does what is kept of the samples of a metric. A unit that
// changed anything makes one feed entry (part, seq) with the old and the new content of each
// changed row; seq is dense, from 1. A unit that changed nothing uses no seq. A known request_id
// changes nothing and gives the first outcome again.
//
// Retention. Samples of a metric with event times before its KeptSamples::from_nano are gone from
// the moment that it moved there: no more are taken, and readers of a snapshot pass over what still
// lies there until DeletePast. What is said of all samples of a metric (series, traits, watermark)
// stays.
//
// Snapshot. Everything read from one snapshot is of one moment: exactly the feed up to its heads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/partition.h"
#include "services/measurement/sample.h"

namespace kpisuite {

// The newest position of one partition.
struct FeedHead {
  int part = 0;
  int64_t incarnation = 0;  // unix seconds when the store was created
  int64_t last_seq = 0;     // 0: nothing yet
  int64_t trimmed_seq = 0;  // what entries up to it changed is forgotten; 0: all is there

  friend bool operator==(const FeedHead&, const FeedHead&) = default;
};

// Entries of one partition in order, each a serialised v1::ChangeBatch.
struct ChangePage {
  std::vector<std::string> batches;
  int64_t last_seq = 0;  // of the last of them; the asked position when there is none
};

struct SeriesRecord {
  uint64_t id = 0;  // stable within the store
  int part = 0;
  std::string slice;              // canonical text
  bool has_business_day = false;  // whether any of its samples ever had one
};

// One revision of a sample, as stored. Views are valid during the call that hands it out.
struct StoredSample {
  int64_t time_nano = 0;
  absl::string_view sample_id;
  int64_t value = 0;
  int64_t weight = kNoWeight;
  int32_t business_day = kNoBusinessDay;
  absl::string_view entity;
  int32_t revision = 0;  // from 1
  int64_t seq = 0;       // the feed entry that made it
  bool retracted = false;
};

// Where a scan of a series begins and ends.
struct SampleRange {
  int64_t start_nano = std::numeric_limits<int64_t>::min();  // inclusive
  int64_t end_nano = std::numeric_limits<int64_t>::max();    // exclusive
  // Skips what is not after this (time, sample_id, revision).
  struct Cursor {
    int64_t time_nano = 0;
    std::string sample_id;
    int32_t revision = 0;
  };
  std::optional<Cursor> after;
};

struct SeriesSummary {
  int64_t live_samples = 0;
  std::optional<int64_t> first_nano;  // of the live samples
  std::optional<int64_t> last_nano;
};

// When and why a feed entry was made; known for ever.
struct FeedCommit {
  absl::Time record_time;
  std::string reason;
};

// A consistent view of the store. Used by one thread at a time; may block. Do not keep it long.
// Callbacks return false to stop. Errors of all: UNAVAILABLE STORE_UNAVAILABLE.
class MeasurementSnapshot {
 public:
  virtual ~MeasurementSnapshot() = default;

  // The feed position of this view, by partition, all of them.
  virtual const std::vector<FeedHead>& heads() const = 0;
  // Traits with which the metric was first written; nullopt: it has no samples.
  virtual absl::StatusOr<std::optional<std::string>> FindTraits(absl::string_view workspace,
                                                                absl::string_view metric) = 0;
  virtual absl::StatusOr<std::optional<int64_t>> FindWatermark(absl::string_view workspace,
                                                               absl::string_view metric) = 0;
  // What is kept of the samples of a metric. Who reads samples below leaves out earlier ones, which
  // may be there or not.
  virtual absl::StatusOr<KeptSamples> FindKept(absl::string_view workspace,
                                               absl::string_view metric) = 0;
  // Series of a metric with a canonical slice not smaller than `from`, in byte order of the slice.
  // Do not read from the snapshot inside `visit`.
  virtual absl::Status VisitSeries(absl::string_view workspace, absl::string_view metric,
                                   absl::string_view from,
                                   absl::FunctionRef<bool(const SeriesRecord&)> visit) = 0;
  // Live samples by (time, sample_id).
  virtual absl::Status VisitSamples(uint64_t series_id, const SampleRange& range,
                                    absl::FunctionRef<bool(const StoredSample&)> visit) = 0;
  // All revisions, withdrawn ones included, by (time, sample_id, revision).
  virtual absl::Status VisitRevisions(uint64_t series_id, const SampleRange& range,
                                      absl::FunctionRef<bool(const StoredSample&)> visit) = 0;
  // Of the samples with event times from `start_nano` on.
  virtual absl::StatusOr<SeriesSummary> Summarise(uint64_t series_id, int64_t start_nano) = 0;
  // Latest event time of the live samples of one series; cheap.
  virtual absl::StatusOr<std::optional<int64_t>> FindLastTime(uint64_t series_id) = 0;
  // INTERNAL when there is no such entry.
  virtual absl::StatusOr<FeedCommit> FindCommit(int part, int64_t seq) = 0;
};

// Definitions as last heard of, so that the service starts without the definition service.
struct SavedDefinition {
  std::string name;   // resource name
  std::string bytes;  // a serialised v1::Definition
};
struct SavedDefinitions {
  int64_t position = 0;     // of the definition log; 0: nothing saved yet
  int64_t incarnation = 0;  // life of that log
  std::vector<SavedDefinition> definitions;
};
struct DefinitionsUpdate {
  int64_t position = 0;
  int64_t incarnation = 0;
  bool replace_all = false;  // forget everything saved before
  std::vector<SavedDefinition> changed;
  std::vector<std::string> deleted;  // names
};

// A metric with samples that are to go, and what is to be recorded of it.
struct PastSamples {
  int part = 0;
  std::string workspace;
  KeptMove move;
};

// How far DeletePast came.
enum class PastDeletion {
  kAll,         // nothing is left
  kLater,       // it was told to stop, or others were in the way
  kUnrecorded,  // there are samples of metrics that nothing was recorded of
};

// Thread-safe. Construction is the engine's.
class MeasurementStore {
 public:
  using IngestDone = std::function<void(absl::StatusOr<IngestOutcome>)>;

  virtual ~MeasurementStore() = default;

  // Name of the engine: "sqlite", "postgres", "memory".
  virtual absl::string_view engine() const = 0;
  // Partitions are 0 .. partitions() - 1, for ever.
  virtual int partitions() const = 0;

  // Applies `unit` and makes it durable; units of one caller in order. Never blocks. `done` is
  // called exactly once, from any thread or before Ingest returns; it must not block. Errors:
  //   INVALID_ARGUMENT REQUEST_ID_REUSED     the request_id is known with another fingerprint
  //   FAILED_PRECONDITION IMMUTABLE_FIELD    the metric has samples with other traits
  //   FAILED_PRECONDITION PAST_RETENTION     samples of that time are no longer kept
  //   RESOURCE_EXHAUSTED QUEUE_FULL, DISK_FULL, UNAVAILABLE SHUTTING_DOWN: nothing was stored
  //   UNAVAILABLE STORE_UNAVAILABLE          unknown outcome: repeat with the same request_id
  virtual void Ingest(IngestUnit unit, IngestDone done) = 0;

  // What is committed now, by partition, all of them. Never blocks. Where other processes write to
  // the same store, their commits show within moments.
  virtual std::vector<FeedHead> Heads() const = 0;

  // Brings Heads() to what is committed now, by whichever process. May block. UNAVAILABLE
  // STORE_UNAVAILABLE. Nothing to do where this process alone writes.
  virtual absl::Status RefreshHeads() { return absl::OkStatus(); }

  // Called after each commit that moved a head, before `done` of its units, and soon after each of
  // another process; must not block and
  // not call the store but Heads(). Set once, before the first Ingest.
  virtual void SetCommitListener(std::function<void()> listener) = 0;

  // Entries after `seq`: at least one if there is one, then as many as fit into `limit_bytes`.
  // `incarnation` 0 is accepted with `seq` 0. May block. Errors: OUT_OF_RANGE FEED_TRIMMED;
  // FAILED_PRECONDITION INCARNATION_CHANGED: another incarnation, or `seq` beyond the head.
  virtual absl::StatusOr<ChangePage> ReadChanges(int part, int64_t incarnation, int64_t seq,
                                                 size_t limit_bytes) = 0;

  // May block. UNAVAILABLE STORE_UNAVAILABLE.
  virtual absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> Snapshot() = 0;

  // Commits and answers what is queued and refuses more with SHUTTING_DOWN; reads go on.
  // Idempotent.
  virtual void Shutdown() = 0;

  // Definitions, durable when it returns. May block.
  virtual absl::Status SaveDefinitions(const DefinitionsUpdate& update) = 0;
  virtual absl::StatusOr<SavedDefinitions> LoadDefinitions() = 0;

  // Forgets what the first entries of a partition changed that were recorded before `before`, at
  // most `limit` (1 or more) of them that are not forgotten yet: reading them is FEED_TRIMMED then.
  // How many; less than `limit` when none is left. May block. UNAVAILABLE STORE_UNAVAILABLE.
  virtual absl::StatusOr<int64_t> ForgetChanges(int part, absl::Time before, int64_t limit) = 0;
  // Forgets request_ids that were first seen before `before`, at most `limit` in some order; how
  // many. May block. UNAVAILABLE STORE_UNAVAILABLE.
  virtual absl::StatusOr<int64_t> ForgetRequests(absl::Time before, int64_t limit) = 0;

  // What Ingest is to be told (IngestUnit::kept) before samples (revisions and withdrawn ones
  // included) with event times before `cutoff` may go: metrics that have such samples and are not
  // recorded as kept from `cutoff` or later, or with a first business day that is too early. Again
  // afterwards, until there are none: others may have written meanwhile. Looks at every series. May
  // block. UNAVAILABLE STORE_UNAVAILABLE.
  virtual absl::StatusOr<std::vector<PastSamples>> FindPast(absl::Time cutoff) = 0;
  // Deletes samples and revisions before `cutoff` that their metrics are recorded not to keep, once
  // FindPast(cutoff) has found none. In small steps, between which writers come in, and looks at
  // `stopping` between them. An engine may leave what shares a table with samples that are kept.
  // May block for long. UNAVAILABLE STORE_UNAVAILABLE.
  virtual absl::StatusOr<PastDeletion> DeletePast(absl::Time cutoff,
                                                  absl::FunctionRef<bool()> stopping) = 0;

  // Bytes waiting for the disk; above its limit Ingest answers QUEUE_FULL.
  virtual size_t queued_bytes() const { return 0; }
  // Transactions of Ingest made durable.
  virtual int64_t groups_committed() const { return 0; }
};

// The checks of ReadChanges that all engines share.
absl::Status CheckFeedPosition(const FeedHead& head, int64_t incarnation, int64_t seq);

// The errors that all engines share.
absl::Status RequestIdReused(absl::string_view request_id);
absl::Status TraitsChanged(absl::string_view metric, absl::string_view stored,
                           absl::string_view wanted);

// Of metrics of a unit of which not all samples are kept; views of the names in the unit.
using KeptByMetric = absl::flat_hash_map<absl::string_view, KeptSamples>;
// FAILED_PRECONDITION PAST_RETENTION when `unit` has a sample that is earlier than `kept` allows.
absl::Status CheckKept(const IngestUnit& unit, const KeptByMetric& kept);

// What FindPast tells of a metric of which `recorded` is known: whether it `has_past` samples
// before the cutoff, and the last of their business days (kNoBusinessDay: none had one).
std::optional<KeptSamples> MissingRecord(const KeptSamples& recorded, int64_t cutoff_nano,
                                         bool has_past, int32_t last_business_day);

}  // namespace kpisuite
