// The rules of SEMANTICS.md that acceptance cases prove, or that come later.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/acceptance/acceptance_case.h"

namespace kpisuite {

// One line of rules.txt: `3.7.2: text` `3.9 step 1: later: issue 3: text` or
// `3.15.1: later: no issue yet: text`.
struct Rule {
  int line = 0;
  std::string id;
  bool later = false;
};

// Blank lines and comments (#) are skipped. Adds what is wrong to `errors`: lines of another form,
// ids that come twice, sections 3.1 to 3.22 (or the numbers) without a line, gaps in the numbers
// of a section.
std::vector<Rule> ReadRules(absl::string_view text, std::vector<CaseError>& errors);

// What does not fit, one text each: a rule without a case, a rule that is for later and has a
// case, a case that names a rule which is not listed.
std::vector<std::string> CheckCoverage(const std::vector<Rule>& rules,
                                       const std::vector<AcceptanceCase>& cases);

}  // namespace kpisuite
