#include "services/measurement/page_token.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/page_token.h"
#include "libs/base/status_macros.h"

namespace kpisuite {

// The cursor inside the token: `time;revision;bytes of the slice;slice sample_id`, time and
// revision empty for a list of series.

std::string PageTokenOf(const PageCursor& cursor, absl::string_view request) {
  std::string text = ";";
  if (cursor.sample.has_value()) {
    text = absl::StrCat(cursor.sample->time_nano, ";", cursor.sample->revision);
  }
  absl::StrAppend(&text, ";", cursor.slice.size(), ";", cursor.slice);
  if (cursor.sample.has_value()) text += cursor.sample->sample_id;
  return MakePageToken(request, text);
}

absl::StatusOr<std::optional<PageCursor>> ParsePageToken(absl::string_view token,
                                                         absl::string_view request) {
  if (token.empty()) return std::optional<PageCursor>();
  ASSIGN_OR_RETURN(const std::string text, ReadPageToken(request, token));
  const std::vector<absl::string_view> fields = absl::StrSplit(text, absl::MaxSplits(';', 3));
  PageCursor cursor;
  size_t slice_bytes = 0;
  bool valid = fields.size() == 4 && absl::SimpleAtoi(fields[2], &slice_bytes) &&
               slice_bytes <= fields[3].size();
  if (valid) cursor.slice = std::string(fields[3].substr(0, slice_bytes));
  if (valid && !fields[0].empty()) {
    SampleRange::Cursor sample;
    sample.sample_id = std::string(fields[3].substr(slice_bytes));
    valid = absl::SimpleAtoi(fields[0], &sample.time_nano) &&
            absl::SimpleAtoi(fields[1], &sample.revision);
    cursor.sample = std::move(sample);
  }
  if (valid) return std::optional<PageCursor>(std::move(cursor));
  return MakeError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                   "page_token: got a token of another listing, want the next_page_token of the "
                   "page before");
}

}  // namespace kpisuite
