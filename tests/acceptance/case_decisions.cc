#include "tests/acceptance/case_decisions.h"

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "tests/acceptance/case_lexer.h"

namespace kpisuite {

absl::StatusOr<CaseDecision> ParseDecision(const std::vector<std::string>& words) {
  CaseDecision decision;
  std::vector<std::string*> places = {&decision.kpi, &decision.first_period};
  if (words[0] == "release") places.push_back(&decision.last_period);
  const std::map<std::string, std::string*> names = {{"author", &decision.author},
                                                     {"role", &decision.role},
                                                     {"reason", &decision.reason},
                                                     {"request", &decision.request},
                                                     {"released", &decision.released}};
  size_t place = 0;
  for (size_t at = 1; at < words.size(); ++at) {
    const std::pair<std::string, std::string> pair =
        absl::StrSplit(words[at], absl::MaxSplits('=', 1));
    const auto named = names.find(pair.first);
    if (named != names.end() && absl::StrContains(words[at], "=")) {
      *named->second = Unquoted(pair.second);
    } else if (place < places.size()) {
      *places[place++] = Unquoted(words[at]);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("got ", words[at], ", want author= role= reason= request= released="));
    }
  }
  if (place >= 2) return decision;
  return absl::InvalidArgumentError(absl::StrCat("want `", words[0], " KPI PERIOD ...`"));
}

v1::FinalizePeriodsRequest FinalisationOf(const CaseDecision& decision) {
  v1::FinalizePeriodsRequest request;
  request.set_kpi(decision.kpi);
  request.set_through_period(decision.first_period);
  request.set_author(decision.author);
  request.set_reason(decision.reason);
  request.set_request_id(decision.request);
  return request;
}

v1::ReleaseHeldOutRequest ReleaseOf(const CaseDecision& decision) {
  v1::ReleaseHeldOutRequest request;
  request.set_kpi(decision.kpi);
  request.set_first_period(decision.first_period);
  request.set_last_period(decision.last_period);
  request.set_author(decision.author);
  request.set_role(decision.role);
  request.set_reason(decision.reason);
  request.set_request_id(decision.request);
  return request;
}

std::string EntryText(const LoggedState& entry, absl::string_view expected) {
  std::string text =
      absl::StrCat(absl::StripPrefix(v1::HistoryCause_Name(entry.cause), "HISTORY_CAUSE_"), " ",
                   entry.value, " ", absl::StripPrefix(v1::Status_Name(entry.status), "STATUS_"));
  const bool minor = entry.cause == v1::HISTORY_CAUSE_RESTATED && entry.restatement->minor;
  if (minor) absl::StrAppend(&text, " minor");
  if (absl::StrContains(expected, " by=")) {
    absl::StrAppend(&text, " by=", entry.author.empty() ? "none" : entry.author);
  }
  if (absl::StrContains(expected, " revision=")) {
    absl::StrAppend(&text, " revision=", entry.revision);
  }
  if (absl::StrContains(expected, " at=")) {
    absl::StrAppend(
        &text,
        " at=", absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", entry.record_time, absl::UTCTimeZone()));
  }
  return text;
}

}  // namespace kpisuite
