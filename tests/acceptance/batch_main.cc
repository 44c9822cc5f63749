// Runs many cases from standard input and answers each on standard output, for programs that make
// cases. A question is a line `case NAME MODE LINES` and that many lines of text in the format of
// README.md; MODE is incremental, restarted or reversed. The answer is `ok NAME`, or
// `failed NAME LINES` and that many lines that say what went otherwise, or `unreadable NAME LINES`
// and the errors of the text. Ends with the input; exit status 2 for a question of another form.
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/acceptance/case_parser.h"
#include "tests/acceptance/case_runner.h"

namespace kpisuite {
namespace {

struct Question {
  std::string name;
  RunMode mode = RunMode::kIncremental;
  int lines = 0;
  std::string text;
};

bool ReadQuestion(std::istream& in, Question& question) {
  static const auto* modes =
      new std::map<std::string, RunMode>{{"incremental", RunMode::kIncremental},
                                         {"restarted", RunMode::kRestarted},
                                         {"reversed", RunMode::kReversed}};
  std::string word;
  std::string mode;
  if (!(in >> word >> question.name >> mode >> question.lines)) return false;
  if (word != "case" || !modes->contains(mode) || question.lines < 0) return false;
  question.mode = modes->at(mode);
  std::string line;
  std::getline(in, line);
  for (int i = 0; i < question.lines; ++i) {
    if (!std::getline(in, line)) return false;
    absl::StrAppend(&question.text, line, "\n");
  }
  return true;
}

void Answer(const std::string& verdict, const std::string& name, const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  std::cout << verdict << " " << name << " " << lines.size() << "\n" << text << std::endl;
}

void Run(const Question& question) {
  const ParsedCase parsed = ParseCase(question.name, question.text, {});
  if (!parsed.errors.empty()) {
    return Answer("unreadable", question.name, ToString(question.name, parsed.errors));
  }
  const std::vector<std::string> failures = RunCase(parsed.parsed, question.mode);
  if (!failures.empty()) {
    return Answer("failed", question.name, absl::StrJoin(failures, "\n"));
  }
  std::cout << "ok " << question.name << std::endl;
}

int RunAll() {
  while (std::cin >> std::ws && !std::cin.eof()) {
    Question question;
    if (!ReadQuestion(std::cin, question)) {
      std::cerr << "acceptance_batch: want `case NAME MODE LINES` and that many lines\n";
      return 2;
    }
    Run(question);
  }
  return 0;
}

}  // namespace
}  // namespace kpisuite

int main() { return kpisuite::RunAll(); }
