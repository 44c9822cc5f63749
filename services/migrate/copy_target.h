// CopyTarget: the tables of one store in PostgreSQL while they are filled.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/postgres/database.h"
#include "services/migrate/copy_plan.h"

namespace kpisuite {

// Services are kept away until Finish (PostgresSchema::filling). Used by one thread at a time.
// Errors: see PostgresError.
class CopyTarget {
 public:
  // Makes the tables, or finds those that an unfinished copy of the same store has left.
  // FAILED_PRECONDITION naming --store: other tables, a copy of another store or of an earlier
  // state of this one, another copy that is running.
  static absl::StatusOr<std::unique_ptr<CopyTarget>> Open(const PostgresTarget& target,
                                                          const StoreKind& kind,
                                                          const CopyPlan& plan);

  // How many rows of the table are there.
  absl::StatusOr<int64_t> CopiedRows(const CopiedTable& table);
  // Adds rows, after which `rows_after` are there; all or none.
  absl::Status Append(const CopiedTable& table, absl::Span<const CopiedRow> rows,
                      int64_t rows_after);
  // Hands out every row of a table, of one moment, in no order.
  absl::Status VisitRows(const CopiedTable& table,
                         const std::function<void(const CopiedRow&)>& visit);

  // With the tables of the store as the search path; no limit of time on statements.
  PostgresConnection& connection() const { return *connection_; }

 private:
  CopyTarget(std::unique_ptr<PostgresDatabase> database,
             std::unique_ptr<PostgresConnection> connection)
      : database_(std::move(database)), connection_(std::move(connection)) {}

  absl::Status LockOut(const StoreKind& kind);
  absl::Status Claim(const StoreKind& kind, const CopyPlan& plan);
  absl::StatusOr<std::string> FindNote(absl::string_view name);

  const std::unique_ptr<PostgresDatabase> database_;
  const std::unique_ptr<PostgresConnection> connection_;
};

// FAILED_PRECONDITION naming --store when the schema of any of the stores has tables that are no
// unfinished copy; changes nothing.
absl::Status CheckTargetIsFree(const PostgresTarget& target);

// Hands the tables of all stores, on one database, over to the services at once: all or none.
absl::Status FinishCopies(absl::Span<const std::unique_ptr<CopyTarget>> targets,
                          absl::Span<const CopyPlan> plans);

}  // namespace kpisuite
