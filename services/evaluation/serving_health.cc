#include "services/evaluation/serving_health.h"

#include "absl/strings/str_cat.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {

bool IsFresh(absl::Time as_of, absl::Time now) {
  return now - as_of <= kMaxStaleness && as_of - now <= kMaxClockDifference;
}

void ServingHealth::FeedShown(absl::Time as_of) { feed_as_of_.store(absl::ToUnixNanos(as_of)); }

void ServingHealth::DefinitionsAlive(absl::Time now) {
  definitions_alive_.store(absl::ToUnixNanos(now));
  definitions_connected_.store(true);
}

void ServingHealth::DefinitionsLost() { definitions_connected_.store(false); }

void ServingHealth::DefinitionsShown(absl::Time as_of) {
  const int64_t shown = absl::ToUnixNanos(as_of);
  if (shown > definitions_alive_.load()) definitions_alive_.store(shown);
}

absl::Time ServingHealth::as_of() const { return absl::FromUnixNanos(feed_as_of_.load()); }

std::string ServingHealth::StaleReason(absl::Time now) const {
  const absl::Time fed = as_of();
  if (!IsFresh(fed, now)) {
    return absl::StrCat("measurement: nothing was heard or shown since ",
                        absl::FormatTime(absl::RFC3339_sec, fed, absl::UTCTimeZone()));
  }
  if (!ownership_.holds()) return "the lease of the partitions could not be renewed in time";
  if (definitions_connected_.load()) return "";
  const absl::Time defined = absl::FromUnixNanos(definitions_alive_.load());
  if (now - defined <= kMaxStaleness) return "";
  return absl::StrCat("definition: the service was not reached since ",
                      absl::FormatTime(absl::RFC3339_sec, defined, absl::UTCTimeZone()));
}

std::string ServingHealth::Suffix(v1::StateSource source, absl::Time now) const {
  return FreshnessSuffix(source, now, as_of(), StaleReason(now));
}

std::string FreshnessSuffix(v1::StateSource source, absl::Time now, absl::Time as_of,
                            const std::string& reason) {
  v1::KpiState suffix;
  v1::Freshness& freshness = *suffix.mutable_freshness();
  freshness.set_source(source);
  freshness.set_stale(!reason.empty());
  freshness.set_stale_reason(reason);
  *freshness.mutable_serve_time() = ToTimestamp(now);
  *freshness.mutable_as_of() = ToTimestamp(as_of);
  return suffix.SerializeAsString();
}

}  // namespace kpisuite
