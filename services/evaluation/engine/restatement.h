// What a change of a closed period did (SEMANTICS 3.16.3), and how the log names values.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/materiality.h"

namespace kpisuite {

// The last restatement of a state.
struct RestatementNote {
  // As announced before it: what minor revisions moved since does not count, so that many small
  // changes are announced together once they are no longer small. As LogText.
  std::string old_value;
  v1::Status old_status = v1::STATUS_UNSPECIFIED;
  v1::HistoryCause cause = v1::HISTORY_CAUSE_UNSPECIFIED;
  bool minor = false;

  friend bool operator==(const RestatementNote&, const RestatementNote&) = default;
};

// A decimal, or the name of the ND reason in parentheses.
std::string LogText(const Number& value);
// The value of such a text; ND(NOT_READY) for any other.
Number NumberOfLogText(absl::string_view text);

// What the log last said about a closed period.
struct SaidBefore {
  std::string value;  // as LogText
  v1::Status status = v1::STATUS_UNSPECIFIED;
  std::optional<RestatementNote> restatement;
};

// The note of a change to `value` and `status`. It is minor when facts alone moved it (RESTATED),
// the status is the same, and the value stays within materiality of the one announced. Every state
// is judged by itself: a coarser period or another KPI that reads this one announces its own
// change.
RestatementNote NoteRestatement(const SaidBefore& before, const std::string& value,
                                v1::Status status, v1::HistoryCause cause,
                                const std::optional<Materiality>& materiality);

v1::Restatement MakeRestatement(const RestatementNote& note);

}  // namespace kpisuite
