// States of KPIs as rows.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

// How a table of states is laid out.
struct StateTableOptions {
  // Names for people instead of ids.
  bool display_names = false;
  // A column with the last periods, on terminals.
  bool trend = false;
};

// An empty table for rows of MakeStateRow with the same options.
Table MakeStateTable(const StateTableOptions& options);

// One row. `now` gives the age of the data; `trend` is the sparkline (may be empty). `repeats`
// leaves the name out, because the row above has it.
std::vector<Cell> MakeStateRow(const v1::KpiState& state, const StateTableOptions& options,
                               absl::Time now, const std::string& trend, bool repeats);

// Last part of a resource name.
std::string IdOf(const std::string& resource_name);

}  // namespace kpisuite
