// Rejections: the samples of a request that are refused, as one error or as groups.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kpisuite/v1/measurement.pb.h"
#include "libs/base/error.h"
#include "services/measurement/series_block.h"

namespace kpisuite {

// Not thread-safe.
class Rejections {
 public:
  void Add(BlockIssue issue);
  void AddUnknownMetric(const std::string& field, const std::string& workspace,
                        const std::string& metric, int64_t samples);

  // Ok when nothing is refused and `others`, violations of the request itself, is empty.
  // INVALID_ARGUMENT INVALID_FIELD with all violations; when nothing else is wrong, NOT_FOUND
  // UNKNOWN_METRIC when metrics are unknown, and then FAILED_PRECONDITION PAST_RETENTION when
  // samples are (kPastRetention).
  absl::Status AsError(std::vector<FieldViolation> others) const;

  // One group for each reason and column, in the order of the first sample of each.
  std::vector<v1::RejectedGroup> Groups() const;

  const std::set<std::string>& unknown_metrics() const { return unknown_metrics_; }

 private:
  std::vector<BlockIssue> invalid_;
  std::vector<BlockIssue> unknown_;
  std::vector<BlockIssue> past_;
  std::set<std::string> unknown_metrics_;
};

}  // namespace kpisuite
