#include "libs/kpi/process_control_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace kpisuite {
namespace {

// What matters of a variation for what to do next.
enum class Change { kNone, kBetter, kWorse, kNeutral, kMixed, kNoData, kTooFew };
// What matters of a status.
enum class Standing { kGood, kBad, kUnknown };

Change ChangeOf(ControlVariation variation) {
  switch (variation) {
    case ControlVariation::kCommonCause: return Change::kNone;
    case ControlVariation::kImprovementHigh:
    case ControlVariation::kImprovementLow: return Change::kBetter;
    case ControlVariation::kConcernHigh:
    case ControlVariation::kConcernLow: return Change::kWorse;
    case ControlVariation::kNeutralHigh:
    case ControlVariation::kNeutralLow: return Change::kNeutral;
    case ControlVariation::kMixed: return Change::kMixed;
    case ControlVariation::kNoData: return Change::kNoData;
    case ControlVariation::kTooFewPoints: return Change::kTooFew;
  }
  return Change::kTooFew;
}

Standing StandingOf(KpiStatus status) {
  switch (status) {
    case KpiStatus::kExceeded:
    case KpiStatus::kOnTarget: return Standing::kGood;
    case KpiStatus::kWarning:
    case KpiStatus::kOffTarget: return Standing::kBad;
    default: return Standing::kUnknown;
  }
}

absl::string_view StatusWords(KpiStatus status) {
  switch (status) {
    case KpiStatus::kExceeded: return "Better than the best band";
    case KpiStatus::kOnTarget: return "On target";
    case KpiStatus::kWarning: return "At the warning level";
    case KpiStatus::kOffTarget: return "Off target";
    case KpiStatus::kNoTarget: return "Without a target";
    case KpiStatus::kTooEarly: return "Too early for a status";
    case KpiStatus::kNoData: return "Without a value for the status";
    case KpiStatus::kError: return "Without a status because of an error";
  }
  return "";
}

absl::string_view VariationWords(ControlVariation variation) {
  switch (variation) {
    case ControlVariation::kCommonCause: return "within the usual variation of the process";
    case ControlVariation::kImprovementHigh: return "with a real improvement upwards";
    case ControlVariation::kImprovementLow: return "with a real improvement downwards";
    case ControlVariation::kConcernHigh: return "with a real change for the worse upwards";
    case ControlVariation::kConcernLow: return "with a real change for the worse downwards";
    case ControlVariation::kNeutralHigh: return "with a real change upwards, neither good nor bad";
    case ControlVariation::kNeutralLow: return "with a real change downwards, neither good nor bad";
    case ControlVariation::kMixed: return "with signals both of improvement and of concern";
    case ControlVariation::kNoData: return "and the last closed {period} has no value to test";
    case ControlVariation::kTooFewPoints: return "with too few points to tell signal from noise";
  }
  return "";
}

absl::string_view CannotMeet(Change change, Standing standing) {
  switch (change) {
    case Change::kNone:
      return standing == Standing::kGood
                 ? "The process cannot be relied on to reach this target: a tolerance of the bands "
                   "explains the status; change the process to reach the target itself."
                 : "The process cannot meet this target; change the process, do not ask for an "
                   "explanation of this {period}.";
    case Change::kBetter:
      return "The limits as they are cannot meet this target: find out what improved, and keep it.";
    case Change::kWorse:
      return "The process cannot meet this target and gets worse: find the cause, then change the "
             "process.";
    case Change::kNeutral:
      return "The process cannot meet this target, and something changed without coming nearer: "
             "find out what.";
    case Change::kMixed:
      return "The process cannot meet this target: find out what changed before changing more.";
    case Change::kNoData:
      return "As far as is known the process cannot meet this target: change the process, and get "
             "the missing value.";
    case Change::kTooFew: break;
  }
  return "Collect more points before judging the process.";
}

absl::string_view WillMeet(Change change, Standing standing) {
  switch (change) {
    case Change::kNone:
      return standing == Standing::kBad
                 ? "The process meets its target in every usual {period}: check the bands, which "
                   "ask for more than the target."
                 : "The process will keep meeting this target: leave it alone.";
    case Change::kBetter:
      return "The process meets this target and improves: find out why, and consider a more "
             "ambitious target.";
    case Change::kWorse:
      return "The limits still meet this target, but something changed for the worse: find the "
             "cause before it costs the target.";
    case Change::kNeutral:
      return "The limits still meet this target, and something changed: find out what.";
    case Change::kMixed:
      return "The limits still meet this target: find out what changed, the signals contradict.";
    case Change::kNoData:
      return "As far as is known the process meets this target: get the missing value.";
    case Change::kTooFew: break;
  }
  return "Collect more points before judging the process.";
}

absl::string_view MayMeet(Change change, Standing standing) {
  switch (change) {
    case Change::kNone:
      if (standing == Standing::kGood) {
        return "Chance decides whether a {period} meets this target: do not celebrate this one, "
               "change the process to meet it reliably.";
      }
      return standing == Standing::kBad
                 ? "Chance decides whether a {period} meets this target: change the process, do "
                   "not ask for an explanation of this {period}."
                 : "Chance decides whether a {period} meets this target: change the process to "
                   "meet it reliably.";
    case Change::kBetter:
      return "The target was met by chance only; the process improves: find out why, and keep it.";
    case Change::kWorse:
      return "The target was met by chance only, and something changed for the worse: find the "
             "cause now.";
    case Change::kNeutral:
      return "The target is met by chance only, and something changed: find out what.";
    case Change::kMixed:
      return "The target is met by chance only: find out what changed, the signals contradict.";
    case Change::kNoData:
      return "As far as is known chance decides whether this target is met: get the missing value.";
    case Change::kTooFew: break;
  }
  return "Collect more points before judging the process.";
}

// No target, or too few points to say what the process can do.
absl::string_view NoAssurance(Change change, Standing standing) {
  switch (change) {
    case Change::kNone:
      return standing == Standing::kUnknown
                 ? "Nothing calls for an explanation of this {period}."
                 : "Nothing sets this {period} apart; whether the process can meet a target "
                   "reliably is not known.";
    case Change::kBetter: return "Find out what improved, and keep it.";
    case Change::kWorse: return "Find the cause.";
    case Change::kNeutral: return "Find out what changed.";
    case Change::kMixed: return "Find out what changed: the signals contradict.";
    case Change::kNoData: return "Get the missing value.";
    case Change::kTooFew: break;
  }
  return "Collect more points before judging the process.";
}

absl::string_view Advice(ControlAssurance assurance, Change change, Standing standing) {
  switch (assurance) {
    case ControlAssurance::kConsistentFail: return CannotMeet(change, standing);
    case ControlAssurance::kConsistentPass: return WillMeet(change, standing);
    case ControlAssurance::kHitOrMiss: return MayMeet(change, standing);
    case ControlAssurance::kNone: return NoAssurance(change, standing);
  }
  return "";
}

}  // namespace

std::string ControlInWords(KpiStatus status, const ControlVerdict& verdict, bool trial,
                           absl::string_view period) {
  const std::string text = absl::StrCat(
      StatusWords(status), ", ", VariationWords(verdict.variation), ". ",
      Advice(verdict.assurance, ChangeOf(verdict.variation), StandingOf(status)),
      trial ? " The limits are provisional: they come from fewer than 13 points." : "");
  return absl::StrReplaceAll(text, {{"{period}", period}});
}

}  // namespace kpisuite
