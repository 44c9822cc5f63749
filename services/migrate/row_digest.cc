#include "services/migrate/row_digest.h"

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"

namespace kpisuite {

void RowDigest::Add(const CopiedRow& row) {
  bytes_.clear();
  for (const CopiedCell& cell : row) {
    if (const auto* number = std::get_if<int64_t>(&cell)) {
      absl::StrAppend(&bytes_, "i", *number, ";");
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      absl::StrAppend(&bytes_, "t", text->size(), ":", *text);
    } else {
      bytes_.push_back('n');
    }
  }
  sum_ += Hash64(bytes_);
  ++rows_;
}

}  // namespace kpisuite
