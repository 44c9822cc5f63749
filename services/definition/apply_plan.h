// ApplyPlan: what an ApplyDefinitions or DeleteDefinition request does to the live definitions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/names.h"

namespace kpisuite {

// What every revision of one request has in common.
struct RevisionStamp {
  absl::Time time;
  std::string actor;
  std::string reason;
};

// One name that the request concerns.
struct PlannedChange {
  ResourceName name;
  v1::ChangeKind kind = v1::CHANGE_KIND_UNCHANGED;
  // As it will be, without its revision number, uid and etag; of a deletion, what is deleted.
  v1::Definition after;
  std::vector<v1::FieldDifference> differences;
};

struct ApplyPlan {
  // In the order of the request, then members of the owned set that go, by name.
  std::vector<PlannedChange> changes;
  std::vector<ResourceName> deletions;
};

// Definitions of the request that belong to another owned set (REFUSED).
void AddOwnedSetViolations(const v1::ApplyDefinitionsRequest& request, const Catalog& live,
                           std::vector<FieldViolation>& violations);

// Compares a request, whose names are sound and distinct, with the live definitions.
// `members` are the live members of the owned set. ABORTED (ETAG_MISMATCH) names the first etag
// that is not the current one.
absl::StatusOr<ApplyPlan> PlanApply(const v1::ApplyDefinitionsRequest& request, const Catalog& live,
                                    const std::vector<ResourceName>& members);

// Makes the revision that a change stores; `last_revision` is the last one of its name, 0 when it
// is new. The uid is kept while the definition lives, else it is random.
v1::Definition MakeRevision(const PlannedChange& change, const v1::Definition* live,
                            int64_t last_revision, const RevisionStamp& stamp);

// ABORTED (ETAG_MISMATCH) unless `etag` is empty or that of the live definition (null: none).
absl::Status CheckEtag(const ResourceName& name, const std::string& etag, const CatalogEntry* live);

}  // namespace kpisuite
