// Finality: which days of a KPI are locked, and what is held out of them (SEMANTICS 3.4.7, 3.16.4).
//
// Finality is one of days. A day is FINAL from the first decision to finalise it on, or from
// Kpi.final_after after the end of its period of the KPI's finest calendar window, whichever comes
// first. What is recorded later is stored and held out, until a release moves the cutoff of the
// day to its own moment. So the cutoff of a day is a function of definitions and decisions alone,
// and of no clock; whether the day is FINAL already is the clock's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/definitions/kpi.h"

namespace kpisuite {

// What somebody decided about a KPI's days [first_day, end_day), days since 1970-01-01.
struct FinalityDecision {
  enum class Kind { kFinalise, kRelease };

  Kind kind = Kind::kFinalise;
  std::string kpi;                // resource name
  std::string uid;                // of the KPI: another one of that name has nothing to do with it
  int32_t first_day = INT32_MIN;  // of a finalisation: all days before end_day
  int32_t end_day = 0;
  absl::Time time;  // what is recorded at or before it counts; never before earlier decisions
  std::string author;
  std::string role;  // of a release
  std::string reason;
  std::string request_id;  // empty: the request is not remembered
  std::string answer;      // serialised response, for a repetition

  // Whether it is about any of these days.
  bool Touches(const Period& days) const;

  friend bool operator==(const FinalityDecision&, const FinalityDecision&) = default;
};
using FinalityDecisions = std::vector<FinalityDecision>;  // of one KPI, in the order of time

// Whether days become FINAL by themselves at the same times. The uids are equal.
bool HaveSameFinality(const FinalityRule& a, const FinalityRule& b);

// The rule under which all days before `end_day` became FINAL that did not under one before it.
struct EarlierFinality {
  int32_t end_day = 0;
  FinalityRule rule;
};

// The finality of one KPI. Immutable.
class KpiFinality {
 public:
  // Decisions about other uids are left out. `earlier` rules are in the order of their days: a
  // changed rule reaches no FINAL day.
  KpiFinality(std::string kpi, const FinalityRule& rule, const FinalityDecisions& decisions,
              std::vector<EarlierFinality> earlier = {});
  // The same with other decisions.
  KpiFinality With(const FinalityDecisions& decisions) const {
    return KpiFinality(kpi_, rule_, decisions, earlier_);
  }

  const FinalityRule& rule() const { return rule_; }
  const FinalityDecisions& decisions() const { return decisions_; }
  const std::vector<EarlierFinality>& earlier() const { return earlier_; }
  // Whether no day ever becomes FINAL.
  bool never() const;

  // When the day becomes FINAL; InfiniteFuture when it never does. Later days never before it.
  absl::Time FinalTimeOf(int32_t day) const;
  // The decision that makes the day FINAL; null when the rule does, or nothing.
  const FinalityDecision* DecisionFor(int32_t day) const;
  // What is recorded later is held out of the day; InfiniteFuture: nothing is.
  absl::Time CutoffOf(int32_t day) const;
  // Days at which CutoffOf may change, up to those whose cutoff is after `until`.
  std::vector<int32_t> Breaks(absl::Time until) const;
  // Equal for equal finality of equal KPIs.
  std::string Key() const;

 private:
  const FinalityRule& RuleFor(int32_t day) const;
  absl::Time RuleTimeOf(int32_t day) const;

  const std::string kpi_;
  const FinalityRule rule_;
  const std::vector<EarlierFinality> earlier_;
  FinalityDecisions decisions_;
};

// What is held out of the panes of one input: by the KPI itself and by those through which it reads
// the input. Thread-compatible.
class PaneFinality {
 public:
  // Null when nothing is ever held out.
  static std::shared_ptr<const PaneFinality> Of(
      std::vector<std::shared_ptr<const KpiFinality>> owners);

  // The earliest of the owners'.
  absl::Time CutoffOf(int32_t day) const;
  // Adds the cutoffs up to `until` to a query over all of its days.
  void AddCutoffs(absl::Time until, v1::AggregateQuery& query) const;
  const std::string& key() const { return key_; }

 private:
  explicit PaneFinality(std::vector<std::shared_ptr<const KpiFinality>> owners);

  const std::vector<std::shared_ptr<const KpiFinality>> owners_;
  std::string key_;
  mutable absl::flat_hash_map<int32_t, absl::Time> memo_;
};

}  // namespace kpisuite
