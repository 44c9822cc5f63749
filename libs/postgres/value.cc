#include "libs/postgres/value.h"

namespace kpisuite {
namespace {

// From pg_type.dat; fixed for ever.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kText = 25;
constexpr Oid kByteaArray = 1001;
constexpr Oid kTextArray = 1009;
constexpr Oid kInt8Array = 1016;

void AppendInt32(int32_t value, std::string& out) {
  const auto bits = static_cast<uint32_t>(value);
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bits >> shift));
}

void AppendInt64(int64_t value, std::string& out) {
  const auto bits = static_cast<uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bits >> shift));
}

}  // namespace

PostgresColumn PostgresColumn::Int64s() { return PostgresColumn(kInt8Array, kInt8); }
PostgresColumn PostgresColumn::Texts() { return PostgresColumn(kTextArray, kText); }
PostgresColumn PostgresColumn::Bytes() { return PostgresColumn(kByteaArray, kBytea); }

void PostgresColumn::Add(int64_t value) {
  ++size_;
  AppendInt32(sizeof(value), cells_);
  AppendInt64(value, cells_);
}

void PostgresColumn::Add(absl::string_view value) {
  ++size_;
  AppendInt32(static_cast<int32_t>(value.size()), cells_);
  cells_.append(value.data(), value.size());
}

void PostgresColumn::AddNull() {
  ++size_;
  has_null_ = true;
  AppendInt32(-1, cells_);
}

std::string PostgresColumn::Encode() const {
  std::string out;
  out.reserve(cells_.size() + 20);
  AppendInt32(size_ == 0 ? 0 : 1, out);  // dimensions
  AppendInt32(has_null_ ? 1 : 0, out);
  AppendInt32(static_cast<int32_t>(cell_type_), out);
  if (size_ == 0) return out;
  AppendInt32(static_cast<int32_t>(size_), out);
  AppendInt32(1, out);  // index of the first cell
  out += cells_;
  return out;
}

PostgresValue PostgresValue::Int64(int64_t value) {
  std::string encoding;
  AppendInt64(value, encoding);
  return PostgresValue(kInt8, std::move(encoding));
}

PostgresValue::PostgresValue(bool value)
    : PostgresValue(kBool, std::string(1, value ? '\1' : '\0')) {}
PostgresValue::PostgresValue(absl::string_view text) : PostgresValue(kText, std::string(text)) {}
PostgresValue::PostgresValue(PostgresBytes bytes)
    : PostgresValue(kBytea, std::string(bytes.bytes)) {}
PostgresValue::PostgresValue(const PostgresColumn& column)
    : PostgresValue(column.type(), column.Encode()) {}

}  // namespace kpisuite
