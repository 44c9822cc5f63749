// WriteTransaction and ReadSnapshot: a borrowed connection inside a transaction, for a scope.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "libs/storage/connection.h"

namespace kpisuite {

class ConnectionPool;

// A connection inside BEGIN ... that goes back to its pool, rolled back, when destroyed. Used by
// one thread at a time; statements prepared on it must end before it does.
class PooledTransaction {
 public:
  PooledTransaction(PooledTransaction&&) noexcept = default;
  PooledTransaction& operator=(PooledTransaction&&) = delete;
  PooledTransaction(const PooledTransaction&) = delete;
  PooledTransaction& operator=(const PooledTransaction&) = delete;

  Connection& connection() const { return *connection_; }

 protected:
  PooledTransaction(ConnectionPool& pool, std::unique_ptr<Connection> connection);
  ~PooledTransaction();

  std::unique_ptr<Connection> connection_;

 private:
  ConnectionPool* pool_;
};

// The one write transaction of a Database. Nothing is stored before Commit returns ok.
class WriteTransaction : public PooledTransaction {
 public:
  // Makes everything durable. RESOURCE_EXHAUSTED DISK_FULL: nothing was stored. UNAVAILABLE
  // STORE_UNAVAILABLE: the outcome is unknown until the store is read again. Only once.
  absl::Status Commit();

 private:
  friend class Database;
  using PooledTransaction::PooledTransaction;
};

// A read transaction: every query sees the same committed state, whatever is written meanwhile.
class ReadSnapshot : public PooledTransaction {
 private:
  friend class Database;
  using PooledTransaction::PooledTransaction;
};

}  // namespace kpisuite
