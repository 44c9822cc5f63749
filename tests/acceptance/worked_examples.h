// The worked examples of SEMANTICS.md section 4, each with what shows it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/acceptance/acceptance_case.h"
#include "tests/acceptance/rule_list.h"

namespace kpisuite {

// One line of worked_examples.txt: `NAME | VALUES | PROOF; PROOF`.
struct WorkedExample {
  int line = 0;
  std::string name;
  std::string values;  // in brief, as in the contract
  // A case (`control/limits.kpi`), a test (`libs/kpi/trend_test.cc Trend.OfTheContractsExample`),
  // or, alone, the rule for which the example waits (`later: 3.14.3`).
  std::vector<std::string> proofs;
};

// The text of a file of the repository, from its root; nothing when there is none.
using SourceReader = std::function<std::optional<std::string>(const std::string& path)>;

// Blank lines and comments (#) are skipped. Adds lines of another form and names that come twice to
// `errors`.
std::vector<WorkedExample> ReadWorkedExamples(absl::string_view text,
                                              std::vector<CaseError>& errors);

// What does not fit, one text each: a proof that does not exist; a later one whose rule is not for
// later; an example whose decimal fractions do not all stand, rounded, in the files that show it.
std::vector<std::string> CheckWorkedExamples(const std::vector<WorkedExample>& examples,
                                             const std::vector<Rule>& rules,
                                             const SourceReader& read_source);

}  // namespace kpisuite
