// Page tokens of ReadSamples and ListSeries: where the page before ended, bound to its request.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// The last series of a page and, for samples, the last sample in it.
struct PageCursor {
  std::string slice;
  std::optional<SampleRange::Cursor> sample;
};

// `request` is any text that is equal for all pages of one listing.
std::string PageTokenOf(const PageCursor& cursor, absl::string_view request);

// nullopt for the empty token. INVALID_ARGUMENT PAGE_TOKEN_INVALID when the token is damaged or
// belongs to another request.
absl::StatusOr<std::optional<PageCursor>> ParsePageToken(absl::string_view token,
                                                         absl::string_view request);

}  // namespace kpisuite
