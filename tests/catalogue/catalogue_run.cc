// Runs templates of the catalogue through the services.
//
//   catalogue_run --list       every template as one line of JSON
//   catalogue_run              reads cases from stdin, writes one line for each `run`
//
//   template fin.gross_margin
//   parameter usl 10
//   sample revenue 2025-05-14 12.50 [entity]     levels hold from the start of the day
//   run MONTH 2025-05                            value X | nd REASON | error TEXT
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "libs/base/status_macros.h"
#include "libs/document/json.h"
#include "libs/templates/template_library.h"
#include "libs/templates/templates_test_support.h"
#include "tests/harness/suite.h"

namespace kpisuite {
namespace {

class Run {
 public:
  explicit Run(const v1::Template& source)
      : source_(source),
        request_(RequestFor(source)),
        suite_({.workspace = "w",
                .start = absl::FromCivil(absl::CivilDay(2026, 2, 1), absl::UTCTimeZone())}) {}

  void SetParameter(const std::string& name, const std::string& value) {
    (*request_.mutable_parameters())[name] = value;
  }

  void AddSample(const std::string& alias, const std::string& day, const std::string& value,
                 const std::string& entity) {
    absl::CivilDay civil;
    if (!absl::ParseCivilTime(day, &civil)) return;
    v1::SeriesBlock& block = blocks_[alias];
    block.set_metric(request_.bindings().at(alias));
    block.add_time_unix_nano(absl::ToUnixNanos(absl::FromCivil(civil, absl::UTCTimeZone())));
    block.add_decimals(value);
    block.add_sample_ids(absl::StrCat(block.sample_ids_size()));
    if (!entity.empty()) block.add_entities(entity);
  }

  // What the template says of the period.
  std::string Answer(const std::string& window, const std::string& period) {
    const absl::StatusOr<std::string> answer = TryAnswer(window, period);
    return answer.ok() ? *answer : absl::StrCat("error ", answer.status().ToString());
  }

 private:
  absl::StatusOr<std::string> TryAnswer(const std::string& window, const std::string& period) {
    const std::vector<v1::Definition> metrics = MetricsFor(source_);
    suite_.Apply(metrics);
    ASSIGN_OR_RETURN(const v1::Definition kpi,
                     Instantiate(source_, request_, WorkspaceWith(metrics)));
    const ValidationResult applied = suite_.Apply({kpi});
    if (!applied.violations.empty()) {
      const FieldViolation& first = applied.violations.front();
      return absl::StrCat("error ", first.field, ": ", first.description);
    }
    RETURN_IF_ERROR(suite_.Run());
    for (const auto& [alias, block] : blocks_) {
      v1::WriteSamplesRequest write;
      *write.add_series() = block;
      RETURN_IF_ERROR(suite_.Write(write).status());
      RETURN_IF_ERROR(suite_.AdvanceWatermark(block.metric(), suite_.now()));
    }
    RETURN_IF_ERROR(suite_.Run());
    ASSIGN_OR_RETURN(const v1::KpiState state,
                     suite_.State({DefaultKpiId(source_.id()), window, "", period}));
    if (state.nd_reason() == v1::ND_REASON_UNSPECIFIED)
      return absl::StrCat("value ", state.value());
    return absl::StrCat("nd ", v1::NdReason_Name(state.nd_reason()));
  }

  const v1::Template& source_;
  v1::InstantiateTemplateRequest request_;
  std::map<std::string, v1::SeriesBlock> blocks_;  // by alias
  Suite suite_;
};

int RunCases(const TemplateLibrary& library) {
  std::unique_ptr<Run> run;
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> words = absl::StrSplit(line, ' ');
    words.resize(5);
    if (words[0] == "template" && library.Find(words[1]) != nullptr) {
      run = std::make_unique<Run>(*library.Find(words[1]));
    } else if (run == nullptr) {
      std::cerr << "catalogue_run: got \"" << line << "\", want a template first\n";
      return 2;
    } else if (words[0] == "parameter") {
      run->SetParameter(words[1], words[2]);
    } else if (words[0] == "sample") {
      run->AddSample(words[1], words[2], words[3], words[4]);
    } else if (words[0] == "run") {
      std::cout << run->Answer(words[1], words[2]) << "\n";
    }
  }
  return 0;
}

int Main(int argc, char** argv) {
  const absl::StatusOr<TemplateLibrary> library = TemplateLibrary::BuiltIn();
  if (!library.ok()) {
    std::cerr << library.status() << "\n";
    return 1;
  }
  if (argc == 1) return RunCases(*library);
  for (const auto& [id, made] : library->templates()) {
    std::cout << ToJson(made, JsonLayout::kLine) << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
