#include "services/migrate/copy_plan.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/definition/definition_schema.h"
#include "services/evaluation/log/postgres_state_log.h"
#include "services/evaluation/log/sqlite_state_log.h"
#include "services/measurement/postgres/schema.h"
#include "services/measurement/sqlite_schema.h"

namespace kpisuite {

const std::vector<StoreKind>& StoreKinds() {
  static const auto& kinds =
      *new std::vector<StoreKind>{{"definition", "definition.db", SqliteDefinitionSchema(),
                                   PostgresDefinitionSchema(), PlanDefinitionCopy},
                                  {"measurement", "measurement.db", MeasurementSchema(),
                                   PostgresMeasurementSchema(), PlanMeasurementCopy},
                                  {"evaluation", "evaluation.db", SqliteStateLogSchema(),
                                   PostgresStateLogSchema(), PlanEvaluationCopy}};
  return kinds;
}

absl::StatusOr<std::string> ReadText(Connection& file, absl::string_view sql) {
  ASSIGN_OR_RETURN(Statement rows, file.Prepare(sql));
  ASSIGN_OR_RETURN(const bool found, rows.Step());
  if (found && !rows.IsNull(0)) return std::string(rows.Text(0));
  return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a store without its first row");
}

}  // namespace kpisuite
