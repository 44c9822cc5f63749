#include "services/evaluation/log/partition_leases.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
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

void PartitionLeases::RequestEnd() {
  MutexLock lock(mutex_);
  stopping_ = true;
  changed_.NotifyAll();
}

void PartitionLeases::End() {
  RequestEnd();
  if (thread_.joinable()) thread_.join();
}

void PartitionLeases::Acquired(const std::vector<OwnedPart>& parts) {
  if (parts.empty()) return;
  for (const OwnedPart& part : parts) owned_[part.part] = part.epoch;
  NoteOwned();
  listener_->OnAcquired(parts);
}

void PartitionLeases::Lost(const std::vector<OwnedPart>& parts) {
  if (parts.empty()) return;
  for (const OwnedPart& part : parts) owned_.erase(part.part);
  NoteOwned();
  listener_->OnLost(parts);
}

void PartitionLeases::NoteOwned() {
  owned_count_ = static_cast<int>(owned_.size());
  MutexLock lock(mutex_);
  held_ = owned_;
}

bool PartitionLeases::holds() const { return !held_until_.load().passed(); }

bool PartitionLeases::Holds(const OwnedPart& part) const {
  MutexLock lock(mutex_);
  const auto held = held_.find(part.part);
  return held != held_.end() && held->second == part.epoch && holds();
}

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
  absl::Status last;
  do {
    last = Beat();
    if (!last.ok()) {
      // Nobody else can take over either, or this process is told when it can look again.
      LogWarning("cannot renew the lease of the partitions", {{"error", last.message()}});
    }
  } while (!WaitForBeat());
  held_until_ = Deadline();
  // Not with a server that has just failed: whoever ends waits for this.
  if (last.ok()) last = Leave();
  if (!last.ok()) LogWarning("the lease runs out by itself", {{"error", last.message()}});
  std::vector<OwnedPart> lost;
  for (const auto& [part, epoch] : owned_) lost.push_back({part, epoch});
  Lost(lost);
}

bool PartitionLeases::WaitForBeat() {
  const Deadline end = Deadline::After(options_.beat);
  MutexLock lock(mutex_);
  while (!stopping_ && !end.passed()) changed_.WaitFor(mutex_, end.left());
  return stopping_;
}

absl::Status PartitionLeases::Beat() {
  const bool away = prepared_ && !holds();
  ASSIGN_OR_RETURN(View view, Renew());
  WatchDead(view, away);
  Compare(view);
  // What was taken meanwhile is not held again, not even for a moment.
  held_until_ = view.held_until;
  std::vector<int32_t> to_take;
  std::vector<int32_t> to_give;
  for (const Row& row : view.rows) {
    const bool mine = view.members[RendezvousOwner(row.part, view.members)].id == id_;
    if (mine && row.owner != id_ && IsGone(row.owner)) to_take.push_back(row.part);
    const bool gives = !mine && row.owner == id_;
    if (gives && static_cast<int>(to_give.size()) < options_.most_given_back) {
      to_give.push_back(row.part);
    }
  }
  absl::Status changed = Take(to_take, view);
  changed.Update(GiveBack(to_give));
  Share(std::move(view));
  return changed;
}

absl::StatusOr<std::vector<PostgresResult>> PartitionLeases::Transact(
    absl::FunctionRef<void(PostgresPipeline&)> add) {
  if (connection_ == nullptr || !connection_->alive()) {
    connection_.reset();
    // Nothing of it may last as long as a lease.
    const absl::Duration lock_timeout = std::min(options_.lease / 4, absl::Seconds(10));
    ASSIGN_OR_RETURN(
        connection_,
        database_.Connect(
            absl::StrCat("SET lock_timeout TO ", absl::ToInt64Milliseconds(lock_timeout)),
            std::clamp(options_.lease, absl::Seconds(5), kPostgresSilence)));
  }
  PostgresPipeline pipeline(*connection_);
  pipeline.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
  add(pipeline);
  pipeline.Add("COMMIT");
  absl::StatusOr<std::vector<PostgresResult>> results = pipeline.Run();
  if (!results.ok() && connection_->in_transaction() &&
      !connection_->ExecuteScript("ROLLBACK").ok()) {
    connection_.reset();
  }
  return results;
}

absl::StatusOr<PartitionLeases::View> PartitionLeases::Renew() {
  Deadline held_until;
  std::optional<size_t> succeeded;
  size_t members = 0;
  size_t rows = 0;
  const auto add = [&](PostgresPipeline& pipeline) {
    held_until = Deadline::After(options_.lease);
    if (!prepared_) {
      pipeline.Add(
          "INSERT INTO partition(part, epoch, owner)"
          " SELECT part, coalesce((SELECT value FROM setting WHERE name = 'first_epoch'), 0), ''"
          " FROM generate_series(0, $1 - 1) AS part ON CONFLICT DO NOTHING",
          {partitions_});
      pipeline.Add(kBury);
      // Who listened at this address before does so no more.
      succeeded = pipeline.Add("DELETE FROM member WHERE address = $1 AND id <> $2 RETURNING id",
                               {address_, id_});
    }
    pipeline.Add(
        "INSERT INTO member(id, address, lease_until)"
        " VALUES($1, $2, clock_timestamp() + $3 * interval '1 microsecond')"
        " ON CONFLICT(id) DO UPDATE SET lease_until = excluded.lease_until",
        {id_, address_, absl::ToInt64Microseconds(options_.lease)});
    members = pipeline.Add(
        "SELECT id, address FROM member WHERE lease_until >= clock_timestamp() ORDER BY id");
    rows = pipeline.Add("SELECT part, epoch, owner FROM partition ORDER BY part");
  };
  ASSIGN_OR_RETURN(const std::vector<PostgresResult> results, Transact(add));
  prepared_ = true;
  if (succeeded.has_value()) {
    const PostgresResult& ids = results[*succeeded];
    for (int row = 0; row < ids.rows(); ++row) succeeded_.emplace(ids.Bytes(row, 0));
  }
  View view = ReadView(results[members], results[rows]);
  view.held_until = held_until;
  return view;
}

PartitionLeases::View PartitionLeases::ReadView(const PostgresResult& members,
                                                const PostgresResult& rows) {
  View view;
  for (int row = 0; row < members.rows(); ++row) {
    view.members.push_back(
        {std::string(members.Bytes(row, 0)), std::string(members.Bytes(row, 1))});
  }
  for (int row = 0; row < rows.rows(); ++row) {
    view.rows.push_back({static_cast<int32_t>(rows.Int64(row, 0)), rows.Int64(row, 1),
                         std::string(rows.Bytes(row, 2))});
  }
  return view;
}

void PartitionLeases::WatchDead(const View& view, bool away) {
  if (away) dead_at_.clear();
  const Deadline counts = Deadline::After(away ? options_.lease : 2 * options_.beat);
  std::set<std::string> alive;
  for (const Peer& member : view.members) alive.insert(member.id);
  std::map<std::string, Deadline> dead_at;
  for (const Row& row : view.rows) {
    if (row.owner.empty() || alive.contains(row.owner)) continue;
    const auto known = dead_at_.find(row.owner);
    dead_at.emplace(row.owner, known != dead_at_.end() ? known->second : counts);
  }
  dead_at_ = std::move(dead_at);
}

bool PartitionLeases::IsGone(const std::string& owner) const {
  if (owner.empty() || succeeded_.contains(owner)) return true;
  const auto dead = dead_at_.find(owner);
  return dead != dead_at_.end() && dead->second.passed();
}

absl::Status PartitionLeases::Take(const std::vector<int32_t>& parts, View& view) {
  if (parts.empty()) return absl::OkStatus();
  size_t taken = 0;
  const auto add = [&](PostgresPipeline& pipeline) {
    // Whether they are still free is looked at under the lock. Who holds it may be halted.
    taken = pipeline.Add(
        "WITH free AS (SELECT part FROM partition AS p WHERE part = ANY($1) AND NOT EXISTS"
        " (SELECT FROM member AS m WHERE m.id = p.owner AND m.lease_until >= clock_timestamp())"
        " ORDER BY part FOR UPDATE SKIP LOCKED)"
        " UPDATE partition AS p SET owner = $2, epoch = p.epoch + 1"
        " FROM free WHERE p.part = free.part RETURNING p.part, p.epoch",
        {PartColumn(parts), id_});
  };
  ASSIGN_OR_RETURN(const std::vector<PostgresResult> results, Transact(add));
  std::vector<OwnedPart> acquired;
  for (int row = 0; row < results[taken].rows(); ++row) {
    acquired.push_back(
        {static_cast<int32_t>(results[taken].Int64(row, 0)), results[taken].Int64(row, 1)});
  }
  Acquired(acquired);
  for (Row& row : view.rows) {
    if (owned_.contains(row.part)) row.owner = id_;
  }
  return absl::OkStatus();
}

absl::Status PartitionLeases::GiveBack(const std::vector<int32_t>& parts) {
  if (parts.empty()) return absl::OkStatus();
  size_t given = 0;
  const auto add = [&](PostgresPipeline& pipeline) {
    given = pipeline.Add(
        "WITH mine AS (SELECT part FROM partition WHERE part = ANY($1) AND owner = $2"
        " ORDER BY part FOR UPDATE SKIP LOCKED)"
        " UPDATE partition AS p SET owner = '' FROM mine WHERE p.part = mine.part"
        " RETURNING p.part",
        {PartColumn(parts), id_});
  };
  ASSIGN_OR_RETURN(const std::vector<PostgresResult> results, Transact(add));
  std::vector<OwnedPart> lost;
  for (int row = 0; row < results[given].rows(); ++row) {
    const auto part = static_cast<int32_t>(results[given].Int64(row, 0));
    lost.push_back({part, owned_.at(part)});
  }
  Lost(lost);
  return absl::OkStatus();
}

absl::Status PartitionLeases::Leave() {
  const auto add = [&](PostgresPipeline& pipeline) {
    pipeline.Add("UPDATE partition SET owner = '' WHERE owner = $1", {id_});
    pipeline.Add("DELETE FROM member WHERE id = $1", {id_});
  };
  return Transact(add).status();
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
