#include "tests/acceptance/worked_examples.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kCases = "tests/acceptance/";
constexpr absl::string_view kLater = "later: ";

struct Fraction {
  std::string text;
  double value = 0;
  int places = 0;
};

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// The numbers of a text that have a decimal point, without their signs.
std::vector<Fraction> FractionsOf(absl::string_view text) {
  std::vector<Fraction> fractions;
  for (size_t i = 0; i < text.size();) {
    if (!IsDigit(text[i]) && text[i] != '.') {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && (IsDigit(text[end]) || text[end] == '.')) ++end;
    const absl::string_view token = absl::StripSuffix(text.substr(i, end - i), ".");
    i = end;
    const size_t point = token.find('.');
    Fraction fraction{std::string(token)};
    if (point == absl::string_view::npos || !absl::SimpleAtod(token, &fraction.value)) continue;
    fraction.places = static_cast<int>(token.size() - point) - 1;
    if (fraction.places > 0) fractions.push_back(std::move(fraction));
  }
  return fractions;
}

// Whether `shown`, rounded to the places of `wanted`, is it.
bool Shows(const Fraction& wanted, const Fraction& shown) {
  const double half = 0.5 * std::pow(10.0, -wanted.places);
  return std::abs(shown.value - wanted.value) <= half * (1 + 1e-9);
}

// Adds the text of the file that holds the proof; says what is wrong with it otherwise.
std::string ReadProof(const std::string& proof, const SourceReader& read_source,
                      std::string& texts) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(proof, absl::MaxSplits(' ', 1));
  const bool is_case = absl::EndsWith(proof, ".kpi");
  const std::optional<std::string> text =
      read_source(is_case ? absl::StrCat(kCases, proof) : parts.first);
  if (!text.has_value()) return "there is no such file";
  absl::StrAppend(&texts, *text, "\n");
  if (is_case) return "";
  const std::pair<std::string, std::string> names = absl::StrSplit(parts.second, '.');
  const std::string test = absl::StrCat("(", names.first, ", ", names.second, ")");
  const bool is_test = absl::EndsWith(parts.first, "_test.cc") && absl::StrContains(*text, test);
  return is_test ? "" : "there is no such test";
}

std::vector<std::string> CheckExample(const WorkedExample& example, const std::vector<Rule>& rules,
                                      const SourceReader& read_source) {
  if (absl::StartsWith(example.proofs[0], kLater)) {
    const absl::string_view id = absl::StripPrefix(example.proofs[0], kLater);
    const bool later = std::any_of(rules.begin(), rules.end(),
                                   [id](const Rule& rule) { return rule.later && rule.id == id; });
    if (later && example.proofs.size() == 1) return {};
    return {absl::StrCat(id, " is no rule for later, or there are other proofs")};
  }
  std::vector<std::string> problems;
  std::string texts;
  for (const std::string& proof : example.proofs) {
    const std::string problem = ReadProof(proof, read_source, texts);
    if (!problem.empty()) problems.push_back(absl::StrCat(proof, ": ", problem));
  }
  const std::vector<Fraction> shown = FractionsOf(texts);
  for (const Fraction& wanted : FractionsOf(example.values)) {
    const bool found = std::any_of(shown.begin(), shown.end(),
                                   [&wanted](const Fraction& one) { return Shows(wanted, one); });
    if (!found) problems.push_back(absl::StrCat(wanted.text, " is not in what shows it"));
  }
  return problems;
}

}  // namespace

std::vector<WorkedExample> ReadWorkedExamples(absl::string_view text,
                                              std::vector<CaseError>& errors) {
  std::vector<WorkedExample> examples;
  std::set<std::string> names;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty() || line[0] == '#') continue;
    const std::vector<std::string> parts = absl::StrSplit(line, " | ");
    if (parts.size() != 3 || parts[2].empty()) {
      errors.push_back({number, "want `NAME | VALUES | PROOF; PROOF`"});
      continue;
    }
    if (!names.insert(parts[0]).second) {
      errors.push_back({number, absl::StrCat(parts[0], " is listed twice")});
    }
    examples.push_back({number, parts[0], parts[1], absl::StrSplit(parts[2], "; ")});
  }
  return examples;
}

std::vector<std::string> CheckWorkedExamples(const std::vector<WorkedExample>& examples,
                                             const std::vector<Rule>& rules,
                                             const SourceReader& read_source) {
  std::vector<std::string> problems;
  for (const WorkedExample& example : examples) {
    for (const std::string& problem : CheckExample(example, rules, read_source)) {
      problems.push_back(absl::StrCat("worked_examples.txt:", example.line, ": ", problem));
    }
  }
  return problems;
}

}  // namespace kpisuite
