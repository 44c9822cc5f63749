// What measurement stores: samples, their series, and the unit of an atomic write.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/kpi/slice.h"

namespace kpisuite {

// "None" in the columns of weights and business days, in memory and on the wire.
inline constexpr int64_t kNoWeight = std::numeric_limits<int64_t>::min();
inline constexpr int32_t kNoBusinessDay = std::numeric_limits<int32_t>::min();

// What a sample says. Equal content is the same fact.
struct SampleContent {
  int64_t value = 0;                      // mantissa at the metric's scale
  int64_t weight = kNoWeight;             // mantissa at the metric's weight_scale
  int32_t business_day = kNoBusinessDay;  // days since 1970-01-01
  std::string entity;                     // empty: none

  friend bool operator==(const SampleContent&, const SampleContent&) = default;
};

// A sample to write, or (without regard to its content) to retract.
struct SampleRow {
  int64_t time_nano = 0;  // event time, unix nanoseconds
  std::string sample_id;  // empty when the metric's identity is TIME
  SampleContent content;
};

// Rows of one series: ascending by (time, sample_id), each identity once.
struct SeriesRows {
  std::string metric;  // id
  Slice slice;         // every declared dimension of the metric
  std::vector<SampleRow> rows;
};

// What may not change once a metric has samples, as canonical text
// ("scale=2;weightScale=4;identity=EVENT;dimensions=destination,origin").
struct MetricTraits {
  std::string metric;
  std::string traits;
};

struct WatermarkMove {
  std::string metric;
  int64_t complete_through_nano = 0;  // all events before it have been reported
};

// From when on samples of a metric are kept: earlier ones are past their retention. As it begins:
// all are kept.
struct KeptSamples {
  int64_t from_nano = std::numeric_limits<int64_t>::min();  // earlier event times are gone
  // First day that no sample that is gone had as its business day, nor a later one;
  // kNoBusinessDay: none of them had a business day.
  int32_t first_business_day = kNoBusinessDay;

  bool all() const { return *this == KeptSamples(); }
  // Each of the two moves to that of `to` where that is later; whether one did.
  bool MoveTo(const KeptSamples& to) {
    const KeptSamples before = *this;
    from_nano = std::max(from_nano, to.from_nano);
    first_business_day = std::max(first_business_day, to.first_business_day);
    return *this != before;
  }

  friend bool operator==(const KeptSamples&, const KeptSamples&) = default;
};
struct KeptMove {
  std::string metric;
  KeptSamples kept;
};

enum class IngestOperation { kWrite, kRetract };

// What one request changes in one partition: applied whole or not at all.
struct IngestUnit {
  int part = 0;
  std::string workspace;   // id
  std::string request_id;  // empty: the request is not remembered
  // SHA-256 of the whole request (32 bytes): the same request_id with another one is refused.
  std::string fingerprint;
  // Remembered with the request_id and given back to a repetition.
  std::string answer_note;
  IngestOperation operation = IngestOperation::kWrite;
  std::string reason;
  absl::Time record_time;             // of the caller's clock
  std::vector<MetricTraits> metrics;  // of every metric in `series`, each once
  std::vector<SeriesRows> series;     // each series once
  std::vector<WatermarkMove> watermarks;
  std::vector<KeptMove> kept;

  size_t RowCount() const {
    size_t rows = 0;
    for (const SeriesRows& one : series) rows += one.rows.size();
    return rows;
  }
  // What it holds in memory, roughly.
  size_t MemoryBytes() const {
    constexpr size_t kSeriesBytes = 300;
    constexpr size_t kRowBytes = sizeof(SampleRow) + 16;
    constexpr size_t kKeptBytes = sizeof(KeptMove) + 16;
    return series.size() * kSeriesBytes + RowCount() * kRowBytes + kept.size() * kKeptBytes + 500;
  }
};

struct IngestCounts {
  int64_t inserted = 0;
  int64_t corrected = 0;
  int64_t retracted = 0;
  int64_t unchanged = 0;

  friend bool operator==(const IngestCounts&, const IngestCounts&) = default;
};

// How a unit ended. `seq` is the position of its partition that includes it: its own feed entry,
// or the head when it changed nothing.
struct IngestOutcome {
  IngestCounts counts;
  int part = 0;
  int64_t incarnation = 0;
  int64_t seq = 0;
  bool duplicate = false;   // the request_id was known; counts and seq are those of the first time
  std::string answer_note;  // of the first time
  // Of the metrics whose watermarks the unit moves, as they stand after it; not in a duplicate.
  std::vector<WatermarkMove> watermarks;
};

}  // namespace kpisuite
