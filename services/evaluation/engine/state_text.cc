#include "services/evaluation/engine/state_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/variance.h"

namespace kpisuite {
namespace {

// Shown with the unit; percentages as percent.
std::string Shown(const KpiDefinition& kpi, const Decimal& value) {
  if (kpi.unit_text == "%") {
    const Number percent = Number(value) * Decimal::FromInt(100);
    return absl::StrCat(percent.defined() ? percent.value().ToDisplayString(kpi.display_decimals)
                                          : percent.ToString(),
                        " %");
  }
  return absl::StrCat(value.ToDisplayString(kpi.display_decimals), kpi.unit_text.empty() ? "" : " ",
                      kpi.unit_text);
}

// The value, rounded toward its own band where plain rounding would show it in another.
std::string ShownValue(const KpiDefinition& kpi, const StatusResult& status, const Decimal& value) {
  if (!status.hit.has_value()) return Shown(kpi, value);
  constexpr int kMostPlaces = 9;
  const int shift = kpi.unit_text == "%" ? 2 : 0;
  const std::string text = status.bands.bands->Display(
      value, *status.hit, std::min(kMostPlaces, kpi.display_decimals + shift));
  if (shift == 0) return absl::StrCat(text, kpi.unit_text.empty() ? "" : " ", kpi.unit_text);
  const auto shown = Decimal::Parse(text);
  if (!shown.ok()) return Shown(kpi, value);
  const size_t point = text.find('.');
  const int places = point == std::string::npos ? 0 : static_cast<int>(text.size() - point) - 1;
  const Number percent = Number(*shown) * Decimal::FromInt(100);
  return absl::StrCat(percent.value().ToDisplayString(std::max(0, places - shift)), " %");
}

// A difference of two values: percentages differ by percentage points.
std::string ShownDifference(const KpiDefinition& kpi, const Decimal& difference) {
  std::string text = Shown(kpi, difference);
  if (kpi.unit_text == "%") text = absl::StrCat(text.substr(0, text.size() - 1), "pp");
  return text;
}

std::string Missing(const KpiDefinition& kpi, NdReason reason) {
  switch (reason) {
    case NdReason::kEmpty: return "the data is complete and there are no rows";
    case NdReason::kNotReady: return "there are no rows yet and the data is not complete";
    case NdReason::kDivisionByZero:
      return absl::StrCat("a divisor of the formula is 0: ", kpi.formula().canonical_text());
    case NdReason::kDomain: return "the formula has no value for these inputs";
    case NdReason::kNotApplicable: return "the period does not exist";
    case NdReason::kNoComparable:
      return "the earlier period that it is compared with does not exist";
    case NdReason::kSuppressed:
      return absl::StrCat("withheld: fewer than ", kpi.suppression.fewest,
                          " are behind it, or behind a neighbour that would follow from it");
    case NdReason::kInputError:
      return "a sample lacks what the aggregation needs, for instance its weight";
    case NdReason::kNotKept: return "samples that it needs are past their retention";
    default: return absl::StrCat("no value: ", NdReasonName(reason));
  }
}

std::string CutInWords(const KpiDefinition& kpi, BandBasis basis, const Decimal& cut) {
  switch (basis) {
    case BandBasis::kActual: return Shown(kpi, cut);
    case BandBasis::kVariance:
      return absl::StrCat("a favourable variance of ", ShownDifference(kpi, cut));
    case BandBasis::kFvp:
      return absl::StrCat("a favourable variance of ",
                          (Number(cut) * Decimal::FromInt(100)).ToString(), " % of the target");
    case BandBasis::kAttainment: return absl::StrCat("an attainment of ", cut.ToString());
    case BandBasis::kPace: return absl::StrCat("a pace index of ", cut.ToString());
    case BandBasis::kSigma:
      return absl::StrCat("a favourable variance of ", cut.ToString(), " sigma");
  }
  return cut.ToString();
}

// Empty if there is nothing to say.
std::string NoBandInWords(const KpiEvaluation& evaluation) {
  const StatusResult& status = evaluation.status;
  if (!status.reason.has_value()) return "";
  const Bands* bands = status.bands.bands;
  const bool by_sigma = bands != nullptr && bands->basis() == BandBasis::kSigma;
  if (by_sigma && evaluation.target.value.has_value()) {
    if (*status.reason == NdReason::kPending) return "the control chart has no limits yet";
    if (*status.reason == NdReason::kDivisionByZero) return "sigma of the control chart is 0";
  }
  return std::string(NdReasonName(*status.reason));
}

// Why the value is uncertain, and what that does to the status.
std::string LowCountInWords(const KpiDefinition& kpi, const KpiEvaluation& evaluation) {
  const Interval& interval = *evaluation.interval;
  std::string text = absl::StrCat("few observations: ", interval.n.ToString());
  if (interval.half_width.defined()) {
    absl::StrAppend(&text, " put the true value between ", Shown(kpi, interval.lo.value()), " and ",
                    Shown(kpi, interval.hi.value()), ", more than ",
                    ShownDifference(kpi, kpi.sampling->tolerance), " to either side");
  } else {
    absl::StrAppend(&text, " give no interval: ", NdReasonName(interval.half_width.reason()));
  }
  const StatusResult& status = evaluation.status;
  if (status.status != status.raw_status) {
    absl::StrAppend(&text, "; therefore ", KpiStatusName(status.status), ", not ",
                    KpiStatusName(status.raw_status));
  }
  return text;
}

std::string TargetInWords(const KpiDefinition& kpi, const TargetValue& target) {
  if (!target.is_range) return absl::StrCat("the target is ", Shown(kpi, target.point()));
  if (!target.low.has_value())
    return absl::StrCat("the target is at most ", Shown(kpi, *target.high));
  if (!target.high.has_value())
    return absl::StrCat("the target is at least ", Shown(kpi, *target.low));
  return absl::StrCat("the target is between ", Shown(kpi, *target.low), " and ",
                      Shown(kpi, *target.high));
}

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

v1::NdReason ToProto(NdReason reason) {
  v1::NdReason proto = v1::ND_REASON_UNSPECIFIED;
  v1::NdReason_Parse(absl::StrCat("ND_REASON_", NdReasonName(reason)), &proto);
  return proto;
}

v1::Aggregation ToProto(AggregationKind kind) {
  v1::Aggregation proto = v1::AGGREGATION_UNSPECIFIED;
  v1::Aggregation_Parse(absl::StrCat("AGGREGATION_", AggregationKindName(kind)), &proto);
  return proto;
}

std::string TextOf(const Number& number) {
  return number.defined() ? number.value().ToString() : "";
}

std::string TextOf(const std::optional<Decimal>& decimal) {
  return decimal.has_value() ? decimal->ToString() : "";
}

std::string TargetInWords(const KpiDefinition& kpi, const KpiEvaluation& evaluation) {
  if (!evaluation.target.value.has_value()) return "no target is in force for this period";
  const std::optional<OpenTargetPart>& open = evaluation.target.open;
  const std::string target = TargetInWords(kpi, *evaluation.target.value);
  if (!open.has_value()) return target;
  const Number percent = Number(open->share) * Decimal::FromInt(100);
  return absl::StrCat(target, " to date, with ",
                      percent.defined() ? percent.value().ToDisplayString(1) : percent.ToString(),
                      " % of that for ", open->period);
}

std::string BandInWords(const KpiDefinition& kpi, const KpiEvaluation& evaluation) {
  const StatusResult& status = evaluation.status;
  if (!status.hit.has_value()) {
    const std::string why = NoBandInWords(evaluation);
    return why.empty() ? "no band applies" : absl::StrCat("no band applies: ", why);
  }
  const std::string name(KpiStatusName(status.hit->status));
  if (status.hit->next_worse.has_value()) {
    return absl::StrCat(name, " begins at ",
                        CutInWords(kpi, status.bands.bands->basis(), status.hit->next_worse->cut));
  }
  return absl::StrCat(name, " is everything worse than ",
                      CutInWords(kpi, status.bands.bands->basis(), status.hit->next_better->cut));
}

std::string DistanceInWords(const KpiDefinition& kpi, const KpiEvaluation& evaluation) {
  const StatusResult& status = evaluation.status;
  if (!status.hit.has_value()) return "";
  std::string text;
  const auto add = [&](const std::optional<CutDistance>& next, absl::string_view what) {
    if (!next.has_value()) return;
    absl::StrAppend(&text, text.empty() ? "" : "; ", ShownDifference(kpi, next->distance.Abs()),
                    " ", what, " (", Shown(kpi, next->threshold), ")");
  };
  const auto better = [&](const std::optional<CutDistance>& next) {
    return next.has_value() ? KpiStatusName(status.bands.bands->bands()[next->band].status)
                            : absl::string_view();
  };
  add(status.hit->next_better, absl::StrCat("to ", better(status.hit->next_better)));
  add(status.hit->next_worse, "before it gets worse");
  return text;
}

std::vector<std::string> ReasonsOf(const KpiDefinition& kpi, const KpiEvaluation& evaluation) {
  const Number value = evaluation.value.number();
  if (!value.defined()) return {Missing(kpi, value.reason())};
  std::vector<std::string> reasons;
  reasons.push_back(absl::StrCat("value ", ShownValue(kpi, evaluation.status, value.value()), "; ",
                                 TargetInWords(kpi, evaluation)));
  reasons.push_back(BandInWords(kpi, evaluation));
  const std::string distance = DistanceInWords(kpi, evaluation);
  if (!distance.empty()) reasons.push_back(distance);
  if (evaluation.status.flags.low_n) reasons.push_back(LowCountInWords(kpi, evaluation));
  return reasons;
}

std::vector<std::string> DataNotes(const EvaluationContext& context,
                                   const KpiEvaluation& evaluation,
                                   absl::Span<const InputAggregate> inputs) {
  std::vector<std::string> notes;
  const absl::TimeZone zone = context.kpi->calendar->zone();
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string& metric = context.kpi->inputs[i].metric->id;
    if (inputs[i].watermark == absl::InfinitePast()) {
      notes.push_back(absl::StrCat(metric, ": no watermark; nobody said that it is complete"));
    } else if (inputs[i].watermark < context.period.end) {
      notes.push_back(
          absl::StrCat(metric, ": complete through ",
                       absl::FormatTime("%Y-%m-%dT%H:%M:%E*S%Ez", inputs[i].watermark, zone)));
    }
    if (context.withheld) continue;
    if (inputs[i].rows > 0 && inputs[i].lower.has_value()) {
      notes.push_back(absl::StrCat(metric, ": an estimate (",
                                   ApproximationMethodName(inputs[i].method), ") between ",
                                   TextOf(inputs[i].lower), " and ", TextOf(inputs[i].upper)));
    }
    if (inputs[i].rows == 0) notes.push_back(absl::StrCat(metric, ": no rows in this period"));
  }
  if (evaluation.readiness.late) notes.push_back("the data is late");
  if (evaluation.readiness.stale)
    notes.push_back("the data is stale: nothing new for longer than max_age");
  return notes;
}

}  // namespace kpisuite
