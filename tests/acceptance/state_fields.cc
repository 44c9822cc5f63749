#include "tests/acceptance/state_fields.h"

#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "services/evaluation/engine/state_text.h"
#include "tests/acceptance/comparison_fields.h"
#include "tests/acceptance/revision_fields.h"
#include "tests/acceptance/series_fields.h"

namespace kpisuite {
namespace {

using Reader = StateReader;

std::string TimeText(bool has, const google::protobuf::Timestamp& timestamp) {
  return has ? absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", FromTimestamp(timestamp),
                                absl::UTCTimeZone())
             : "";
}

// Name of an enum value without the prefix of its enum; empty for the first, UNSPECIFIED.
template <typename Enum>
std::string EnumText(const std::string& name, absl::string_view prefix, Enum value) {
  return static_cast<int>(value) == 0 ? "" : std::string(absl::StripPrefix(name, prefix));
}

std::string FlagsText(const v1::KpiState& state) {
  return absl::StrJoin(state.flags(), "+", [](std::string* out, int flag) {
    const auto value = static_cast<v1::StateFlag>(flag);
    absl::StrAppend(out, EnumText(v1::StateFlag_Name(value), "STATE_FLAG_", value));
  });
}

std::string ObservationText(const v1::KpiState& state) {
  return absl::StrJoin(state.observation_flags(), "+", [](std::string* out, int flag) {
    const auto value = static_cast<v1::ObservationFlag>(flag);
    absl::StrAppend(out, EnumText(v1::ObservationFlag_Name(value), "OBSERVATION_FLAG_", value));
  });
}

std::map<std::string, Reader> ValueReaders() {
  return {
      {"value", [](const auto& state) { return state.value(); }},
      {"nd",
       [](const auto& state) {
         return EnumText(v1::NdReason_Name(state.nd_reason()), "ND_REASON_", state.nd_reason());
       }},
      {"unit", [](const auto& state) { return state.unit(); }},
      {"data_state",
       [](const auto& state) {
         return EnumText(v1::DataState_Name(state.data_state()), "DATA_STATE_", state.data_state());
       }},
      {"flags", FlagsText},
      {"observation", ObservationText},
      {"rows", [](const auto& state) { return absl::StrCat(state.row_count()); }},
      {"view",
       [](const auto& state) {
         return EnumText(v1::HierarchyView_Name(state.hierarchy_view()), "HIERARCHY_VIEW_",
                         state.hierarchy_view());
       }},
      {"members_missing", [](const auto& state) { return absl::StrCat(state.members_missing()); }},
      {"other_members", [](const auto& state) { return absl::StrCat(state.other_members()); }},
      {"completeness", [](const auto& state) { return state.completeness(); }},
      {"watermark",
       [](const auto& state) { return TimeText(state.has_watermark(), state.watermark()); }},
      {"last_event",
       [](const auto& state) {
         return TimeText(state.has_last_event_time(), state.last_event_time());
       }},
      {"additive", [](const auto& state) { return state.additive() ? "true" : "false"; }},
      {"approximate", [](const auto& state) { return state.approximate() ? "true" : "false"; }},
      {"lower", [](const auto& state) { return state.lower_bound(); }},
      {"upper", [](const auto& state) { return state.upper_bound(); }},
      {"approximation", [](const auto& state) { return state.approximation(); }},
      {"definition_revision",
       [](const auto& state) { return absl::StrCat(state.definition_revision()); }},
  };
}

std::map<std::string, Reader> StatusReaders() {
  return {
      {"status",
       [](const auto& state) {
         return EnumText(v1::Status_Name(state.status()), "STATUS_", state.status());
       }},
      {"raw_status",
       [](const auto& state) {
         return EnumText(v1::Status_Name(state.raw_status()), "STATUS_", state.raw_status());
       }},
      {"label", [](const auto& state) { return state.status_label(); }},
      {"target", [](const auto& state) { return state.target().value(); }},
      {"target_low", [](const auto& state) { return state.target().lo(); }},
      {"target_high", [](const auto& state) { return state.target().hi(); }},
      {"rule", [](const auto& state) { return state.target().rule(); }},
      {"other_targets",
       [](const auto& state) {
         return absl::StrJoin(state.other_targets(), "+", [](std::string* out, const auto& other) {
           absl::StrAppend(
               out, EnumText(v1::TargetRole_Name(other.role()), "TARGET_ROLE_", other.role()), " ",
               other.value());
         });
       }},
      {"band_rule", [](const auto& state) { return state.band().rule(); }},
      {"variance", [](const auto& state) { return state.variance(); }},
      {"favourable", [](const auto& state) { return state.favourable_variance(); }},
      {"fvp", [](const auto& state) { return state.fvp(); }},
      {"attainment", [](const auto& state) { return state.attainment(); }},
      {"score", [](const auto& state) { return state.score(); }},
      {"basis_value", [](const auto& state) { return state.band().basis_value(); }},
      {"to_better", [](const auto& state) { return state.band().distance_to_better(); }},
      {"to_worse", [](const auto& state) { return state.band().distance_to_worse(); }},
      {"thresholds",
       [](const auto& state) {
         return absl::StrJoin(state.band().cuts(), "+", [](std::string* out, const auto& cut) {
           absl::StrAppend(out, cut.threshold(), cut.upper_threshold().empty() ? "" : "..",
                           cut.upper_threshold());
         });
       }},
  };
}

std::map<std::string, Reader> IntervalReaders() {
  return {
      {"interval_low", [](const auto& state) { return state.interval().lo(); }},
      {"interval_high", [](const auto& state) { return state.interval().hi(); }},
      {"interval_n", [](const auto& state) { return state.interval().n(); }},
      {"interval_method", [](const auto& state) { return state.interval().method(); }},
      {"half_width", [](const auto& state) { return state.interval().half_width(); }},
      {"standard_error", [](const auto& state) { return state.interval().standard_error(); }},
      {"interval_nd",
       [](const auto& state) {
         const v1::NdReason reason = state.interval().nd_reason();
         return EnumText(v1::NdReason_Name(reason), "ND_REASON_", reason);
       }},
  };
}

std::map<std::string, Reader> PaceReaders() {
  const auto status = [](v1::Status value) {
    return EnumText(v1::Status_Name(value), "STATUS_", value);
  };
  return {
      {"pace_as_of",
       [](const auto& state) { return TimeText(state.pace().has_as_of(), state.pace().as_of()); }},
      {"elapsed", [](const auto& state) { return state.pace().elapsed(); }},
      {"pace_share", [](const auto& state) { return state.pace().expected_share(); }},
      {"pace_method", [](const auto& state) { return state.pace().method(); }},
      {"pace_periods",
       [](const auto& state) { return absl::StrCat(state.pace().history_periods()); }},
      {"pace_prior", [](const auto& state) { return state.pace().prior(); }},
      {"due", [](const auto& state) { return state.pace().due(); }},
      {"projected", [](const auto& state) { return state.pace().projected(); }},
      {"projected_low", [](const auto& state) { return state.pace().lo(); }},
      {"projected_high", [](const auto& state) { return state.pace().hi(); }},
      {"projected_nd",
       [](const auto& state) {
         const v1::NdReason reason = state.pace().nd_reason();
         return EnumText(v1::NdReason_Name(reason), "ND_REASON_", reason);
       }},
      {"scenarios", [](const auto& state) { return absl::StrCat(state.pace().scenarios()); }},
      {"pace_index", [](const auto& state) { return state.pace().pace_index(); }},
      {"required_rate", [](const auto& state) { return state.pace().required_rate(); }},
      {"remaining", [](const auto& state) { return state.pace().remaining(); }},
      {"probability_met", [](const auto& state) { return state.pace().probability_met(); }},
      {"too_early", [](const auto& state) { return state.pace().too_early(); }},
      {"status_to_date",
       [status](const auto& state) { return status(state.pace().status_to_date()); }},
      {"status_projected",
       [status](const auto& state) { return status(state.pace().status_projected()); }},
  };
}

std::map<std::string, Reader> PeriodReaders() {
  return {
      {"period", [](const auto& state) { return state.period().id(); }},
      {"life",
       [](const auto& state) {
         return EnumText(v1::PeriodLife_Name(state.period().life()), "PERIOD_LIFE_",
                         state.period().life());
       }},
      {"start", [](const auto& state) { return TimeText(true, state.period().start_time()); }},
      {"end", [](const auto& state) { return TimeText(true, state.period().end_time()); }},
      {"reason", [](const auto& state) { return absl::StrJoin(state.reasons(), "; "); }},
  };
}

const std::map<std::string, Reader>& Readers() {
  static const auto* readers = [] {
    auto* all = new std::map<std::string, Reader>(ValueReaders());
    all->merge(StatusReaders());
    all->merge(IntervalReaders());
    all->merge(SeriesReaders());
    all->merge(PaceReaders());
    all->merge(PeriodReaders());
    all->merge(RevisionReaders());
    return all;
  }();
  return *readers;
}

const v1::ExplainedInput* FindInput(const v1::Explanation& explanation, absl::string_view alias) {
  for (const v1::ExplainedInput& input : explanation.inputs()) {
    if (input.alias() == alias) return &input;
  }
  return nullptr;
}

// `input.ALIAS`, `rows.ALIAS`, `constant.NAME`, `component.ALIAS`.
std::string OperandText(absl::string_view name, const v1::Explanation& explanation) {
  if (absl::ConsumePrefix(&name, "constant.")) {
    const auto constant = explanation.constants().find(std::string(name));
    return constant == explanation.constants().end() ? "" : constant->second;
  }
  if (absl::ConsumePrefix(&name, "component.")) {
    for (const v1::ExplainedKpi& component : explanation.components()) {
      if (component.alias() == name) return component.value();
    }
    return "";
  }
  const bool rows = absl::ConsumePrefix(&name, "rows.");
  if (!rows) absl::ConsumePrefix(&name, "input.");
  const v1::ExplainedInput* input = FindInput(explanation, name);
  if (input == nullptr) return "";
  return rows ? absl::StrCat(input->row_count()) : input->value();
}

bool IsOperand(absl::string_view name) {
  return absl::StartsWith(name, "input.") || absl::StartsWith(name, "rows.") ||
         absl::StartsWith(name, "constant.") || absl::StartsWith(name, "component.");
}

}  // namespace

bool IsStateField(absl::string_view name) {
  return name == "error" || name == "formula" || name == "note" || IsOperand(name) ||
         IsRevisionField(name) || IsComparisonField(name) || Readers().contains(std::string(name));
}

std::string StateFieldNames() {
  return absl::StrCat(absl::StrJoin(Readers(), " ",
                                    [](std::string* out, const auto& reader) {
                                      absl::StrAppend(out, reader.first);
                                    }),
                      " note formula error mean_revision.AGE lag_factor.AGE revised_periods.AGE "
                      "input.ALIAS rows.ALIAS component.ALIAS constant.NAME"
                      " ",
                      ComparisonFieldNames());
}

bool IsTextField(absl::string_view name) {
  return name == "reason" || name == "note" || name == "control_text";
}

std::string StateField(absl::string_view name, const v1::Explanation& explanation) {
  std::string text;
  if (name == "formula") {
    text = explanation.formula();
  } else if (name == "note") {
    text = absl::StrJoin(explanation.data_notes(), "; ");
  } else if (IsRevisionField(name)) {
    text = RevisionField(name, explanation);
  } else if (IsComparisonField(name)) {
    text = ComparisonField(name, explanation);
  } else if (IsOperand(name)) {
    text = OperandText(name, explanation);
  } else if (const auto reader = Readers().find(std::string(name)); reader != Readers().end()) {
    text = reader->second(explanation.state());
  }
  return text.empty() ? "none" : text;
}

}  // namespace kpisuite
