// CopyPlan: what of a store's SQLite file goes into which tables of PostgreSQL, and how.
//
// A plan names every table and column of both sides. What it does not name is refused at the start
// (coverage.h), so that a new column cannot be left behind without anybody noticing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/postgres/migration.h"
#include "libs/storage/connection.h"
#include "libs/storage/schema.h"

namespace kpisuite {

enum class CellType { kInteger, kBoolean, kText, kBytes };

// Null; an integer, or a boolean as 0 or 1; text or bytes.
using CopiedCell = std::variant<std::monostate, int64_t, std::string>;
using CopiedRow = std::vector<CopiedCell>;

struct CopiedColumn {
  std::string name;
  CellType type = CellType::kInteger;
};

// One table of the target.
struct CopiedTable {
  std::string name;
  std::vector<CopiedColumn> columns;
  // SQL over the file: `columns` in their order, rows in an order that is always the same.
  std::string select;
  // What is left to be done to a row that was read; may be empty.
  std::function<absl::Status(CopiedRow&)> convert;
  // Whether a new schema has a row in it, which the copy replaces.
  bool prefilled = false;
};

struct TableColumns {
  std::string table;
  std::vector<std::string> columns;
};

struct CopyPlan {
  std::vector<CopiedTable> tables;
  std::vector<TableColumns> read;  // every table of the file: all of it is copied
  std::vector<TableColumns> made;  // columns of the target that the copy does not fill
  std::string life;                // which store the file is of; no two have the same
  std::string mark;                // of what is in it; another one after every write
  std::string finish;              // SQL script over the target when everything is there
};

// One of the three stores.
struct StoreKind {
  std::string name;       // "definition"
  std::string file_name;  // "definition.db"
  Schema file_schema;
  PostgresSchema target_schema;
  // Reads what the plan needs from the file. Errors of storage; INTERNAL for a damaged file.
  absl::StatusOr<CopyPlan> (*plan)(Connection& file);
};

// Definition, measurement, evaluation: whoever follows another comes after it.
const std::vector<StoreKind>& StoreKinds();

absl::StatusOr<CopyPlan> PlanDefinitionCopy(Connection& file);
absl::StatusOr<CopyPlan> PlanMeasurementCopy(Connection& file);
absl::StatusOr<CopyPlan> PlanEvaluationCopy(Connection& file);

// The first column of the first row of `sql`, a text; INTERNAL when there is none.
absl::StatusOr<std::string> ReadText(Connection& file, absl::string_view sql);

}  // namespace kpisuite
