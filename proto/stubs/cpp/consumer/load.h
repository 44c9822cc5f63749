// The small load that every language runs.
#pragma once

#include "absl/status/status.h"
#include "nlohmann/json.hpp"
#include "settings.h"

// Reads one after the other, then samples streamed; adds the rates to the result.
absl::Status RunLoad(const Settings& settings, nlohmann::json& result);
