#include "services/evaluation/engine/told_state.h"

#include "libs/base/status_macros.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {
namespace {

KpiStatus StatusOf(v1::Status status) {
  // The statuses of the contract begin with UNSPECIFIED.
  return static_cast<KpiStatus>(static_cast<int>(status) - 1);
}

bool DataCounts(const v1::KpiState& told) {
  return told.data_state() == v1::DATA_STATE_OK ||
         told.data_state() == v1::DATA_STATE_PROVISIONAL ||
         told.data_state() == v1::DATA_STATE_LATE;
}

// A value that counts, or the zero that stands for one.
bool WasJudged(const KpiDefinition& kpi, const v1::KpiState& told) {
  if (!told.value().empty() && DataCounts(told)) return true;
  return kpi.status_rule.no_data_policy == NoDataPolicy::kTreatAsZero &&
         told.raw_status() != v1::STATUS_NO_DATA && told.raw_status() != v1::STATUS_ERROR;
}

BandFold FoldOf(const v1::HysteresisState& told) {
  BandFold fold{.worse_periods = told.worse_periods(),
                .better_periods = told.better_periods(),
                .candidate = static_cast<size_t>(told.candidate())};
  if (told.has_band()) fold.band = static_cast<size_t>(told.band());
  return fold;
}

}  // namespace

SeriesPoint ToldPoint(const EvaluationContext& context, const v1::KpiState& told) {
  const KpiDefinition& kpi = *context.kpi;
  // Of a state that is withheld it is not told whether there were rows.
  const bool withheld = told.data_state() == v1::DATA_STATE_SUPPRESSED;
  SeriesPoint point{.has_rows = told.row_count() > 0 || withheld,
                    .judged = WasJudged(kpi, told),
                    .status = StatusOf(told.status()),
                    .fold = FoldOf(told.hysteresis()),
                    .judged_by = &kpi,
                    .grain = context.window->grain()};
  if (!told.value().empty() && DataCounts(told)) {
    const absl::StatusOr<Decimal> value = Decimal::Parse(told.value());
    if (value.ok()) point.control.value = value->ToDouble();
  }
  point.control.starts_segment = StartsSegment(context);
  point.control.excluded_from_baseline =
      kpi.process_control.has_value() && kpi.process_control->IsExcluded(context.period);
  if (told.has_target()) point.target = TargetOf(told.target()).value;
  return point;
}

std::string ToldContent(v1::KpiState told) {
  told.clear_definition_position();
  told.clear_position();
  told.clear_tick();
  told.clear_version();
  told.clear_freshness();
  return told.SerializeAsString();
}

absl::StatusOr<std::shared_ptr<const std::string>> ToldStates::Find(const StateId& id) {
  if (lookup_ == nullptr) return nullptr;
  auto known = states_.find(id.kpi);
  if (known == states_.end()) {
    RETURN_IF_ERROR(error_);
    auto closed = lookup_(id.kpi, /*final=*/false);
    if (!closed.ok()) return error_ = closed.status();
    known = states_.try_emplace(id.kpi).first;
    for (LoggedState& logged : *closed) {
      known->second.emplace(logged.id.Key(), std::move(logged.state));
    }
  }
  const auto found = known->second.find(id.Key());
  return found == known->second.end() ? nullptr : found->second;
}

}  // namespace kpisuite
