#include "services/evaluation/log/entry_identity.h"

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"

namespace kpisuite {

std::string EntryIdentity(const LoggedState& logged) {
  std::string bytes;
  for (const std::string& part :
       {logged.id.kpi, logged.id.window, logged.id.slice, logged.id.period, logged.value}) {
    absl::StrAppend(&bytes, part.size(), ":", part);
  }
  absl::StrAppend(&bytes, logged.first_day, ",", absl::ToUnixNanos(logged.record_time), ",",
                  logged.revision, ",", static_cast<int>(logged.cause), ",",
                  static_cast<int>(logged.status));
  return Sha256(bytes);
}

}  // namespace kpisuite
