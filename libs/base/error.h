// Errors of the suite: an absl::Status that carries a stable reason, the dynamic values of its
// text, field violations and a retry hint as a payload.
//
// Only libs/rpc turns these into google.rpc details; everything else makes them with the functions
// below. Reasons are the names of kpisuite.v1.ErrorReason without prefix ("INVALID_FIELD").
// A message names the field, what came and what was wanted. All functions are thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kpisuite {

// One thing wrong with an input.
struct FieldViolation {
  std::string field;        // path, e.g. "samples[3].time"
  std::string description;  // "got X, want Y"
  std::string reason;       // refinement such as "UNIT_MISMATCH"; may be empty
  int line = 0;             // 1-based position in a file; 0 = the input is not a file
  int column = 0;

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

struct ErrorDetails {
  std::string reason;  // empty when the status was not made by this library
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> violations;
  std::optional<absl::Duration> retry_after;

  friend bool operator==(const ErrorDetails&, const ErrorDetails&) = default;
};

// An error with `reason`. `metadata` holds every dynamic value of `message`. `code` is not kOk.
absl::Status MakeError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       std::map<std::string, std::string> metadata = {});

// INVALID_ARGUMENT with reason INVALID_FIELD; the message names the first violation and the count.
// `violations` is not empty.
absl::Status InvalidFields(std::vector<FieldViolation> violations);

// The details of `status`; all empty when it has none (or is ok).
ErrorDetails GetErrorDetails(const absl::Status& status);

// `status` with its details replaced; returns it unchanged when it is ok.
absl::Status WithErrorDetails(absl::Status status, const ErrorDetails& details);

// `status` with a hint when to try again; returns it unchanged when it is ok.
absl::Status WithRetryAfter(absl::Status status, absl::Duration retry_after);

}  // namespace kpisuite
