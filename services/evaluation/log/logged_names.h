// The names under which enums are stored in the state log: those of the proto without prefix.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "services/evaluation/engine/engine_types.h"

namespace kpisuite {

inline std::string CauseName(v1::HistoryCause cause) {
  return std::string(absl::StripPrefix(v1::HistoryCause_Name(cause), "HISTORY_CAUSE_"));
}

inline std::string StatusName(v1::Status status) {
  return std::string(absl::StripPrefix(v1::Status_Name(status), "STATUS_"));
}

// Unspecified for a name that is none.
inline v1::HistoryCause CauseNamed(absl::string_view name) {
  v1::HistoryCause cause = v1::HISTORY_CAUSE_UNSPECIFIED;
  v1::HistoryCause_Parse(absl::StrCat("HISTORY_CAUSE_", name), &cause);
  return cause;
}

inline v1::Status StatusNamed(absl::string_view name) {
  v1::Status status = v1::STATUS_UNSPECIFIED;
  v1::Status_Parse(absl::StrCat("STATUS_", name), &status);
  return status;
}

}  // namespace kpisuite
