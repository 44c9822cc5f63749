#include "libs/kpi/aggregate_entities.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"

namespace kpisuite {

std::unique_ptr<AggregateCollection> EntityMultiset::Clone() const {
  return std::make_unique<EntityMultiset>(*this);
}

void EntityMultiset::MakeApproximate() {
  for (const auto& [entity, copies] : copies_) registers_.Add(entity);
  approximate_ = true;
  copies_ = {};
}

void EntityMultiset::AddCopies(absl::string_view entity, uint64_t copies) {
  if (approximate_) {
    registers_.Add(entity);
    return;
  }
  copies_[entity] += copies;
  if (copies_.size() > cap_) MakeApproximate();
}

void EntityMultiset::Add(const SampleView& sample) {
  if (!sample.entity.empty()) AddCopies(sample.entity, 1);
}

bool EntityMultiset::Remove(const SampleView& sample) {
  if (approximate_) return false;
  if (sample.entity.empty()) return true;
  const auto at = copies_.find(sample.entity);
  if (at == copies_.end()) return false;
  if (--at->second == 0) copies_.erase(at);
  return true;
}

void EntityMultiset::Merge(const AggregateCollection& other) {
  const auto& theirs = static_cast<const EntityMultiset&>(other);
  if (theirs.approximate_ && !approximate_) MakeApproximate();
  registers_.Merge(theirs.registers_);
  for (const auto& [entity, copies] : theirs.copies_) AddCopies(entity, copies);
}

AggregateResult EntityMultiset::Finalise(uint64_t n) const {
  if (!approximate_) return {.value = Decimal::FromInt(static_cast<int64_t>(copies_.size()))};
  const auto share = [](int64_t millionths) { return Decimal::FromMantissa(millionths, 6); };
  const Number estimate = registers_.Estimate();
  AggregateResult result{.value = RoundHalfAway(estimate, 0),
                         .method = ApproximationMethod::kHyperLogLog};
  if (!estimate.defined()) return result;
  // What is known for certain: one entity for each register in use, and more than the cap.
  const size_t known = std::max<size_t>(registers_.used(), cap_ == 0 ? 0 : size_t{cap_} + 1);
  const Number least = Decimal::FromInt(static_cast<int64_t>(known));
  const int64_t width = HyperLogLog::kHalfWidthMillionths;
  result.value = Max(result.value.number(), least);
  result.lower = Max(Floor(estimate * share(1'000'000 - width)), least).value();
  result.upper = Max(Ceil(estimate * share(1'000'000 + width)), least).value();
  return result;
}

size_t EntityMultiset::AllocatedBytes() const {
  size_t bytes = sizeof(*this) + registers_.AllocatedBytes() +
                 copies_.capacity() * (sizeof(*copies_.begin()) + 1);
  for (const auto& [entity, copies] : copies_) {
    if (entity.size() > 15) bytes += entity.capacity() + 1;
  }
  return bytes;
}

// 1 when approximate: the registers. Else 0, count of entities, then per entity, in byte order: the
// entity, number of samples.
void EntityMultiset::Write(WireWriter& writer) const {
  writer.Unsigned(approximate_ ? 1 : 0);
  if (approximate_) {
    registers_.Write(writer);
    return;
  }
  std::vector<std::pair<absl::string_view, uint64_t>> sorted(copies_.begin(), copies_.end());
  std::sort(sorted.begin(), sorted.end());
  writer.Unsigned(sorted.size());
  for (const auto& [entity, copies] : sorted) {
    writer.Text(entity);
    writer.Unsigned(copies);
  }
}

absl::Status EntityMultiset::Read(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(const uint64_t approximate, reader.Unsigned());
  if (approximate > 1 || (approximate == 0 && cap_ == 0) ||
      (approximate == 1 && cap_ > 0 && n <= cap_)) {
    return absl::InvalidArgumentError("got a form of the state that does not fit n and the cap");
  }
  if (approximate == 0) return ReadEntities(reader, n);
  approximate_ = true;
  RETURN_IF_ERROR(registers_.Read(reader));
  if (registers_.used() > n || (cap_ > 0 && registers_.used() == 0)) {
    return absl::InvalidArgumentError("got a number of registers that n samples do not set");
  }
  return absl::OkStatus();
}

absl::Status EntityMultiset::ReadEntities(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  if (count > cap_) {
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
