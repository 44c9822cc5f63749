// ChangeBatchBuilder: the feed entry of one unit, in columns with old and new content.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement.pb.h"
#include "services/measurement/sample.h"

namespace kpisuite {

// What a row of a unit does to what is stored.
enum class RowEffect { kUnchanged, kInserted, kCorrected, kRetracted };

// `live` is the live content of the identity; null when it is absent or withdrawn.
RowEffect EffectOf(IngestOperation operation, const SampleContent* live,
                   const SampleContent& wanted);

// Collects the changes of one unit and counts them. Not thread-safe.
class ChangeBatchBuilder {
 public:
  // The rows that follow belong to this series, whose arguments outlive them.
  void BeginSeries(const std::string& metric, const Slice& slice, uint64_t series_id);
  // `old_content` may be null for kInserted only. kUnchanged is counted and leaves no trace.
  void AddRow(const SampleRow& row, RowEffect effect, const SampleContent* old_content);
  void AddWatermark(const WatermarkMove& move);
  // What is known now.
  void AddKept(const std::string& metric, const KeptSamples& kept);

  bool empty() const {
    return batch_.series_size() == 0 && batch_.watermarks_size() == 0 && batch_.kept_size() == 0;
  }
  const IngestCounts& counts() const { return counts_; }

  // The serialised v1::ChangeBatch. Equal changes give equal bytes. Called once.
  std::string Finish(absl::string_view workspace, int part, int64_t incarnation, int64_t seq,
                     absl::Time commit_time);

 private:
  v1::SeriesChanges& Current();

  const std::string* metric_ = nullptr;
  const Slice* slice_ = nullptr;
  uint64_t series_id_ = 0;
  v1::SeriesChanges* current_ = nullptr;  // in batch_; null until the series has a change
  v1::ChangeBatch batch_;
  IngestCounts counts_;
};

v1::KeptSamples KeptMessage(const std::string& metric, const KeptSamples& kept);

// Nanoseconds since the epoch as a protobuf timestamp.
google::protobuf::Timestamp TimestampOfNano(int64_t nano);
google::protobuf::Timestamp TimestampOf(absl::Time time);

}  // namespace kpisuite
