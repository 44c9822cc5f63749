#include "services/evaluation/call_origin.h"

#include "absl/strings/ascii.h"

namespace kpisuite {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

}  // namespace

std::string PartsToText(const PartSet& parts) {
  if (parts.empty()) return "";
  std::string text(static_cast<size_t>(*parts.rbegin()) / 4 + 1, '0');
  for (const int32_t part : parts) {
    char& digit = text[static_cast<size_t>(part) / 4];
    const int value = absl::ascii_isdigit(digit) ? digit - '0' : digit - 'a' + 10;
    digit = kDigits[value | 1 << part % 4];
  }
  return text;
}

std::optional<PartSet> PartsFromText(absl::string_view text) {
  if (text.size() > kMaxPartsText) return std::nullopt;
  PartSet parts;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t value = absl::string_view(kDigits).find(text[i]);
    if (value == absl::string_view::npos) return std::nullopt;
    for (int bit = 0; bit < 4; ++bit) {
      if ((value >> bit & 1) != 0) parts.insert(static_cast<int32_t>(4 * i) + bit);
    }
  }
  return parts;
}

}  // namespace kpisuite
