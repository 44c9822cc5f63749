#include "services/evaluation/cold_reader.h"

#include <map>
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

absl::Status NotVouchedFor() {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "the cache does not vouch for it");
}

// Whether the period that is meant does not depend on what may have come since.
bool IsCertain(const PeriodSelector& period) {
  return period.kind == PeriodSelector::Kind::kCurrent || period.kind == PeriodSelector::Kind::kId;
}

bool HasState(const std::optional<LoggedState>& logged) {
  return logged.has_value() && logged->state != nullptr && !logged->state->empty();
}

bool IsStale(const StateAnswer& answer) {
  v1::KpiState suffix;
  return !suffix.ParseFromString(answer.suffix) || suffix.freshness().stale();
}

bool IsOfRevision(const std::string& bytes, const KpiInfo& kpi) {
  v1::KpiState state;
  return state.ParseFromString(bytes) && state.definition_revision() == kpi.kpi().revision;
}

}  // namespace

ColdReader::Answers ColdReader::FromCache(absl::Span<const ResolvedKey> keys,
                                          absl::Span<const Sought> sought, absl::Time now,
                                          absl::string_view why) {
  Answers answers(sought.size(), NotReady(why));
  std::map<int32_t, std::vector<size_t>> by_part;
  for (size_t i = 0; i < sought.size(); ++i) {
    const bool cached = sought[i].part != kUnknownPart && !sought[i].id.kpi.empty();
    if (cached) by_part[sought[i].part].push_back(i);
  }
  std::vector<PartitionRead> reads;
  for (const auto& [part, indices] : by_part) {
    PartitionRead& read = reads.emplace_back();
    read.partition = part;
    for (const size_t i : indices) read.keys.push_back(sought[i].id.Key());
  }
  if (reads.empty()) return answers;
  absl::StatusOr<std::vector<PartitionStates>> read = cache_.Read(reads);
  if (!read.ok()) return answers;
  size_t at = 0;
  for (const auto& [part, indices] : by_part) {
    PartitionStates& states = (*read)[at++];
    if (!states.frontier.has_value()) continue;
    const absl::Time as_of = states.frontier->as_of;
    const std::string fresh = FreshnessSuffix(v1::STATE_SOURCE_REDIS, now, as_of, "");
    const std::string stale = FreshnessSuffix(v1::STATE_SOURCE_REDIS, now, as_of,
                                              absl::StrCat(why, "; this is from the cache"));
    for (size_t n = 0; n < indices.size(); ++n) {
      std::optional<CachedState>& state = states.states[n];
      if (!state.has_value()) continue;
      const size_t i = indices[n];
      const bool vouched = IsFresh(as_of, now) && IsCertain(keys[i].period) &&
                           IsOfRevision(state->payload, *keys[i].kpi);
      answers[i] = StateAnswer{std::make_shared<const std::string>(std::move(state->payload)),
                               vouched ? fresh : stale};
    }
  }
  return answers;
}

ColdReader::Answers ColdReader::ReadFresh(absl::Span<const ResolvedKey> keys, absl::Time now) {
  std::vector<Sought> sought(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const ResolvedKey& key = keys[i];
    const bool current = key.period.kind == PeriodSelector::Kind::kCurrent;
    const auto slice = Slice::Parse(key.slice);
    if (key.view != MembershipView::kAsIs || !slice.ok() || !IsCertain(key.period)) continue;
    sought[i].id = {key.kpi->name(), key.kpi->window_id(key.window), slice->ToString(),
                    current ? key.kpi->Current(key.window, now)->id : key.period.id};
    sought[i].part = key.kpi->part();
  }
  Answers answers = FromCache(keys, sought, now, "");
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!answers[i].ok() || IsStale(*answers[i])) answers[i] = NotVouchedFor();
  }
  return answers;
}

void ColdReader::FindParts(absl::Span<const ResolvedKey> keys, std::vector<Sought>& sought) {
  std::optional<int> partitions;
  for (size_t i = 0; i < keys.size(); ++i) {
    const KpiInfo& kpi = *keys[i].kpi;
    sought[i].part = kpi.part();
    if (kpi.part() != kUnknownPart) continue;
    if (!partitions.has_value()) partitions = log_.LoadPartitions().value_or(0);
    if (*partitions == 0) return;
    sought[i].part = PartitionOf(kpi.kpi().workspace, kpi.kpi().partition_group, *partitions);
  }
}

absl::StatusOr<StateId> ColdReader::IdOf(const ResolvedKey& key, absl::Time now,
                                         std::optional<LoggedState>* logged) {
  const auto slice = Slice::Parse(key.slice);
  if (!slice.ok()) {
    return InvalidFields(
        {{.field = "key.slice", .description = std::string(slice.status().message())}});
  }
  StateId id{key.kpi->name(), key.kpi->window_id(key.window), slice->ToString(), ""};
  if (key.period.kind == PeriodSelector::Kind::kId) {
    id.period = key.period.id;
    return id;
  }
  if (key.period.kind != PeriodSelector::Kind::kCurrent) {
    const bool closed = key.period.kind == PeriodSelector::Kind::kLatestClosed;
    // With an empty period: the last one that was logged.
    absl::StatusOr<std::optional<LoggedState>> last = closed ? log_.FindClosed(id) : log_.Find(id);
    if (last.ok()) *logged = *std::move(last);
    if (closed && !logged->has_value()) return NotReady("no period is known to be closed");
  }
  id.period = logged->has_value() ? (*logged)->id.period : key.kpi->Current(key.window, now)->id;
  return id;
}

ColdReader::Answers ColdReader::Read(absl::Span<const ResolvedKey> keys, absl::Time now,
                                     absl::string_view why) {
  Answers answers(keys.size(), NotReady(why));
  std::vector<Sought> sought(keys.size());
  std::vector<std::optional<LoggedState>> logged(keys.size());
  FindParts(keys, sought);
  for (size_t i = 0; i < keys.size(); ++i) {
    absl::StatusOr<StateId> id = NotReady(why);
    if (keys[i].view == MembershipView::kAsIs) id = IdOf(keys[i], now, &logged[i]);
    if (id.ok()) {
      sought[i].id = *std::move(id);
    } else {
      answers[i] = id.status();
    }
  }
  Answers cached = FromCache(keys, sought, now, why);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (sought[i].id.kpi.empty()) continue;
    if (cached[i].ok()) {
      answers[i] = std::move(cached[i]);
      continue;
    }
    if (!logged[i].has_value()) {
      absl::StatusOr<std::optional<LoggedState>> found = log_.Find(sought[i].id);
      if (found.ok()) logged[i] = *std::move(found);
    }
    if (!HasState(logged[i])) continue;
    answers[i] = StateAnswer{logged[i]->state,
                             FreshnessSuffix(v1::STATE_SOURCE_STORE, now, logged[i]->record_time,
                                             absl::StrCat(why, "; this is what was logged last"))};
  }
  return answers;
}

}  // namespace kpisuite
