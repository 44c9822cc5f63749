// The tables of definition, for both engines. What is in them: sqlite_definition_store.h.
#pragma once

#include "libs/postgres/migration.h"
#include "libs/storage/schema.h"

namespace kpisuite {

// Of definition.db.
Schema SqliteDefinitionSchema();
// Of the SQL schema "kpi_definition".
PostgresSchema PostgresDefinitionSchema();

}  // namespace kpisuite
