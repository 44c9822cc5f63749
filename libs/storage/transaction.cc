#include "libs/storage/transaction.h"

#include <utility>

#include "libs/base/log.h"
#include "libs/storage/database.h"

namespace kpisuite {

PooledTransaction::PooledTransaction(ConnectionPool& pool, std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), pool_(&pool) {}

PooledTransaction::~PooledTransaction() {
  if (connection_ == nullptr) return;
  if (connection_->in_transaction()) {
    const absl::Status rolled_back = connection_->Execute("ROLLBACK");
    if (!rolled_back.ok()) {
      LogError("rollback failed", {{"error", rolled_back}});
    }
  }
  pool_->Return(std::move(connection_));
}

absl::Status WriteTransaction::Commit() { return connection_->Execute("COMMIT"); }

}  // namespace kpisuite
