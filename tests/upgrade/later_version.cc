#include "tests/upgrade/later_version.h"

#include "libs/base/status_macros.h"
#include "libs/postgres/database.h"
#include "services/migrate/copy_plan.h"

namespace kpisuite {
namespace {

constexpr char kAddition[] = R"sql(
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
      AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'schema_version' LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN later text NOT NULL DEFAULT ''x''', name);
  END LOOP;
END $$;
CREATE TABLE later(id bigint PRIMARY KEY);
)sql";

}  // namespace

absl::Status AddAsALaterVersion(const PostgresTarget& target) {
  for (const StoreKind& kind : StoreKinds()) {
    PostgresSchema schema = kind.target_schema;
    schema.migrations.push_back(kAddition);
    RETURN_IF_ERROR(PostgresDatabase::Create({.target = target, .schema = schema}).status());
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
