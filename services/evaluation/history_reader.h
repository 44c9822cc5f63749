// HistoryReader: one page of GetHistory.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "services/evaluation/log/state_log.h"
#include "services/evaluation/state_lookup.h"

namespace kpisuite {

// The references outlive it.
class HistoryReader {
 public:
  HistoryReader(const StateLookup& lookup, StateLog& log, EvaluationLoop& loop, const Clock& clock)
      : lookup_(lookup), log_(log), loop_(loop), clock_(clock) {}

  // What is wrong with a request to a KPI. Any thread.
  static absl::Status Check(const v1::GetHistoryRequest& request, const ResolvedKey& key);

  // View LATEST: each period of the range as it stands, empty ones too. Only on the engine thread.
  absl::StatusOr<v1::GetHistoryResponse> Latest(const v1::GetHistoryRequest& request,
                                                const ResolvedKey& key) const;
  // The other views, from the log; of a period that was open at the moment of AS_OF the last
  // transition, as a place for what is computed again. Blocks; any thread.
  absl::StatusOr<v1::GetHistoryResponse> Logged(const v1::GetHistoryRequest& request,
                                                const ResolvedKey& key) const;
  // View LATEST without an engine: of each period of the range that the log knows the last entry,
  // stale for the reason `why`, AS_IS. Page tokens are those of Latest. Blocks; any thread.
  absl::StatusOr<v1::GetHistoryResponse> Recorded(const v1::GetHistoryRequest& request,
                                                  const ResolvedKey& key,
                                                  absl::string_view why) const;

 private:
  const StateLookup& lookup_;
  StateLog& log_;
  EvaluationLoop& loop_;
  const Clock& clock_;
};

}  // namespace kpisuite
