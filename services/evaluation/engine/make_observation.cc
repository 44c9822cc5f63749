#include "services/evaluation/engine/make_observation.h"

#include <algorithm>

namespace kpisuite {
namespace {

v1::ObservationFlag FlagOfMissing(const KpiEvaluation& evaluation, NdReason reason) {
  if (evaluation.data_state == DataState::kSuppressed || reason == NdReason::kSuppressed) {
    return v1::OBSERVATION_FLAG_MISSING_NOT_COLLECTED;
  }
  if (reason == NdReason::kNotKept) return v1::OBSERVATION_FLAG_MISSING;
  const bool cannot_exist = evaluation.data_state == DataState::kNotApplicable ||
                            reason == NdReason::kNotApplicable || reason == NdReason::kNoComparable;
  return cannot_exist ? v1::OBSERVATION_FLAG_MISSING_CANNOT_EXIST : v1::OBSERVATION_FLAG_MISSING;
}

}  // namespace

std::vector<v1::ObservationFlag> ObservationFlagsOf(const EvaluationContext& context,
                                                    const KpiEvaluation& evaluation) {
  std::vector<v1::ObservationFlag> flags;
  const Number value = evaluation.value.number();
  const StatusFlags& status = evaluation.status.flags;
  if (context.starts_version) flags.push_back(v1::OBSERVATION_FLAG_TIME_SERIES_BREAK);
  if (context.superseded) flags.push_back(v1::OBSERVATION_FLAG_DEFINITION_DIFFERS);
  if (value.defined() && !evaluation.approximation.empty()) {
    flags.push_back(v1::OBSERVATION_FLAG_ESTIMATED);
  }
  const bool counts_as_zero = !value.defined() && evaluation.status.judged.has_value();
  if (counts_as_zero || (value.defined() && evaluation.carried > 0)) {
    flags.push_back(v1::OBSERVATION_FLAG_IMPUTED);
  }
  if (!value.defined()) flags.push_back(FlagOfMissing(evaluation, value.reason()));
  if (value.defined() && (status.provisional || !IsClosed(evaluation.phase))) {
    flags.push_back(v1::OBSERVATION_FLAG_PROVISIONAL);
  }
  if (status.low_n) flags.push_back(v1::OBSERVATION_FLAG_LOW_RELIABILITY);
  if (flags.empty()) flags.push_back(v1::OBSERVATION_FLAG_NORMAL);
  std::sort(flags.begin(), flags.end());
  return flags;
}

}  // namespace kpisuite
