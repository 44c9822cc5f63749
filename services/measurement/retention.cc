#include "services/measurement/retention.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kInterval = absl::Minutes(10);
// Of one transaction, while which a writer of the same partition waits.
constexpr int64_t kMostAtOnce = 500;

absl::Status TooShort(absl::string_view flag, absl::Duration got, absl::Duration least,
                      absl::string_view instead) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": got ", absl::FormatDuration(got),
                                                 ", want at least ", absl::FormatDuration(least),
                                                 instead));
}

}  // namespace

void AddRetentionOptions(RetentionOptions& options, OptionParser& parser) {
  parser.Add("feed-retention", options.feed,
             "How long changes can be followed; who is further behind starts anew. 0: for ever.");
  parser.Add("request-retention", options.requests,
             "How long a repeated request_id is recognised.");
  parser.AddCheck([&options] {
    if (options.feed != absl::ZeroDuration() && options.feed < kLeastFeedRetention) {
      return TooShort("feed-retention", options.feed, kLeastFeedRetention, ", or 0 for ever");
    }
    if (options.requests < kLeastRequestRetention) {
      return TooShort("request-retention", options.requests, kLeastRequestRetention, "");
    }
    return absl::OkStatus();
  });
}

Retention::Retention(MeasurementStore& store, const RetentionOptions& options, const Clock& clock)
    : store_(store), options_(options), clock_(clock), task_(kInterval, [this] {
        const absl::Status done = RunOnce();
        if (done.ok()) return;
        LogWarning("retention failed, and is tried again", {{"error", done.message()}});
      }) {}

absl::Status Retention::RunOnce() {
  int64_t forgotten = kMostAtOnce;
  while (forgotten == kMostAtOnce && !task_.stopping()) {
    ASSIGN_OR_RETURN(forgotten,
                     store_.ForgetRequests(clock_.Now() - options_.requests, kMostAtOnce));
  }
  if (options_.feed == absl::ZeroDuration()) return absl::OkStatus();
  for (const FeedHead& head : store_.Heads()) {
    forgotten = head.last_seq > head.trimmed_seq ? kMostAtOnce : 0;
    while (forgotten == kMostAtOnce && !task_.stopping()) {
      ASSIGN_OR_RETURN(forgotten,
                       store_.ForgetChanges(head.part, clock_.Now() - options_.feed, kMostAtOnce));
    }
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
