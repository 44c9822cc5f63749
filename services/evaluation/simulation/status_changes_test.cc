#include "services/evaluation/simulation/status_changes.h"

#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

// One letter for each period: Green, Amber, Red, None; a dot is a period that is not closed.
StatusChanges Count(absl::string_view statuses) {
  std::vector<ClosedStatus> closed;
  for (size_t i = 0; i < statuses.size(); ++i) {
    const int place = static_cast<int>(i);
    switch (statuses[i]) {
      case 'G': closed.push_back({place, v1::STATUS_ON_TARGET}); break;
      case 'A': closed.push_back({place, v1::STATUS_WARNING}); break;
      case 'R': closed.push_back({place, v1::STATUS_OFF_TARGET}); break;
      case 'N': closed.push_back({place, v1::STATUS_NO_DATA}); break;
      default: break;
    }
  }
  return CountStatusChanges(closed);
}

void ExpectCounts(absl::string_view statuses, int changes, int flaps) {
  const StatusChanges counts = Count(statuses);
  EXPECT_EQ(counts.changes, changes) << statuses;
  EXPECT_EQ(counts.flaps, flaps) << statuses;
}

TEST(StatusChanges, AreFromOneClosedPeriodToTheNext) {
  ExpectCounts("", 0, 0);
  ExpectCounts("G", 0, 0);
  ExpectCounts("GGGG", 0, 0);
  ExpectCounts("GGAAR", 2, 0);
  ExpectCounts("GNG", 2, 1);
}

TEST(StatusChanges, FlapWhenTheNextChangeUndoesThemWithinTwoPeriods) {
  ExpectCounts("GAG", 2, 1);
  ExpectCounts("GAAG", 2, 1);
  ExpectCounts("GAAAG", 2, 0);
  ExpectCounts("GAGA", 3, 2);
  ExpectCounts("GARG", 3, 0);
}

TEST(StatusChanges, PeriodsThatAreNotClosedCountInTheDistanceAlone) {
  ExpectCounts("GA.G", 2, 1);
  ExpectCounts("GA..G", 2, 0);
  ExpectCounts("G.A", 1, 0);
}

}  // namespace
}  // namespace kpisuite
