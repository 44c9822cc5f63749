#include "tests/acceptance/revision_fields.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

std::string TimeText(bool has, const google::protobuf::Timestamp& time) {
  if (!has) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", FromTimestamp(time), absl::UTCTimeZone());
}

}  // namespace

std::map<std::string, std::function<std::string(const v1::KpiState&)>> RevisionReaders() {
  return {
      {"nowcast", [](const auto& state) { return state.nowcast().value(); }},
      {"nowcast_factor", [](const auto& state) { return state.nowcast().lag_factor(); }},
      {"nowcast_periods",
       [](const auto& state) -> std::string {
         return state.has_nowcast() ? absl::StrCat(state.nowcast().periods()) : "";
       }},
      {"held_out", [](const auto& state) { return absl::StrCat(state.held_out()); }},
      {"revision", [](const auto& state) { return absl::StrCat(state.revision()); }},
      {"closed_at",
       [](const auto& state) { return TimeText(state.has_closed_at(), state.closed_at()); }},
      {"final_time",
       [](const auto& state) { return TimeText(state.has_final_time(), state.final_time()); }},
      {"was", [](const auto& state) { return state.restatement().old_value(); }},
      {"was_status",
       [](const auto& state) -> std::string {
         if (!state.has_restatement()) return "";
         return std::string(
             absl::StripPrefix(v1::Status_Name(state.restatement().old_status()), "STATUS_"));
       }},
      {"was_changed_by",
       [](const auto& state) -> std::string {
         if (!state.has_restatement()) return "";
         return std::string(absl::StripPrefix(v1::HistoryCause_Name(state.restatement().cause()),
                                              "HISTORY_CAUSE_"));
       }},
      {"minor",
       [](const auto& state) -> std::string {
         if (!state.has_restatement()) return "";
         return state.restatement().minor() ? "true" : "false";
       }},
  };
}

bool IsRevisionField(absl::string_view name) {
  return absl::StartsWith(name, "mean_revision.") || absl::StartsWith(name, "lag_factor.") ||
         absl::StartsWith(name, "revised_periods.");
}

std::string RevisionField(absl::string_view name, const v1::Explanation& explanation) {
  const size_t dot = name.find('.');
  for (const v1::RevisionStatistic& statistic : explanation.revisions()) {
    if (absl::StrCat(statistic.age()) != name.substr(dot + 1)) continue;
    if (absl::StartsWith(name, "mean_revision.")) return statistic.mean_absolute_revision();
    if (absl::StartsWith(name, "lag_factor.")) return statistic.lag_factor();
    return absl::StrCat(statistic.periods());
  }
  return "";
}

}  // namespace kpisuite
