#include "services/measurement/aggregate_stream.h"

#include <deque>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"

namespace kpisuite {

// What the scan and the stream share. Thread-safe.
class AggregateStream::Scan {
 public:
  Scan(MeasurementService& service, v1::QueryAggregatesRequest request, absl::Time deadline,
       StreamWaker waker)
      : service_(service),
        request_(std::move(request)),
        deadline_(deadline),
        waker_(std::move(waker)) {}

  void Run() EXCLUDES(mutex_) {
    const absl::Status status = service_.QueryAggregates(
        request_, deadline_,
        [this](v1::QueryAggregatesResponse chunk) { return Add(std::move(chunk)); });
    End(status);
  }

  void End(const absl::Status& status) EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      end_ = status;
    }
    waker_.Wake();
  }

  void Abandon() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    abandoned_ = true;
    chunks_.clear();
  }

  StreamStep<v1::QueryAggregatesResponse> Next() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (chunks_.empty()) {
      if (end_.has_value()) return StreamEnd{*end_};
      return StreamIdle{};
    }
    v1::QueryAggregatesResponse chunk = std::move(chunks_.front());
    bytes_ -= chunk.ByteSizeLong();
    chunks_.pop_front();
    return chunk;
  }

 private:
  absl::Status Add(v1::QueryAggregatesResponse chunk) EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      if (abandoned_) return absl::CancelledError("the client went away");
      bytes_ += chunk.ByteSizeLong();
      if (bytes_ > service_.limits().max_answer_bytes) {
        return InvalidFields(
            {{"queries",
              absl::StrCat("got an answer of more than ", service_.limits().max_answer_bytes,
                           " unread bytes, want fewer queries or days"),
              violation::kLimit, 0, 0}});
      }
      chunks_.push_back(std::move(chunk));
    }
    waker_.Wake();
    return absl::OkStatus();
  }

  MeasurementService& service_;
  const v1::QueryAggregatesRequest request_;
  const absl::Time deadline_;
  const StreamWaker waker_;
  Mutex mutex_;
  std::deque<v1::QueryAggregatesResponse> chunks_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::optional<absl::Status> end_ GUARDED_BY(mutex_);
  bool abandoned_ GUARDED_BY(mutex_) = false;
};

absl::StatusOr<std::unique_ptr<AggregateStream>> AggregateStream::Create(
    MeasurementService& service, v1::QueryAggregatesRequest request, absl::Time deadline,
    Executor& scans, StreamWaker waker) {
  auto scan = std::make_shared<Scan>(service, std::move(request), deadline, std::move(waker));
  RETURN_IF_ERROR(scans.Submit(0, deadline, [scan](const absl::Status& status) {
    if (status.ok()) {
      scan->Run();
    } else {
      scan->End(status);
    }
  }));
  return std::unique_ptr<AggregateStream>(new AggregateStream(std::move(scan)));
}

AggregateStream::AggregateStream(std::shared_ptr<Scan> scan) : scan_(std::move(scan)) {}

AggregateStream::~AggregateStream() { scan_->Abandon(); }

StreamStep<v1::QueryAggregatesResponse> AggregateStream::Next() { return scan_->Next(); }

}  // namespace kpisuite
