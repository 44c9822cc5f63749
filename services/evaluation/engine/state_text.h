// Conversions between domain values and the fields of a state, and its words.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "services/evaluation/engine/evaluate_kpi.h"

namespace kpisuite {

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

v1::NdReason ToProto(NdReason reason);
v1::Aggregation ToProto(AggregationKind kind);

// Canonical text of a defined number, else empty.
std::string TextOf(const Number& number);
std::string TextOf(const std::optional<Decimal>& decimal);

// In words, one sentence each: why the status is what it is.
std::vector<std::string> ReasonsOf(const KpiDefinition& kpi, const KpiEvaluation& evaluation);
std::string TargetInWords(const KpiDefinition& kpi, const KpiEvaluation& evaluation);
std::string BandInWords(const KpiDefinition& kpi, const KpiEvaluation& evaluation);
std::string DistanceInWords(const KpiDefinition& kpi, const KpiEvaluation& evaluation);
std::vector<std::string> DataNotes(const EvaluationContext& context,
                                   const KpiEvaluation& evaluation,
                                   absl::Span<const InputAggregate> inputs);

}  // namespace kpisuite
