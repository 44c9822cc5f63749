// What is in definition.db. Revisions and changes name their definition by a number there and by
// its name in PostgreSQL.
#include "libs/base/status_macros.h"
#include "services/migrate/copy_plan.h"

namespace kpisuite {
namespace {

const CopiedColumn kWorkspace = {"workspace", CellType::kText};
const CopiedColumn kCollection = {"collection", CellType::kText};
const CopiedColumn kId = {"id", CellType::kText};

std::vector<CopiedTable> Tables() {
  return {
      {.name = "store",
       .columns = {{"id"}, {"incarnation"}, {"position"}},
       .select = "SELECT 0, incarnation, (SELECT max(position) FROM applied_set) FROM store"},
      {.name = "definition",
       .columns = {kWorkspace, kCollection, kId, {"revision"}, {"deleted", CellType::kBoolean}},
       .select = "SELECT workspace, collection, id, revision, deleted FROM definition"
                 " ORDER BY key"},
      {.name = "revision",
       .columns = {kWorkspace, kCollection, kId, {"revision"}, {"bytes", CellType::kBytes}},
       .select = "SELECT workspace, collection, id, r.revision, bytes FROM revision r"
                 " CROSS JOIN definition d ON d.key = r.definition"
                 " ORDER BY r.definition, r.revision"},
      {.name = "applied_set",
       .columns = {{"position"}, {"commit_nanos"}},
       .select = "SELECT position, commit_nanos FROM applied_set ORDER BY position"},
      {.name = "change",
       .columns = {{"position"}, {"ordinal"}, kWorkspace, kCollection, kId, {"revision"}},
       .select = "SELECT position, ordinal, workspace, collection, id, c.revision FROM change c"
                 " CROSS JOIN definition d ON d.key = c.definition ORDER BY position, ordinal"},
      {.name = "request",
       .columns = {kWorkspace,
                   {"request_id", CellType::kText},
                   {"fingerprint", CellType::kBytes},
                   {"response", CellType::kBytes},
                   {"time_nanos"}},
       .select = "SELECT workspace, request_id, fingerprint, response, time_nanos FROM request"
                 " ORDER BY workspace, request_id"},
  };
}

}  // namespace

absl::StatusOr<CopyPlan> PlanDefinitionCopy(Connection& file) {
  CopyPlan plan;
  plan.tables = Tables();
  plan.read = {
      {"store", {"incarnation"}},
      {"definition", {"key", "workspace", "collection", "id", "revision", "deleted"}},
      {"revision", {"definition", "revision", "bytes"}},
      {"applied_set", {"position", "commit_nanos"}},
      {"change", {"position", "ordinal", "definition", "revision"}},
      {"request", {"workspace", "request_id", "fingerprint", "response", "time_nanos"}},
  };
  ASSIGN_OR_RETURN(plan.life, ReadText(file, "SELECT CAST(incarnation AS TEXT) FROM store"));
  ASSIGN_OR_RETURN(
      plan.mark, ReadText(file,
                          "SELECT (SELECT max(position) FROM applied_set) || '/' ||"
                          " (SELECT count(*) || '/' || ifnull(max(time_nanos), 0) FROM request)"));
  return plan;
}

}  // namespace kpisuite
