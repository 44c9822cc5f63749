#include "services/evaluation/log/partition_leases.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/log/rendezvous.h"

namespace kpisuite {
namespace {

// A member that has been dead for so long is taken out of the table.
constexpr char kBury[] =
    "DELETE FROM member WHERE lease_until < clock_timestamp() - interval '1 hour'";

// Host and process for those who read the table, and a number that nobody else has.
std::string NewId() {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  absl::BitGen random;
  return absl::StrCat(host, "/", getpid(), "/", absl::Hex(absl::Uniform<uint64_t>(random)));
}

int64_t SteadyNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

PostgresColumn PartColumn(const std::vector<int32_t>& parts) {
  PostgresColumn column = PostgresColumn::Int64s();
  for (const int32_t part : parts) column.Add(int64_t{part});
  return column;
}

}  // namespace

PartitionLeases::PartitionLeases(PostgresDatabase& database, const PartitionLeaseOptions& options)
    : database_(database), options_(options), id_(NewId()) {}

PartitionLeases::~PartitionLeases() { End(); }

void PartitionLeases::Begin(int partitions, const std::string& address,
                            OwnershipListener& listener) {
  partitions_ = partitions;
  address_ = address;
  listener_ = &listener;
  LogInfo("sharing the partitions of the state log", {{"id", id_}, {"address", address}});
  thread_ = std::thread([this] { RunThread(); });
}

void PartitionLeases::End() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  held_until_ = 0;
  if (const absl::Status left = Leave(); !left.ok()) {
    LogWarning("the lease runs out by itself", {{"error", left.message()}});
  }
  std::vector<OwnedPart> lost;
  for (const auto& [part, epoch] : owned_) lost.push_back({part, epoch});
  Lost(lost);
}

void PartitionLeases::Acquired(const std::vector<OwnedPart>& parts) {
  if (parts.empty()) return;
  for (const OwnedPart& part : parts) owned_[part.part] = part.epoch;
  owned_count_ = static_cast<int>(owned_.size());
  listener_->OnAcquired(parts);
}

void PartitionLeases::Lost(const std::vector<OwnedPart>& parts) {
  if (parts.empty()) return;
  for (const OwnedPart& part : parts) owned_.erase(part.part);
  owned_count_ = static_cast<int>(owned_.size());
  listener_->OnLost(parts);
}

bool PartitionLeases::holds() const { return SteadyNanos() < held_until_; }

bool PartitionLeases::complete() const {
  MutexLock lock(mutex_);
  return complete_;
}

std::string PartitionLeases::OwnerOf(int32_t part) const {
  MutexLock lock(mutex_);
  const auto found = owner_addresses_.find(part);
  return found == owner_addresses_.end() ? "" : found->second;
}

std::vector<Peer> PartitionLeases::Peers() const {
  MutexLock lock(mutex_);
  return peers_;
}

void PartitionLeases::RunThread() {
  do {
    if (const absl::Status beat = Beat(); !beat.ok()) {
      // Nobody else can take over either, or this process is told when it can look again.
      LogWarning("cannot renew the lease of the partitions", {{"error", beat.message()}});
    }
  } while (!WaitForBeat());
}

bool PartitionLeases::WaitForBeat() {
  const absl::Time end = absl::Now() + options_.beat;
  MutexLock lock(mutex_);
  while (!stopping_ && absl::Now() < end) changed_.WaitFor(mutex_, end - absl::Now());
  return stopping_;
}

absl::Status PartitionLeases::Beat() {
  ASSIGN_OR_RETURN(View view, Renew());
  Compare(view);
  std::set<std::string> alive;
  for (const Peer& member : view.members) alive.insert(member.id);
  std::vector<int32_t> to_take;
  std::vector<int32_t> to_give;
  for (const Row& row : view.rows) {
    const bool mine = view.members[RendezvousOwner(row.part, view.members)].id == id_;
    if (mine && row.owner != id_ && !alive.contains(row.owner)) to_take.push_back(row.part);
    const bool gives = !mine && row.owner == id_;
    if (gives && static_cast<int>(to_give.size()) < options_.most_given_back) {
      to_give.push_back(row.part);
    }
  }
  if (!to_take.empty()) {
    ASSIGN_OR_RETURN(const std::vector<OwnedPart> taken, Take(to_take));
    Acquired(taken);
    for (Row& row : view.rows) {
      if (owned_.contains(row.part)) row.owner = id_;
    }
  }
  if (!to_give.empty()) {
    RETURN_IF_ERROR(GiveBack(to_give));
    std::vector<OwnedPart> given;
    for (const int32_t part : to_give) given.push_back({part, owned_.at(part)});
    Lost(given);
  }
  Share(std::move(view));
  return absl::OkStatus();
}

absl::StatusOr<PartitionLeases::View> PartitionLeases::Renew() {
  const int64_t held_until = SteadyNanos() + absl::ToInt64Nanoseconds(options_.lease);
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  PostgresPipeline pipeline(transaction.connection());
  if (!prepared_) {
    pipeline.Add(
        "INSERT INTO partition(part, epoch, owner)"
        " SELECT part, coalesce((SELECT value FROM setting WHERE name = 'first_epoch'), 0), ''"
        " FROM generate_series(0, $1 - 1) AS part ON CONFLICT DO NOTHING",
        {partitions_});
    pipeline.Add(kBury);
    // Who listened at this address before does so no more.
    pipeline.Add("DELETE FROM member WHERE address = $1 AND id <> $2", {address_, id_});
  }
  pipeline.Add(
      "INSERT INTO member(id, address, lease_until)"
      " VALUES($1, $2, clock_timestamp() + $3 * interval '1 microsecond')"
      " ON CONFLICT(id) DO UPDATE SET lease_until = excluded.lease_until",
      {id_, address_, absl::ToInt64Microseconds(options_.lease)});
  const size_t members = pipeline.Add(
      "SELECT id, address FROM member WHERE lease_until >= clock_timestamp() ORDER BY id");
  const size_t rows = pipeline.Add("SELECT part, epoch, owner FROM partition ORDER BY part");
  pipeline.Add("COMMIT");
  ASSIGN_OR_RETURN(const std::vector<PostgresResult> results, pipeline.Run());
  prepared_ = true;
  held_until_ = held_until;
  View view;
  for (int row = 0; row < results[members].rows(); ++row) {
    view.members.push_back(
        {std::string(results[members].Bytes(row, 0)), std::string(results[members].Bytes(row, 1))});
  }
  for (int row = 0; row < results[rows].rows(); ++row) {
    view.rows.push_back({static_cast<int32_t>(results[rows].Int64(row, 0)),
                         results[rows].Int64(row, 1), std::string(results[rows].Bytes(row, 2))});
  }
  return view;
}

absl::StatusOr<std::vector<OwnedPart>> PartitionLeases::Take(const std::vector<int32_t>& parts) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  // In the order in which writers of the log lock them; whether they are still free is looked at
  // under the lock.
  ASSIGN_OR_RETURN(
      const PostgresResult taken,
      transaction.connection().Query(
          "WITH free AS (SELECT part FROM partition AS p WHERE part = ANY($1) AND NOT EXISTS"
          " (SELECT FROM member AS m WHERE m.id = p.owner AND m.lease_until >= clock_timestamp())"
          " ORDER BY part FOR UPDATE)"
          " UPDATE partition AS p SET owner = $2, epoch = p.epoch + 1"
          " FROM free WHERE p.part = free.part RETURNING p.part, p.epoch",
          {PartColumn(parts), id_}));
  RETURN_IF_ERROR(transaction.Commit());
  std::vector<OwnedPart> owned;
  for (int row = 0; row < taken.rows(); ++row) {
    owned.push_back({static_cast<int32_t>(taken.Int64(row, 0)), taken.Int64(row, 1)});
  }
  return owned;
}

absl::Status PartitionLeases::GiveBack(const std::vector<int32_t>& parts) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  RETURN_IF_ERROR(transaction.connection().Execute(
      "UPDATE partition SET owner = '' WHERE part = ANY($1) AND owner = $2",
      {PartColumn(parts), id_}));
  return transaction.Commit();
}

absl::Status PartitionLeases::Leave() {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  PostgresPipeline pipeline(transaction.connection());
  pipeline.Add("UPDATE partition SET owner = '' WHERE owner = $1", {id_});
  pipeline.Add("DELETE FROM member WHERE id = $1", {id_});
  pipeline.Add("COMMIT");
  return pipeline.Run().status();
}

void PartitionLeases::Compare(const View& view) {
  std::vector<OwnedPart> lost;
  std::vector<OwnedPart> acquired;
  for (const Row& row : view.rows) {
    const auto known = owned_.find(row.part);
    const bool mine = row.owner == id_;
    if (known != owned_.end() && (!mine || known->second != row.epoch)) {
      lost.push_back({row.part, known->second});
    } else if (!mine || known != owned_.end()) {
      continue;
    }
    // Taken by a transaction of unknown outcome.
    if (mine) acquired.push_back({row.part, row.epoch});
  }
  if (!lost.empty()) {
    LogWarning("other evaluators have taken over partitions", {{"partitions", lost.size()}});
  }
  Lost(lost);
  Acquired(acquired);
}

void PartitionLeases::Share(View view) {
  std::map<std::string, std::string> addresses;
  for (const Peer& member : view.members) addresses[member.id] = member.address;
  std::erase_if(view.members, [this](const Peer& member) { return member.id == id_; });
  const bool changed = view.members != told_peers_;
  told_peers_ = view.members;
  {
    MutexLock lock(mutex_);
    complete_ = true;
    owner_addresses_.clear();
    for (const Row& row : view.rows) {
      const auto owner = addresses.find(row.owner);
      complete_ = complete_ && owner != addresses.end();
      if (owner != addresses.end() && row.owner != id_) {
        owner_addresses_[row.part] = owner->second;
      }
    }
    peers_ = std::move(view.members);
  }
  if (changed) listener_->OnPeers();
}

}  // namespace kpisuite
