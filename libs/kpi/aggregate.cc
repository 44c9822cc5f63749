#include "libs/kpi/aggregate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate_collection.h"
#include "libs/kpi/aggregate_entities.h"
#include "libs/kpi/aggregate_entity_events.h"
#include "libs/kpi/aggregate_leaf_series.h"
#include "libs/kpi/aggregate_limits.h"
#include "libs/kpi/aggregate_moments.h"
#include "libs/kpi/aggregate_multiset.h"
#include "libs/kpi/aggregate_step_series.h"

namespace kpisuite {
namespace {

// MIN and MAX keep the extremum and how often it occurs, so that only the last copy forces a
// rebuild.
absl::int128 PackExtremum(int64_t value, uint64_t copies) {
  return absl::MakeInt128(value, copies);
}

bool IsBetter(AggregationKind kind, int64_t value, int64_t than) {
  return kind == AggregationKind::kMin ? value < than : value > than;
}

// The extremum of two non-empty sets.
absl::int128 MergeExtremum(AggregationKind kind, absl::int128 left, absl::int128 right) {
  const int64_t left_value = absl::Int128High64(left);
  const int64_t right_value = absl::Int128High64(right);
  if (left_value == right_value) {
    return PackExtremum(left_value, absl::Int128Low64(left) + absl::Int128Low64(right));
  }
  return IsBetter(kind, left_value, right_value) ? left : right;
}

absl::Status TooManyRows() {
  return absl::OutOfRangeError("got more than 2^62 samples in one aggregate");
}

}  // namespace

std::unique_ptr<AggregateCollection> MakeAggregateCollection(const AggregationSpec& spec) {
  switch (spec.kind) {
    case AggregationKind::kLast:
    case AggregationKind::kLatestManual: return std::make_unique<LeafSeries>(spec);
    case AggregationKind::kFirst:
    case AggregationKind::kTimeWeightedAverage:
    case AggregationKind::kTimeWeightedMean: return std::make_unique<StepSeries>(spec);
    case AggregationKind::kConversion:
    case AggregationKind::kCohortRatio: return std::make_unique<EntityEvents>(spec);
    case AggregationKind::kPercentile:
    case AggregationKind::kMedian: return std::make_unique<ValueMultiset>(spec);
    case AggregationKind::kCountDistinct:
    case AggregationKind::kCountDistinctApprox: return std::make_unique<EntityMultiset>(spec);
    case AggregationKind::kWeightedAverage: return std::make_unique<WeightedSums>(spec);
    case AggregationKind::kStandardDeviation:
    case AggregationKind::kVariance: return std::make_unique<PowerSums>(spec);
    default: return nullptr;
  }
}

absl::StatusOr<Aggregate> Aggregate::Create(const AggregationSpec& spec) {
  if (spec.kind < AggregationKind::kSum || spec.kind > AggregationKind::kCountDistinctApprox) {
    return absl::InvalidArgumentError(
        absl::StrCat("got aggregation kind ", static_cast<int>(spec.kind), ", want 1 to 21"));
  }
  if (!IsServed(spec.kind)) {
    const absl::string_view name = AggregationKindName(spec.kind);
    return MakeError(absl::StatusCode::kUnimplemented, "NOT_IMPLEMENTED",
                     absl::StrCat("aggregation ", name, " is not implemented yet"),
                     {{"aggregation", std::string(name)}});
  }
  if (spec.scale > kMaxScale) {
    return absl::InvalidArgumentError(
        absl::StrCat("got scale ", static_cast<int>(spec.scale), ", want 0 to ", kMaxScale));
  }
  const uint32_t most = spec.kind == AggregationKind::kPercentile ? kPercentileOne : 0;
  if (spec.percentile_millionths > most) {
    return absl::InvalidArgumentError(absl::StrCat("got percentile ", spec.percentile_millionths,
                                                   " millionths, want at most ", most, " for ",
                                                   AggregationKindName(spec.kind)));
  }
  if (spec.exact_cap == 0) return absl::InvalidArgumentError("got exact_cap 0, want at least 1");
  return Aggregate(spec);
}

Aggregate::Aggregate(const AggregationSpec& spec)
    : spec_(spec), collection_(MakeAggregateCollection(spec)) {
  static_assert(sizeof(Aggregate) == 64, "a million states live in memory");
}

Aggregate::Aggregate(const Aggregate& other)
    : spec_(other.spec_),
      collection_(other.collection_ == nullptr ? nullptr : other.collection_->Clone()),
      rows_(other.rows_),
      n_(other.n_),
      payload_(other.payload_) {}

Aggregate& Aggregate::operator=(const Aggregate& other) {
  if (this != &other) *this = Aggregate(other);
  return *this;
}

Aggregate::Aggregate(Aggregate&&) noexcept = default;
Aggregate& Aggregate::operator=(Aggregate&&) noexcept = default;
Aggregate::~Aggregate() = default;

absl::Status Aggregate::Add(const SampleView& sample) {
  if (rows_ >= kMaxAggregateRows) return TooManyRows();
  ++rows_;
  if (!sample.kept) return absl::OkStatus();
  ++n_;
  switch (spec_.kind) {
    case AggregationKind::kCount: break;
    case AggregationKind::kSum:
    case AggregationKind::kAverage:
      payload_ += sample.value;  // cannot overflow: at most 2^62 values of 64 bits
      break;
    case AggregationKind::kCountTrue:
      if (sample.value != 0) ++payload_;
      break;
    case AggregationKind::kMin:
    case AggregationKind::kMax: {
      const absl::int128 own = PackExtremum(sample.value, 1);
      payload_ = n_ == 1 ? own : MergeExtremum(spec_.kind, payload_, own);
      break;
    }
    default: collection_->Add(sample);
  }
  return absl::OkStatus();
}

bool Aggregate::Remove(const SampleView& sample) {
  if (!sample.kept) {
    if (rows_ == n_) return false;
    --rows_;
    return true;
  }
  if (n_ == 0) return false;
  absl::int128 left = payload_;
  switch (spec_.kind) {
    case AggregationKind::kCount: break;
    case AggregationKind::kSum:
    case AggregationKind::kAverage:
      left -= sample.value;
      if (n_ == 1 && left != 0) return false;
      break;
    case AggregationKind::kCountTrue:
      if (sample.value != 0) --left;
      if (left < 0 || left > n_ - 1) return false;
      break;
    case AggregationKind::kMin:
    case AggregationKind::kMax: {
      const int64_t extremum = absl::Int128High64(left);
      const uint64_t copies = absl::Int128Low64(left);
      if (IsBetter(spec_.kind, sample.value, extremum)) return false;
      if (sample.value != extremum) {
        if (n_ == copies) return false;
        break;
      }
      if (copies == 1 && n_ > 1) return false;
      left = n_ == 1 ? absl::int128(0) : PackExtremum(extremum, copies - 1);
      break;
    }
    default:
      if (!collection_->Remove(sample)) return false;
  }
  payload_ = left;
  --rows_;
  --n_;
  return true;
}

absl::Status Aggregate::Merge(const Aggregate& other) {
  if (spec_ != other.spec_) {
    return absl::InvalidArgumentError(
        absl::StrCat("got a state of ", AggregationKindName(other.spec_.kind), " at scale ",
                     static_cast<int>(other.spec_.scale), ", want the same spec as ",
                     AggregationKindName(spec_.kind), " at scale ", static_cast<int>(spec_.scale)));
  }
  if (other.rows_ > kMaxAggregateRows - rows_) return TooManyRows();
  if (other.n_ > 0) {
    if (collection_ != nullptr) {
      collection_->Merge(*other.collection_);
    } else if (n_ > 0 &&
               (spec_.kind == AggregationKind::kMin || spec_.kind == AggregationKind::kMax)) {
      payload_ = MergeExtremum(spec_.kind, payload_, other.payload_);
    } else {
      payload_ += other.payload_;
    }
  }
  rows_ += other.rows_;
  n_ += other.n_;
  return absl::OkStatus();
}

AggregateResult Aggregate::Finalise() const {
  AggregateResult result{.value = NdReason::kEmpty, .n = n_, .rows = rows_};
  if (rows_ == 0 || (n_ == 0 && !IsZeroWhenEmpty(spec_.kind))) return result;
  if (n_ == 0) {
    result.value = Decimal();
    return result;
  }
  switch (spec_.kind) {
    case AggregationKind::kSum: result.value = Decimal::FromMantissa(payload_, spec_.scale); break;
    case AggregationKind::kCount: result.value = Decimal::FromMantissa(n_, 0); break;
    case AggregationKind::kCountTrue: result.value = Decimal::FromMantissa(payload_, 0); break;
    case AggregationKind::kAverage:
      result.value =
          Decimal::FromMantissa(payload_, spec_.scale) / Number(Decimal::FromMantissa(n_, 0));
      break;
    case AggregationKind::kMin:
    case AggregationKind::kMax:
      result.value = Decimal::FromMantissa(absl::Int128High64(payload_), spec_.scale);
      break;
    default:
      result = collection_->Finalise(n_);
      result.n = n_;
      result.rows = rows_;
  }
  return result;
}

bool Aggregate::approximate() const { return collection_ != nullptr && collection_->approximate(); }

AggregateResult Aggregate::Finalise(const AggregateFrame& frame) const {
  if (collection_ == nullptr || n_ == 0) {
    AggregateResult result = Finalise();
    // A filter that keeps nothing leaves no opportunity and no cohort to divide by.
    const bool divides =
        spec_.kind == AggregationKind::kConversion || spec_.kind == AggregationKind::kCohortRatio;
    if (divides && rows_ > 0) result.value = NdReason::kDivisionByZero;
    return result;
  }
  AggregateResult result = collection_->FinaliseIn(frame, n_);
  result.n = n_;
  result.rows = rows_;
  return result;
}

Aggregate Aggregate::CarriedOut() const {
  Aggregate carried = *this;
  if (collection_ == nullptr) return carried;
  const std::optional<uint64_t> left = carried.collection_->KeepLast();
  if (left.has_value()) carried.rows_ = carried.n_ = *left;
  return carried;
}

size_t Aggregate::AllocatedBytes() const {
  return collection_ == nullptr ? 0 : collection_->AllocatedBytes();
}

}  // namespace kpisuite
