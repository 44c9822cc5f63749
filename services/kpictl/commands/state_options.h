// Flags that commands about states share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "services/kpictl/commands/context.h"
#include "services/kpictl/commands/state_query.h"

namespace kpisuite {

// Which states: KPIs, and what they have in common.
void AddStateFilterOptions(CLI::App& command, StateFilterOptions& options);

// Which single state.
struct StateKeyOptions {
  std::string kpi;
  std::string window;
  std::string slice;
  std::string hierarchy_view;  // AS_IS, AS_WAS; empty: AS_IS
  std::string period;
};

// `with_period`: also --period.
void AddStateKeyOptions(CLI::App& command, StateKeyOptions& options, bool with_period);

// The key they mean; INVALID_ARGUMENT (usage) for a name that cannot be.
absl::StatusOr<v1::StateKey> MakeStateKey(const StateKeyOptions& options, const Context& context);

}  // namespace kpisuite
