#include "services/evaluation/watch_hub.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/clock.h"

namespace kpisuite {
namespace {

constexpr char kKpi[] = "workspaces/w/kpis/k";

class WatchHubTest : public testing::Test {
 protected:
  WatchHubTest() {
    KpiDefinition kpi;
    kpi.workspace = "w";
    kpi.id = "k";
    directory_.Put(
        std::make_shared<KpiInfo>(std::make_shared<const KpiDefinition>(std::move(kpi)), 0));
  }

  // Puts the state of a period on the board.
  ShownState Put(int period) {
    ChangedState changed{.id = {kKpi, "DAY", "", absl::StrCat("p", period)}, .first_day = period};
    changed.state = std::make_shared<const std::string>(absl::StrCat("state ", period));
    bool latest_lost = false;
    const int64_t update_no = board_.Put(changed, 0, &latest_lost);
    return {changed.id, update_no, changed.status, changed.state, directory_.Find(kKpi)};
  }
  void Publish(std::vector<ShownState> states) {
    hub_.Publish(std::make_shared<const std::vector<ShownState>>(std::move(states)));
  }
  // Watches everything that is on the board.
  std::shared_ptr<StateWatch> Open(const std::string& token = "2.0.0") {
    return hub_.Open(StateFilter::Create("workspaces/w", "").value(), token, [] {});
  }
  // The next item; fails when none comes.
  absl::StatusOr<WatchItem> Next(StateWatch& watch) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (absl::Now() < end) {
      absl::StatusOr<std::optional<WatchItem>> item = watch.Next(board_);
      if (!item.ok()) return item.status();
      if (item->has_value()) return **std::move(item);
      absl::SleepFor(absl::Milliseconds(1));
    }
    return absl::DeadlineExceededError("nothing comes");
  }
  // The number of states before the mark.
  int Sync(StateWatch& watch) {
    for (int states = 0;; ++states) {
      const absl::StatusOr<WatchItem> item = Next(watch);
      EXPECT_TRUE(item.ok()) << item.status();
      if (!item.ok() || item->in_sync) return states;
    }
  }

  SystemClock clock_;
  StateBoard board_;
  KpiDirectory directory_;
  WatchHub hub_{board_, directory_, clock_, {.process = 7, .max_pending = 2}};
};

TEST_F(WatchHubTest, ALargeBoardIsListedInPiecesAndWhole) {
  constexpr int kStates = 20'000;
  std::vector<ShownState> states;
  for (int i = 0; i < kStates; ++i) states.push_back(Put(i));
  Publish(std::move(states));
  const auto watch = Open();
  EXPECT_EQ(Sync(*watch), kStates);
  const auto resumed = Open(watch->ResumeToken());
  EXPECT_EQ(Sync(*resumed), 0);
}

TEST_F(WatchHubTest, ChangesDoNotWaitForThoseWhoCome) {
  for (int i = 0; i < 100'000; ++i) Put(i);
  std::vector<std::shared_ptr<StateWatch>> watches;
  for (int i = 0; i < 1000; ++i) watches.push_back(Open());
  const absl::Time begin = absl::Now();
  for (int i = 0; i < 300; ++i) Publish({});
  EXPECT_LT(absl::Now() - begin, absl::Seconds(1));
}

TEST_F(WatchHubTest, AfterAnOverflowTheTokenIsFromBeforeWhatWasLost) {
  const auto watch = Open();
  EXPECT_EQ(Sync(*watch), 0);
  std::vector<ShownState> states;
  for (int i = 0; i < 3; ++i) states.push_back(Put(i));
  const int64_t first = states[0].update_no;
  Publish(std::move(states));
  EXPECT_TRUE(absl::IsResourceExhausted(Next(*watch).status()));
  EXPECT_EQ(WatchToken::Parse(watch->ResumeToken()).update_no, first - 1);
  const auto resumed = Open(watch->ResumeToken());
  EXPECT_EQ(Sync(*resumed), 3);
}

}  // namespace
}  // namespace kpisuite
