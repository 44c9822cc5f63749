// Samples as they were recorded at a moment: what counts of a day, and what is held out of it.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// What was recorded at or before a moment counts on local days [first, end).
struct RecordCutoff {
  std::optional<int32_t> first_day;  // days since 1970-01-01; nullopt: from the first
  std::optional<int32_t> end_day;    // nullopt: to the last
  absl::Time record_time;
};

// The last entry of a feed that was committed at or before `time`; 0: none was. Commit times of a
// partition never go back, so that what was recorded then is exactly the feed up to that entry.
// Errors: those of `snapshot`.
absl::StatusOr<int64_t> FindSeqAt(MeasurementSnapshot& snapshot, int part, absl::Time time);

// Cutoffs as positions of one partition. A value.
class DayCutoffs {
 public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

  DayCutoffs() = default;
  // `cutoffs` are disjoint and in order. Errors: those of `snapshot`.
  static absl::StatusOr<DayCutoffs> Create(MeasurementSnapshot& snapshot, int part,
                                           absl::Span<const RecordCutoff> cutoffs);

  bool empty() const { return ranges_.empty(); }
  // The last entry that counts on `day`; kNone when all do.
  int64_t SeqOf(int32_t day) const;

 private:
  struct Range {
    int64_t first_day;
    int64_t end_day;
    int64_t seq;
  };
  std::vector<Range> ranges_;
};

// The revisions of one sample, in order, owning their texts.
class SampleRevisions {
 public:
  // Whether `sample` is a revision of the sample that is held; true when none is.
  bool Accepts(const StoredSample& sample) const;
  void Add(const StoredSample& sample);
  void Clear();

  absl::Span<const StoredSample> all() const { return revisions_; }
  // The last revision of entry `seq` or before; nullptr when there is none or it is withdrawn.
  const StoredSample* LiveAt(int64_t seq) const;

 private:
  std::string sample_id_;
  std::deque<std::string> entities_;
  std::vector<StoredSample> revisions_;
};

// Whether the two say the same; nullptr says nothing.
bool SameContent(const StoredSample* a, const StoredSample* b);

}  // namespace kpisuite
