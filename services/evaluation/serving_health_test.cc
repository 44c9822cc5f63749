#include "services/evaluation/serving_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/evaluation/log/sole_ownership.h"

namespace kpisuite {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);

class ServingHealthTest : public testing::Test {
 protected:
  // A service that started without the definition service.
  ServingHealthTest() {
    health_.DefinitionsAlive(kStart);
    health_.DefinitionsLost();
  }
  // The reason `after` the start, while measurement is well.
  std::string Reason(absl::Duration after) {
    health_.FeedShown(kStart + after);
    return health_.StaleReason(kStart + after);
  }

  const SoleOwnership ownership_{1};
  ServingHealth health_{ownership_};
};

TEST_F(ServingHealthTest, IsStaleWithoutDefinitionsForLong) {
  EXPECT_EQ(Reason(kMaxStaleness), "");
  EXPECT_THAT(Reason(kMaxStaleness + absl::Seconds(1)), testing::HasSubstr("definition"));
  health_.DefinitionsAlive(kStart + absl::Minutes(1));
  EXPECT_EQ(Reason(absl::Minutes(9)), "");
}

TEST_F(ServingHealthTest, ASetThatIsShownIsNewsBeforeTheEndOfTheLogIsReached) {
  const absl::Duration later = absl::Minutes(1);
  EXPECT_THAT(Reason(later), testing::HasSubstr("definition"));
  health_.DefinitionsShown(kStart + later);
  EXPECT_EQ(Reason(later), "");
  // It says nothing about what comes after it, and an old set nothing new.
  health_.DefinitionsShown(kStart);
  EXPECT_EQ(Reason(later), "");
  EXPECT_THAT(Reason(later + kMaxStaleness + absl::Seconds(1)), testing::HasSubstr("definition"));
}

TEST_F(ServingHealthTest, IsStaleWhenMeasurementIsSilent) {
  health_.DefinitionsAlive(kStart);
  health_.FeedShown(kStart);
  EXPECT_EQ(health_.StaleReason(kStart + kMaxStaleness), "");
  EXPECT_THAT(health_.StaleReason(kStart + kMaxStaleness + absl::Seconds(1)),
              testing::HasSubstr("measurement"));
}

TEST_F(ServingHealthTest, AMomentThatHasNotComeSaysNothing) {
  health_.DefinitionsAlive(kStart);
  health_.FeedShown(kStart + kMaxClockDifference);
  EXPECT_EQ(health_.StaleReason(kStart), "");
  health_.FeedShown(kStart + absl::Hours(1));
  EXPECT_THAT(health_.StaleReason(kStart), testing::HasSubstr("measurement"));
}

}  // namespace
}  // namespace kpisuite
