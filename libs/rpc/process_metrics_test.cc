#include "libs/rpc/process_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/rpc/runtime.h"

namespace kpisuite {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(StoreMetrics, TellTheRoomWhereTheStoreIs) {
  Metrics metrics;
  AddStoreMetrics(absl::StrCat("sqlite:", testing::TempDir()), metrics);
  EXPECT_THAT(metrics.Text(), ContainsRegex("\nkpisuite_store_free_bytes [1-9]"));
  EXPECT_THAT(metrics.Text(), ContainsRegex("\nkpisuite_store_capacity_bytes [1-9]"));
}

TEST(StoreMetrics, AreNotNumbersWhileTheFileSystemDoesNotTell) {
  Metrics metrics;
  AddStoreMetrics("sqlite:/nowhere/at/all", metrics);
  EXPECT_THAT(metrics.Text(), HasSubstr("\nkpisuite_store_free_bytes Nan"));
}

TEST(StoreMetrics, AreNotThereForAStoreElsewhere) {
  Metrics metrics;
  AddStoreMetrics("postgres://db/kpi", metrics);
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("kpisuite_store_")));
}

TEST(ReadyMetric, FollowsTheReadiness) {
  SystemClock clock;
  ServerRuntime runtime(ServerOptions(), clock);
  runtime.readiness().SetNotReady("definitions", "waiting");
  EXPECT_THAT(runtime.metrics().Text(), HasSubstr("\nkpisuite_ready 0"));
  runtime.readiness().SetReady("definitions");
  EXPECT_THAT(runtime.metrics().Text(), HasSubstr("\nkpisuite_ready 1"));
}

}  // namespace
}  // namespace kpisuite
