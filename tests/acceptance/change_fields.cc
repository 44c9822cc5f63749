#include "tests/acceptance/change_fields.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kWholeFields[] = {"from", "by",       "error",   "method", "change",
                                              "nd",   "residual", "drivers", "warning"};
constexpr absl::string_view kDriverFields[] = {"before", "after", "contribution", "rate", "mix",
                                               "net",    "gross", "weights",      "why"};

std::string DriverField(absl::string_view field, const v1::ChangeDriver& driver) {
  if (field == "before") return driver.before();
  if (field == "after") return driver.after();
  if (field == "contribution") return driver.contribution();
  if (field == "rate") return driver.rate();
  if (field == "mix") return driver.mix();
  if (field == "net") return driver.share_of_net();
  if (field == "gross") return driver.share_of_gross();
  if (field == "weights") return absl::StrCat(driver.weight_before(), "..", driver.weight_after());
  if (driver.nd_reason() == v1::ND_REASON_UNSPECIFIED) return "";
  return std::string(absl::StripPrefix(v1::NdReason_Name(driver.nd_reason()), "ND_REASON_"));
}

std::string WholeField(absl::string_view name, const v1::ChangeExplanation& change) {
  if (name == "method") {
    return std::string(absl::StripPrefix(v1::ChangeMethod_Name(change.method()), "CHANGE_METHOD_"));
  }
  if (name == "change") return change.change();
  if (name == "residual") return change.residual();
  if (name == "warning") return absl::StrJoin(change.warnings(), "; ");
  if (name == "nd") {
    if (change.nd_reason() == v1::ND_REASON_UNSPECIFIED) return "";
    return std::string(absl::StripPrefix(v1::NdReason_Name(change.nd_reason()), "ND_REASON_"));
  }
  return absl::StrJoin(change.drivers(), "+", [](std::string* out, const v1::ChangeDriver& driver) {
    absl::StrAppend(out, driver.name(), "=", driver.contribution());
  });
}

}  // namespace

bool IsChangeField(absl::string_view name) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(name, absl::MaxSplits('.', 1));
  for (const absl::string_view field : kWholeFields) {
    if (name == field) return true;
  }
  for (const absl::string_view field : kDriverFields) {
    if (parts.first == field && !parts.second.empty()) return true;
  }
  return false;
}

std::string ChangeFieldNames() {
  return absl::StrCat(
      absl::StrJoin(kWholeFields, " "), " ",
      absl::StrJoin(kDriverFields, " ", [](std::string* out, absl::string_view field) {
        absl::StrAppend(out, field, ".DRIVER");
      }));
}

std::string ChangeField(absl::string_view name, const v1::ChangeExplanation& change) {
  std::string text;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(name, absl::MaxSplits('.', 1));
  if (parts.second.empty()) {
    text = WholeField(name, change);
  } else {
    for (const v1::ChangeDriver& driver : change.drivers()) {
      if (driver.name() == parts.second) text = DriverField(parts.first, driver);
    }
  }
  return text.empty() ? "none" : text;
}

}  // namespace kpisuite
