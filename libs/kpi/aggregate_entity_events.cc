#include "libs/kpi/aggregate_entity_events.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate_frame.h"
#include "libs/kpi/wide_integer.h"

namespace kpisuite {
namespace {

std::string TextOf(absl::string_view text) { return std::string(text.data(), text.size()); }

}  // namespace

std::unique_ptr<AggregateCollection> EntityEvents::Clone() const {
  return std::make_unique<EntityEvents>(*this);
}

void EntityEvents::Add(const SampleView& sample) {
  if (sample.entity.empty()) return;
  Moment& moment = entities_[TextOf(sample.entity)][sample.place_nano()];
  ++moment.n;
  moment.total += MeasureOf(sample.value);
}

bool EntityEvents::IsPossible(const Moment& moment) const {
  const auto n = static_cast<Int128>(moment.n);
  if (conversions_) return moment.total >= 0 && moment.total <= n;
  return moment.total >= n * std::numeric_limits<int64_t>::min() &&
         moment.total <= n * std::numeric_limits<int64_t>::max();
}

bool EntityEvents::Remove(const SampleView& sample) {
  if (sample.entity.empty()) return true;
  const auto entity = entities_.find(TextOf(sample.entity));
  if (entity == entities_.end()) return false;
  const auto moment = entity->second.find(sample.place_nano());
  if (moment == entity->second.end()) return false;
  const Moment left = {moment->second.n - 1, moment->second.total - MeasureOf(sample.value)};
  if (!IsPossible(left)) return false;
  moment->second = left;
  if (left.n == 0) entity->second.erase(moment);
  if (entity->second.empty()) entities_.erase(entity);
  return true;
}

void EntityEvents::Merge(const AggregateCollection& other) {
  for (const auto& [entity, theirs] : static_cast<const EntityEvents&>(other).entities_) {
    Moments& moments = entities_[entity];
    for (const auto& [place, moment] : theirs) {
      Moment& own = moments[place];
      own.n += moment.n;
      own.total += moment.total;
    }
  }
}

AggregateResult EntityEvents::Finalise(uint64_t n) const {
  return {.value = NdReason::kNotAggregatable};
}

AggregateResult EntityEvents::FinaliseIn(const AggregateFrame& frame, uint64_t n) const {
  return conversions_ ? ConversionsIn(frame) : CohortIn(frame);
}

AggregateResult EntityEvents::ConversionsIn(const AggregateFrame& frame) const {
  uint64_t opportunities = 0;
  uint64_t converted = 0;
  uint64_t members = 0;
  for (const auto& [entity, moments] : entities_) {
    bool has_opportunity = false;
    // From the last to the first, so that the next conversion is known at each opportunity.
    const int64_t* conversion = nullptr;
    for (auto at = moments.rbegin(); at != moments.rend(); ++at) {
      const auto& [place, moment] = *at;
      if (moment.total > 0) conversion = &place;
      const uint64_t here = moment.n - static_cast<uint64_t>(moment.total);
      if (here == 0 || place < frame.start_nano || place >= frame.end_nano) continue;
      opportunities += here;
      has_opportunity = true;
      if (conversion != nullptr && Int128{*conversion} - place <= frame.conversion_window_nano) {
        converted += here;
      }
    }
    if (has_opportunity) ++members;
  }
  return {.value =
              Number(Decimal::FromMantissa(converted, 0)) / Decimal::FromMantissa(opportunities, 0),
          .members = members};
}

EntityEvents::Moment EntityEvents::TotalOf(const Moments& moments, int64_t start_nano,
                                           int64_t end_nano) {
  Moment all;
  const auto end = moments.lower_bound(end_nano);
  for (auto at = moments.lower_bound(start_nano); at != end && at->first < end_nano; ++at) {
    all.n += at->second.n;
    all.total += at->second.total;
  }
  return all;
}

AggregateResult EntityEvents::CohortIn(const AggregateFrame& frame) const {
  if (frame.then_start_nano >= frame.then_end_nano || frame.start_nano >= frame.end_nano) {
    return {.value = NdReason::kNoComparable};
  }
  Int128 then_total = 0;
  Int128 now_total = 0;
  uint64_t members = 0;
  for (const auto& [entity, moments] : entities_) {
    const Moment then = TotalOf(moments, frame.then_start_nano, frame.then_end_nano);
    if (then.n == 0) continue;
    const Moment now = TotalOf(moments, frame.start_nano, frame.end_nano);
    ++members;
    switch (frame.cohort_measure) {
      case CohortMeasure::kValue:
        then_total += then.total;
        now_total += now.total;
        break;
      case CohortMeasure::kEntities:
        ++then_total;
        now_total += now.n > 0 ? 1 : 0;
        break;
      case CohortMeasure::kRetained:
        then_total += then.total;
        now_total += std::min(now.total, then.total);
        break;
    }
  }
  const int scale = frame.cohort_measure == CohortMeasure::kEntities ? 0 : scale_;
  return {.value = Number(Decimal::FromMantissa(now_total, scale)) /
                   Decimal::FromMantissa(then_total, scale),
          .members = members};
}

size_t EntityEvents::AllocatedBytes() const {
  size_t bytes = sizeof(*this);
  for (const auto& [entity, moments] : entities_) {
    bytes += sizeof(*entities_.begin()) + moments.size() * sizeof(*moments.begin());
    if (entity.size() > 15) bytes += entity.capacity() + 1;
  }
  return bytes;
}

// Count of entities; then per entity, in byte order: the entity, count of places; then per place,
// ascending: itself (the first) or the distance to the one before minus 1, number of samples, their
// total.
void EntityEvents::Write(WireWriter& writer) const {
  writer.Unsigned(entities_.size());
  for (const auto& [entity, moments] : entities_) {
    writer.Text(entity);
    writer.Unsigned(moments.size());
    bool first = true;
    int64_t before = 0;
    for (const auto& [place, moment] : moments) {
      if (first) {
        writer.Signed(place);
      } else {
        writer.Unsigned(static_cast<uint64_t>(place) - static_cast<uint64_t>(before) - 1);
      }
      first = false;
      before = place;
      writer.Unsigned(moment.n);
      writer.WideSigned(moment.total);
    }
  }
}

absl::Status EntityEvents::ReadMoments(WireReader& reader, uint64_t& left, Moments& moments) {
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  Int128 place = 0;
  for (uint64_t i = 0; i < count; ++i) {
    if (i == 0) {
      ASSIGN_OR_RETURN(place, reader.Signed());
    } else {
      ASSIGN_OR_RETURN(const uint64_t distance, reader.Unsigned());
      place += Int128{1} + distance;
    }
    Moment moment;
    ASSIGN_OR_RETURN(moment.n, reader.Unsigned());
    ASSIGN_OR_RETURN(moment.total, reader.WideSigned());
    if (place > std::numeric_limits<int64_t>::max() || moment.n == 0 || moment.n > left ||
        !IsPossible(moment)) {
      return absl::InvalidArgumentError("got places, counts or totals that n samples do not have");
    }
    left -= moment.n;
    moments.emplace_hint(moments.end(), static_cast<int64_t>(place), moment);
  }
  if (count > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("got an entity without samples");
}

absl::Status EntityEvents::Read(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  uint64_t left = n;
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const absl::string_view entity, reader.Text());
    if (entity.empty() || (!entities_.empty() && std::prev(entities_.end())->first >= entity)) {
      return absl::InvalidArgumentError("got entities out of order");
    }
    RETURN_IF_ERROR(ReadMoments(reader, left, entities_[TextOf(entity)]));
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
