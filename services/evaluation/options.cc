#include "services/evaluation/options.h"

#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/target.h"
#include "libs/rpc/address.h"

namespace kpisuite {

void AddEvaluationOptions(EvaluationOptions& options, OptionParser& parser) {
  parser.Add(
      "store", options.store,
      absl::StrCat("Where the state log is kept: sqlite:DIRECTORY or ", kPostgresStoreHelp, "."));
  parser.Add("store-password-file", options.store_password_file, kPostgresPasswordHelp);
  AddCacheOptions(options.cache, options.cache_address, parser);
  parser.Add("definition", options.definition, "Address of the definition service.");
  parser.Add("measurement", options.measurement, "Address of the measurement service.");
  parser.Add("advertise", options.advertise,
             "HOST:PORT at which other evaluators of the same store reach this one.");
  parser.AddCheck([&options] { return CheckStore(options); });
  parser.AddCheck([&options] {
    return options.advertise.empty() ? absl::OkStatus()
                                     : ParseAddress("--advertise", options.advertise).status();
  });
}

void AddCacheOptions(CacheOptions& options, CacheAddress& address, OptionParser& parser) {
  parser.Add("cache", options.cache, kCacheHelp);
  parser.Add("cache-password-file", options.password_file, kCachePasswordHelp);
  parser.Add("cache-ca-file", options.ca_file, kCacheCaHelp);
  parser.Add("cache-certificate-file", options.certificate_file, kCacheCertificateHelp);
  parser.Add("cache-key-file", options.key_file, kCacheKeyHelp);
  parser.AddCheck([&options, &address]() -> absl::Status {
    ASSIGN_OR_RETURN(address, ReadCacheAddress(options));
    return absl::OkStatus();
  });
}

absl::Status CheckStore(const EvaluationOptions& options) {
  if (IsPostgresUri(options.store)) {
    return CheckPostgresTarget({options.store, options.store_password_file});
  }
  return StateLogDirectoryOf(options.store).status();
}

std::string AdvertisedAddress(const EvaluationOptions& options, const std::string& listen,
                              int port) {
  if (!options.advertise.empty()) return options.advertise;
  const absl::StatusOr<Address> address = ParseAddress("--listen", listen);
  std::string host = address.ok() ? address->host : "";
  if (host.empty() || host == "0.0.0.0" || host == "::" || host == "*") {
    char name[256] = {};
    gethostname(name, sizeof(name) - 1);
    host = name;
  }
  if (absl::StrContains(host, ':')) host = absl::StrCat("[", host, "]");
  return absl::StrCat(host, ":", port);
}

absl::StatusOr<std::string> StateLogDirectoryOf(const std::string& store) {
  absl::string_view directory = store;
  if (absl::ConsumePrefix(&directory, "sqlite:") && !directory.empty()) {
    return std::string(directory);
  }
  return InvalidFields(
      {{.field = "--store",
        .description = absl::StrCat("got \"", store, "\", want sqlite:DIRECTORY")}});
}

}  // namespace kpisuite
