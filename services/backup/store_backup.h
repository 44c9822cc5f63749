// Copies of the SQLite stores of the suite: taken while the services run, put back while they do
// not.
//
// A store directory has a file for each service that keeps it there: evaluation.db, measurement.db,
// definition.db. They are copied in this order, followers before what they follow: a copy of a
// follower is never ahead of the copy of its source, and catches up from it after a restore.
//
// A restored store is a new life: measurement and definition get a new incarnation, because numbers
// of the feed after the backup will be given again, to other changes. Whoever followed the old life
// is told so and starts anew: evaluation, its Redis, watchers, position tokens.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"

namespace kpisuite {

struct CopiedFile {
  std::string path;
  int64_t bytes = 0;
};

// Copies every store file of the directory `store` into the directory `target`, which is made when
// absent. Each copy is one consistent state of its file, checked, synced and complete before it
// gets its name. Writers are not held up. FAILED_PRECONDITION: no store file in `store`, a file of
// that name in `target`, a copy that is damaged; errors of storage otherwise. What was copied
// before an error stays.
absl::StatusOr<std::vector<CopiedFile>> BackUpStore(const std::string& store,
                                                    const std::string& target);

// Puts every store file of `backup` into the directory `store`, as a new life. FAILED_PRECONDITION:
// no store file in `backup`, one of that name in `store` (move it away first), a service that holds
// it, a damaged file; errors of storage otherwise. Put back in the same order; after an error
// remove what is there and start again.
absl::StatusOr<std::vector<CopiedFile>> RestoreStore(const std::string& backup,
                                                     const std::string& store, const Clock& clock);

}  // namespace kpisuite
