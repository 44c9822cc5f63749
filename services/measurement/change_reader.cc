#include "services/measurement/change_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "services/measurement/raw_message.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxResponseBytes = size_t{1} << 20;
constexpr absl::Duration kHeartbeat = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<ChangeReader>> ChangeReader::Create(
    const v1::ReadChangesRequest& request, MeasurementStore& store, ChangeNotifier& notifier,
    StreamWaker waker) {
  Violations violations;
  if (request.after().empty()) {
    violations.Add("after", violation::kRequired, "got no positions, want one per partition");
  }
  // A position of another process may be ahead of what was heard here.
  RETURN_IF_ERROR(store.RefreshHeads());
  const std::vector<FeedHead> heads = store.Heads();
  std::vector<Position> positions;
  std::set<int> parts;
  for (int i = 0; i < request.after_size(); ++i) {
    const v1::FeedPosition& after = request.after(i);
    const std::string field = absl::StrCat("after[", i, "].part");
    if (after.part() < 0 || after.part() >= static_cast<int>(heads.size())) {
      violations.Add(field, violation::kOutOfRange,
                     absl::StrCat("got ", after.part(), ", want 0 to ", heads.size() - 1));
    } else if (!parts.insert(after.part()).second) {
      violations.Add(field, violation::kDuplicate,
                     absl::StrCat("got ", after.part(), " again, want each partition once"));
    } else {
      const FeedHead& head = heads[after.part()];
      if (violations.empty()) {
        RETURN_IF_ERROR(CheckFeedPosition(head, after.incarnation(), after.seq()));
      }
      positions.push_back({after.part(), head.incarnation, after.seq()});
    }
  }
  if (!violations.empty()) return InvalidFields(violations.Take());
  return std::unique_ptr<ChangeReader>(
      new ChangeReader(std::move(positions), store, notifier, std::move(waker)));
}

ChangeReader::ChangeReader(std::vector<Position> positions, MeasurementStore& store,
                           ChangeNotifier& notifier, StreamWaker waker)
    : store_(store),
      notifier_(notifier),
      positions_(std::move(positions)),
      subscription_(notifier.Add([waker] { waker.Wake(); })) {}

ChangeReader::~ChangeReader() { notifier_.Remove(subscription_); }

StreamStep<grpc::ByteBuffer> ChangeReader::Next() {
  const std::vector<FeedHead> heads = store_.Heads();
  std::string response;
  for (size_t i = 0; i < positions_.size() && response.size() < kMaxResponseBytes; ++i) {
    Position& position = positions_[(next_ + i) % positions_.size()];
    const FeedHead& head = heads[position.part];
    // A feed that lives again has other entries at these positions: reading on says so.
    const bool same_life = position.incarnation == head.incarnation;
    if (same_life && position.seq >= head.last_seq) continue;
    const absl::Status status = Append(position, kMaxResponseBytes - response.size(), response);
    if (!status.ok()) return StreamEnd{status};
  }
  next_ = (next_ + 1) % positions_.size();
  if (response.empty()) return StreamIdle{};
  return RawMessage(std::move(response));
}

absl::Status ChangeReader::Append(Position& position, size_t limit_bytes, std::string& response) {
  ASSIGN_OR_RETURN(const ChangePage page, store_.ReadChanges(position.part, position.incarnation,
                                                             position.seq, limit_bytes));
  for (const std::string& batch : page.batches) {
    AppendBytesField(v1::ReadChangesResponse::kBatchesFieldNumber, batch, response);
  }
  position.seq = page.last_seq;
  return absl::OkStatus();
}

StreamStep<grpc::ByteBuffer> ChangeReader::Heartbeat() {
  v1::ReadChangesResponse response;
  // Heads that may be old would say that nothing is missing: then better none.
  if (!store_.RefreshHeads().ok()) return SerializeRaw(response);
  const std::vector<FeedHead> heads = store_.Heads();
  for (const Position& position : positions_) {
    v1::FeedPosition* const head = response.add_heads();
    head->set_part(position.part);
    head->set_incarnation(heads[position.part].incarnation);
    head->set_seq(heads[position.part].last_seq);
  }
  return SerializeRaw(response);
}

std::optional<absl::Duration> ChangeReader::heartbeat_interval() const { return kHeartbeat; }

}  // namespace kpisuite
