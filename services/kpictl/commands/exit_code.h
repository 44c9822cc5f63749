// Exit codes of kpictl.
#pragma once

#include "absl/status/status.h"

namespace kpisuite {

enum class ExitCode : int {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,
  kNotFound = 3,
  kAuthentication = 4,
  kConflict = 5,
  kValidation = 6,
  kUnavailable = 7,
};

// The exit code that says how a command failed: NOT_FOUND 3; UNAUTHENTICATED and PERMISSION_DENIED
// 4; ABORTED, ALREADY_EXISTS and FAILED_PRECONDITION 5; INVALID_ARGUMENT and OUT_OF_RANGE 6;
// UNAVAILABLE, DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED 7; all others 1.
ExitCode ExitCodeFor(const absl::Status& status);

}  // namespace kpisuite
