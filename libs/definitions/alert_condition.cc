#include "libs/definitions/alert_condition.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {
namespace {

enum class Form { kCompared, kStatus, kArguments, kBare };

struct Condition {
  absl::string_view name;
  Form form;
};

constexpr Condition kConditions[] = {
    {"STATUS_IS", Form::kStatus},    {"STATUS_ENTERS", Form::kStatus},
    {"VALUE", Form::kCompared},      {"FVP", Form::kCompared},
    {"PACE", Form::kCompared},       {"PROJECTED_MISS", Form::kArguments},
    {"SPC", Form::kArguments},       {"DELTA", Form::kArguments},
    {"BURN", Form::kArguments},      {"RANK_CHANGE", Form::kBare},
    {"NO_DATA", Form::kBare},        {"LATE", Form::kBare},
    {"RESTATED", Form::kBare},       {"TARGET_EXPIRED", Form::kBare},
    {"REVIEW_OVERDUE", Form::kBare},
};

// What is wrong after the name; empty when nothing is.
std::string CheckCompared(absl::string_view rest) {
  for (const absl::string_view comparison : {"<=", ">=", "==", "!=", "<", ">"}) {
    if (!absl::ConsumePrefix(&rest, comparison)) continue;
    const absl::string_view number = absl::StripAsciiWhitespace(rest);
    return Decimal::ParseWithPercent(number).ok() ? "" : GotWant(number, "a decimal");
  }
  return GotWant(rest, "a comparison with a decimal, for instance < -0.1");
}

std::string CheckArguments(absl::string_view rest, bool statuses) {
  if (!absl::ConsumePrefix(&rest, "(") || !absl::ConsumeSuffix(&rest, ")")) {
    return GotWant(rest, "arguments in parentheses");
  }
  for (absl::string_view argument : absl::StrSplit(rest, ',')) {
    argument = absl::StripAsciiWhitespace(argument);
    if (argument.empty()) return "got no argument, want one";
    if (!statuses) continue;
    bool known = false;
    for (int status = 0; status <= static_cast<int>(KpiStatus::kError); ++status) {
      known |= argument == KpiStatusName(static_cast<KpiStatus>(status));
    }
    if (!known) return GotWant(argument, "a status, for instance OFF_TARGET");
  }
  return "";
}

}  // namespace

void CheckAlertCondition(absl::string_view field, const std::string& text, Violations& violations) {
  const absl::string_view condition = absl::StripAsciiWhitespace(text);
  if (condition.empty()) {
    AddRequired(field, "a condition, for instance STATUS_IS(OFF_TARGET)", violations);
    return;
  }
  const auto name_end = std::find_if(condition.begin(), condition.end(),
                                     [](char c) { return !absl::ascii_isupper(c) && c != '_'; });
  const size_t length = static_cast<size_t>(name_end - condition.begin());
  const absl::string_view name = condition.substr(0, length);
  const absl::string_view rest = absl::StripAsciiWhitespace(condition.substr(length));
  const auto found = std::find_if(std::begin(kConditions), std::end(kConditions),
                                  [name](const Condition& known) { return known.name == name; });
  if (found == std::end(kConditions)) {
    violations.Add(field, violation::kSyntax,
                   GotWant(condition,
                           "a condition such as STATUS_IS(OFF_TARGET), FVP < -0.1, "
                           "NO_DATA, LATE"),
                   1, 1);
    return;
  }
  std::string wrong;
  if (found->form == Form::kCompared) {
    wrong = CheckCompared(rest);
  } else if (found->form != Form::kBare) {
    wrong = CheckArguments(rest, found->form == Form::kStatus);
  } else if (!rest.empty()) {
    wrong = GotWant(rest, absl::StrCat("nothing after ", name));
  }
  if (!wrong.empty()) {
    violations.Add(field, violation::kSyntax, wrong, 1, static_cast<int>(length) + 1);
  }
}

}  // namespace kpisuite
