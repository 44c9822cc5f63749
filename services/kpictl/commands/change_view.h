// The difference between files and server, for people.
#pragma once

#include <ostream>

#include "kpisuite/v1/definition_service.pb.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

// Prints what changes, field by field, deletions first; nothing for what stays. The fields of new
// definitions are left out unless `whole` is set.
void PrintChanges(const v1::ApplyDefinitionsResponse& response, bool whole, bool colored,
                  std::ostream& out);

// How many definitions change.
int CountChanges(const v1::ApplyDefinitionsResponse& response);
int CountDeletions(const v1::ApplyDefinitionsResponse& response);

// One row for each definition of the response.
Table ChangeTable(const v1::ApplyDefinitionsResponse& response);

}  // namespace kpisuite
