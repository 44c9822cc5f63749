// What the pace of an open period needs of the past of its series, remembered between evaluations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/pace.h"
#include "libs/kpi/period.h"
#include "services/evaluation/engine/input_reader.h"

namespace kpisuite {

class KpiRuntime;
struct SliceStates;

// An input over some days. The rows behind it are counted before its filter.
struct PacePart {
  Number value = NdReason::kNotReady;
  Number rows = Decimal();
};
// Of days that end before a period does. Errors: those of the reader.
absl::StatusOr<PacePart> ReadPacePart(const KpiDefinition& kpi, const InputReader& reader,
                                      size_t input, const DayRange& days);

// For which open period, and when.
struct PacePlace {
  const KpiRuntime& runtime;
  const SliceStates& slice;
  size_t window;
  const Period& period;
  int days;  // that are complete: earlier periods are cut there too
  absl::Time now;
  int64_t seq;
};

// The past of one series. Each closed period is read once, and once more when its data changes; to
// as many days as are complete, once a day. It begins anew when the open period does, when one of
// the periods closes or becomes FINAL, when a metric becomes complete up to one of them, and when a
// change may decide which of them count: those before the first rows, and those that are withheld,
// do not. Belongs to one version of the KPI and one finality. Not thread-safe.
class PacePast {
 public:
  // Fills the histories and last years of `operands`, which are parallel to the KPI's inputs; when
  // that changes without new data. Places of one series come in order of time. Errors: those of the
  // inputs; what was known is then forgotten.
  absl::StatusOr<absl::Time> Fill(const PacePlace& place, std::vector<PaceOperand>& operands);

  // Data of a day of the series changed. Whether the past of the open period that begins on
  // `first_day` may be another with it; true also when nothing is known of that period.
  bool NoteChange(int32_t day, int32_t first_day);
  // Data of a day changed that may decide which periods are withheld.
  void NoteWithheld(int32_t day);

  // How often an input was read.
  int64_t reads() const { return reads_; }

 private:
  struct Closed {
    int32_t first_day;
    int32_t end_day;
    bool stale = true;
    DayRange days() const;
    bool Contains(int32_t day) const { return day >= first_day && day < end_day; }
  };
  static Closed ClosedOf(const Period& period) {
    return {DayNumber(period.first_day), DayNumber(period.end_day)};
  }
  struct Content {
    int32_t open_day;                    // first day of the open period
    std::vector<absl::Time> watermarks;  // of the inputs, as far as they lie before it
    absl::Time until = absl::InfiniteFuture();
    int days = 0;  // as PacePlace::days
    // Samples of a day count up to `after` days before it, and (`carries`) in all days after it.
    bool carries = false;
    int32_t after = 0;
    int32_t from = 0;             // first day of the earliest period that was looked at
    std::vector<Closed> periods;  // that count; the latest first
    // By period, then by input; `counts` only where an input is a mean.
    std::vector<PaceHistory> figures;
    std::vector<PaceHistory> counts;
    std::optional<Closed> last_year;
    std::vector<PacePart> last_year_parts;  // by input; empty: there is no last year

    bool Reads(const Closed& period, int32_t day) const {
      return day < period.end_day + after && (carries || day >= period.first_day);
    }
  };

  absl::Status Make(const PacePlace& place, std::vector<absl::Time> watermarks);
  absl::Status FindPeriods(const PacePlace& place);
  absl::Status Refresh(const PacePlace& place);
  absl::StatusOr<bool> ReadTotals(const PacePlace& place, const InputReader& reader, size_t index);
  absl::Status ReadToDate(const PacePlace& place, const InputReader& reader, size_t index);
  absl::Status ReadLastYear(const PacePlace& place, const InputReader& reader);

  std::unique_ptr<Content> content_;  // null: nothing is known
  int64_t reads_ = 0;
};

}  // namespace kpisuite
