// Values for the $1, $2, ... of a statement, in PostgreSQL's binary format.
#pragma once

#include <libpq-fe.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace kpisuite {

// Bytes bound as bytea; text is bound from string types directly.
struct PostgresBytes {
  absl::string_view bytes;
};

// An array of one dimension, built cell by cell: one column of a batch that SQL takes apart with
// unnest(). Not thread-safe.
class PostgresColumn {
 public:
  static PostgresColumn Int64s();
  static PostgresColumn Texts();
  static PostgresColumn Bytes();

  // The cell's kind is that of the column.
  void Add(int64_t value);
  void Add(absl::string_view value);
  void AddNull();
  // As Add, or AddNull for `none`.
  void AddOrNull(int64_t value, int64_t none) { value == none ? AddNull() : Add(value); }
  void AddOrNull(absl::string_view value) { value.empty() ? AddNull() : Add(value); }

  int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  Oid type() const { return type_; }
  // The array as the server takes it.
  std::string Encode() const;

 private:
  PostgresColumn(Oid type, Oid cell_type) : type_(type), cell_type_(cell_type) {}

  const Oid type_;
  const Oid cell_type_;
  int64_t size_ = 0;
  bool has_null_ = false;
  std::string cells_;
};

// One value; holds its encoding.
class PostgresValue {
 public:
  // A uint64_t is stored as the int64_t with the same bits.
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) PostgresValue(Integer value)
      : PostgresValue(Int64(static_cast<int64_t>(value))) {}
  PostgresValue(bool value);
  PostgresValue(absl::string_view text);
  PostgresValue(const std::string& text) : PostgresValue(absl::string_view(text)) {}
  PostgresValue(const char* text) : PostgresValue(absl::string_view(text)) {}
  PostgresValue(PostgresBytes bytes);
  PostgresValue(const PostgresColumn& column);

  Oid type() const { return type_; }
  const std::string& encoding() const { return encoding_; }

 private:
  PostgresValue(Oid type, std::string encoding) : type_(type), encoding_(std::move(encoding)) {}
  static PostgresValue Int64(int64_t value);

  Oid type_;
  std::string encoding_;
};

using PostgresValues = std::initializer_list<PostgresValue>;

}  // namespace kpisuite
