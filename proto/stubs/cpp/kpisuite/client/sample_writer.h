// Samples in bulk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/client/batch_stream.h"
#include "kpisuite/client/write_summary.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"

namespace kpisuite::client {

// How to write.
struct WriterOptions {
  std::string parent;          // workspaces/{workspace}; required
  bool allow_partial = false;  // write the good samples of a batch and report the others
  std::string reason;          // why, for corrections
  // What request ids begin with; batches are numbered after it. Empty: random. A program that may
  // be started again with the same input gives its own, and the same batch size.
  std::string request_id_prefix;
  int batch_samples = 10'000;  // most samples in a batch
  int batch_bytes = 1 << 20;   // about how many bytes make a batch full
};

class SampleWriter;

// Samples of one series on their way into the current batch. One call adds a row; what follows it
// in a chain belongs to that row:
//
//   series.Decimal(time, "12.50").id("order-17").entity("customer-4");
class SampleColumns {
 public:
  // A row whose value is a mantissa at the metric's scale: 12.5 at scale 2 is 1250.
  SampleColumns& Mantissa(int64_t time_unix_nano, int64_t mantissa);
  // A row with an exact value, a decimal; the server refuses what is none.
  SampleColumns& Decimal(int64_t time_unix_nano, absl::string_view value);
  // A row with a double, read as its shortest decimal text.
  SampleColumns& Number(int64_t time_unix_nano, double value);

  // What tells samples of one time apart.
  SampleColumns& id(absl::string_view sample_id);
  // Whom or what the sample is about.
  SampleColumns& entity(absl::string_view entity);
  // Weight, a mantissa at the metric's weight_scale.
  SampleColumns& weight(int64_t mantissa);
  // Accounting date, in days since 1970-01-01; it wins over the time when the sample is assigned to
  // a period.
  SampleColumns& business_day(int32_t day);

 private:
  friend class SampleWriter;
  enum class Kind { kNone, kMantissas, kDoubles, kDecimals };

  SampleColumns(SampleWriter& writer, v1::SeriesBlock head)
      : writer_(writer), head_(std::move(head)), block_(head_) {}

  void BeginRow(int64_t time_unix_nano, Kind kind);
  int rows() const { return block_.time_unix_nano_size(); }
  // The rows, which are gone from here afterwards.
  v1::SeriesBlock Take();

  SampleWriter& writer_;
  const v1::SeriesBlock head_;
  v1::SeriesBlock block_;
  Kind kind_ = Kind::kNone;
};

// Writes samples over a stream: gathers them in batches of columns, sends up to as many batches
// ahead as the server allows, and follows their acks. When the stream breaks, batches without an
// ack are sent again with the same request ids, so nothing is lost or counted twice.
//
// A full batch is sent by the call that adds the next row, which waits while too many are under
// way. When the server stays away everything is kept, and Flush tells and tries again: programs
// that add without an end flush now and then. Two batches under way may be taken in another order
// after a fault; flush between two values of one sample.
//
// For one thread. Destroying it gives up what was not flushed.
class SampleWriter {
 public:
  // Asks the server for its limits; an error is that of the call. `stub` outlives the writer.
  static absl::StatusOr<std::unique_ptr<SampleWriter>> Open(
      v1::MeasurementService::StubInterface& stub, WriterOptions options);
  SampleWriter(const SampleWriter&) = delete;
  SampleWriter& operator=(const SampleWriter&) = delete;

  // The columns of a series, valid as long as the writer. Keep the reference: looking it up for
  // each row costs more than the row.
  SampleColumns& Series(const std::string& metric,
                        const std::map<std::string, std::string>& dimensions = {});

  // Sends what was added and waits until all of it is settled. A batch that the server refused does
  // not stop the others: the first refusal since the last call is the error here, all are in the
  // summary. Other errors: what keeps the stream from being opened.
  grpc::Status Flush();

  // What is settled so far.
  WriteSummary Summary() const;

 private:
  friend class SampleColumns;

  SampleWriter(v1::MeasurementService::StubInterface& stub, WriterOptions options,
               int max_unacked_batches);

  void BeforeRow();
  grpc::Status SendBatch();

  const WriterOptions options_;
  BatchStream stream_;
  std::map<std::pair<std::string, std::map<std::string, std::string>>, SampleColumns*> by_name_;
  std::deque<SampleColumns> series_;
  v1::WriteSamplesRequest blocks_;
  int64_t made_ = 0;
  int samples_ = 0;
  size_t bytes_ = 0;
  size_t reported_ = 0;
};

}  // namespace kpisuite::client
