#include "services/measurement/postgres/head_board.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr char kListen[] = "LISTEN kpi_measurement_head";
constexpr absl::Duration kPauseAfterFailure = absl::Milliseconds(500);
// Telling costs the server as much as a small write: the first commit is told at once, those that
// follow at its heels together.
constexpr absl::Duration kPauseAfterTelling = absl::Milliseconds(2);
// What is told need not be on the disk.
constexpr char kTell[] =
    "SELECT set_config('synchronous_commit', 'off', true),"
    " count(pg_notify('kpi_measurement_head', payload)) FROM unnest($1) payload";

// Whether `next` is after `known`, in the life of the feed or in a later one.
bool IsLater(const FeedHead& next, const FeedHead& known) {
  if (next.incarnation != known.incarnation) return next.incarnation > known.incarnation;
  return next.last_seq > known.last_seq || next.trimmed_seq > known.trimmed_seq;
}

}  // namespace

HeadBoard::HeadBoard(PostgresDatabase& database, std::vector<FeedHead> heads,
                     absl::Duration poll_interval)
    : database_(database),
      poll_interval_(poll_interval),
      wake_descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      heads_(std::move(heads)),
      thread_([this] { RunThread(); }) {}

HeadBoard::~HeadBoard() {
  Stop();
  close(wake_descriptor_);
}

std::vector<FeedHead> HeadBoard::Heads() const {
  MutexLock lock(mutex_);
  return heads_;
}

FeedHead HeadBoard::Head(int part) const {
  MutexLock lock(mutex_);
  return heads_[part];
}

bool HeadBoard::Put(const FeedHead& head) {
  MutexLock lock(mutex_);
  FeedHead& known = heads_[head.part];
  FeedHead later = head;
  if (head.incarnation == known.incarnation) {
    // One of them may come from before what the other one tells.
    later.last_seq = std::max(head.last_seq, known.last_seq);
    later.trimmed_seq = std::max(head.trimmed_seq, known.trimmed_seq);
  }
  if (!IsLater(later, known)) return false;
  known = later;
  return true;
}

void HeadBoard::Advance(const FeedHead& head) {
  if (!Put(head)) return;
  CallListener();
  {
    MutexLock lock(mutex_);
    to_tell_.insert(head.part);
  }
  Wake();
}

void HeadBoard::SetListener(std::function<void()> listener) {
  MutexLock lock(mutex_);
  listener_ = std::move(listener);
}

void HeadBoard::CallListener() {
  std::function<void()> listener;
  {
    MutexLock lock(mutex_);
    listener = listener_;
  }
  if (listener) listener();
}

void HeadBoard::Wake() {
  const uint64_t one = 1;
  // A full counter has woken the thread already.
  [[maybe_unused]] const ssize_t written = write(wake_descriptor_, &one, sizeof(one));
}

void HeadBoard::Stop() {
  stopping_ = true;
  Wake();
  if (thread_.joinable()) thread_.join();
  SetListener(nullptr);
}

void HeadBoard::RunThread() {
  while (!stopping_) {
    const absl::Status ended = ListenOnce();
    if (stopping_ || ended.ok()) return;
    LogWarning("listening for commits of other processes ended; connecting again",
               {{"error", ended.message()}});
    std::this_thread::sleep_for(absl::ToChronoNanoseconds(kPauseAfterFailure));
  }
}

absl::Status HeadBoard::ListenOnce() {
  ASSIGN_OR_RETURN(const std::unique_ptr<PostgresConnection> connection,
                   database_.Connect(kListen));
  Deadline next_poll;
  while (true) {
    const bool stopping = stopping_;
    ASSIGN_OR_RETURN(const bool told, TellOthers(*connection));
    if (stopping) return absl::OkStatus();
    if (next_poll.passed()) {
      RETURN_IF_ERROR(RefreshOn(*connection));
      next_poll = Deadline::After(poll_interval_);
    }
    const Deadline pause = told ? Deadline::After(kPauseAfterTelling) : Deadline();
    while (!pause.passed()) RETURN_IF_ERROR(HearOthers(*connection, pause.left(), -1));
    RETURN_IF_ERROR(HearOthers(*connection, next_poll.left(), wake_descriptor_));
  }
}

absl::Status HeadBoard::HearOthers(PostgresConnection& connection, absl::Duration timeout,
                                   int wake_descriptor) {
  ASSIGN_OR_RETURN(const std::vector<std::string> payloads,
                   connection.WaitForNotifications(timeout, wake_descriptor));
  for (const std::string& payload : payloads) Take(payload);
  return absl::OkStatus();
}

absl::StatusOr<bool> HeadBoard::TellOthers(PostgresConnection& connection) {
  std::vector<FeedHead> told;
  {
    MutexLock lock(mutex_);
    for (const int part : to_tell_) told.push_back(heads_[part]);
    to_tell_.clear();
  }
  if (told.empty()) return false;
  PostgresColumn payloads = PostgresColumn::Texts();
  for (const FeedHead& head : told) {
    payloads.Add(absl::StrCat(head.part, " ", head.incarnation, " ", head.last_seq));
  }
  RETURN_IF_ERROR(connection.Execute(kTell, {payloads}));
  return true;
}

void HeadBoard::Take(absl::string_view payload) {
  const std::vector<absl::string_view> words = absl::StrSplit(payload, ' ');
  FeedHead head;
  if (words.size() != 3 || !absl::SimpleAtoi(words[0], &head.part) ||
      !absl::SimpleAtoi(words[1], &head.incarnation) ||
      !absl::SimpleAtoi(words[2], &head.last_seq)) {
    return;
  }
  {
    MutexLock lock(mutex_);
    if (head.part < 0 || head.part >= static_cast<int>(heads_.size())) return;
    head.trimmed_seq = heads_[head.part].trimmed_seq;
  }
  if (Put(head)) CallListener();
}

absl::Status HeadBoard::Refresh() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_.BeginRead());
  return RefreshOn(transaction.connection());
}

absl::Status HeadBoard::RefreshOn(PostgresConnection& connection) {
  ASSIGN_OR_RETURN(const std::vector<FeedHead> heads, ReadPostgresHeads(connection));
  bool moved = false;
  for (const FeedHead& head : heads) {
    const FeedHead known = Head(head.part);
    const bool lost = head.incarnation == known.incarnation && head.last_seq < known.last_seq;
    if (lost && !connection.in_transaction()) RETURN_IF_ERROR(RenewLife(connection, known));
    moved |= Put(head);
  }
  if (moved) CallListener();
  return absl::OkStatus();
}

absl::Status HeadBoard::RenewLife(PostgresConnection& connection, const FeedHead& lost) {
  // Only if it is still so: a commit of this moment may be younger than what was just read.
  ASSIGN_OR_RETURN(const PostgresResult renewed,
                   connection.Query("UPDATE head SET incarnation = incarnation + 1"
                                    " WHERE part = $1 AND incarnation = $2 AND last_seq < $3"
                                    " RETURNING incarnation, last_seq, trimmed_seq",
                                    {lost.part, lost.incarnation, lost.last_seq}));
  if (renewed.rows() == 0) return absl::OkStatus();
  LogError("a partition has lost entries and begins a new life",
           {{"part", lost.part}, {"lost_from", renewed.Int64(0, 1) + 1}});
  Put({lost.part, renewed.Int64(0, 0), renewed.Int64(0, 1), renewed.Int64(0, 2)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FeedHead>> ReadPostgresHeads(PostgresConnection& connection) {
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   connection.Query("SELECT part, incarnation, last_seq, trimmed_seq FROM head"
                                    " ORDER BY part"));
  std::vector<FeedHead> heads;
  heads.reserve(rows.rows());
  for (int row = 0; row < rows.rows(); ++row) {
    heads.push_back({static_cast<int>(rows.Int64(row, 0)), rows.Int64(row, 1), rows.Int64(row, 2),
                     rows.Int64(row, 3)});
  }
  return heads;
}

}  // namespace kpisuite
