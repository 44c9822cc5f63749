// The wire form of an Aggregate, in the encoding of wire.h:
//
//   format version (2), kind, scale, percentile in millionths, exact cap, rows, n, then by kind
//   SUM, AVG                   the sum of the mantissas, signed
//   COUNT                      nothing
//   COUNT_TRUE                 the number of samples that are not 0
//   MIN, MAX (only if n > 0)   the extremum, signed, and its number of copies
//   the others                 the collection, as in its source file
//
// Equal multisets of samples give equal bytes, and what is read back is written to the same bytes.

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/aggregate_collection.h"
#include "libs/kpi/aggregate_limits.h"
#include "libs/kpi/wire.h"

namespace kpisuite {
namespace {

constexpr uint64_t kFormatVersion = 2;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("malformed aggregate state: ", what));
}

// An unsigned field of at most `most`.
absl::StatusOr<uint64_t> ReadUpTo(WireReader& reader, uint64_t most, absl::string_view name) {
  ASSIGN_OR_RETURN(const uint64_t value, reader.Unsigned());
  if (value > most) {
    return Malformed(absl::StrCat(name, ": got ", value, ", want at most ", most));
  }
  return value;
}

absl::StatusOr<AggregationSpec> ReadSpec(WireReader& reader) {
  AggregationSpec spec;
  ASSIGN_OR_RETURN(const uint64_t kind, ReadUpTo(reader, 255, "kind"));
  ASSIGN_OR_RETURN(const uint64_t scale, ReadUpTo(reader, kMaxScale, "scale"));
  ASSIGN_OR_RETURN(const uint64_t percentile, ReadUpTo(reader, kPercentileOne, "percentile"));
  ASSIGN_OR_RETURN(const uint64_t cap, ReadUpTo(reader, UINT32_MAX, "exact_cap"));
  spec.kind = static_cast<AggregationKind>(kind);
  spec.scale = static_cast<uint8_t>(scale);
  spec.percentile_millionths = static_cast<uint32_t>(percentile);
  spec.exact_cap = static_cast<uint32_t>(cap);
  return spec;
}

}  // namespace

// Reads and writes the payload of the kinds without a collection.
class AggregateWire {
 public:
  static void WritePayload(const Aggregate& aggregate, WireWriter& writer) {
    switch (aggregate.spec_.kind) {
      case AggregationKind::kSum:
      case AggregationKind::kAverage:
        writer.WideSigned(static_cast<Int128>(aggregate.payload_));
        break;
      case AggregationKind::kCountTrue:
        writer.Unsigned(static_cast<uint64_t>(aggregate.payload_));
        break;
      case AggregationKind::kMin:
      case AggregationKind::kMax:
        if (aggregate.n_ == 0) break;
        writer.Signed(absl::Int128High64(aggregate.payload_));
        writer.Unsigned(absl::Int128Low64(aggregate.payload_));
        break;
      default: break;
    }
  }

  static absl::Status ReadPayload(Aggregate& aggregate, WireReader& reader) {
    const auto n = static_cast<Int128>(aggregate.n_);
    switch (aggregate.spec_.kind) {
      case AggregationKind::kSum:
      case AggregationKind::kAverage: {
        ASSIGN_OR_RETURN(const Int128 sum, reader.WideSigned());
        if (sum > n * INT64_MAX || sum < n * INT64_MIN) return Malformed("a sum beyond n values");
        aggregate.payload_ = sum;
        break;
      }
      case AggregationKind::kCountTrue: {
        ASSIGN_OR_RETURN(const uint64_t count, ReadUpTo(reader, aggregate.n_, "true"));
        aggregate.payload_ = count;
        break;
      }
      case AggregationKind::kMin:
      case AggregationKind::kMax: {
        if (aggregate.n_ == 0) break;
        ASSIGN_OR_RETURN(const int64_t value, reader.Signed());
        ASSIGN_OR_RETURN(const uint64_t copies, ReadUpTo(reader, aggregate.n_, "copies"));
        const bool is_last =
            value == (aggregate.spec_.kind == AggregationKind::kMin ? INT64_MAX : INT64_MIN);
        if (copies == 0 || (is_last && copies != aggregate.n_)) {
          return Malformed("a number of copies that no samples have");
        }
        aggregate.payload_ = absl::MakeInt128(value, copies);
        break;
      }
      default: break;
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Aggregate> Read(WireReader& reader) {
    ASSIGN_OR_RETURN(const uint64_t version, reader.Unsigned());
    if (version != kFormatVersion) {
      return Malformed(absl::StrCat("format version: got ", version, ", want ", kFormatVersion));
    }
    ASSIGN_OR_RETURN(const AggregationSpec spec, ReadSpec(reader));
    ASSIGN_OR_RETURN(Aggregate aggregate, Aggregate::Create(spec));
    ASSIGN_OR_RETURN(aggregate.rows_, ReadUpTo(reader, kMaxAggregateRows, "rows"));
    ASSIGN_OR_RETURN(aggregate.n_, ReadUpTo(reader, aggregate.rows_, "n"));
    RETURN_IF_ERROR(aggregate.collection_ == nullptr
                        ? ReadPayload(aggregate, reader)
                        : aggregate.collection_->Read(reader, aggregate.n_));
    RETURN_IF_ERROR(reader.ExpectEnd());
    return aggregate;
  }
};

std::string Aggregate::Serialize() const {
  WireWriter writer;
  writer.Unsigned(kFormatVersion);
  writer.Unsigned(static_cast<uint64_t>(spec_.kind));
  writer.Unsigned(spec_.scale);
  writer.Unsigned(spec_.percentile_millionths);
  writer.Unsigned(spec_.exact_cap);
  writer.Unsigned(rows_);
  writer.Unsigned(n_);
  if (collection_ == nullptr) {
    AggregateWire::WritePayload(*this, writer);
  } else {
    collection_->Write(writer);
  }
  return writer.Take();
}

absl::StatusOr<Aggregate> Aggregate::Parse(absl::string_view bytes) {
  WireReader reader(bytes);
  absl::StatusOr<Aggregate> aggregate = AggregateWire::Read(reader);
  if (aggregate.ok()) return aggregate;
  return absl::InvalidArgumentError(aggregate.status().message());
}

}  // namespace kpisuite
