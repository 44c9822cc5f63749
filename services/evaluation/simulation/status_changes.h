// How often a status changed over closed periods, and how often it went back.
#pragma once

#include "absl/types/span.h"
#include "kpisuite/v1/common.pb.h"

namespace kpisuite {

// The status of a closed period. `place` counts periods from any beginning, open ones too.
struct ClosedStatus {
  int place = 0;
  v1::Status status = v1::STATUS_UNSPECIFIED;
};

struct StatusChanges {
  // Closed periods whose status differs from the closed one before. Every status counts, NO_DATA
  // too.
  int changes = 0;
  // Changes that the next change undid, at most two periods later.
  int flaps = 0;
};

// `closed` is in order of time.
StatusChanges CountStatusChanges(absl::Span<const ClosedStatus> closed);

}  // namespace kpisuite
