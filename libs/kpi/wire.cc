#include "libs/kpi/wire.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

Int128 FromZigzag(Uint128 value) {
  return static_cast<Int128>(value >> 1) ^ -static_cast<Int128>(value & 1);
}

}  // namespace

void WireWriter::Wide(Uint128 value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(static_cast<unsigned char>(value) | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

void WireWriter::WideSigned(Int128 value) {
  Wide((static_cast<Uint128>(value) << 1) ^ static_cast<Uint128>(value >> 127));
}

void WireWriter::Signed256(const Int256& value) {
  WideSigned(value.high());
  Wide(value.low());
}

void WireWriter::Text(absl::string_view text) {
  Unsigned(text.size());
  bytes_.append(text.data(), text.size());
}

absl::StatusOr<Uint128> WireReader::Wide(int bits) {
  Uint128 value = 0;
  absl::string_view rest = rest_;
  for (int shift = 0; shift < bits; shift += 7) {
    if (rest.empty()) return absl::InvalidArgumentError("got truncated bytes, want a varint");
    const auto byte = static_cast<unsigned char>(rest[0]);
    rest.remove_prefix(1);
    const Uint128 part = byte & 0x7f;
    if (part > (~Uint128{0} >> (128 - bits)) >> shift) break;
    value |= part << shift;
    if ((byte & 0x80) != 0) continue;
    if (byte == 0 && shift != 0) break;
    rest_ = rest;
    return value;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("got a varint that is too long, want the shortest of at most ", bits, " bits"));
}

absl::StatusOr<uint64_t> WireReader::Unsigned() {
  ASSIGN_OR_RETURN(const Uint128 value, Wide(64));
  return static_cast<uint64_t>(value);
}

absl::StatusOr<int64_t> WireReader::Signed() {
  ASSIGN_OR_RETURN(const Uint128 value, Wide(64));
  return static_cast<int64_t>(FromZigzag(value));
}

absl::StatusOr<Int128> WireReader::WideSigned() {
  ASSIGN_OR_RETURN(const Uint128 value, Wide(128));
  return FromZigzag(value);
}

absl::StatusOr<Int256> WireReader::Signed256() {
  const absl::string_view before = rest_;
  ASSIGN_OR_RETURN(const Int128 high, WideSigned());
  const absl::StatusOr<Uint128> low = Wide(128);
  if (low.ok()) return Int256::FromParts(high, *low);
  rest_ = before;
  return low.status();
}

absl::StatusOr<absl::string_view> WireReader::Text() {
  const absl::string_view before = rest_;
  ASSIGN_OR_RETURN(const uint64_t size, Unsigned());
  if (size > rest_.size()) {
    const size_t present = rest_.size();
    rest_ = before;
    return absl::InvalidArgumentError(absl::StrCat("got text of ", present, " bytes, want ", size));
  }
  const absl::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

absl::Status WireReader::ExpectEnd() const {
  if (rest_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("got ", rest_.size(), " bytes after the end"));
}

}  // namespace kpisuite
