#include "libs/base/page_token.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"

namespace kpisuite {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeaderBytes = 9;

std::string Header(absl::string_view request) {
  std::string header(1, kVersion);
  const uint64_t fingerprint = Hash64(request);
  for (int shift = 0; shift < 64; shift += 8) {
    header.push_back(static_cast<char>(fingerprint >> shift));
  }
  return header;
}

}  // namespace

std::string MakePageToken(absl::string_view request, absl::string_view cursor) {
  std::string bytes = Header(request);
  bytes.append(cursor.data(), cursor.size());
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<std::string> ReadPageToken(absl::string_view request, absl::string_view token) {
  if (token.empty()) return std::string();
  std::string bytes;
  const bool readable = token.size() <= kMaxPageTokenBytes &&
                        absl::WebSafeBase64Unescape(token, &bytes) && bytes.size() >= kHeaderBytes;
  if (!readable || bytes.compare(0, kHeaderBytes, Header(request)) != 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                     "page_token: want the next_page_token of a request with the same other "
                     "fields, or nothing for the first page");
  }
  return bytes.substr(kHeaderBytes);
}

}  // namespace kpisuite
