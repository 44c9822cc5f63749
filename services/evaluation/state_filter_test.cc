#include "services/evaluation/state_filter.h"

#include <string>

#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

constexpr char kParent[] = "workspaces/w";

bool Matches(const std::string& filter, const std::string& slice) {
  return StateFilter::Create(kParent, filter).value().MatchesSeries("k", "DAY", slice);
}

TEST(StateFilter, TakesDimensionsInAnyOrder) {
  const std::string slice = "destination=SFO;origin=ORD";
  EXPECT_TRUE(Matches("grouping = \"origin, destination\"", slice));
  EXPECT_TRUE(Matches("grouping = \"destination,origin\"", slice));
  EXPECT_FALSE(Matches("grouping != \"origin,destination\"", slice));
  EXPECT_FALSE(Matches("grouping = origin", slice));
  EXPECT_TRUE(Matches("slice = \"origin=ORD;destination=SFO\"", slice));
  EXPECT_FALSE(Matches("slice != \"origin=ORD;destination=SFO\"", slice));
  EXPECT_TRUE(Matches("slice : \"destination=S\"", slice));
  EXPECT_FALSE(Matches("slice : \"origin=\"", slice));
}

TEST(StateFilter, TheEmptySliceIsTheTotal) {
  EXPECT_TRUE(Matches("slice = \"\"", ""));
  EXPECT_TRUE(Matches("grouping = \"\"", ""));
  EXPECT_FALSE(Matches("slice = \"\"", "origin=ORD"));
}

TEST(StateFilter, SaysWhatIsNoSlice) {
  const absl::Status status = StateFilter::Create(kParent, "slice = origin").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(GetErrorDetails(status).violations.size(), 1u);
  EXPECT_EQ(GetErrorDetails(status).violations[0].field, "filter");
}

}  // namespace
}  // namespace kpisuite
