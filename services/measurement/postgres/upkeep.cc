#include "services/measurement/postgres/upkeep.h"

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/measurement/postgres/time_partitions.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kInterval = absl::Minutes(10);

}  // namespace

PostgresUpkeep::PostgresUpkeep(PostgresDatabase& database, const Clock& clock)
    : database_(database), clock_(clock), task_(kInterval, [this] {
        const absl::Status done = RunOnce();
        if (!done.ok()) LogWarning("upkeep of the store failed", {{"error", done.message()}});
      }) {}

absl::Status PostgresUpkeep::RunOnce() {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  // One maker at a time; writers of samples do not wait for it.
  RETURN_IF_ERROR(transaction.connection().Execute("LOCK TABLE schema_version IN EXCLUSIVE MODE"));
  RETURN_IF_ERROR(MakeTimePartitions(transaction.connection(), clock_.Now()));
  return transaction.Commit();
}

}  // namespace kpisuite
