#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/int128.h"
#include "libs/kpi/wide_integer.h"

namespace kpisuite {

// Canonical bytes of domain states. Integers are little-endian base-128 varints of minimal length,
// signed ones zigzag; text is its length and its bytes. Every value has exactly one encoding.
class WireWriter {
 public:
  void Unsigned(uint64_t value) { Wide(value); }
  void Signed(int64_t value) { WideSigned(value); }
  void WideSigned(Int128 value);
  // The upper half, signed, then the lower half, unsigned.
  void Signed256(const Int256& value);
  void Text(absl::string_view text);

  std::string Take() { return std::move(bytes_); }

 private:
  void Wide(Uint128 value);

  std::string bytes_;
};

// Reads what WireWriter wrote. Every function is INVALID_ARGUMENT on bytes that no writer produces;
// a failed reader stays where it was. Views point into the bytes given at construction.
class WireReader {
 public:
  explicit WireReader(absl::string_view bytes) : rest_(bytes) {}

  absl::StatusOr<uint64_t> Unsigned();
  absl::StatusOr<int64_t> Signed();
  absl::StatusOr<Int128> WideSigned();
  absl::StatusOr<Int256> Signed256();
  absl::StatusOr<absl::string_view> Text();

  // Bytes not read yet: an upper bound for any count of elements that follows.
  size_t remaining() const { return rest_.size(); }
  absl::Status ExpectEnd() const;

 private:
  absl::StatusOr<Uint128> Wide(int bits);

  absl::string_view rest_;
};

}  // namespace kpisuite
