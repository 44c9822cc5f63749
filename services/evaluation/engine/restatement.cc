#include "services/evaluation/engine/restatement.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kpisuite {
namespace {

bool IsDecimal(absl::string_view text) { return !absl::StartsWith(text, "("); }

}  // namespace

std::string LogText(const Number& value) {
  return value.defined() ? value.value().ToString()
                         : absl::StrCat("(", NdReasonName(value.reason()), ")");
}

Number NumberOfLogText(absl::string_view text) {
  const auto value = Decimal::Parse(text);
  if (value.ok()) return *value;
  absl::ConsumePrefix(&text, "(");
  absl::ConsumeSuffix(&text, ")");
  return NdReasonFromName(text).value_or(NdReason::kNotReady);
}

RestatementNote NoteRestatement(const SaidBefore& before, const std::string& value,
                                v1::Status status, v1::HistoryCause cause,
                                const std::optional<Materiality>& materiality) {
  RestatementNote note{.old_value = before.value, .old_status = before.status, .cause = cause};
  if (before.restatement.has_value() && before.restatement->minor) {
    note.old_value = before.restatement->old_value;
  }
  note.minor = cause == v1::HISTORY_CAUSE_RESTATED && status == before.status &&
               materiality.has_value() &&
               IsWithin(*materiality, NumberOfLogText(note.old_value), NumberOfLogText(value));
  return note;
}

v1::Restatement MakeRestatement(const RestatementNote& note) {
  v1::Restatement restatement;
  if (IsDecimal(note.old_value)) restatement.set_old_value(note.old_value);
  restatement.set_old_status(note.old_status);
  restatement.set_cause(note.cause);
  restatement.set_minor(note.minor);
  return restatement;
}

}  // namespace kpisuite
