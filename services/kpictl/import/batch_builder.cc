#include "services/kpictl/import/batch_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kpisuite {
namespace {

// What one sample takes besides its texts.
constexpr size_t kSampleBytes = 24;

size_t SamplesIn(const MeasuredRow& row) {
  return static_cast<size_t>(std::count_if(row.values.begin(), row.values.end(),
                                           [](const auto& value) { return value.has_value(); }));
}

size_t BytesOf(const MeasuredRow& row) {
  size_t bytes = kSampleBytes + row.sample_id.size() + row.entity.size();
  for (const std::string& member : row.members) bytes += member.size();
  return bytes * SamplesIn(row);
}

// The number in `[17]` at the front, which is removed.
std::optional<size_t> TakeIndex(absl::string_view& text) {
  if (!absl::ConsumePrefix(&text, "[")) return std::nullopt;
  const size_t end = text.find(']');
  size_t index = 0;
  if (end == absl::string_view::npos || !absl::SimpleAtoi(text.substr(0, end), &index)) {
    return std::nullopt;
  }
  text.remove_prefix(end + 1);
  return index;
}

}  // namespace

int64_t LineOfField(const ImportBatch& batch, absl::string_view field) {
  if (!absl::ConsumePrefix(&field, "series")) return 0;
  const std::optional<size_t> series = TakeIndex(field);
  if (!series.has_value() || *series >= batch.lines.size()) return 0;
  const std::vector<int64_t>& lines = batch.lines[*series];
  const size_t bracket = field.find('[');
  if (bracket == absl::string_view::npos) return lines.front();
  field.remove_prefix(bracket);
  const std::optional<size_t> sample = TakeIndex(field);
  return sample.has_value() && *sample < lines.size() ? lines[*sample] : lines.front();
}

BatchBuilder::BatchBuilder(const ImportPlan& plan, std::string parent, std::string import_id,
                           int batch_size)
    : plan_(plan),
      parent_(std::move(parent)),
      import_id_(std::move(import_id)),
      batch_size_(batch_size),
      batch_(Start()) {}

ImportBatch BatchBuilder::Start() {
  ImportBatch batch;
  batch.number = next_number_++;
  batch.request.set_parent(parent_);
  batch.request.set_request_id(absl::StrCat(import_id_, "-", batch.number));
  return batch;
}

ImportBatch BatchBuilder::Take() {
  ImportBatch full = std::exchange(batch_, Start());
  blocks_.clear();
  bytes_ = 0;
  return full;
}

std::optional<ImportBatch> BatchBuilder::Add(const MeasuredRow& row) {
  const size_t samples = SamplesIn(row);
  if (samples == 0) return std::nullopt;
  const bool full = batch_.samples + static_cast<int64_t>(samples) > batch_size_ ||
                    bytes_ + BytesOf(row) > kMaxBatchBytes;
  std::optional<ImportBatch> before;
  if (full && batch_.samples > 0) before = Take();
  for (size_t metric = 0; metric < plan_.metrics.size(); ++metric) {
    if (row.values[metric].has_value()) AddSample(row, metric);
  }
  bytes_ += BytesOf(row);
  ++batch_.rows;
  return before;
}

void BatchBuilder::AddSample(const MeasuredRow& row, size_t metric) {
  std::string key = absl::StrCat(metric, row.weights[metric].has_value() ? "w" : "-");
  for (const std::string& member : row.members) absl::StrAppend(&key, member.size(), ":", member);
  const auto [block_index, is_new] = blocks_.emplace(std::move(key), batch_.request.series_size());
  const PlannedMetric& planned = plan_.metrics[metric];
  if (is_new) {
    v1::SeriesBlock& block = *batch_.request.add_series();
    block.set_metric(planned.metric);
    for (size_t i = 0; i < row.members.size(); ++i) {
      if (row.members[i].empty()) continue;
      (*block.mutable_dimensions())[plan_.dimensions[i].first] = row.members[i];
    }
    batch_.lines.emplace_back();
  }
  v1::SeriesBlock& block = *batch_.request.mutable_series(block_index->second);
  block.add_time_unix_nano(row.time_unix_nano);
  block.add_mantissas(*row.values[metric]);
  if (planned.needs_id) block.add_sample_ids(row.sample_id);
  if (plan_.entity_column.has_value()) block.add_entities(row.entity);
  if (row.weights[metric].has_value()) block.add_weights(*row.weights[metric]);
  batch_.lines[block_index->second].push_back(row.line);
  ++batch_.samples;
}

std::optional<ImportBatch> BatchBuilder::Finish() {
  if (batch_.samples == 0) return std::nullopt;
  return Take();
}

}  // namespace kpisuite
