#include "services/evaluation/state_mirror.h"

#include <gtest/gtest.h>

#include <string>

#include "libs/base/clock.h"

namespace kpisuite {
namespace {

constexpr char kDay[] = "2025-03-01";

class StateMirrorTest : public testing::Test {
 protected:
  StateMirrorTest() { positions_.Start(4, true); }

  static replica::StateNews State(const std::string& kpi, const std::string& state) {
    replica::StateNews news;
    news.set_kpi(kpi);
    news.set_window("DAY");
    news.set_period(kDay);
    news.set_first_day(20'148);
    news.set_state(state);
    news.set_latest_period(kDay);
    news.set_latest_first_day(20'148);
    return news;
  }

  // News of partition 2 from a peer.
  void Tell(const std::string& peer, int64_t epoch, bool begins, bool in_sync,
            const std::vector<replica::StateNews>& states) {
    replica::FollowStatesResponse response;
    replica::PartNews& news = *response.add_parts();
    news.set_part(2);
    news.set_epoch(epoch);
    news.set_begins(begins);
    news.set_in_sync(in_sync);
    for (const replica::StateNews& state : states) *news.add_states() = state;
    Take(peer, response);
  }
  void Take(const std::string& peer, const replica::FollowStatesResponse& response) {
    mirror_.Take(peer, response, [this](int32_t, int64_t epoch) { return epoch <= own_epoch_; });
  }

  // What the board shows of a KPI; "-" for nothing.
  std::string Shown(const std::string& kpi) {
    const auto found = board_.Find(StateKeyOf(SeriesKey(kpi, "DAY", ""), kDay));
    return found.has_value() ? *found->state : "-";
  }
  bool Readable() { return positions_.mirrored(2).has_value(); }

  SystemClock clock_;
  StateBoard board_;
  ShownPositions positions_;
  KpiDirectory directory_;
  WatchHub hub_{board_, directory_, clock_, {}};
  StateMirror mirror_{board_, positions_, directory_, hub_};
  int64_t own_epoch_ = 0;
};

TEST_F(StateMirrorTest, IsReadOnceItIsComplete) {
  Tell("a", 5, true, false, {State("k1", "one")});
  EXPECT_FALSE(Readable());
  Tell("a", 5, false, true, {State("k2", "two")});
  EXPECT_TRUE(Readable());
  EXPECT_EQ(Shown("k1"), "one");
  EXPECT_EQ(Shown("k2"), "two");
  EXPECT_EQ(board_.LatestWithData(SeriesKey("k2", "DAY", "")), kDay);
  // How old it is was not told yet.
  EXPECT_EQ(positions_.mirrored(2), absl::UnixEpoch());
  replica::FollowStatesResponse alive;
  alive.set_as_of_ns(7'000'000'000);
  Take("a", alive);
  EXPECT_EQ(positions_.mirrored(2), absl::FromUnixSeconds(7));
}

TEST_F(StateMirrorTest, ShowsAllThatTheOwnerHadShownByTheTimeItTold) {
  const auto told = [&](int64_t seconds) {
    replica::FollowStatesResponse response;
    response.set_told_ns(seconds * 1'000'000'000);
    Take("a", response);
  };
  const auto shows = [&](int64_t seconds) {
    return positions_.ShowsAllBy(2, absl::FromUnixSeconds(seconds));
  };
  EXPECT_FALSE(shows(0));
  Tell("a", 5, true, true, {State("k1", "one")});
  EXPECT_TRUE(shows(0)) << "for those who come without a past";
  EXPECT_FALSE(shows(7));
  told(7);
  EXPECT_TRUE(shows(7));
  EXPECT_FALSE(shows(8));
  Tell("b", 6, true, false, {});
  told(9);
  EXPECT_FALSE(shows(0));
  Tell("b", 6, false, true, {State("k1", "one")});
  EXPECT_FALSE(shows(7)) << "its new owner has not told yet";
  positions_.SetOwned(2, true);
  EXPECT_FALSE(shows(0));
  positions_.SetReady(2, true);
  EXPECT_TRUE(shows(9));
}

TEST_F(StateMirrorTest, TokensTellByWhenAnyProcessHadShownWhatWasSent) {
  replica::FollowStatesResponse response;
  const absl::Time ahead = absl::Now() + absl::Seconds(4);
  response.set_sent_ns(absl::ToUnixNanos(ahead));
  const auto token = [&] {
    const auto watch = hub_.Open(StateFilter::Create("workspaces/w", "").value(), "", [] {});
    return watch->ResumeToken();
  };
  EXPECT_LT(WatchToken::Parse(token()).shown_by, ahead);
  Take("a", response);
  EXPECT_EQ(WatchToken::Parse(token()).shown_by, ahead);
  response.set_sent_ns(absl::ToUnixNanos(ahead + absl::Hours(1)));
  Take("a", response);
  EXPECT_LT(WatchToken::Parse(token()).shown_by, ahead + absl::Minutes(1)) << "a wrong clock";
}

TEST_F(StateMirrorTest, FollowsChangesAndRemovals) {
  Tell("a", 5, true, true, {State("k1", "one"), State("k2", "two")});
  Tell("a", 5, false, false, {State("k1", "one more"), State("k2", "")});
  EXPECT_EQ(Shown("k1"), "one more");
  EXPECT_EQ(Shown("k2"), "-");
}

TEST_F(StateMirrorTest, AfterAGapOnlyWhatDiffersIsNew) {
  Tell("a", 5, true, true, {State("k1", "one"), State("k2", "two"), State("k3", "three")});
  EXPECT_FALSE(positions_.held(1).has_value());
  mirror_.Lose("a");
  EXPECT_FALSE(Readable());
  EXPECT_TRUE(positions_.held(2).has_value()) << "all of it is there, if old";
  const int64_t before = board_.last_update_no();
  Tell("a", 5, true, true, {State("k1", "one"), State("k2", "other")});
  EXPECT_TRUE(Readable());
  EXPECT_EQ(board_.last_update_no(), before + 1);
  EXPECT_EQ(Shown("k2"), "other");
  EXPECT_EQ(Shown("k3"), "-");
}

TEST_F(StateMirrorTest, TheLaterEpochCounts) {
  Tell("old", 5, true, true, {State("k1", "old")});
  Tell("new", 6, true, true, {State("k1", "new")});
  Tell("old", 5, false, false, {State("k1", "older")});
  Tell("old", 5, true, true, {State("k1", "older")});
  EXPECT_EQ(Shown("k1"), "new");
  mirror_.Lose("old");
  EXPECT_TRUE(Readable());
}

TEST_F(StateMirrorTest, WhatIsEvaluatedHereIsNotFollowed) {
  own_epoch_ = 7;
  Tell("a", 6, true, true, {State("k1", "zombie")});
  EXPECT_EQ(Shown("k1"), "-");
  EXPECT_FALSE(Readable());
}

}  // namespace
}  // namespace kpisuite
