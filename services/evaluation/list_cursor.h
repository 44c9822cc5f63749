// ListCursor: where a page of ListStates ended.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation_service.pb.h"

namespace kpisuite {

// The series that was visited last: KPI, index of the window, slice.
struct ListCursor {
  std::string kpi;
  int64_t window = -1;
  std::string slice;

  std::string ToText() const;
  // The token of the page that begins after it.
  std::string ToToken(const v1::ListStatesRequest& request) const;
  // Of a page token, empty or made for the request; INVALID_ARGUMENT (PAGE_TOKEN_INVALID).
  static absl::StatusOr<ListCursor> Of(const v1::ListStatesRequest& request,
                                       const std::string& token);
};

// A page of ListStates ends at so many states or bytes.
inline constexpr size_t kMaxListPageBytes = size_t{2} << 20;
int ListPageSize(const v1::ListStatesRequest& request);

}  // namespace kpisuite
