#include "libs/kpi/aggregate_entities.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"

namespace kpisuite {

std::unique_ptr<AggregateCollection> EntityMultiset::Clone() const {
  return std::make_unique<EntityMultiset>(*this);
}

void EntityMultiset::AddCopies(absl::string_view entity, uint64_t copies) {
  if (over_cap_) return;
  copies_[entity] += copies;
  if (copies_.size() <= cap_) return;
  over_cap_ = true;
  copies_ = {};
}

void EntityMultiset::Add(const SampleView& sample) {
  if (!sample.entity.empty()) AddCopies(sample.entity, 1);
}

bool EntityMultiset::Remove(const SampleView& sample) {
  if (over_cap_) return false;
  if (sample.entity.empty()) return true;
  const auto at = copies_.find(sample.entity);
  if (at == copies_.end()) return false;
  if (--at->second == 0) copies_.erase(at);
  return true;
}

void EntityMultiset::Merge(const AggregateCollection& other) {
  const auto& theirs = static_cast<const EntityMultiset&>(other);
  if (theirs.over_cap_) {
    over_cap_ = true;
    copies_ = {};
  }
  for (const auto& [entity, copies] : theirs.copies_) {
    if (over_cap_) return;
    AddCopies(entity, copies);
  }
}

Value EntityMultiset::Finalise(uint64_t n) const {
  if (over_cap_) return NdReason::kNotAggregatable;
  return Decimal::FromInt(static_cast<int64_t>(copies_.size()));
}

size_t EntityMultiset::AllocatedBytes() const {
  size_t bytes = sizeof(*this) + copies_.capacity() * (sizeof(*copies_.begin()) + 1);
  for (const auto& [entity, copies] : copies_) {
    if (entity.size() > 15) bytes += entity.capacity() + 1;
  }
  return bytes;
}

// 1 when over the cap, else 0, count of entities, then per entity, in byte order: the entity,
// number of samples.
void EntityMultiset::Write(WireWriter& writer) const {
  writer.Unsigned(over_cap_ ? 1 : 0);
  if (over_cap_) return;
  std::vector<std::pair<absl::string_view, uint64_t>> sorted(copies_.begin(), copies_.end());
  std::sort(sorted.begin(), sorted.end());
  writer.Unsigned(sorted.size());
  for (const auto& [entity, copies] : sorted) {
    writer.Text(entity);
    writer.Unsigned(copies);
  }
}

absl::Status EntityMultiset::Read(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(const uint64_t over_cap, reader.Unsigned());
  if (over_cap == 1 && n > cap_) {
    over_cap_ = true;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  if (over_cap != 0 || count > cap_) {
    return absl::InvalidArgumentError("got a number of entities that does not fit the cap");
  }
  absl::string_view before;
  uint64_t left = n;
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const absl::string_view entity, reader.Text());
    ASSIGN_OR_RETURN(const uint64_t copies, reader.Unsigned());
    if (entity <= before || copies == 0 || copies > left) {
      return absl::InvalidArgumentError("got entities out of order or counts above n");
    }
    before = entity;
    left -= copies;
    copies_.emplace(entity, copies);
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
