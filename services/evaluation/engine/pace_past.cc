#include "services/evaluation/engine/pace_past.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/kpi/comparator.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

// What periods before the open one can see of the watermarks.
std::vector<absl::Time> WatermarksOf(const PacePlace& place, const InputReader& reader) {
  std::vector<absl::Time> watermarks;
  for (size_t i = 0; i < place.runtime.kpi().inputs.size(); ++i) {
    watermarks.push_back(std::min(reader.WatermarkOf(i), place.period.start));
  }
  return watermarks;
}

bool HasMean(const KpiDefinition& kpi) {
  return std::any_of(kpi.inputs.begin(), kpi.inputs.end(), [](const MetricInput& input) {
    return ProjectionKindOf(input.aggregation.kind) == ProjectionKind::kMean;
  });
}

bool CarriesIn(const KpiDefinition& kpi) {
  return std::any_of(kpi.inputs.begin(), kpi.inputs.end(), [](const MetricInput& input) {
    return ReachOf(input.aggregation.kind, input.frame).all_before;
  });
}

// Which periods are closed as of a moment, and until when that stands.
class Closing {
 public:
  Closing(const PacePlace& place, absl::Time watermark) : place_(place), watermark_(watermark) {}

  bool IsClosed(const Period& period) {
    const ClosingRule rule = ClosingRuleOf(place_.runtime.kpi());
    until_ = std::min(until_, NextPhaseChange(period, place_.now, watermark_, rule, false));
    return kpisuite::IsClosed(PhaseOf(period, place_.now, watermark_, rule, false));
  }
  absl::Time until() const { return until_; }

 private:
  const PacePlace& place_;
  const absl::Time watermark_;
  absl::Time until_ = absl::InfiniteFuture();
};

// What is withheld is not projected from either.
absl::StatusOr<bool> IsWithheld(const PacePlace& place, const Period& period) {
  const KpiRuntime& runtime = place.runtime;
  if (!runtime.suppresses()) return false;
  return runtime.withheld().Contains(runtime, place.slice, runtime.kpi().windows[place.window],
                                     period, place.now, place.seq);
}

std::optional<Period> Earlier(const PacePlace& place, ComparatorKind kind, int count) {
  const KpiDefinition& kpi = place.runtime.kpi();
  const Window& window = kpi.windows[place.window];
  std::optional<Period> period =
      ComparableOf(window, *kpi.calendar, place.period, {.kind = kind, .count = count}).period;
  if (period.has_value() && !place.runtime.MayCompareWith(window, *period)) return std::nullopt;
  return period;
}

InputReader ReaderAt(const PacePlace& place) {
  return place.runtime.ReaderOf(place.slice, place.now, place.seq);
}

}  // namespace

absl::StatusOr<PacePart> ReadPacePart(const KpiDefinition& kpi, const InputReader& reader,
                                      size_t input, const DayRange& days) {
  if (days.first_day >= days.end_day) {
    const bool zero = IsZeroWhenEmpty(kpi.inputs[input].aggregation.kind);
    return PacePart{zero ? Number(Decimal()) : NdReason::kNotReady, Decimal()};
  }
  ASSIGN_OR_RETURN(const InputAggregate aggregate,
                   reader.ReadDays(input, absl::MakeConstSpan(&days, 1)));
  return PacePart{ValueOf(kpi.inputs[input], aggregate).number(),
                  Decimal::FromInt(static_cast<int64_t>(aggregate.rows))};
}

absl::StatusOr<absl::Time> PacePast::Fill(const PacePlace& place,
                                          std::vector<PaceOperand>& operands) {
  std::vector<absl::Time> watermarks = WatermarksOf(place, ReaderAt(place));
  const bool stands = content_ != nullptr &&
                      content_->open_day == DayNumber(place.period.first_day) &&
                      place.now < content_->until && content_->watermarks == watermarks;
  if (!stands) content_ = nullptr;
  absl::Status status = content_ == nullptr ? absl::OkStatus() : Refresh(place);
  if (status.ok() && content_ == nullptr) status = Make(place, std::move(watermarks));
  if (!status.ok()) {
    content_ = nullptr;
    return status;
  }
  const size_t inputs = operands.size();
  for (size_t i = 0; i < inputs; ++i) {
    PaceOperand& operand = operands[i];
    for (size_t j = i; j < content_->figures.size(); j += inputs) {
      operand.figures.history.push_back(content_->figures[j]);
      if (!content_->counts.empty()) operand.count.history.push_back(content_->counts[j]);
    }
    if (content_->last_year_parts.empty()) continue;
    const PacePart& then = content_->last_year_parts[i];
    if (then.rows.value() > Decimal()) {
      operand.figures.last_year = then.value;
      operand.count.last_year = then.rows;
    }
  }
  return content_->until;
}

absl::Status PacePast::Make(const PacePlace& place, std::vector<absl::Time> watermarks) {
  const KpiDefinition& kpi = place.runtime.kpi();
  const int32_t open_day = DayNumber(place.period.first_day);
  content_ = std::make_unique<Content>(Content{.open_day = open_day,
                                               .watermarks = std::move(watermarks),
                                               .days = place.days,
                                               .carries = CarriesIn(kpi),
                                               .after = place.runtime.days_after(),
                                               .from = open_day});
  RETURN_IF_ERROR(FindPeriods(place));
  const size_t inputs = kpi.inputs.size();
  content_->figures.resize(content_->periods.size() * inputs);
  if (HasMean(kpi)) content_->counts.resize(content_->figures.size());
  const InputReader reader = ReaderAt(place);
  bool known = false;
  for (size_t j = content_->periods.size(); j-- > 0;) {
    ASSIGN_OR_RETURN(const bool rows, ReadTotals(place, reader, j));
    known = known || rows;
    // Before its first rows a slice did not exist: that is no total of 0.
    if (!known) content_->periods.pop_back();
  }
  content_->periods.shrink_to_fit();
  content_->figures.resize(content_->periods.size() * inputs);
  content_->figures.shrink_to_fit();
  if (!content_->counts.empty()) content_->counts.resize(content_->figures.size());
  for (size_t j = 0; j < content_->periods.size(); ++j) {
    RETURN_IF_ERROR(ReadToDate(place, reader, j));
    content_->periods[j].stale = false;
  }
  return ReadLastYear(place, reader);
}

absl::Status PacePast::FindPeriods(const PacePlace& place) {
  Content& content = *content_;
  absl::Time watermark = place.period.start;
  for (const absl::Time each : content.watermarks) watermark = std::min(watermark, each);
  Closing closing(place, watermark);
  const int most = place.runtime.kpi().pace->history_periods;
  for (int back = 1; static_cast<int>(content.periods.size()) < most && back <= 2 * most; ++back) {
    const std::optional<Period> period = Earlier(place, ComparatorKind::kPreviousPeriod, back);
    if (!period.has_value()) break;
    content.from = DayNumber(period->first_day);
    if (!closing.IsClosed(*period)) continue;
    ASSIGN_OR_RETURN(const bool withheld, IsWithheld(place, *period));
    if (!withheld) content.periods.push_back(ClosedOf(*period));
  }
  const std::optional<Period> last_year = Earlier(place, ComparatorKind::kSamePeriodLastYear, 1);
  if (last_year.has_value() && closing.IsClosed(*last_year)) {
    ASSIGN_OR_RETURN(const bool withheld, IsWithheld(place, *last_year));
    if (!withheld) content.last_year = ClosedOf(*last_year);
  }
  content.until = closing.until();
  return absl::OkStatus();
}

absl::Status PacePast::Refresh(const PacePlace& place) {
  Content& content = *content_;
  const InputReader reader = ReaderAt(place);
  const bool another_day = std::exchange(content.days, place.days) != place.days;
  for (size_t j = 0; j < content.periods.size(); ++j) {
    Closed& period = content.periods[j];
    if (!period.stale && !another_day) continue;
    if (period.stale) {
      ASSIGN_OR_RETURN(const bool rows, ReadTotals(place, reader, j));
      if (!rows && j + 1 == content.periods.size()) {
        // What was the first period with rows has none any more.
        content_ = nullptr;
        return absl::OkStatus();
      }
    }
    RETURN_IF_ERROR(ReadToDate(place, reader, j));
    period.stale = false;
  }
  if (!content.last_year.has_value() || !content.last_year->stale) return absl::OkStatus();
  return ReadLastYear(place, reader);
}

// Whether the slice has rows in it.
absl::StatusOr<bool> PacePast::ReadTotals(const PacePlace& place, const InputReader& reader,
                                          size_t index) {
  const KpiDefinition& kpi = place.runtime.kpi();
  const size_t inputs = kpi.inputs.size();
  bool rows = false;
  for (size_t i = 0; i < inputs; ++i) {
    ASSIGN_OR_RETURN(const PacePart whole,
                     ReadPacePart(kpi, reader, i, content_->periods[index].days()));
    ++reads_;
    content_->figures[index * inputs + i].total = whole.value;
    if (!content_->counts.empty()) content_->counts[index * inputs + i].total = whole.rows;
    rows = rows || whole.rows.value() > Decimal();
  }
  return rows;
}

// To as many days as are complete in the open period.
absl::Status PacePast::ReadToDate(const PacePlace& place, const InputReader& reader, size_t index) {
  const KpiDefinition& kpi = place.runtime.kpi();
  const size_t inputs = kpi.inputs.size();
  DayRange days = content_->periods[index].days();
  days.end_day = std::min(days.first_day + place.days, days.end_day);
  for (size_t i = 0; i < inputs; ++i) {
    ASSIGN_OR_RETURN(const PacePart part, ReadPacePart(kpi, reader, i, days));
    ++reads_;
    content_->figures[index * inputs + i].to_date = part.value;
    if (!content_->counts.empty()) content_->counts[index * inputs + i].to_date = part.rows;
  }
  return absl::OkStatus();
}

absl::Status PacePast::ReadLastYear(const PacePlace& place, const InputReader& reader) {
  if (!content_->last_year.has_value()) return absl::OkStatus();
  const KpiDefinition& kpi = place.runtime.kpi();
  content_->last_year_parts.clear();
  for (size_t i = 0; i < kpi.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(content_->last_year_parts.emplace_back(),
                     ReadPacePart(kpi, reader, i, content_->last_year->days()));
    ++reads_;
  }
  content_->last_year->stale = false;
  return absl::OkStatus();
}

bool PacePast::NoteChange(int32_t day, int32_t first_day) {
  if (content_ == nullptr) return true;
  Content& content = *content_;
  const bool asked = content.open_day == first_day;
  bool read = false;
  bool inside = false;
  for (Closed& period : content.periods) {
    inside = inside || period.Contains(day);
    if (!content.Reads(period, day)) continue;
    period.stale = true;
    read = true;
  }
  if (content.last_year.has_value() && content.Reads(*content.last_year, day)) {
    content.last_year->stale = true;
    read = true;
  }
  if (day >= content.from && day < content.open_day && !inside) {
    // Perhaps the slice's first rows.
    content_ = nullptr;
    read = true;
  }
  return read || !asked;
}

void PacePast::NoteWithheld(int32_t day) {
  if (content_ != nullptr && day < content_->open_day + content_->after) content_ = nullptr;
}

DayRange PacePast::Closed::days() const { return {DayOfNumber(first_day), DayOfNumber(end_day)}; }

}  // namespace kpisuite
