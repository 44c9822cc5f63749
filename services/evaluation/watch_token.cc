#include "services/evaluation/watch_token.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kpisuite {
namespace {

constexpr uint64_t kUnknownProcess = 1;

}  // namespace

std::string WatchToken::ToString() const {
  return absl::StrCat(absl::Hex(process), ".", absl::Hex(update_no), ".",
                      absl::Hex(absl::ToUnixNanos(shown_by)));
}

WatchToken WatchToken::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  WatchToken token;
  int64_t shown_by_ns = 0;
  if (parts.size() != 3 || !absl::SimpleHexAtoi(parts[0], &token.process) ||
      !absl::SimpleHexAtoi(parts[1], &token.update_no) ||
      !absl::SimpleHexAtoi(parts[2], &shown_by_ns) || token.update_no < 0 || shown_by_ns < 0) {
    return {.process = kUnknownProcess};
  }
  token.shown_by = absl::FromUnixNanos(shown_by_ns);
  return token;
}

}  // namespace kpisuite
