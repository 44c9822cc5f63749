#include "tests/simulator/naive_kpi.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/data_state.h"
#include "libs/kpi/status.h"

namespace kpisuite {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Dimensions NaiveKpi::DimensionsOf(const std::string& slice) {
  Dimensions dimensions;
  for (absl::string_view part : absl::StrSplit(slice, ';', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> member =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    dimensions[member.first] = member.second == "(null)" ? "" : member.second;
  }
  return dimensions;
}

std::string NaiveKpi::SliceOf(const Dimensions& dimensions, const std::vector<std::string>& names) {
  std::string slice;
  for (const std::string& name : names) {
    const auto found = dimensions.find(name);
    const bool none = found == dimensions.end() || found->second.empty();
    absl::StrAppend(&slice, slice.empty() ? "" : ";", name, "=", none ? "(null)" : found->second);
  }
  return slice;
}

absl::StatusOr<NaiveKpi> NaiveKpi::Create(std::shared_ptr<const KpiDefinition> kpi,
                                          const SampleTable& table) {
  NaiveKpi naive(std::move(kpi));
  for (const MetricInput& input : naive.kpi_->inputs) {
    ASSIGN_OR_RETURN(Input gathered, naive.Gather(input, table));
    naive.inputs_.push_back(std::move(gathered));
  }
  return naive;
}

absl::StatusOr<NaiveKpi::Input> NaiveKpi::Gather(const MetricInput& input,
                                                 const SampleTable& table) const {
  const KnownFilter* filter = FindFilter(input.filter.canonical_text());
  if (filter == nullptr) return absl::NotFoundError(input.filter.canonical_text());
  Input gathered;
  const auto watermark = table.watermarks().find(input.metric->id);
  if (watermark != table.watermarks().end()) {
    gathered.watermark = absl::FromUnixNanos(watermark->second);
  }
  for (const auto& [key, content] : table.rows()) {
    const auto& [metric, series, time, sample_id] = key;
    if (metric != input.metric->id) continue;
    const absl::CivilDay day = DayOf(time, content.business_day);
    Row row{.sample = {time, content.value, sample_id, content.entity, series, day},
            .dimensions = DimensionsOf(series),
            .day = day};
    row.kept =
        filter->keeps(Decimal::FromMantissa(content.value, input.metric->scale), row.dimensions);
    gathered.metric_last_event = std::max(gathered.metric_last_event, absl::FromUnixNanos(time));
    gathered.rows.push_back(std::move(row));
  }
  return gathered;
}

// The local date of the instant, where days begin at the calendar's hour.
absl::CivilDay NaiveKpi::DayOf(int64_t time_nano, int32_t business_day) const {
  if (business_day != kNoBusinessDay) return absl::CivilDay(1970, 1, 1) + business_day;
  const CalendarSpec& spec = kpi_->calendar->spec();
  absl::TimeZone zone;
  absl::LoadTimeZone(spec.time_zone, &zone);
  const absl::CivilSecond local = zone.At(absl::FromUnixNanos(time_nano)).cs;
  return absl::CivilDay(local - absl::ToInt64Seconds(spec.day_start));
}

std::pair<absl::CivilDay, absl::CivilDay> NaiveKpi::PeriodAround(size_t window,
                                                                 absl::CivilDay day) const {
  const CalendarSpec& spec = kpi_->calendar->spec();
  const absl::CivilMonth month(day);
  switch (kpi_->windows[window].grain()) {
    case Grain::kDay: return {day, day + 1};
    case Grain::kWeek:
      while (absl::GetWeekday(day) != spec.week_start) --day;
      return {day, day + 7};
    case Grain::kMonth: return {absl::CivilDay(month), absl::CivilDay(month + 1)};
    case Grain::kQuarter: {
      const int first_month = spec.type == CalendarType::kFiscalMonthOffset ? spec.first_month : 1;
      const absl::CivilMonth first = month - (month.month() - first_month + 12) % 3;
      return {absl::CivilDay(first), absl::CivilDay(first + 3)};
    }
    case Grain::kYear:
    case Grain::kAll: break;
  }
  return {absl::CivilDay(absl::CivilYear(day)), absl::CivilDay(absl::CivilYear(day) + 1)};
}

bool NaiveKpi::IsWithin(size_t input, const Row& row, const Dimensions& slice) const {
  return std::all_of(slice.begin(), slice.end(), [&](const auto& member) {
    if (Has(kpi_->inputs[input].ignore_dimensions, member.first)) return true;
    const auto found = row.dimensions.find(member.first);
    return member.second == (found == row.dimensions.end() ? "" : found->second);
  });
}

std::vector<const NaiveKpi::Row*> NaiveKpi::RowsOf(size_t input, const NaivePlace& place) const {
  const Dimensions slice = DimensionsOf(place.slice);
  const auto [first, end] = PeriodAround(place.window, place.first_day);
  std::vector<const Row*> rows;
  for (const Row& row : inputs_[input].rows) {
    if (row.day >= first && row.day < end && IsWithin(input, row, slice)) rows.push_back(&row);
  }
  return rows;
}

std::set<NaivePlace> NaiveKpi::PlacesWithRows() const {
  std::vector<std::vector<std::string>> groupings = kpi_->groupings;
  groupings.push_back({});
  std::set<NaivePlace> places;
  for (const std::vector<std::string>& grouping : groupings) {
    // A slice exists when an input that sees all of its dimensions has a row in it.
    std::set<std::string> slices;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const std::vector<std::string>& ignored = kpi_->inputs[i].ignore_dimensions;
      const bool sees_all = std::none_of(grouping.begin(), grouping.end(),
                                         [&](const auto& name) { return Has(ignored, name); });
      if (!sees_all) continue;
      for (const Row& row : inputs_[i].rows) slices.insert(SliceOf(row.dimensions, grouping));
    }
    for (const std::string& slice : slices) {
      const Dimensions members = DimensionsOf(slice);
      for (size_t i = 0; i < inputs_.size(); ++i) {
        for (const Row& row : inputs_[i].rows) {
          if (!IsWithin(i, row, members)) continue;
          for (size_t w = 0; w < kpi_->windows.size(); ++w) {
            places.insert({w, slice, PeriodAround(w, row.day).first});
          }
        }
      }
    }
  }
  return places;
}

int64_t NaiveKpi::RowsAt(const NaivePlace& place) const {
  size_t rows = 0;
  for (size_t i = 0; i < inputs_.size(); ++i) rows += RowsOf(i, place).size();
  return static_cast<int64_t>(rows);
}

NaiveKpi::Gathered NaiveKpi::GatherAt(const NaivePlace& place, const Period& period,
                                      bool latest) const {
  Gathered gathered;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const AggregationSpec& spec = kpi_->inputs[i].aggregation;
    const Timeliness& due = kpi_->inputs[i].metric->timeliness;
    const absl::Time watermark = inputs_[i].watermark;
    const std::vector<const Row*> rows = RowsOf(i, place);
    std::vector<const NaiveSample*> kept;
    for (const Row* row : rows) {
      if (row->kept) kept.push_back(&row->sample);
      gathered.last_event =
          std::max(gathered.last_event, absl::FromUnixNanos(row->sample.time_nano));
    }
    if (!rows.empty()) {
      gathered.values.push_back(NaiveAggregate(spec, kept));
    } else if (!period.exists()) {
      gathered.values.push_back(NdReason::kNotApplicable);
    } else if (IsZeroWhenEmpty(spec.kind) && watermark >= period.start) {
      gathered.values.push_back(Decimal());
    } else {
      gathered.values.push_back(watermark >= period.end ? NdReason::kEmpty : NdReason::kNotReady);
    }
    gathered.rows += static_cast<int64_t>(rows.size());
    gathered.readiness.push_back({.watermark = watermark,
                                  .expected_lag = due.expected_lag,
                                  .grace = due.grace,
                                  .max_age = latest ? due.max_age : absl::InfiniteDuration(),
                                  .last_update = std::max(watermark, inputs_[i].metric_last_event),
                                  .rows = rows.size()});
  }
  return gathered;
}

Value NaiveKpi::EvaluateFormulas(const std::vector<Value>& inputs, const Period& period) const {
  const FormulaConstants constants{Decimal::FromInt(DayCount(*kpi_->calendar, period)),
                                   Decimal::FromInt(WorkingDayCount(*kpi_->calendar, period))};
  std::vector<Value> steps;
  for (const KpiStep& step : kpi_->steps) {
    std::vector<Value> operands;
    for (const FormulaBinding& binding : step.bindings) {
      const bool is_input = binding.kind == FormulaBinding::Kind::kInput;
      operands.push_back(is_input ? inputs[binding.index] : steps[binding.index]);
    }
    steps.push_back(step.formula.Evaluate(operands, constants));
  }
  return steps.back();
}

}  // namespace kpisuite
