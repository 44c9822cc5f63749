#include "tests/acceptance/rule_list.h"

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kpisuite {
namespace {

constexpr int kSections = 22;
constexpr absl::string_view kLater = "later: issue ";
constexpr absl::string_view kUnplanned = "later: no issue yet: ";

// Section and number of `3.7.2`, `3.2 rule 3`, `3.9 step 1`, `Numbers 4`; number 0 for other ids.
struct RulePlace {
  std::string section;
  int number = 0;
};

RulePlace PlaceOf(absl::string_view id) {
  for (const absl::string_view infix : {" rule ", " step "}) {
    const std::vector<std::string> parts = absl::StrSplit(id, infix);
    int number = 0;
    if (parts.size() == 2 && absl::SimpleAtoi(parts[1], &number)) return {parts[0], number};
  }
  int number = 0;
  if (absl::ConsumePrefix(&id, "Numbers ") && absl::SimpleAtoi(id, &number)) {
    return {"Numbers", number};
  }
  const std::vector<std::string> parts = absl::StrSplit(id, '.');
  if (parts.size() == 3 && absl::SimpleAtoi(parts[2], &number)) {
    return {absl::StrCat(parts[0], ".", parts[1]), number};
  }
  // `3.1 SUM`, `3.1(a)`.
  const size_t end = id.find_first_of(" (");
  return {std::string(id.substr(0, end)), 0};
}

void CheckComplete(const std::vector<Rule>& rules, std::vector<CaseError>& errors) {
  std::map<std::string, std::set<int>> sections;
  for (const Rule& rule : rules) {
    const RulePlace place = PlaceOf(rule.id);
    sections[place.section].insert(place.number);
  }
  std::vector<std::string> wanted = {"Numbers"};
  for (int i = 1; i <= kSections; ++i) wanted.push_back(absl::StrCat("3.", i));
  for (const std::string& section : wanted) {
    const auto found = sections.find(section);
    if (found == sections.end()) {
      errors.push_back({0, absl::StrCat("section ", section, " has no line")});
      continue;
    }
    const int last = *found->second.rbegin();
    for (int number = 1; number < last; ++number) {
      if (found->second.contains(number)) continue;
      errors.push_back({0, absl::StrCat("section ", section, " has no line for ", number)});
    }
  }
}

}  // namespace

std::vector<Rule> ReadRules(absl::string_view text, std::vector<CaseError>& errors) {
  std::vector<Rule> rules;
  std::set<std::string> ids;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty() || line[0] == '#') continue;
    const size_t colon = line.find(": ");
    if (colon == absl::string_view::npos) {
      errors.push_back({number, "want `ID: text` or `ID: later: issue N: text`"});
      continue;
    }
    Rule rule{.line = number, .id = std::string(line.substr(0, colon))};
    absl::string_view rest = line.substr(colon + 2);
    if (absl::StartsWith(rest, "later")) {
      rule.later = absl::StartsWith(rest, kUnplanned) ||
                   (absl::ConsumePrefix(&rest, kLater) && !rest.empty() &&
                    absl::ascii_isdigit(static_cast<unsigned char>(rest[0])));
      if (!rule.later) {
        errors.push_back({number, "want `later: issue N: text` or `later: no issue yet: text`"});
      }
    }
    if (!ids.insert(rule.id).second) {
      errors.push_back({number, absl::StrCat(rule.id, " is listed twice")});
    }
    rules.push_back(std::move(rule));
  }
  CheckComplete(rules, errors);
  return rules;
}

std::vector<std::string> CheckCoverage(const std::vector<Rule>& rules,
                                       const std::vector<AcceptanceCase>& cases) {
  std::vector<std::string> problems;
  std::map<std::string, bool> later;
  for (const Rule& rule : rules) later[rule.id] = rule.later;
  std::set<std::string> proven;
  for (const AcceptanceCase& one : cases) {
    for (const std::string& id : one.proves) {
      proven.insert(id);
      const auto rule = later.find(id);
      if (rule == later.end()) {
        problems.push_back(absl::StrCat(one.file, ": unknown rule ", id));
      } else if (rule->second) {
        problems.push_back(absl::StrCat(one.file, ": rule ", id, " is listed as later"));
      }
    }
  }
  for (const Rule& rule : rules) {
    if (!rule.later && !proven.contains(rule.id)) {
      problems.push_back(absl::StrCat("rules.txt:", rule.line, ": no case proves ", rule.id));
    }
  }
  return problems;
}

}  // namespace kpisuite
