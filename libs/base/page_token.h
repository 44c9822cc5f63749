// Page tokens: opaque, and good only for the request that they continue.
//
// Layout before base64url (without padding): version (1 byte, 1), fingerprint of the request
// (8 bytes, little-endian), cursor.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

inline constexpr size_t kMaxPageTokenBytes = 16384;

// The token that leads to what follows `cursor`. `request` is any text that is equal for the pages
// of one request and differs between requests: for a message, its bytes without page_token and
// page_size.
std::string MakePageToken(absl::string_view request, absl::string_view cursor);

// The cursor of `token`; empty for the empty token, which is the first page. INVALID_ARGUMENT
// (PAGE_TOKEN_INVALID) when the token is damaged or was made for another request. Safe on hostile
// input, but tokens are not signed: a cursor is checked by whoever reads it.
absl::StatusOr<std::string> ReadPageToken(absl::string_view request, absl::string_view token);

}  // namespace kpisuite
