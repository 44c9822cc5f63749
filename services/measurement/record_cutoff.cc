#include "services/measurement/record_cutoff.h"

#include <algorithm>

#include "libs/base/status_macros.h"

namespace kpisuite {

absl::StatusOr<int64_t> FindSeqAt(MeasurementSnapshot& snapshot, int part, absl::Time time) {
  const FeedHead& head = snapshot.heads()[part];
  int64_t known = 0;  // committed at or before
  int64_t later = head.last_seq + 1;
  while (later - known > 1) {
    const int64_t middle = known + (later - known) / 2;
    ASSIGN_OR_RETURN(const FeedCommit commit, snapshot.FindCommit(part, middle));
    (commit.record_time <= time ? known : later) = middle;
  }
  return known;
}

absl::StatusOr<DayCutoffs> DayCutoffs::Create(MeasurementSnapshot& snapshot, int part,
                                              absl::Span<const RecordCutoff> cutoffs) {
  DayCutoffs result;
  for (const RecordCutoff& cutoff : cutoffs) {
    ASSIGN_OR_RETURN(const int64_t seq, FindSeqAt(snapshot, part, cutoff.record_time));
    result.ranges_.push_back(
        {cutoff.first_day.has_value() ? *cutoff.first_day : std::numeric_limits<int64_t>::min(),
         cutoff.end_day.has_value() ? *cutoff.end_day : std::numeric_limits<int64_t>::max(), seq});
  }
  return result;
}

int64_t DayCutoffs::SeqOf(int32_t day) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), int64_t{day},
                       [](int64_t one, const Range& range) { return one < range.end_day; });
  return after != ranges_.end() && after->first_day <= day ? after->seq : kNone;
}

bool SampleRevisions::Accepts(const StoredSample& sample) const {
  return revisions_.empty() || (revisions_.front().time_nano == sample.time_nano &&
                                revisions_.front().sample_id == sample.sample_id);
}

void SampleRevisions::Add(const StoredSample& sample) {
  if (revisions_.empty()) sample_id_ = std::string(sample.sample_id);
  StoredSample& added = revisions_.emplace_back(sample);
  added.sample_id = sample_id_;
  added.entity = absl::string_view();
  if (!sample.entity.empty()) added.entity = entities_.emplace_back(sample.entity);
}

void SampleRevisions::Clear() {
  revisions_.clear();
  entities_.clear();
}

const StoredSample* SampleRevisions::LiveAt(int64_t seq) const {
  for (auto revision = revisions_.rbegin(); revision != revisions_.rend(); ++revision) {
    if (revision->seq <= seq) return revision->retracted ? nullptr : &*revision;
  }
  return nullptr;
}

bool SameContent(const StoredSample* a, const StoredSample* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a == b || (a->value == b->value && a->weight == b->weight &&
                    a->business_day == b->business_day && a->entity == b->entity);
}

}  // namespace kpisuite
