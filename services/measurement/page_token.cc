#include "services/measurement/page_token.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"

namespace kpisuite {
namespace {

// The bytes under the base64: `checksum;time;revision;bytes of the slice;slice sample_id`, time
// and revision empty for a list of series. The checksum covers the request and the rest.
std::string ChecksumOf(absl::string_view request, absl::string_view rest) {
  return absl::StrCat(absl::Hex(Hash64(absl::StrCat(request.size(), ";", request, rest)),
                                absl::kZeroPad16));
}

}  // namespace

std::string PageTokenOf(const PageCursor& cursor, absl::string_view request) {
  std::string rest;
  if (cursor.sample.has_value()) {
    rest = absl::StrCat(cursor.sample->time_nano, ";", cursor.sample->revision);
  } else {
    rest = ";";
  }
  absl::StrAppend(&rest, ";", cursor.slice.size(), ";", cursor.slice);
  if (cursor.sample.has_value()) rest += cursor.sample->sample_id;
  return absl::WebSafeBase64Escape(absl::StrCat(ChecksumOf(request, rest), ";", rest));
}

absl::StatusOr<std::optional<PageCursor>> ParsePageToken(absl::string_view token,
                                                         absl::string_view request) {
  if (token.empty()) return std::optional<PageCursor>();
  const absl::Status invalid =
      MakeError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                "page_token: got a token that is damaged or of another request, want the "
                "next_page_token of the page before");
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes)) return invalid;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(bytes, absl::MaxSplits(';', 1));
  if (parts.first != ChecksumOf(request, parts.second)) return invalid;
  const std::vector<absl::string_view> fields =
      absl::StrSplit(parts.second, absl::MaxSplits(';', 3));
  size_t slice_bytes = 0;
  if (fields.size() != 4 || !absl::SimpleAtoi(fields[2], &slice_bytes) ||
      slice_bytes > fields[3].size()) {
    return invalid;
  }
  PageCursor cursor;
  cursor.slice = std::string(fields[3].substr(0, slice_bytes));
  if (!fields[0].empty()) {
    SampleRange::Cursor sample;
    sample.sample_id = std::string(fields[3].substr(slice_bytes));
    if (!absl::SimpleAtoi(fields[0], &sample.time_nano) ||
        !absl::SimpleAtoi(fields[1], &sample.revision)) {
      return invalid;
    }
    cursor.sample = std::move(sample);
  }
  return std::optional<PageCursor>(std::move(cursor));
}

}  // namespace kpisuite
