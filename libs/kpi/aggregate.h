#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/value.h"

namespace kpisuite {

// How the samples of an input become one value (SEMANTICS 3.1). The numbers are stored: never
// renumber.
enum class AggregationKind : uint8_t {
  kSum = 1,
  kCount = 2,
  kCountTrue = 3,  // samples whose value is not 0
  kAverage = 4,
  kMin = 5,
  kMax = 6,
  kFirst = 7,
  kLast = 8,
  kPercentile = 9,
  kMedian = 10,
  kCountDistinct = 11,
  kWeightedAverage = 12,
  kRatio = 13,  // no state of its own: a formula over two inputs
  kStandardDeviation = 14,
  kVariance = 15,
  kTimeWeightedAverage = 16,
  kTimeWeightedMean = 17,
  kConversion = 18,
  kCohortRatio = 19,
  kLatestManual = 20,
  kCountDistinctApprox = 21,
};

// Stable text name: "SUM", "COUNT", "COUNT_TRUE", "AVG", "MIN", ... Never empty.
absl::string_view AggregationKindName(AggregationKind kind);
std::optional<AggregationKind> AggregationKindFromName(absl::string_view name);

// Whether Aggregate::Create makes states of the kind.
bool IsServed(AggregationKind kind);
// Whether an input without rows is 0 once its watermark passed: sums and counts.
bool IsZeroWhenEmpty(AggregationKind kind);
// Whether finished values of disjoint slices, or of disjoint periods, add up to the value of their
// union.
bool IsAdditiveOverSlices(AggregationKind kind);
bool IsAdditiveOverTime(AggregationKind kind);
// The unit of the value is the metric's unit to this power: 0 for counts and ratios, 2 for VAR.
int UnitPower(AggregationKind kind);
// Whether states depend on the places of samples in time (SampleView::shift_nano).
bool UsesPlace(AggregationKind kind);

inline constexpr uint32_t kDefaultExactCap = 100'000;
inline constexpr uint32_t kPercentileOne = 1'000'000;

// How a value that is not exact was estimated.
enum class ApproximationMethod : uint8_t {
  kExact,
  kDdSketch,     // percentiles; bins of relative_bins.h, which the value is within 1 % of
  kHyperLogLog,  // distinct counts; hyper_log_log.h
};
// "DDSKETCH", "HYPERLOGLOG"; empty for kExact.
absl::string_view ApproximationMethodName(ApproximationMethod method);
// Its published precision: the relative accuracy "0.01" of a DDSketch, the number "14" of register
// bits of a HyperLogLog; empty for kExact.
absl::string_view ApproximationPrecision(ApproximationMethod method);

struct AggregationSpec {
  AggregationKind kind = AggregationKind::kSum;
  uint8_t scale = 0;                   // decimal places of the metric's mantissas, 0..9
  uint32_t percentile_millionths = 0;  // kPercentile: 0..1 000 000 (p90 = 900 000); otherwise 0
  // Up to how many distinct values (kPercentile, kMedian) or entities (kCountDistinct) a state is
  // exact; above it is a sketch. At least 1.
  uint32_t exact_cap = kDefaultExactCap;

  friend bool operator==(const AggregationSpec&, const AggregationSpec&) = default;
};

// One sample as an aggregate sees it. Views are only read during the call.
struct SampleView {
  int64_t time_nano = 0;  // event time, unix nanoseconds
  int64_t value = 0;      // mantissa at the metric's scale
  absl::string_view sample_id = {};
  absl::string_view entity = {};       // empty: none
  std::optional<int64_t> weight = {};  // mantissa at the metric's weight scale; none: not given
  uint64_t series = 0;                 // leaf series, stable within a store
  // Where a business date moves the sample to, relative to its event time (PlaceShift): 0 without
  // one, and when the event time lies on that day.
  int64_t shift_nano = 0;
  bool kept = true;  // whether the input's filter keeps it; a dropped sample still counts as a row

  // The sample's place in time: its event time, or the instant of its business date next to it.
  int64_t place_nano() const {
    return static_cast<int64_t>(static_cast<uint64_t>(time_nano) +
                                static_cast<uint64_t>(shift_nano));
  }
};

struct AggregateResult {
  // Decimal, or ND: EMPTY, DIV0 (weights, opportunities or a cohort that add up to 0), INPUT_ERROR
  // (a sample without the weight that the kind needs), NOT_AGGREGATABLE (a kind that needs a frame,
  // without one), NO_COMPARABLE (no earlier period of a cohort), OVERFLOW.
  Value value;
  uint64_t n = 0;     // kept samples
  uint64_t rows = 0;  // samples before the filter
  ApproximationMethod method = ApproximationMethod::kExact;
  // Of an approximate decimal only. DDSketch: the exact value is never outside of them.
  // HyperLogLog: the 95 % interval of 1.96 standard errors of 1.04 / sqrt(2^14), whole numbers.
  std::optional<Decimal> lower = {};
  std::optional<Decimal> upper = {};
  // FIRST, LAST, TIME_WEIGHTED_*: leaf series in the value, and those of them without a sample in
  // the period. CONVERSION: entities with an opportunity. COHORT_RATIO: entities of the cohort.
  // Else 0.
  uint64_t members = 0;
  uint64_t carried = 0;
  // STDDEV, VAR: the mean of the kept samples, equal to that of AVG. Else EMPTY.
  Number mean = NdReason::kEmpty;
};

struct AggregateFrame;

class AggregateCollection;

// A mergeable aggregation state: a function of the multiset of samples alone, whatever the order of
// Add, Remove and Merge. SUM, COUNT, COUNT_TRUE, AVG, MIN and MAX never allocate; an object is 64
// bytes. Copyable and movable; thread-compatible. A moved-from object may only be assigned or
// destroyed.
class Aggregate {
 public:
  // The empty state. UNIMPLEMENTED (reason NOT_IMPLEMENTED) for RATIO, which has no state;
  // INVALID_ARGUMENT for a scale, percentile or cap out of range.
  static absl::StatusOr<Aggregate> Create(const AggregationSpec& spec);

  Aggregate(const Aggregate& other);
  Aggregate& operator=(const Aggregate& other);
  Aggregate(Aggregate&&) noexcept;
  Aggregate& operator=(Aggregate&&) noexcept;
  ~Aggregate();

  // Adds a sample. OUT_OF_RANGE when the sum or a count leaves its range; the state is unchanged
  // then.
  absl::Status Add(const SampleView& sample);

  // Takes a sample out that was added before, exactly as it was added (the same `kept` too). False
  // when the state cannot do it in place (the only extremum, a first or last sample, a sample of an
  // approximate state, which cannot tell whether the rest is within the cap again, an absent
  // sample): it is unchanged then and must be rebuilt from the remaining samples. A correction is
  // Remove(old) and Add(new).
  [[nodiscard]] bool Remove(const SampleView& sample);

  // Adds all samples of `other`, disjoint from the own ones. INVALID_ARGUMENT when the specs
  // differ; OUT_OF_RANGE on overflow. The state is unchanged on an error.
  absl::Status Merge(const Aggregate& other);

  // Emptiness is judged before the filter: without rows the value is ND(EMPTY), also for kinds
  // where the caller, who knows the watermark, shows 0 (IsZeroWhenEmpty). With rows, SUM and the
  // counts of nothing are 0.
  AggregateResult Finalise() const;
  // The value of one period from a state that is merged over all that ReachOf says: nothing at or
  // after the frame's end but what a CONVERSION reaches. n and rows are those of the state. Kinds
  // that do not look beyond their period give Finalise().
  AggregateResult Finalise(const AggregateFrame& frame) const;

  // The state over those samples alone that a later period can see as carried in: for FIRST, LAST
  // and TIME_WEIGHTED_* the last one of each leaf series (by place, event time, sample_id), else
  // all. Merging it instead of the whole gives later frames the same value.
  Aggregate CarriedOut() const;

  // Canonical bytes: equal multisets of samples give equal bytes. The format is described in
  // aggregate_wire.cc.
  std::string Serialize() const;
  // INVALID_ARGUMENT for bytes that Serialize does not produce. Safe on hostile input.
  static absl::StatusOr<Aggregate> Parse(absl::string_view bytes);

  const AggregationSpec& spec() const { return spec_; }
  uint64_t rows() const { return rows_; }
  uint64_t n() const { return n_; }
  bool empty() const { return rows_ == 0; }
  // Whether the state is a sketch. The multiset of samples alone decides, never their order or the
  // way in which states were merged.
  bool approximate() const;
  // Bytes on the heap, an estimate for cache accounting.
  size_t AllocatedBytes() const;

 private:
  friend class AggregateWire;
  explicit Aggregate(const AggregationSpec& spec);

  AggregationSpec spec_;
  std::unique_ptr<AggregateCollection> collection_;  // all kinds but those of payload_
  uint64_t rows_ = 0;
  uint64_t n_ = 0;
  // SUM, AVG: sum of mantissas; COUNT_TRUE: samples not 0; MIN, MAX: the extremum in the high word,
  // its number of copies in the low word; 0 for the others and for the empty state.
  absl::int128 payload_ = 0;
};

}  // namespace kpisuite
