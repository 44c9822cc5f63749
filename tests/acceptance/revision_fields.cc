#include "tests/acceptance/revision_fields.h"

#include "absl/strings/strip.h"

namespace kpisuite {

std::map<std::string, std::function<std::string(const v1::KpiState&)>> RevisionReaders() {
  return {
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

}  // namespace kpisuite
