#include "services/evaluation/list_cursor.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/page_token.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

std::string RequestText(const v1::ListStatesRequest& request) {
  v1::ListStatesRequest bare = request;
  bare.clear_page_size();
  bare.clear_page_token();
  bare.clear_at_least();
  return bare.SerializeAsString();
}

}  // namespace

std::string ListCursor::ToText() const { return absl::StrCat(kpi, "\n", window, "\n", slice); }

std::string ListCursor::ToToken(const v1::ListStatesRequest& request) const {
  return MakePageToken(RequestText(request), ToText());
}

absl::StatusOr<ListCursor> ListCursor::Of(const v1::ListStatesRequest& request,
                                          const std::string& token) {
  ASSIGN_OR_RETURN(const std::string text, ReadPageToken(RequestText(request), token));
  ListCursor cursor;
  if (text.empty()) return cursor;
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('\n', 2));
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &cursor.window)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                     "page_token: got a damaged token");
  }
  cursor.kpi = parts[0];
  cursor.slice = parts[2];
  return cursor;
}

int ListPageSize(const v1::ListStatesRequest& request) {
  return request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize);
}

}  // namespace kpisuite
