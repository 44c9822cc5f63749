#include "tests/simulator/sample_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/slice.h"

namespace kpisuite {
namespace {

template <typename Column, typename Cell>
Cell At(const Column& column, int row, Cell none) {
  return row < column.size() ? static_cast<Cell>(column.Get(row)) : none;
}

SampleContent OldContent(const v1::SeriesChanges& changes, int row) {
  return {.value = At(changes.old_values(), row, int64_t{0}),
          .weight = At(changes.old_weights(), row, kNoWeight),
          .business_day = At(changes.old_business_days(), row, kNoBusinessDay),
          .entity = At(changes.old_entities(), row, std::string())};
}

SampleContent NewContent(const v1::SeriesChanges& changes, int row) {
  return {.value = At(changes.new_values(), row, int64_t{0}),
          .weight = At(changes.new_weights(), row, kNoWeight),
          .business_day = At(changes.new_business_days(), row, kNoBusinessDay),
          .entity = At(changes.new_entities(), row, std::string())};
}

}  // namespace

IngestCounts SampleTable::Apply(const IngestUnit& unit) {
  IngestCounts counts;
  for (const SeriesRows& series : unit.series) {
    for (const SampleRow& row : series.rows) {
      const Key key{series.metric, series.slice.ToString(), row.time_nano, row.sample_id};
      const auto found = rows_.find(key);
      if (unit.operation == IngestOperation::kRetract) {
        ++(found == rows_.end() ? counts.unchanged : counts.retracted);
        if (found != rows_.end()) rows_.erase(found);
      } else if (found == rows_.end()) {
        ++counts.inserted;
        rows_[key] = row.content;
      } else if (found->second == row.content) {
        ++counts.unchanged;
      } else {
        ++counts.corrected;
        found->second = row.content;
      }
    }
  }
  for (const WatermarkMove& move : unit.watermarks) {
    MoveWatermark(move.metric, move.complete_through_nano);
  }
  return counts;
}

absl::Status SampleTable::Apply(const v1::ChangeBatch& batch) {
  for (const v1::SeriesChanges& changes : batch.series()) {
    std::map<std::string, Member> members;
    for (const auto& [dimension, member] : changes.dimensions()) {
      members.emplace(dimension, Member::FromSource(member));
    }
    ASSIGN_OR_RETURN(const Slice slice, Slice::Create(std::move(members)));
    for (int row = 0; row < changes.kinds_size(); ++row) {
      RETURN_IF_ERROR(ApplyRow(changes, row, slice.ToString()));
    }
  }
  for (const v1::Watermark& watermark : batch.watermarks()) {
    MoveWatermark(watermark.metric(), watermark.complete_through().seconds() * 1'000'000'000 +
                                          watermark.complete_through().nanos());
  }
  return absl::OkStatus();
}

absl::Status SampleTable::ApplyRow(const v1::SeriesChanges& changes, int row,
                                   const std::string& slice) {
  const Key key{changes.metric(), slice, changes.time_unix_nano(row),
                At(changes.sample_ids(), row, std::string())};
  const auto found = rows_.find(key);
  const v1::RowChange kind = changes.kinds(row);
  const bool was_there = found != rows_.end();
  const bool expected = kind != v1::ROW_CHANGE_INSERTED;
  if (was_there != expected || (was_there && !(found->second == OldContent(changes, row)))) {
    return absl::FailedPreconditionError(absl::StrCat("the feed says that ", changes.metric(), " ",
                                                      slice, " ", v1::RowChange_Name(kind),
                                                      " of another row than the one before"));
  }
  if (kind == v1::ROW_CHANGE_RETRACTED) {
    rows_.erase(found);
  } else {
    rows_[key] = NewContent(changes, row);
  }
  return absl::OkStatus();
}

void SampleTable::MoveWatermark(const std::string& metric, int64_t nano) {
  const auto [found, added] = watermarks_.try_emplace(metric, nano);
  if (!added) found->second = std::max(found->second, nano);
}

absl::StatusOr<SampleTable::Rows> RowsOf(MeasurementStore& store, const std::string& workspace,
                                         const std::vector<std::string>& metrics) {
  SampleTable::Rows rows;
  ASSIGN_OR_RETURN(const std::unique_ptr<MeasurementSnapshot> snapshot, store.Snapshot());
  for (const std::string& metric : metrics) {
    std::vector<SeriesRecord> records;
    RETURN_IF_ERROR(snapshot->VisitSeries(workspace, metric, "", [&](const SeriesRecord& record) {
      records.push_back(record);
      return true;
    }));
    for (const SeriesRecord& record : records) {
      RETURN_IF_ERROR(snapshot->VisitSamples(record.id, {}, [&](const StoredSample& sample) {
        rows[{metric, record.slice, sample.time_nano, std::string(sample.sample_id)}] = {
            .value = sample.value,
            .weight = sample.weight,
            .business_day = sample.business_day,
            .entity = std::string(sample.entity)};
        return true;
      }));
    }
  }
  return rows;
}

}  // namespace kpisuite
