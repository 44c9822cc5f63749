#include "services/measurement/change_batch.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

const SampleContent& NoContent() {
  static const SampleContent& none = *new SampleContent();
  return none;
}

// Appends to an optional column: it stays empty until a row differs from `none`.
template <typename Column, typename Cell>
void AddCell(Column& column, int row, const Cell& cell, const Cell& none) {
  if (column.empty() && cell == none) return;
  while (column.size() < row) *column.Add() = none;
  *column.Add() = cell;
}

void AddText(google::protobuf::RepeatedPtrField<std::string>& column, int row,
             const std::string& cell) {
  if (column.empty() && cell.empty()) return;
  while (column.size() < row) column.Add();
  *column.Add() = cell;
}

v1::RowChange KindOf(RowEffect effect) {
  switch (effect) {
    case RowEffect::kInserted: return v1::ROW_CHANGE_INSERTED;
    case RowEffect::kCorrected: return v1::ROW_CHANGE_CORRECTED;
    case RowEffect::kRetracted: return v1::ROW_CHANGE_RETRACTED;
    case RowEffect::kUnchanged: break;
  }
  return v1::ROW_CHANGE_UNSPECIFIED;
}

}  // namespace

RowEffect EffectOf(IngestOperation operation, const SampleContent* live,
                   const SampleContent& wanted) {
  if (operation == IngestOperation::kRetract) {
    return live == nullptr ? RowEffect::kUnchanged : RowEffect::kRetracted;
  }
  if (live == nullptr) return RowEffect::kInserted;
  return *live == wanted ? RowEffect::kUnchanged : RowEffect::kCorrected;
}

void ChangeBatchBuilder::BeginSeries(const std::string& metric, const Slice& slice,
                                     uint64_t series_id) {
  metric_ = &metric;
  slice_ = &slice;
  series_id_ = series_id;
  current_ = nullptr;
}

v1::SeriesChanges& ChangeBatchBuilder::Current() {
  if (current_ == nullptr) {
    current_ = batch_.add_series();
    current_->set_metric(*metric_);
    for (const auto& [dimension, member] : slice_->members()) {
      (*current_->mutable_dimensions())[dimension] = member.text();
    }
    current_->set_series_id(series_id_);
  }
  return *current_;
}

void ChangeBatchBuilder::AddRow(const SampleRow& row, RowEffect effect,
                                const SampleContent* old_content) {
  counts_.inserted += effect == RowEffect::kInserted;
  counts_.corrected += effect == RowEffect::kCorrected;
  counts_.retracted += effect == RowEffect::kRetracted;
  counts_.unchanged += effect == RowEffect::kUnchanged;
  if (effect == RowEffect::kUnchanged) return;
  v1::SeriesChanges& series = Current();
  const SampleContent& before = old_content != nullptr ? *old_content : NoContent();
  const SampleContent& after = effect == RowEffect::kRetracted ? NoContent() : row.content;
  const int index = series.time_unix_nano_size();
  series.add_time_unix_nano(row.time_nano);
  series.add_kinds(KindOf(effect));
  series.add_old_values(before.value);
  series.add_new_values(after.value);
  AddText(*series.mutable_sample_ids(), index, row.sample_id);
  AddText(*series.mutable_old_entities(), index, before.entity);
  AddText(*series.mutable_new_entities(), index, after.entity);
  AddCell(*series.mutable_old_weights(), index, before.weight, kNoWeight);
  AddCell(*series.mutable_new_weights(), index, after.weight, kNoWeight);
  AddCell(*series.mutable_old_business_days(), index, before.business_day, kNoBusinessDay);
  AddCell(*series.mutable_new_business_days(), index, after.business_day, kNoBusinessDay);
}

void ChangeBatchBuilder::AddWatermark(const WatermarkMove& move) {
  v1::Watermark* watermark = batch_.add_watermarks();
  watermark->set_metric(move.metric);
  *watermark->mutable_complete_through() = TimestampOfNano(move.complete_through_nano);
}

void ChangeBatchBuilder::AddKept(const std::string& metric, const KeptSamples& kept) {
  *batch_.add_kept() = KeptMessage(metric, kept);
}

std::string ChangeBatchBuilder::Finish(absl::string_view workspace, int part, int64_t incarnation,
                                       int64_t seq, absl::Time commit_time) {
  batch_.mutable_position()->set_part(part);
  batch_.mutable_position()->set_incarnation(incarnation);
  batch_.mutable_position()->set_seq(seq);
  batch_.set_workspace(absl::StrCat("workspaces/", workspace));
  *batch_.mutable_commit_time() = TimestampOf(commit_time);
  std::string bytes;
  bytes.reserve(batch_.ByteSizeLong());
  {
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);
    batch_.SerializeToCodedStream(&coded);
  }
  return bytes;
}

v1::KeptSamples KeptMessage(const std::string& metric, const KeptSamples& kept) {
  v1::KeptSamples message;
  message.set_metric(metric);
  *message.mutable_kept_from() = TimestampOfNano(kept.from_nano);
  if (kept.first_business_day != kNoBusinessDay) {
    message.set_first_business_day(kept.first_business_day);
  }
  return message;
}

google::protobuf::Timestamp TimestampOfNano(int64_t nano) {
  return TimestampOf(absl::FromUnixNanos(nano));
}

google::protobuf::Timestamp TimestampOf(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

}  // namespace kpisuite
