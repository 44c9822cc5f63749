#include "services/kpictl/commands/drivers_view.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/kpictl/view/state_table.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

std::string ReasonText(v1::NdReason reason) {
  return absl::StrCat("no value (", absl::StripPrefix(v1::NdReason_Name(reason), "ND_REASON_"),
                      ")");
}

// With sign; percentages differ by percentage points.
std::string DifferenceText(const std::string& decimal, const v1::KpiState& state) {
  if (decimal.empty()) return "";
  std::string text = AmountText(decimal, state.unit(), state.display_decimals());
  if (state.unit() == "%" && absl::EndsWith(text, "%")) text.replace(text.size() - 1, 1, "pp");
  return absl::StartsWith(text, "-") ? text : absl::StrCat("+", text);
}

// The driver's own value: in the KPI's unit for a member, as it is for an operand.
Cell OwnValue(const std::string& decimal, const v1::ChangeExplanation& change) {
  if (decimal.empty()) return {"–", Style::kPlain, ""};
  const v1::KpiState& state = change.after();
  std::string text = change.dimension().empty()
                         ? decimal
                         : AmountText(decimal, state.unit(), state.display_decimals());
  return {std::move(text), Style::kPlain, decimal};
}

Cell Difference(const std::string& decimal, const v1::ChangeExplanation& change) {
  return {DifferenceText(decimal, change.after()), Style::kPlain, decimal};
}

Cell Share(const std::string& decimal) {
  return {decimal.empty() ? "" : AmountText(decimal, "%", 1), Style::kPlain, decimal};
}

}  // namespace

Table DriverTable(const v1::ChangeExplanation& change) {
  const Column::Shown parts = change.method() == v1::CHANGE_METHOD_MIX_RATE
                                  ? Column::Shown::kAlways
                                  : Column::Shown::kCsvOnly;
  Table table({{"DRIVER"},
               {"BEFORE", true},
               {"AFTER", true},
               {"CONTRIBUTION", true},
               {"RATE", true, parts},
               {"MIX", true, parts},
               {"OF NET", true},
               {"OF GROSS", true}});
  for (const v1::ChangeDriver& driver : change.drivers()) {
    Cell contribution = Difference(driver.contribution(), change);
    if (driver.contribution().empty()) contribution.text = ReasonText(driver.nd_reason());
    table.AddRow({{driver.name()},
                  OwnValue(driver.before(), change),
                  OwnValue(driver.after(), change),
                  std::move(contribution),
                  Difference(driver.rate(), change),
                  Difference(driver.mix(), change),
                  Share(driver.share_of_net()),
                  Share(driver.share_of_gross())});
  }
  return table;
}

std::string ChangeText(const v1::ChangeExplanation& change, bool colored) {
  const v1::KpiState& after = change.after();
  const std::string id = IdOf(after.kpi());
  const std::string name =
      after.display_name().empty() ? id : absl::StrCat(after.display_name(), " (", id, ")");
  std::string text = absl::StrCat(
      Styled(name, Style::kBold, colored), "\n", after.window(), " ", change.before().period().id(),
      " to ", after.period().id(), ", ", after.slice().empty() ? "total" : after.slice(), "\n\n",
      ValueText(change.before()), " to ", ValueText(after), ": ",
      change.change().empty() ? ReasonText(change.nd_reason())
                              : DifferenceText(change.change(), after),
      ", by ", change.dimension().empty() ? "operand" : change.dimension(), " (",
      absl::StripPrefix(v1::ChangeMethod_Name(change.method()), "CHANGE_METHOD_"), ")\n\n",
      DriverTable(change).Render({.colored = colored}));
  if (change.warnings_size() > 0) absl::StrAppend(&text, "\n");
  for (const std::string& warning : change.warnings()) {
    absl::StrAppend(&text, Styled(absl::StrCat("! ", warning), Style::kNote, colored), "\n");
  }
  return text;
}

}  // namespace kpisuite
