#include "services/evaluation/log/rendezvous.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

std::vector<Peer> Members(int count) {
  std::vector<Peer> members;
  for (int i = 0; i < count; ++i) {
    members.push_back({absl::StrCat("id", i), absl::StrCat("10.0.0.", i, ":7003")});
  }
  return members;
}

TEST(Rendezvous, SharesPartitionsEvenly) {
  const std::vector<Peer> members = Members(4);
  std::vector<int> owned(members.size());
  for (int32_t part = 0; part < 1024; ++part) ++owned[RendezvousOwner(part, members)];
  for (const int count : owned) {
    EXPECT_GT(count, 180);
    EXPECT_LT(count, 332);
  }
}

TEST(Rendezvous, WhoComesTakesOnlyFromOthersForItself) {
  const std::vector<Peer> before = Members(3);
  const std::vector<Peer> after = Members(4);
  for (int32_t part = 0; part < 1024; ++part) {
    const size_t owner = RendezvousOwner(part, after);
    EXPECT_TRUE(owner == 3 || owner == RendezvousOwner(part, before)) << part;
  }
}

TEST(Rendezvous, DoesNotDependOnTheOrderOfMembers) {
  const std::vector<Peer> members = Members(5);
  std::vector<Peer> reversed(members.rbegin(), members.rend());
  for (int32_t part = 0; part < 100; ++part) {
    EXPECT_EQ(members[RendezvousOwner(part, members)], reversed[RendezvousOwner(part, reversed)]);
  }
}

TEST(Rendezvous, OfTwoLivesAtOneAddressOneOwnsAll) {
  std::vector<Peer> lives = {{"a", "h:1"}, {"b", "h:1"}};
  for (int32_t part = 0; part < 100; ++part) EXPECT_EQ(RendezvousOwner(part, lives), 1);
  std::reverse(lives.begin(), lives.end());
  for (int32_t part = 0; part < 100; ++part) EXPECT_EQ(RendezvousOwner(part, lives), 0);
}

}  // namespace
}  // namespace kpisuite
