// Defines a KPI, writes samples, reads its status and watches it change.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "kpisuite/client/client.h"

// Runs in a workspace; the state that was watched.
absl::StatusOr<kpisuite::v1::KpiState> RunQuickstart(kpisuite::client::Client& client,
                                                     const std::string& workspace);
