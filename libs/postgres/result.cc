#include "libs/postgres/result.h"

#include "absl/strings/numbers.h"

namespace kpisuite {

int64_t PostgresResult::Int64(int row, int column) const {
  const absl::string_view bytes = Bytes(row, column);
  if (bytes.empty()) return 0;
  // The sign is in the first byte, whatever the width.
  uint64_t bits = (bytes[0] & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(bits);
}

int64_t PostgresResult::changed_rows() const {
  int64_t rows = 0;
  return absl::SimpleAtoi(PQcmdTuples(result_.get()), &rows) ? rows : 0;
}

}  // namespace kpisuite
