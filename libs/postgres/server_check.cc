#include "libs/postgres/server_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr int64_t kOldestVersion = 150000;

struct RequiredSetting {
  absl::string_view name;
  std::vector<absl::string_view> wanted;
};

absl::Status Refuse(absl::string_view name, absl::string_view got, absl::string_view want) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat("--store: the PostgreSQL server has ", name, "=", got, ", want ",
                                want, "; nothing is kept on a server that may lose it"),
                   {{"setting", std::string(name)}});
}

}  // namespace

absl::Status CheckPostgresServer(PostgresConnection& connection) {
  const std::vector<RequiredSetting> settings = {{"fsync", {"on"}},
                                                 {"full_page_writes", {"on"}},
                                                 {"synchronous_commit", {"on", "remote_apply"}},
                                                 {"data_sync_retry", {"off"}},
                                                 {"server_encoding", {"UTF8"}}};
  ASSIGN_OR_RETURN(
      const PostgresResult row,
      connection.Query("SELECT current_setting('fsync'), current_setting('full_page_writes'),"
                       " current_setting('synchronous_commit'), current_setting('data_sync_retry'),"
                       " current_setting('server_encoding'),"
                       " current_setting('server_version_num')"));
  for (size_t i = 0; i < settings.size(); ++i) {
    const absl::string_view got = row.Bytes(0, static_cast<int>(i));
    const std::vector<absl::string_view>& wanted = settings[i].wanted;
    if (std::find(wanted.begin(), wanted.end(), got) == wanted.end()) {
      return Refuse(settings[i].name, got, absl::StrJoin(wanted, " or "));
    }
  }
  int64_t version = 0;
  const absl::string_view version_text = row.Bytes(0, static_cast<int>(settings.size()));
  if (!absl::SimpleAtoi(version_text, &version) || version < kOldestVersion) {
    return Refuse("server_version_num", version_text, absl::StrCat("at least ", kOldestVersion));
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
