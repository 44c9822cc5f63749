// Checks of the requests of DefinitionService, apart from the definitions in them.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/base/error.h"
#include "libs/definitions/names.h"

namespace kpisuite {

inline constexpr int kDefaultPageSize = 100;
inline constexpr int kMaxPageSize = 1000;

// INVALID_ARGUMENT with all that is wrong: parent, number of definitions, owned_set and prune,
// reason, request_id.
absl::Status CheckApplyRequest(const v1::ApplyDefinitionsRequest& request);

// INVALID_ARGUMENT with all that is wrong, else the name.
absl::StatusOr<ResourceName> CheckDeleteRequest(const v1::DeleteDefinitionRequest& request);

// The name of a request; INVALID_ARGUMENT (field "name").
absl::StatusOr<ResourceName> CheckName(absl::string_view name);

// The page size to use; INVALID_ARGUMENT (field "page_size") for negative ones.
absl::StatusOr<int> CheckPageSize(int page_size);

// What a refused set ends with: FAILED_PRECONDITION (IN_USE or IMMUTABLE_FIELD) when all
// violations are of that kind, INVALID_ARGUMENT (PARTITION_GROUP_MISMATCH) when all are, else
// INVALID_ARGUMENT (INVALID_FIELD). All violations are in the details.
absl::Status ViolationsError(const std::vector<FieldViolation>& violations);

// NOT_FOUND for a definition.
absl::Status NotFound(const ResourceName& name);

}  // namespace kpisuite
