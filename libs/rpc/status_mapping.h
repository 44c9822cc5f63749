// The one place where absl::Status and grpc::Status meet. Thread-safe.
#pragma once

#include <grpcpp/support/status.h>

#include <cstddef>

#include "absl/status/status.h"

namespace kpisuite {

inline constexpr char kErrorDomain[] = "kpisuite.v1";

// Larger details reach a client as RESOURCE_EXHAUSTED and hide the real error.
inline constexpr size_t kMaxStatusBytes = 4096;
inline constexpr int kMaxViolations = 20;

// What a client may see of `status`: message and details, with exactly one google.rpc.ErrorInfo
// (domain kErrorDomain), a BadRequest with the first kMaxViolations violations when there are any
// (their count is in the metadata "violations"; position and reason are part of the description as
// "line 3, column 5: got X, want Y [REASON]"), and a RetryInfo when there is a retry hint. The
// whole is at most kMaxStatusBytes.
//
// Texts that may come from a backend (reasons STORE_UNAVAILABLE, CACHE_UNAVAILABLE, DISK_FULL,
// INTERNAL, and statuses without a reason that do not blame the caller) are replaced by a fixed
// one; the caller logs the original. Ok maps to ok.
grpc::Status ToGrpcStatus(const absl::Status& status);

// Whether ToGrpcStatus hides the text of `status`.
bool HidesText(const absl::Status& status);

// The reverse, for clients: code, message and details. Details that cannot be read are ignored.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace kpisuite
