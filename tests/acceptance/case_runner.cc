#include "tests/acceptance/case_runner.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/definitions/names.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/forecast.h"
#include "services/evaluation/engine/state_text.h"
#include "tests/acceptance/case_decisions.h"
#include "tests/acceptance/case_definitions.h"
#include "tests/acceptance/change_fields.h"
#include "tests/acceptance/comparison_fields.h"
#include "tests/acceptance/forecast_fields.h"
#include "tests/acceptance/simulation_fields.h"
#include "tests/acceptance/state_fields.h"
#include "tests/harness/suite.h"

namespace kpisuite {
namespace {

// What a step was told, in the words of `expect error`.
struct Problem {
  bool warning = false;
  std::string code;
  std::string field;
  std::string text;

  std::string ToString() const {
    return absl::StrCat("expect ", warning ? "warning " : "error ", code, field.empty() ? "" : " ",
                        field, ": ", text);
  }
};

// `definitions[1].kpi.formula` as `Kpi margin formula`.
std::string FieldInWords(absl::string_view field, const std::vector<v1::Definition>& set) {
  absl::string_view rest = field;
  size_t index = 0;
  if (!absl::ConsumePrefix(&rest, "definitions[") && !absl::ConsumePrefix(&rest, "drafts[")) {
    return std::string(field);
  }
  const size_t end = rest.find(']');
  if (!absl::SimpleAtoi(rest.substr(0, end), &index) || index >= set.size()) {
    return std::string(field);
  }
  rest.remove_prefix(end + 1);
  absl::ConsumePrefix(&rest, ".");
  const ResourceName name = *ResourceName::Parse(set[index].name());
  absl::ConsumePrefix(&rest, absl::StrCat(SpecFieldOf(name.kind), "."));
  return absl::StrCat(CaseName(set[index]), rest.empty() ? "" : " ", rest);
}

std::vector<Problem> ProblemsOf(const ValidationResult& result,
                                const std::vector<v1::Definition>& set) {
  std::vector<Problem> problems;
  for (const FieldViolation& one : result.violations) {
    problems.push_back({false, one.reason, FieldInWords(one.field, set), one.description});
  }
  for (const FieldViolation& one : result.warnings) {
    problems.push_back({true, one.reason, FieldInWords(one.field, set), one.description});
  }
  return problems;
}

// Of a request about `set`, if it was about definitions.
std::vector<Problem> ProblemsOf(const absl::Status& status,
                                const std::vector<v1::Definition>& set = {}) {
  if (status.ok()) return {};
  const ErrorDetails details = GetErrorDetails(status);
  std::vector<Problem> problems;
  for (const FieldViolation& one : details.violations) {
    problems.push_back({false, one.reason, FieldInWords(one.field, set), one.description});
  }
  if (problems.empty()) {
    problems.push_back({false, details.reason, "", std::string(status.message())});
  }
  return problems;
}

bool Matches(const ExpectedProblem& expected, const Problem& problem) {
  return expected.warning == problem.warning && expected.code == problem.code &&
         expected.field == problem.field && absl::StrContains(problem.text, expected.text);
}

v1::SeriesBlock BlockOf(const std::string& metric, const CaseSample& sample) {
  v1::SeriesBlock block;
  block.set_metric(metric);
  for (const auto& [dimension, member] : sample.dimensions) {
    (*block.mutable_dimensions())[dimension] = member;
  }
  block.add_time_unix_nano(absl::ToUnixNanos(sample.time));
  absl::string_view value = sample.value;
  double number = 0;
  if (absl::ConsumePrefix(&value, "double:") && absl::SimpleAtod(value, &number)) {
    block.add_doubles(number);
  } else if (!value.empty()) {
    block.add_decimals(std::string(value));
  }
  if (!sample.id.empty()) block.add_sample_ids(sample.id);
  if (!sample.entity.empty()) block.add_entities(sample.entity);
  int64_t weight = 0;
  if (absl::SimpleAtoi(sample.weight, &weight)) block.add_weights(weight);
  if (!sample.business_date.empty()) {
    const auto day = ParseDay(sample.business_date);
    block.add_business_days(day.ok() ? DayNumber(*day) : 0);
  }
  return block;
}

class CaseRunner {
 public:
  CaseRunner(const AcceptanceCase& acceptance, RunMode mode)
      : case_(acceptance), mode_(mode), suite_({.start = StartOf(acceptance)}) {}

  std::vector<std::string> Run() {
    for (const CaseStep& step : case_.steps) {
      Execute(step);
      if (!failures_.empty()) break;
    }
    return std::move(failures_);
  }

 private:
  // The first clock of the case.
  static absl::Time StartOf(const AcceptanceCase& acceptance) {
    for (const CaseStep& step : acceptance.steps) {
      if (step.action == CaseAction::kClock) return step.time;
    }
    return SuiteOptions().start;
  }

  void Fail(const CaseStep& step, absl::string_view text) {
    failures_.push_back(absl::StrCat(case_.file, ":", step.line, ": ", step.text, "\n", text));
  }
  void Check(const CaseStep& step, const absl::Status& status) {
    if (!status.ok()) Fail(step, absl::StrCat("  failed: ", status.ToString()));
  }

  void Execute(const CaseStep& step) {
    switch (step.action) {
      case CaseAction::kClock: return Check(step, suite_.AdvanceTo(step.time));
      case CaseAction::kApply:
      case CaseAction::kDelete: Define(step); break;
      case CaseAction::kWrite:
      case CaseAction::kCorrect:
      case CaseAction::kRepeat:
      case CaseAction::kRetract: Send(step); break;
      case CaseAction::kWatermark:
        CheckProblems(step, ProblemsOf(suite_.AdvanceWatermark(step.metric, step.time)));
        break;
      case CaseAction::kFinalise:
        CheckProblems(step, ProblemsOf(suite_.Finalize(FinalisationOf(step.decision)).status()));
        break;
      case CaseAction::kRelease: Release(step); break;
      case CaseAction::kExpectState:
      case CaseAction::kExpectHistory:
      case CaseAction::kExpectChange:
      case CaseAction::kExpectForecast:
        if (mode_ == RunMode::kRestarted) {
          suite_.RestartEvaluation();
          Check(step, suite_.Run());
        }
        if (step.action == CaseAction::kExpectState) return CheckState(step);
        if (step.action == CaseAction::kExpectForecast) return CheckForecast(step);
        return step.action == CaseAction::kExpectHistory ? CheckHistory(step) : CheckChange(step);
      case CaseAction::kSimulate: return Simulate(step);
      case CaseAction::kExpectSimulation: return CheckSimulation(step);
    }
    Check(step, suite_.Run());
  }

  void Define(const CaseStep& step) {
    if (step.action == CaseAction::kDelete) {
      const ResourceName name = *ResourceName::Parse(step.definitions[0].name());
      return CheckProblems(step, ProblemsOf(suite_.Delete({name}), step.definitions));
    }
    const std::vector<v1::Definition> set = Complete(step);
    CheckProblems(step, ProblemsOf(suite_.Apply(set), set));
  }

  std::vector<v1::Definition> Complete(const CaseStep& step) {
    std::vector<v1::Definition> set;
    for (const v1::Definition& said : step.definitions) {
      set.push_back(CompleteDefinition(said, suite_.definition().catalog()));
    }
    return set;
  }

  void Simulate(const CaseStep& step) {
    const std::vector<v1::Definition> set = Complete(step);
    v1::SimulateKpiRequest request;
    for (const v1::Definition& draft : set) *request.add_drafts() = draft;
    if (!step.query.kpi.empty()) request.set_kpi("workspaces/test/kpis/" + step.query.kpi);
    request.set_window(step.query.window);
    request.set_slice(step.query.slice);
    request.set_start_period(step.from);
    request.set_end_period(step.to);
    const auto simulated = suite_.Simulate(std::move(request));
    simulation_ = simulated.value_or(v1::SimulateKpiResponse());
    CheckProblems(step, ProblemsOf(simulated.status(), set));
  }

  void CheckSimulation(const CaseStep& step) {
    Compare(step, [&](const std::string& name) {
      return SimulationField(name, step.query.period, simulation_);
    });
  }

  void Send(const CaseStep& step) {
    absl::StatusOr<v1::WriteResult> result =
        step.action == CaseAction::kRetract ? Retract(step) : Write(step);
    CheckProblems(step, ProblemsOf(result.status()));
    if (!result.ok()) return;
    const auto wanted = static_cast<int64_t>(step.samples.size());
    const bool fits = step.action == CaseAction::kWrite ||
                      (step.action == CaseAction::kCorrect && result->corrected() == wanted) ||
                      (step.action == CaseAction::kRepeat && result->unchanged() == wanted) ||
                      (step.action == CaseAction::kRetract && result->retracted() == wanted);
    if (!fits) Fail(step, absl::StrCat("  the answer was: ", result->ShortDebugString()));
  }

  void Release(const CaseStep& step) {
    const auto released = suite_.Release(ReleaseOf(step.decision));
    CheckProblems(step, ProblemsOf(released.status()));
    if (!released.ok() || step.decision.released.empty()) return;
    const std::string count = absl::StrCat(released->released());
    if (count != step.decision.released) Fail(step, absl::StrCat("  released: ", count));
  }

  absl::StatusOr<v1::WriteResult> Retract(const CaseStep& step) {
    v1::RetractSamplesRequest request;
    request.set_reason(case_.title);
    for (const CaseSample& sample : step.samples) {
      *request.add_series() = BlockOf(step.metric, sample);
    }
    return suite_.Retract(std::move(request));
  }

  absl::StatusOr<v1::WriteResult> Write(const CaseStep& step) {
    v1::WriteSamplesRequest request;
    for (const CaseSample& sample : step.samples) {
      *request.add_series() = BlockOf(step.metric, sample);
    }
    const bool split =
        mode_ == RunMode::kReversed && step.action == CaseAction::kWrite && step.problems.empty();
    if (!split) return suite_.Write(std::move(request));
    absl::StatusOr<v1::WriteResult> last;
    for (int i = request.series_size() - 1; i >= 0; --i) {
      v1::WriteSamplesRequest one;
      *one.add_series() = request.series(i);
      last = suite_.Write(std::move(one));
      if (!last.ok()) break;
    }
    return last;
  }

  // Every error is expected and every expected one has come; warnings may stay unmentioned.
  void CheckProblems(const CaseStep& step, std::vector<Problem> problems) {
    std::string differences;
    for (const ExpectedProblem& expected : step.problems) {
      const auto found =
          std::find_if(problems.begin(), problems.end(),
                       [&](const Problem& problem) { return Matches(expected, problem); });
      if (found == problems.end()) {
        absl::StrAppend(&differences, "  line ", expected.line, ": did not come: ", expected.code,
                        " ", expected.field, ": ", expected.text, "\n");
      } else {
        problems.erase(found);
      }
    }
    for (const Problem& problem : problems) {
      if (problem.warning && differences.empty()) continue;
      absl::StrAppend(&differences, "  came: ", problem.ToString(), "\n");
    }
    if (!differences.empty()) Fail(step, differences);
  }

  void CheckState(const CaseStep& step) {
    const absl::StatusOr<v1::KpiState> state = suite_.State(step.query);
    const absl::StatusOr<v1::Explanation> explanation =
        suite_.Explain(step.query, ComparatorsOf(step.fields));
    const ExpectedField& first = step.fields.front();
    if (first.name == "error") {
      const std::string reason = state.ok() ? "none" : GetErrorDetails(state.status()).reason;
      if (reason != first.value) Fail(step, absl::StrCat("  error: ", reason));
      return;
    }
    if (!state.ok()) return Check(step, state.status());
    if (!explanation.ok()) return Check(step, explanation.status());
    v1::Explanation shown = *explanation;
    *shown.mutable_state() = *state;
    // It is made for the explanation alone.
    if (explanation->state().has_nowcast()) {
      *shown.mutable_state()->mutable_nowcast() = explanation->state().nowcast();
    }
    std::string differences;
    for (const ExpectedField& field : step.fields) {
      const std::string actual = StateField(field.name, shown);
      const bool same =
          IsTextField(field.name) ? absl::StrContains(actual, field.value) : actual == field.value;
      if (same) continue;
      absl::StrAppend(&differences, "  ", field.name, ": expected ", field.value, ", actual ",
                      actual, "\n");
    }
    if (explanation->state().value() != state->value() ||
        explanation->state().status() != state->status()) {
      absl::StrAppend(&differences, "  the explanation has another value or status: ",
                      explanation->state().value(), "\n");
    }
    if (!differences.empty()) Fail(step, absl::StrCat(differences, Describe(shown)));
  }

  // `from`, `by` and `error` are what is asked; all else is compared.
  void CheckChange(const CaseStep& step) {
    std::map<std::string, std::string> asked;
    for (const ExpectedField& field : step.fields) asked.emplace(field.name, field.value);
    const auto change = suite_.ExplainChange(step.query, asked["from"], asked["by"]);
    if (!asked["error"].empty()) {
      const std::string reason = change.ok() ? "none" : GetErrorDetails(change.status()).reason;
      if (reason != asked["error"]) Fail(step, absl::StrCat("  error: ", reason));
      return;
    }
    if (!change.ok()) return Check(step, change.status());
    Compare(step, [&](const std::string& name) { return ChangeField(name, *change); });
  }

  // Everything that is expected but what `change` is asked; `actual` says what there is.
  void Compare(const CaseStep& step, const std::function<std::string(const std::string&)>& actual) {
    std::string differences;
    for (const ExpectedField& field : step.fields) {
      if (field.name == "from" || field.name == "by") continue;
      const std::string text = actual(field.name);
      const bool same =
          field.name == "warning" ? absl::StrContains(text, field.value) : text == field.value;
      if (same) continue;
      absl::StrAppend(&differences, "  ", field.name, ": expected ", field.value, ", actual ", text,
                      "\n");
    }
    if (!differences.empty()) Fail(step, differences);
  }

  void CheckForecast(const CaseStep& step) {
    const auto forecast = suite_.Forecast(step.query, kMostForecastHorizon);
    if (!forecast.ok()) return Check(step, forecast.status());
    Compare(step, [&](const std::string& name) {
      return ForecastField(name, step.query.period, *forecast);
    });
  }

  static std::string Describe(const v1::Explanation& explanation) {
    return absl::StrCat("  the state: ", explanation.state().ShortDebugString(), "\n  the inputs: ",
                        absl::StrJoin(explanation.inputs(), "\n              ",
                                      [](std::string* out, const v1::ExplainedInput& input) {
                                        absl::StrAppend(out, input.ShortDebugString());
                                      }));
  }

  void CheckHistory(const CaseStep& step) {
    const auto entries = suite_.History(step.query);
    if (!entries.ok()) return Check(step, entries.status());
    std::vector<std::string> actual;
    for (size_t i = 0; i < entries->size(); ++i) {
      actual.push_back(EntryText((*entries)[i], i < step.history.size() ? step.history[i] : ""));
    }
    if (actual == step.history) return;
    Fail(step, absl::StrCat("  expected: ", absl::StrJoin(step.history, ", "),
                            "\n  actual:   ", absl::StrJoin(actual, ", ")));
  }

  const AcceptanceCase& case_;
  const RunMode mode_;
  Suite suite_;
  v1::SimulateKpiResponse simulation_;  // the last one
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> RunCase(const AcceptanceCase& acceptance, RunMode mode) {
  return CaseRunner(acceptance, mode).Run();
}

}  // namespace kpisuite
