// How a target comes to stand for one period: the members of TargetSet that resolve.
#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "libs/kpi/allocation.h"
#include "libs/kpi/target.h"
#include "libs/kpi/target_arithmetic.h"
#include "libs/kpi/target_comparable.h"

namespace kpisuite {
namespace {

// Children of children of ...; slices have no more dimensions than this.
constexpr int kMaxChildrenDepth = Slice::kMaxDimensions;
// Seasonal shares are weights at this many decimal places.
constexpr int kShareScale = 17;

ResolvedTarget None(absl::string_view target_id, NdReason reason = NdReason::kNoTarget) {
  return {std::string(target_id), std::nullopt, reason};
}

// value + change, in the sense in which more is a greater number.
Number Changed(const Number& value, const TargetChange& change, bool downward) {
  const Number by = change.relative ? change.amount * Abs(value) : Number(change.amount);
  return downward ? value - by : value + by;
}

}  // namespace

// Resolves the targets of one set for one slice.
class TargetResolution {
 public:
  using Target = TargetSet::Target;

  TargetResolution(const TargetSet& set, const Calendar& calendar, TargetRole role,
                   const Slice& slice, KpiNature nature, const TargetEnvironment& environment,
                   int depth = 0)
      : set_(set),
        calendar_(calendar),
        role_(role),
        slice_(slice),
        nature_(nature),
        environment_(environment),
        depth_(depth) {}

  ResolvedTarget Resolve(const Period& period) {
    const Match own = MatchOn(period.first_day);
    if (own.target != nullptr && own.target->spec.grain.value_or(period.grain) == period.grain) {
      return ValueOf(own, period);
    }
    const Match last = MatchOn(period.last_day());
    if (last.target == nullptr) return None("");
    const Grain grain = last.target->spec.grain.value_or(period.grain);
    // Grains are ordered from fine to coarse.
    if (grain >= period.grain) return Finer(last, period);
    // All time has no end, and targets no sum over it.
    if (nature_ == KpiNature::kFlow && period.grain == Grain::kAll) return None("");
    if (nature_ == KpiNature::kFlow) return SumWithin(period, grain);
    return ResolveExactly(PeriodOf(calendar_, grain, period.last_day()));
  }

  ResolvedTarget ResolveSpan(const TargetSpan& span, Grain base) {
    const absl::CivilDay last_day = span.end_day - 1;
    if (last_day < span.first_day) return None("");
    const bool is_flow = nature_ == KpiNature::kFlow;
    const Match last = MatchOn(is_flow ? LastDayThatCounts(span) : last_day);
    if (last.target == nullptr) return None("");
    const Grain grain = last.target->spec.grain.value_or(base);
    if (!is_flow) return ResolveExactly(PeriodOf(calendar_, grain, last_day));
    std::vector<Period> parts;
    for (absl::CivilDay day = span.first_day; day < span.end_day; day = parts.back().end_day) {
      const Period part = PeriodOf(calendar_, grain, day);
      if (part.first_day != day || part.end_day > span.end_day) return None(last.target->spec.id);
      parts.push_back(part);
    }
    return SumToDate(parts, span);
  }

  ResolvedTarget ResolveToDate(const Period& step, const TargetSpan& span) {
    const Match own = MatchOn(step.first_day);
    if (own.target != nullptr && own.target->spec.grain.value_or(step.grain) == step.grain) {
      return DueOf(ValueOf(own, step), step, span);
    }
    const Match last = MatchOn(LastDayThatCounts(span));
    if (last.target == nullptr) return None("");
    const Grain grain = last.target->spec.grain.value_or(step.grain);
    if (grain >= step.grain) return DueOf(Finer(last, step), step, span);
    return SumToDate(PeriodsWithin(calendar_, step, grain), span);
  }

 private:
  struct Match {
    const Target* target = nullptr;
    std::string rule;
  };

  // The longest match among the targets in force on the day.
  Match MatchOn(absl::CivilDay day) {
    absl::InlinedVector<const Target*, 8> in_force;
    absl::InlinedVector<const SliceRule*, 8> rules;
    for (const Target& target : set_.targets_) {
      if (target.spec.role != role_) continue;
      if (day < target.effective_from || day >= target.effective_to) continue;
      in_force.push_back(&target);
      rules.push_back(&target.spec.rule);
    }
    if (in_force.empty()) return {};
    if (ancestors_day_ != day) ancestors_ = environment_.Ancestors(slice_, day);
    ancestors_day_ = day;
    const std::optional<SliceMatch> best = LongestMatch(rules, slice_, ancestors_);
    if (!best.has_value()) return {};
    return {in_force[best->index], SliceMatchText(*rules[best->index], best->kind)};
  }

  // The target meant for just this period.
  ResolvedTarget ResolveExactly(const Period& period) {
    const Match match = MatchOn(period.first_day);
    if (match.target == nullptr) return None("");
    if (match.target->spec.grain.value_or(period.grain) != period.grain) {
      return None(match.target->spec.id);
    }
    return ValueOf(match, period);
  }

  ResolvedTarget SumWithin(const Period& period, Grain grain) {
    std::optional<ResolvedTarget> sum;
    for (const Period& part : PeriodsWithin(calendar_, period, grain)) {
      Accumulate(ResolveExactly(part), &sum);
      if (!sum->value.has_value()) break;
    }
    return sum.has_value() ? *std::move(sum) : None("");
  }

  absl::CivilDay LastDayThatCounts(const TargetSpan& span) const {
    const absl::CivilDay last_day = span.end_day - 1;
    return std::clamp(calendar_.DayOf(span.as_of), span.first_day, last_day);
  }

  // Of these the ones that have begun; a first one that has not begun is due to 0.
  ResolvedTarget SumToDate(const std::vector<Period>& parts, const TargetSpan& span) {
    std::optional<ResolvedTarget> sum;
    for (const Period& part : parts) {
      const bool begins_later = part.start > span.as_of || part.first_day >= span.end_day;
      if (sum.has_value() && begins_later) break;
      Accumulate(DueOf(ResolveExactly(part), part, span), &sum);
      if (!sum->value.has_value()) break;
    }
    return sum.has_value() ? *std::move(sum) : None("");
  }

  // What of a period's target counts in the span.
  ResolvedTarget DueOf(ResolvedTarget target, const Period& part, const TargetSpan& span) const {
    if (!target.value.has_value() || part.end <= span.as_of) return target;
    const Number share = span.share(part);
    ResolvedTarget due = TargetToDate(target, nature_, share);
    if (due.value.has_value()) due.open = OpenTargetPart{part.id, share.value()};
    return due;
  }

  ResolvedTarget ValueOf(const Match& match, const Period& period) {
    const TargetSpec& spec = match.target->spec;
    ResolvedTarget resolved = spec.kind == TargetKind::kRange
                                  ? ResolvedTarget{"", TargetValue::Range(spec.low, spec.high), {}}
                                  : OtherThanRange(*match.target, period);
    resolved.target_id = spec.id;
    resolved.rule = match.rule;
    if (!spec.scale.has_value() || !IsComputed(spec.kind)) return resolved;
    ChangeEnds([&](const Decimal& end) { return RoundHalfAway(end, *spec.scale); }, &resolved);
    return resolved;
  }

  // Whether the value may have more decimals than were written.
  static bool IsComputed(TargetKind kind) {
    return kind != TargetKind::kFixed && kind != TargetKind::kRange &&
           kind != TargetKind::kSchedule;
  }

  ResolvedTarget OtherThanRange(const Target& target, const Period& period) {
    if (target.spec.kind == TargetKind::kChildren) return FromChildren(target, period);
    const Number value = PointOf(target, period);
    if (!value.defined()) return None("", value.reason());
    return {"", TargetValue::Point(value.value()), {}};
  }

  Number PointOf(const Target& target, const Period& period) {
    const TargetSpec& spec = target.spec;
    switch (spec.kind) {
      case TargetKind::kFixed:
      case TargetKind::kBenchmark: return *spec.value;
      case TargetKind::kAllocated:
        if (spec.allocated->profile == AllocationProfile::kSeasonal) {
          return PartOf(target, *target.first, spec.allocated->total, period);
        }
        return Scheduled(target, period);
      case TargetKind::kSchedule:
      case TargetKind::kPhasedLinear: return Scheduled(target, period);
      case TargetKind::kVersusPrior: return VersusPrior(*spec.versus_prior, period);
      case TargetKind::kBaselineImprovement: return Improvement(target);
      case TargetKind::kFormula: return Evaluate(*spec.formula, period);
      case TargetKind::kRange:
      case TargetKind::kChildren: break;
    }
    return NdReason::kNoTarget;
  }

  static Number Scheduled(const Target& target, const Period& period) {
    const auto after = target.schedule.upper_bound(period.first_day);
    if (after == target.schedule.begin()) return NdReason::kNoTarget;
    const auto& [first_day, value] = *std::prev(after);
    const bool strict = target.spec.schedule_policy == SchedulePolicy::kStrict;
    if (strict && first_day != period.first_day) return NdReason::kNoTarget;
    return value;
  }

  Number VersusPrior(const VersusPriorSpec& spec, const Period& period) {
    if (spec.comparator == TargetComparator::kComparable) {
      const std::vector<DayRange> days = ComparableDays(calendar_, period);
      if (days.empty()) return NdReason::kNoComparable;
      if (!spec.freeze && !PriorOf(calendar_, spec.comparator, period).has_value()) {
        return Changed(environment_.ClosedDays(slice_, days), spec.change, false);
      }
    }
    const std::optional<Period> prior = PriorOf(calendar_, spec.comparator, period);
    if (!prior.has_value()) return NdReason::kNoComparable;
    const TargetVintage vintage = spec.freeze ? TargetVintage::kFrozen : TargetVintage::kLatest;
    return Changed(environment_.ClosedValue(slice_, *prior, period, vintage), spec.change, false);
  }

  Number Improvement(const Target& target) {
    const BaselineImprovementSpec& spec = *target.spec.baseline_improvement;
    Number mean = environment_.ValueOver(slice_, *target.first, *target.last);
    if (nature_ == KpiNature::kFlow) mean = mean / Decimal::FromInt(target.period_count);
    return Changed(mean, spec.improvement, spec.downward);
  }

  Number Evaluate(const FormulaSpec& spec, const Period& period) {
    std::vector<Value> values;
    for (const std::string& kpi : spec.kpis) {
      values.push_back(environment_.KpiValue(kpi, slice_, period));
    }
    const FormulaConstants constants{Decimal::FromInt(DayCount(calendar_, period)),
                                     Decimal::FromInt(WorkingDayCount(calendar_, period))};
    return spec.formula.Evaluate(values, constants).number();
  }

  ResolvedTarget FromChildren(const Target& target, const Period& period) {
    const ChildrenSpec& spec = *target.spec.children;
    const auto children = environment_.Children(slice_, spec.dimension, period);
    if (!children.has_value() || depth_ == kMaxChildrenDepth) return None("");
    std::optional<ResolvedTarget> sum;
    Number weights = Decimal();
    for (const Slice& child : *children) {
      TargetResolution below(set_, calendar_, role_, child, nature_, environment_, depth_ + 1);
      // A child for which this very target stands has none of its own.
      if (below.MatchOn(period.first_day).target == &target) return None("");
      ResolvedTarget summand = below.Resolve(period);
      if (!spec.weighted_by.empty() && summand.value.has_value()) {
        const Number weight = environment_.KpiValue(spec.weighted_by, child, period);
        weights = weights + weight;
        ChangeEnds([&](const Decimal& end) { return weight * end; }, &summand);
      }
      Accumulate(std::move(summand), &sum);
      if (!sum->value.has_value()) return *std::move(sum);
    }
    if (!sum.has_value()) return None("");
    if (spec.weighted_by.empty()) return *std::move(sum);
    ChangeEnds([&](const Decimal& end) { return end / weights; }, &*sum);
    return *std::move(sum);
  }

  // A window finer than the target: the part of an ALLOCATED one.
  ResolvedTarget Finer(const Match& match, const Period& period) {
    const Target& target = *match.target;
    const bool spreads = target.spec.kind == TargetKind::kAllocated &&
                         target.spec.allocated->profile != AllocationProfile::kExplicit;
    if (!spreads || nature_ != KpiNature::kFlow) return None(target.spec.id);
    const Period whole = PeriodOf(calendar_, *target.spec.grain, period.first_day);
    const ResolvedTarget share = ResolveExactly(whole);
    if (!share.value.has_value() || share.target_id != target.spec.id) return share;
    const Number part = PartOf(target, whole, share.value->point(), period);
    if (!part.defined()) return None(target.spec.id, part.reason());
    return {target.spec.id, TargetValue::Point(part.value()), {}, match.rule};
  }

  // What `period` gets of a total that is spread over the periods of its grain within `whole`.
  Number PartOf(const Target& target, const Period& whole, const Decimal& total,
                const Period& period) {
    const std::vector<Period> parts = PeriodsWithin(calendar_, whole, period.grain);
    const auto found = std::find(parts.begin(), parts.end(), period);
    const absl::StatusOr<int64_t> mantissa = MantissaFromDecimal(total, *target.spec.scale);
    if (found == parts.end() || !mantissa.ok()) return NdReason::kNoTarget;
    const std::vector<int64_t> weights = WeightsOf(*target.spec.allocated, parts);
    if (weights.empty()) return NdReason::kNoComparable;
    const std::vector<int64_t> shares = Allocate(*mantissa, weights);
    if (shares.empty()) return total.IsZero() ? Number(total) : NdReason::kNoTarget;
    return Decimal::FromMantissa(shares[found - parts.begin()], *target.spec.scale);
  }

  // Integers of one scale; empty if nothing is known.
  std::vector<int64_t> WeightsOf(const AllocatedSpec& spec, const std::vector<Period>& parts) {
    if (spec.profile == AllocationProfile::kSeasonal) return SeasonalWeights(spec.years, parts);
    std::vector<int64_t> weights;
    for (const Period& part : parts) {
      weights.push_back(
          spec.profile == AllocationProfile::kEven ? 1 : WorkingDayCount(calendar_, part));
    }
    return weights;
  }

  // Sums of the shares of the last years: their means but for a common factor.
  std::vector<int64_t> SeasonalWeights(int years, const std::vector<Period>& parts) {
    std::vector<Number> sums(parts.size(), Decimal());
    int used = 0;
    for (int year = 1; year <= years; ++year) {
      const std::vector<Number> shares = SharesOf(year, parts);
      if (shares.empty()) continue;
      ++used;
      for (size_t i = 0; i < parts.size(); ++i) sums[i] = sums[i] + shares[i];
    }
    std::vector<int64_t> weights;
    for (const Number& sum : sums) {
      const Number share = RoundHalfAway(sum / Decimal::FromInt(used), kShareScale);
      const Number units = share * Power(Decimal::FromInt(10), kShareScale);
      if (!units.defined() || units.value().IsNegative()) return {};
      const absl::StatusOr<int64_t> mantissa = MantissaFromDecimal(units.value(), 0);
      if (!mantissa.ok()) return {};
      weights.push_back(*mantissa);
    }
    return weights;
  }

  // What each part had of their sum so many years before; empty if that is not known.
  std::vector<Number> SharesOf(int year, const std::vector<Period>& parts) {
    std::vector<Number> values;
    Number total = Decimal();
    for (const Period& part : parts) {
      const std::optional<Period> then =
          EarlierPeriod(calendar_, ComparatorKind::kSamePeriodLastYear, year, part);
      if (!then.has_value()) return {};
      values.push_back(environment_.ClosedValue(slice_, *then, part, TargetVintage::kLatest));
      total = total + values.back();
    }
    if (!total.defined() || total.value() <= Decimal()) return {};
    for (Number& value : values) value = value / total;
    return values;
  }

  const TargetSet& set_;
  const Calendar& calendar_;
  const TargetRole role_;
  const Slice& slice_;
  const KpiNature nature_;
  const TargetEnvironment& environment_;
  const int depth_;
  std::vector<Slice> ancestors_;  // of slice_ on the day asked for last
  std::optional<absl::CivilDay> ancestors_day_;
};

ResolvedTarget TargetSet::Resolve(const Calendar& calendar, TargetRole role, const Slice& slice,
                                  const Period& period, KpiNature nature,
                                  const TargetEnvironment& environment) const {
  return TargetResolution(*this, calendar, role, slice, nature, environment).Resolve(period);
}

ResolvedTarget TargetSet::ResolveSpan(const Calendar& calendar, TargetRole role, const Slice& slice,
                                      const TargetSpan& span, Grain grain, KpiNature nature,
                                      const TargetEnvironment& environment) const {
  return TargetResolution(*this, calendar, role, slice, nature, environment)
      .ResolveSpan(span, grain);
}

ResolvedTarget TargetSet::ResolveToDate(const Calendar& calendar, TargetRole role,
                                        const Slice& slice, const Period& step,
                                        const TargetSpan& span,
                                        const TargetEnvironment& environment) const {
  return TargetResolution(*this, calendar, role, slice, KpiNature::kFlow, environment)
      .ResolveToDate(step, span);
}

}  // namespace kpisuite
