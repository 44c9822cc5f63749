#include "tests/acceptance/case_parser.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/acceptance/case_decisions.h"
#include "tests/acceptance/case_definitions.h"
#include "tests/acceptance/case_lexer.h"
#include "tests/acceptance/change_fields.h"
#include "tests/acceptance/forecast_fields.h"
#include "tests/acceptance/simulation_fields.h"
#include "tests/acceptance/state_fields.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kIndent = "  ";

const std::map<std::string, CaseAction>& SampleActions() {
  static const auto* actions =
      new std::map<std::string, CaseAction>{{"write", CaseAction::kWrite},
                                            {"correct", CaseAction::kCorrect},
                                            {"repeat", CaseAction::kRepeat},
                                            {"retract", CaseAction::kRetract}};
  return *actions;
}

bool IsFieldOf(const CaseStep& step, const std::string& name) {
  if (step.action == CaseAction::kExpectChange) return IsChangeField(name);
  if (step.action == CaseAction::kExpectForecast) return IsForecastField(name);
  if (step.action != CaseAction::kExpectSimulation) return IsStateField(name);
  return IsSimulationField(name, !step.query.period.empty());
}

std::string FieldNamesOf(const CaseStep& step) {
  if (step.action == CaseAction::kExpectChange) return ChangeFieldNames();
  if (step.action == CaseAction::kExpectForecast) return ForecastFieldNames();
  if (step.action != CaseAction::kExpectSimulation) return StateFieldNames();
  return SimulationFieldNames(!step.query.period.empty());
}

class CaseParser {
 public:
  CaseParser(const std::string& file, absl::string_view text, const Preludes& preludes)
      : lines_(absl::StrSplit(text, '\n')), preludes_(preludes) {
    result_.parsed.file = file;
  }

  ParsedCase Parse() {
    ReadHeader();
    while (next_ < lines_.size()) {
      const std::string& line = lines_[next_++];
      if (absl::StripAsciiWhitespace(line).empty() || line[0] == '#') continue;
      if (line[0] == ' ') {
        Fail("an indented line belongs to no step");
        continue;
      }
      ReadStep(line);
    }
    CheckWhole();
    return std::move(result_);
  }

 private:
  int line() const { return static_cast<int>(next_); }
  void Fail(std::string text) { FailAt(line(), std::move(text)); }
  void FailAt(int line, std::string text) { result_.errors.push_back({line, std::move(text)}); }

  void ReadHeader() {
    AcceptanceCase& parsed = result_.parsed;
    for (; next_ < lines_.size() && absl::StartsWith(lines_[next_], "#"); ++next_) {
      absl::string_view comment =
          absl::StripAsciiWhitespace(absl::string_view(lines_[next_]).substr(1));
      if (absl::ConsumePrefix(&comment, "proves:")) {
        for (std::string& rule : SplitList(comment)) parsed.proves.push_back(std::move(rule));
      } else if (parsed.title.empty()) {
        parsed.title = std::string(comment);
      }
    }
    if (!absl::EndsWith(parsed.title, ".")) Fail("want a title first: `# A sentence.`");
    if (parsed.proves.empty()) Fail("want the rules it proves: `# proves: 3.7.2`");
  }

  void ReadStep(const std::string& text) {
    absl::StatusOr<std::vector<std::string>> words = SplitWords(text);
    if (!words.ok()) return Fail(std::string(words.status().message()));
    const std::string& word = words->front();
    CaseStep step{.line = line(), .text = text};
    if (word == "definitions:" || word == "apply:") {
      step.action = CaseAction::kApply;
      step.definitions = ReadDefinitions(result_.parsed.file, ReadBlock(), result_.errors);
      if (step.definitions.empty()) FailAt(step.line, "no definitions follow");
      result_.parsed.steps.push_back(std::move(step));
    } else if (word == "use") {
      ReadUse(*words, std::move(step));
    } else if (word == "clock") {
      ReadClock(*words, std::move(step));
    } else if (word == "watermark") {
      ReadWatermark(*words, std::move(step));
    } else if (word == "delete") {
      ReadDelete(*words, std::move(step));
    } else if (word == "finalise" || word == "release") {
      ReadDecision(*words, std::move(step));
    } else if (word == "simulate" || word == "simulate:") {
      ReadSimulation(*words, std::move(step));
    } else if (SampleActions().contains(word)) {
      ReadSamples(*words, std::move(step));
    } else if (word == "expect") {
      ReadExpectation(text, *words, std::move(step));
    } else {
      Fail(absl::StrCat("got \"", word,
                        "\", want definitions: apply: use delete clock write correct repeat "
                        "retract watermark finalise release simulate expect"));
    }
  }

  // The indented lines that follow.
  std::vector<BlockLine> ReadBlock() {
    std::vector<BlockLine> block;
    while (next_ < lines_.size()) {
      const std::string& text = lines_[next_];
      const bool blank = absl::StripAsciiWhitespace(text).empty();
      if (!blank && !absl::StartsWith(text, kIndent)) break;
      ++next_;
      block.push_back({line(), blank ? "" : text.substr(kIndent.size())});
    }
    return block;
  }

  void ReadUse(const std::vector<std::string>& words, CaseStep step) {
    const auto prelude = words.size() == 2 ? preludes_.find(words[1]) : preludes_.end();
    if (prelude == preludes_.end()) return Fail("want `use NAME` with a file prelude/NAME.kpi");
    step.action = CaseAction::kApply;
    std::vector<BlockLine> block;
    int number = 0;
    for (const std::string& text :
         std::vector<std::string>(absl::StrSplit(prelude->second, '\n'))) {
      block.push_back({++number, text});
    }
    std::vector<CaseError> errors;
    step.definitions = ReadDefinitions("prelude/" + words[1], block, errors);
    for (const CaseError& error : errors) {
      Fail(absl::StrCat("prelude/", words[1], ".kpi:", error.line, ": ", error.text));
    }
    result_.parsed.steps.push_back(std::move(step));
  }

  void ReadClock(const std::vector<std::string>& words, CaseStep step) {
    const auto time = ParseInstant(words.size() == 2 ? words[1] : "");
    if (!time.ok()) return Fail(std::string(time.status().message()));
    step.action = CaseAction::kClock;
    step.time = *time;
    result_.parsed.steps.push_back(std::move(step));
  }

  void ReadWatermark(const std::vector<std::string>& words, CaseStep step) {
    const auto time = ParseInstant(words.size() == 3 ? words[2] : "");
    if (!time.ok()) return Fail(absl::StrCat("watermark METRIC TIME: ", time.status().message()));
    step.action = CaseAction::kWatermark;
    step.metric = words[1];
    step.time = *time;
    result_.parsed.steps.push_back(std::move(step));
  }

  void ReadDecision(const std::vector<std::string>& words, CaseStep step) {
    step.action = words[0] == "release" ? CaseAction::kRelease : CaseAction::kFinalise;
    const absl::StatusOr<CaseDecision> decision = ParseDecision(words);
    if (!decision.ok()) return Fail(std::string(decision.status().message()));
    step.decision = *decision;
    result_.parsed.steps.push_back(std::move(step));
  }

  void ReadDelete(const std::vector<std::string>& words, CaseStep step) {
    if (words.size() != 3) return Fail("want `delete KIND NAME`");
    step.action = CaseAction::kDelete;
    step.definitions =
        ReadDefinitions(result_.parsed.file,
                        {{line(), absl::StrCat(words[1], " ", words[2], ": {}")}}, result_.errors);
    result_.parsed.steps.push_back(std::move(step));
  }

  // `write METRIC [{dimensions}] [TIME VALUE ...]`; without a time the samples follow, one a line.
  void ReadSamples(const std::vector<std::string>& words, CaseStep step) {
    step.action = SampleActions().at(words[0]);
    if (words.size() < 2) return Fail(absl::StrCat("want `", words[0], " METRIC ...`"));
    step.metric = words[1];
    std::map<std::string, std::string> dimensions;
    size_t at = 2;
    if (at < words.size() && IsBraced(words[at]) && !ReadDimensions(words[at++], dimensions))
      return;
    if (at < words.size()) {
      ReadSample({words.begin() + static_cast<ptrdiff_t>(at), words.end()}, line(), dimensions,
                 step);
    } else {
      for (const BlockLine& block_line : ReadBlock()) {
        if (block_line.text.empty() || block_line.text[0] == '#') continue;
        const auto inner = SplitWords(block_line.text);
        if (inner.ok() && !inner->empty()) ReadSample(*inner, block_line.line, dimensions, step);
      }
    }
    if (step.samples.empty()) FailAt(step.line, "no samples follow");
    result_.parsed.steps.push_back(std::move(step));
  }

  bool ReadDimensions(const std::string& word, std::map<std::string, std::string>& dimensions) {
    const auto parsed = ParseDimensions(word);
    if (!parsed.ok()) {
      Fail(std::string(parsed.status().message()));
      return false;
    }
    for (const auto& [dimension, member] : *parsed) dimensions[dimension] = member;
    return true;
  }

  // `[{dimensions}] TIME [VALUE] [id=..] [entity=..] [weight=..] [business_date=..]`.
  void ReadSample(const std::vector<std::string>& words, int sample_line,
                  std::map<std::string, std::string> dimensions, CaseStep& step) {
    CaseSample sample{.line = sample_line, .dimensions = std::move(dimensions)};
    const bool wants_value = step.action != CaseAction::kRetract;
    size_t at = 0;
    if (IsBraced(words[0]) && !ReadDimensions(words[at++], sample.dimensions)) return;
    const auto time = ParseInstant(at < words.size() ? words[at++] : "");
    if (!time.ok()) {
      FailAt(sample_line, std::string(time.status().message()));
      return;
    }
    sample.time = *time;
    if (wants_value && at < words.size()) sample.value = words[at++];
    for (; at < words.size(); ++at) {
      const std::pair<std::string, std::string> column =
          absl::StrSplit(words[at], absl::MaxSplits('=', 1));
      const std::map<std::string, std::string*> columns = {
          {"id", &sample.id},
          {"entity", &sample.entity},
          {"weight", &sample.weight},
          {"business_date", &sample.business_date}};
      const auto known = columns.find(column.first);
      if (known == columns.end() || column.second.empty()) {
        FailAt(sample_line,
               absl::StrCat("got ", words[at], ", want id= entity= weight= business_date="));
        return;
      }
      *known->second = Unquoted(column.second);
    }
    if (wants_value && sample.value.empty()) {
      FailAt(sample_line, "want TIME VALUE");
    }
    step.samples.push_back(std::move(sample));
  }

  // `simulate [KPI [WINDOW [{slice}]]] [from=PERIOD] [to=PERIOD]:` and the drafts.
  void ReadSimulation(std::vector<std::string> words, CaseStep step) {
    step.action = CaseAction::kSimulate;
    if (!absl::EndsWith(words.back(), ":")) return Fail("want `simulate ...:` and the drafts");
    words.back().pop_back();
    std::vector<std::string*> places = {&step.query.kpi, &step.query.window};
    for (size_t at = 1, place = 0; at < words.size(); ++at) {
      absl::string_view word = words[at];
      if (absl::ConsumePrefix(&word, "from=")) {
        step.from = std::string(word);
      } else if (absl::ConsumePrefix(&word, "to=")) {
        step.to = std::string(word);
      } else if (IsBraced(words[at])) {
        step.query.slice = SliceText(words[at]);
      } else if (!word.empty() && place < places.size()) {
        *places[place++] = std::string(word);
      }
    }
    step.definitions = ReadDefinitions(result_.parsed.file, ReadBlock(), result_.errors);
    if (step.definitions.empty()) FailAt(step.line, "no drafts follow");
    result_.parsed.steps.push_back(std::move(step));
  }

  // `expect simulation [PERIOD]: ...`, of the last one.
  void ReadSimulated(const std::string& text, const std::vector<std::string>& words,
                     CaseStep step) {
    step.action = CaseAction::kExpectSimulation;
    const size_t last = words[1] == "simulation:" ? 1 : 2;
    if (words.size() <= last || !absl::EndsWith(words[last], ":")) {
      return Fail("want `expect simulation [PERIOD]: ...`");
    }
    if (last == 2) step.query.period = words[2].substr(0, words[2].size() - 1);
    ReadRest(text, words[last], std::move(step));
  }

  void ReadExpectation(const std::string& text, const std::vector<std::string>& words,
                       CaseStep step) {
    const std::string kind = words.size() > 1 ? words[1] : "";
    if (kind == "error" || kind == "warning") return ReadProblem(text, kind == "warning");
    const bool simulated = kind == "simulation" || kind == "simulation:";
    if (simulated) return ReadSimulated(text, words, std::move(step));
    step.action = CaseAction::kExpectState;
    const std::map<std::string, CaseAction> kinds = {{"history", CaseAction::kExpectHistory},
                                                     {"change", CaseAction::kExpectChange},
                                                     {"forecast", CaseAction::kExpectForecast}};
    const auto found = kinds.find(kind);
    if (found != kinds.end()) step.action = found->second;
    const size_t at = found == kinds.end() ? 1 : 2;
    // KPI WINDOW [{slice}] [AS_WAS] PERIOD:
    size_t end = at;
    while (end < words.size() && !absl::EndsWith(words[end], ":")) ++end;
    const bool sliced = at + 2 < words.size() && IsBraced(words[at + 2]);
    const bool as_was = words[end - 1] == "AS_WAS";
    if (end == words.size() || end != at + 2 + (sliced ? 1 : 0) + (as_was ? 1 : 0)) {
      return Fail("want `expect [history|change|forecast] KPI WINDOW [{slice}] [AS_WAS] PERIOD:`");
    }
    if (as_was) step.query.view = MembershipView::kAsWas;
    step.query.kpi = words[at];
    step.query.window = words[at + 1];
    if (sliced) step.query.slice = SliceText(words[at + 2]);
    step.query.period = words[end].substr(0, words[end].size() - 1);
    ReadRest(text, words[end], std::move(step));
  }

  // What is expected: all that stands after the word with the colon, and the lines that follow.
  void ReadRest(const std::string& text, const std::string& last_word, CaseStep step) {
    const size_t colon = text.find(last_word + " ");
    std::string rest = colon == std::string::npos ? "" : text.substr(colon + last_word.size() + 1);
    for (const BlockLine& more : ReadBlock()) absl::StrAppend(&rest, " ", more.text);
    ReadFields(SplitList(rest), step);
    result_.parsed.steps.push_back(std::move(step));
  }

  void ReadFields(const std::vector<std::string>& parts, CaseStep& step) {
    for (const std::string& part : parts) {
      if (part.empty()) {
        FailAt(step.line, "an expectation is empty");
        continue;
      }
      if (step.action == CaseAction::kExpectHistory) {
        step.history.push_back(part);
        continue;
      }
      const std::pair<std::string, std::string> field =
          absl::StrSplit(part, absl::MaxSplits(' ', 1));
      if (!IsFieldOf(step, field.first) || field.second.empty()) {
        FailAt(step.line, absl::StrCat("got \"", part,
                                       "\", want NAME VALUE with one of: ", FieldNamesOf(step)));
        continue;
      }
      step.fields.push_back({field.first, Unquoted(absl::StripAsciiWhitespace(field.second))});
    }
  }

  // `expect error CODE [FIELD] [: part of the description]`.
  void ReadProblem(const std::string& text, bool warning) {
    if (result_.parsed.steps.empty()) return Fail("an expected error follows the step it is for");
    absl::string_view rest = absl::StripPrefix(text, warning ? "expect warning" : "expect error");
    ExpectedProblem problem{.line = line(), .warning = warning};
    const size_t colon = rest.find(": ");
    if (colon != absl::string_view::npos) {
      problem.text = std::string(absl::StripAsciiWhitespace(rest.substr(colon + 2)));
      rest = rest.substr(0, colon);
    }
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(absl::StripAsciiWhitespace(rest), absl::MaxSplits(' ', 1));
    problem.code = parts.first;
    problem.field = std::string(absl::StripAsciiWhitespace(parts.second));
    if (problem.code.empty()) return Fail("want `expect error CODE [FIELD]: text`");
    result_.parsed.steps.back().problems.push_back(std::move(problem));
  }

  void CheckWhole() {
    bool expects = false;
    for (const CaseStep& step : result_.parsed.steps) {
      expects = expects || !step.problems.empty() || step.action == CaseAction::kExpectState ||
                step.action == CaseAction::kExpectHistory ||
                step.action == CaseAction::kExpectChange ||
                step.action == CaseAction::kExpectSimulation ||
                step.action == CaseAction::kExpectForecast;
    }
    if (!expects) Fail("the case expects nothing");
  }

  const std::vector<std::string> lines_;
  const Preludes& preludes_;
  size_t next_ = 0;
  ParsedCase result_;
};

}  // namespace

ParsedCase ParseCase(const std::string& file, absl::string_view text, const Preludes& preludes) {
  return CaseParser(file, text, preludes).Parse();
}

std::string ToString(const std::string& file, const std::vector<CaseError>& errors) {
  return absl::StrJoin(errors, "\n", [&](std::string* out, const CaseError& error) {
    absl::StrAppend(out, file, ":", error.line, ": ", error.text);
  });
}

}  // namespace kpisuite
