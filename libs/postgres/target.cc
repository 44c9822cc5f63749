#include "libs/postgres/target.h"

#include <libpq-fe.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/postgres/password_file.h"

namespace kpisuite {
namespace {

absl::Status Refuse(absl::string_view field, std::string description) {
  return InvalidFields({{std::string(field), std::move(description), "", 0, 0}});
}

}  // namespace

bool IsPostgresUri(absl::string_view store) {
  return absl::StartsWith(store, "postgres://") || absl::StartsWith(store, "postgresql://");
}

absl::Status CheckPostgresTarget(const PostgresTarget& target) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(target.uri.c_str(), &error), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> error_text(error, &PQfreemem);
  if (options == nullptr) {
    // libpq's text may quote the URI, which may hold a password.
    return Refuse("--store", absl::StrCat("got a URI that is not one of PostgreSQL, want ",
                                          kPostgresStoreHelp));
  }
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const bool set = option->val != nullptr && *option->val != '\0';
    if (set && absl::string_view(option->keyword) == "password") {
      return Refuse("--store",
                    "got a URI with a password, want it in the file of --store-password-file, in "
                    "PGPASSWORD or in the file named by PGPASSFILE");
    }
  }
  if (target.password_file.empty()) return absl::OkStatus();
  return ReadPasswordFile(target.password_file).status();
}

}  // namespace kpisuite
