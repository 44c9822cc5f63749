#include "services/kpictl/view/state_table.h"

#include <google/protobuf/descriptor.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

using Shown = Column::Shown;

std::string AgeOfData(const v1::KpiState& state, absl::Time now) {
  if (state.has_last_event_time()) return AgeText(now - ToTime(state.last_event_time()));
  return "–";
}

std::string DataState(const v1::KpiState& state) {
  return std::string(absl::StripPrefix(v1::DataState_Name(state.data_state()), "DATA_STATE_"));
}

}  // namespace

std::string IdOf(const std::string& resource_name) {
  return resource_name.substr(resource_name.rfind('/') + 1);
}

Table MakeStateTable(const StateTableOptions& options) {
  return Table({{"KPI"},
                {"WINDOW"},
                {"SLICE"},
                {"PERIOD"},
                {"AGE", true},
                {"VALUE", true},
                {"TARGET", true},
                {"VARIANCE", true},
                {"STATUS"},
                {"TREND", false, options.trend ? Shown::kTerminalOnly : Shown::kNever},
                {"FLAGS"},
                {"OBS", false, Shown::kWide},
                {"DATA", false, Shown::kWide},
                {"ROWS", true, Shown::kWide},
                {"COMPLETE", true, Shown::kWide},
                {"OBJECTIVE", false, Shown::kWide},
                {"OWNER", false, Shown::kWide},
                {"UNIT", false, Shown::kCsvOnly},
                {"TARGET LO", false, Shown::kCsvOnly},
                {"TARGET HI", false, Shown::kCsvOnly},
                {"ND REASON", false, Shown::kCsvOnly},
                {"FAVOURABLE VARIANCE", false, Shown::kCsvOnly},
                {"FVP", false, Shown::kCsvOnly},
                {"ATTAINMENT", false, Shown::kCsvOnly},
                {"SCORE", false, Shown::kCsvOnly},
                {"VERSION", false, Shown::kCsvOnly}});
}

std::vector<Cell> MakeStateRow(const v1::KpiState& state, const StateTableOptions& options,
                               absl::Time now, const std::string& trend, bool repeats) {
  const std::string id = IdOf(state.kpi());
  const bool named = options.display_names && !state.display_name().empty();
  const std::string name = named ? state.display_name() : id;
  const std::string nd_reason =
      state.value().empty()
          ? std::string(absl::StripPrefix(v1::NdReason_Name(state.nd_reason()), "ND_REASON_"))
          : "";
  const auto exact = [](std::string text, const std::string& value) {
    return Cell{std::move(text), Style::kPlain, value};
  };
  return {{repeats ? "" : name, Style::kPlain, id},
          {state.window()},
          exact(state.slice().empty() ? "total" : state.slice(), state.slice()),
          {state.period().id()},
          exact(AgeOfData(state, now), TimeText(state.last_event_time())),
          exact(ValueText(state), state.value()),
          exact(TargetText(state), state.target().value()),
          exact(VarianceText(state), state.variance()),
          StatusCell(state),
          {trend},
          {FlagsText(state), Style::kDim},
          {ObservationText(state)},
          {DataState(state)},
          {absl::StrCat(state.row_count())},
          exact(state.completeness().empty() ? "–" : AmountText(state.completeness(), "%", 0),
                state.completeness()),
          {IdOf(state.objective())},
          {state.owner()},
          {state.unit()},
          {state.target().lo()},
          {state.target().hi()},
          {nd_reason},
          {state.favourable_variance()},
          {state.fvp()},
          {state.attainment()},
          {state.score()},
          {state.version()}};
}

}  // namespace kpisuite
