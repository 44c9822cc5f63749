#include "services/evaluation/cold_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/partition.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/slice.h"

namespace kpisuite {
namespace {

absl::Status NotReady(absl::string_view why) {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                   absl::StrCat(why, "; neither cache nor state log has this state"));
}

}  // namespace

absl::StatusOr<StateAnswer> ColdReader::FromCache(const StateId& id, const ResolvedKey& key,
                                                  int32_t part, absl::Time now,
                                                  absl::string_view why, bool vouched) {
  ASSIGN_OR_RETURN(std::vector<PartitionStates> read,
                   cache_.Read({{.partition = part, .keys = {id.Key()}}}));
  if (read.size() != 1 || !read[0].frontier.has_value() || read[0].states.size() != 1 ||
      !read[0].states[0].has_value()) {
    return NotReady(why);
  }
  const absl::Time as_of = read[0].frontier->as_of;
  auto bytes = std::make_shared<const std::string>(std::move(read[0].states[0]->payload));
  v1::KpiState state;
  const bool fresh = vouched && IsFresh(as_of, now) && state.ParseFromString(*bytes) &&
                     state.definition_revision() == key.kpi->kpi().revision;
  const std::string reason = fresh ? "" : absl::StrCat(why, "; this is from the cache");
  return StateAnswer{std::move(bytes), FreshnessSuffix(v1::STATE_SOURCE_REDIS, now, as_of, reason)};
}

absl::StatusOr<StateAnswer> ColdReader::ReadFresh(const ResolvedKey& key, absl::Time now) {
  const absl::Status not_fresh =
      MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "the cache does not vouch for it");
  const bool current = key.period.kind == PeriodSelector::Kind::kCurrent;
  if (key.view != MembershipView::kAsIs || key.kpi->part() == kUnknownPart) return not_fresh;
  if (!current && key.period.kind != PeriodSelector::Kind::kId) return not_fresh;
  const auto slice = Slice::Parse(key.slice);
  if (!slice.ok()) return not_fresh;
  const StateId id{key.kpi->name(), key.kpi->window_id(key.window), slice->ToString(),
                   current ? key.kpi->Current(key.window, now)->id : key.period.id};
  ASSIGN_OR_RETURN(StateAnswer answer, FromCache(id, key, key.kpi->part(), now, "", true));
  v1::KpiState suffix;
  const bool fresh = suffix.ParseFromString(answer.suffix) && !suffix.freshness().stale();
  if (!fresh) return not_fresh;
  return answer;
}

absl::StatusOr<StateAnswer> ColdReader::Read(const ResolvedKey& key, absl::Time now,
                                             absl::string_view why) {
  if (key.view != MembershipView::kAsIs) return NotReady(why);
  const auto slice = Slice::Parse(key.slice);
  if (!slice.ok()) {
    return InvalidFields(
        {{.field = "key.slice", .description = std::string(slice.status().message())}});
  }
  StateId id{key.kpi->name(), key.kpi->window_id(key.window), slice->ToString(), ""};
  if (key.period.kind == PeriodSelector::Kind::kId) {
    id.period = key.period.id;
  } else if (key.period.kind == PeriodSelector::Kind::kCurrent) {
    id.period = key.kpi->Current(key.window, now)->id;
  }
  const bool selected = id.period.empty();
  const bool closed = key.period.kind == PeriodSelector::Kind::kLatestClosed;
  // With an empty period: the last one that was logged.
  const auto logged = closed ? log_.FindClosed(id) : log_.Find(id);
  if (selected) {
    if (logged.ok() && logged->has_value()) {
      id.period = (*logged)->id.period;
    } else if (closed) {
      return NotReady(why);
    } else {
      id.period = key.kpi->Current(key.window, now)->id;
    }
  }
  int32_t part = key.kpi->part();
  if (part == kUnknownPart) {
    const auto partitions = log_.LoadPartitions();
    if (partitions.ok() && *partitions > 0) {
      part = PartitionOf(key.kpi->kpi().workspace, key.kpi->kpi().partition_group, *partitions);
    }
  }
  if (part != kUnknownPart) {
    absl::StatusOr<StateAnswer> cached = FromCache(id, key, part, now, why, !selected);
    if (cached.ok()) return cached;
  }
  if (logged.ok() && logged->has_value() && (*logged)->state != nullptr &&
      !(*logged)->state->empty()) {
    return StateAnswer{(*logged)->state,
                       FreshnessSuffix(v1::STATE_SOURCE_STORE, now, (*logged)->record_time,
                                       absl::StrCat(why, "; this is what was logged last"))};
  }
  return NotReady(why);
}

}  // namespace kpisuite
