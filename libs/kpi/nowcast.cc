#include "libs/kpi/nowcast.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "libs/kpi/quantile.h"

namespace kpisuite {
namespace {

// The value that was known at `time`, last said before or at it.
Number KnownAt(absl::Span<const RevisionEntry> revisions, absl::Time time) {
  Number known = NdReason::kNotReady;
  for (const RevisionEntry& entry : revisions) {
    if (entry.recorded_at > time) break;
    known = entry.value;
  }
  return known;
}

bool Reaches(const RevisionTrail& trail, int age) {
  return trail.known.size() > static_cast<size_t>(age);
}

void AddLagFactor(absl::Span<const RevisionTrail> trails, int age, int max_age,
                  RevisionStatistics* statistics) {
  std::vector<Decimal> shares;
  for (const RevisionTrail& trail : trails) {
    if (!Reaches(trail, max_age)) continue;
    const Number share =
        trail.known[static_cast<size_t>(age)] / trail.known[static_cast<size_t>(max_age)];
    if (share.defined()) shares.push_back(share.value());
  }
  const auto count = static_cast<int>(shares.size());
  statistics->lag_factor_trails.push_back(count);
  statistics->lag_factors.push_back(count < kLeastRevisionTrails ? Number(NdReason::kNotReady)
                                                                 : MedianOf(std::move(shares)));
}

void AddRevision(absl::Span<const RevisionTrail> trails, int age, RevisionStatistics* statistics) {
  std::vector<Decimal> revisions;
  for (const RevisionTrail& trail : trails) {
    if (!Reaches(trail, age)) continue;
    const Number revision = Abs(trail.known[static_cast<size_t>(age)] - trail.known[0]);
    if (revision.defined()) revisions.push_back(revision.value());
  }
  const auto count = static_cast<int>(revisions.size());
  statistics->revision_trails.push_back(count);
  statistics->mean_absolute_revisions.push_back(
      count < kLeastRevisionTrails ? Number(NdReason::kNotReady) : MeanOf(revisions));
}

}  // namespace

RevisionTrail TrailOf(const Calendar& calendar, const Period& period,
                      absl::Span<const RevisionEntry> revisions, absl::Time as_of, int max_age) {
  RevisionTrail trail;
  Period at = period;
  for (int age = 0; age <= std::clamp(max_age, 0, kMostRevisionAge) && at.end <= as_of; ++age) {
    trail.known.push_back(KnownAt(revisions, at.end));
    at = NextPeriod(calendar, at);
  }
  return trail;
}

RevisionStatistics ComputeRevisionStatistics(absl::Span<const RevisionTrail> trails, int max_age) {
  RevisionStatistics statistics;
  const int last = std::clamp(max_age, 0, kMostRevisionAge);
  for (int age = 0; age < last; ++age) AddLagFactor(trails, age, last, &statistics);
  for (int age = 1; age <= last; ++age) AddRevision(trails, age, &statistics);
  return statistics;
}

Number Nowcast(const Number& value, const Number& lag_factor) {
  if (lag_factor.defined() && lag_factor.value() <= Decimal()) return NdReason::kDomain;
  return value / lag_factor;
}

Number LagFactorAt(const RevisionStatistics& statistics, int age) {
  const auto index = static_cast<size_t>(std::max(age, 0));
  if (index >= statistics.lag_factors.size()) return Decimal::FromInt(1);
  return statistics.lag_factors[index];
}

int AgeOf(const Calendar& calendar, const Period& period, absl::Time as_of) {
  int age = 0;
  Period next = NextPeriod(calendar, period);
  while (age < kMostRevisionAge && next.end <= as_of) {
    ++age;
    next = NextPeriod(calendar, next);
  }
  return age;
}

}  // namespace kpisuite
