// An acceptance case as it was read from its file. The format: README.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kpisuite/v1/definition.pb.h"
#include "tests/harness/suite.h"

namespace kpisuite {

// One sample of a step, as text.
struct CaseSample {
  int line = 0;
  std::map<std::string, std::string> dimensions;
  absl::Time time;
  std::string value;  // decimal, or `double:` and a double; empty in a retraction
  std::string id;
  std::string entity;
  std::string weight;  // mantissa
  std::string business_date;
};

// An `expect error` or `expect warning`, which belongs to the step before it.
struct ExpectedProblem {
  int line = 0;
  bool warning = false;
  std::string code;
  std::string field;
  std::string text;  // part of the description; empty: any
};

// `status WARNING` of an `expect`.
struct ExpectedField {
  std::string name;
  std::string value;
};

enum class CaseAction {
  kClock,
  kApply,
  kDelete,
  kWrite,
  kCorrect,  // a write of which every sample must be a correction
  kRepeat,   // a write that must change nothing
  kRetract,  // every sample must have been there
  kWatermark,
  kFinalise,
  kRelease,
  kExpectState,
  kExpectHistory,
  kExpectChange,
  kSimulate,
  kExpectSimulation,
  kExpectForecast,
};

// What a finalise or release says.
struct CaseDecision {
  std::string kpi;
  std::string first_period;  // of a release
  std::string last_period;   // empty: first_period
  std::string author = "controller@example.com";
  std::string role = "group controller";
  std::string reason = "month-end";
  std::string request;
  std::string released;  // how many samples it is to release; empty: not compared
};

struct CaseStep {
  int line = 0;
  CaseAction action = CaseAction::kClock;
  std::string text;                 // as it stands in the file, for messages
  absl::Time time;                  // clock, watermark
  std::string metric;               // write, correct, repeat, retract, watermark
  std::vector<CaseSample> samples;  // write, correct, repeat, retract
  std::vector<v1::Definition>
      definitions;                        // apply, simulate: only what the file says; delete: names
  std::vector<ExpectedProblem> problems;  // apply, delete, write and so on
  CaseDecision decision;                  // finalise, release
  StateQuery query;                       // expect, simulate; one of its periods or none
  std::string from;                       // simulate, as `to`: a period; empty: by default
  std::string to;
  std::vector<ExpectedField> fields;  // expect a state, a change, a simulation, a forecast
  std::vector<std::string> history;   // expect history, one text for each entry
};

struct AcceptanceCase {
  std::string file;   // as errors call it
  std::string title;  // a sentence
  std::vector<std::string> proves;
  std::vector<CaseStep> steps;
};

// What is wrong with a case file.
struct CaseError {
  int line = 0;
  std::string text;
};

}  // namespace kpisuite
