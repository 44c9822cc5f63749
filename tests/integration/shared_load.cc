#include "tests/integration/shared_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/child_process.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/state_watcher.h"

namespace kpisuite {
namespace {

constexpr int kDays = 3;
constexpr int kTarget = 100;

std::string Metric(int number) { return absl::StrCat("m", number); }
absl::CivilDay Day(int number) { return FirstDay() + number; }

}  // namespace

SharedLoad::SharedLoad() : random_(11) {}

std::string SharedLoad::Kpi(int number) { return absl::StrCat("k", number); }

std::string SharedLoad::Definitions() {
  std::string yaml;
  for (int i = 0; i < kKpis; ++i) {
    absl::StrAppend(&yaml, i == 0 ? "" : "---\n", "apiVersion: kpisuite/v1\nkind: Metric\n",
                    "metadata: {name: ", Metric(i), "}\n",
                    "spec: {unit: count, scale: 0, partitionGroup: g", i, "}\n",
                    "---\napiVersion: kpisuite/v1\nkind: Kpi\nmetadata: {name: ", Kpi(i), "}\n",
                    "spec:\n  owner: team@example.com\n  inputs: {all: {metric: ", Metric(i),
                    ", aggregation: SUM}}\n  unit: count\n  direction: HIGHER\n  windows: [DAY]\n",
                    "  target: {fixed: ", kTarget, "}\n");
  }
  return yaml;
}

void SharedLoad::Write(SuiteClient& client) {
  v1::WriteSamplesRequest request;
  request.set_request_id(absl::StrCat("write-", ++requests_));
  for (int kpi = 0; kpi < kKpis; ++kpi) {
    v1::SeriesBlock& block = *request.add_series();
    block.set_metric(Metric(kpi));
    std::map<std::string, Sample>& known = samples_of_[kpi];
    for (int i = 0; i < 3; ++i) {
      std::string id = absl::StrCat("s", ++samples_);
      Sample sample{static_cast<int>(random_() % kDays), static_cast<int64_t>(random_() % 60)};
      // Now and then an earlier sample again, with another value.
      if (!known.empty() && random_() % 4 == 0) {
        id = known.begin()->first;
        sample.day = known.begin()->second.day;
      }
      if (i > 0 && id == block.sample_ids(0)) continue;
      block.add_time_unix_nano(absl::ToUnixNanos(TimeOn(Day(sample.day), absl::Hours(1))));
      block.add_sample_ids(id);
      block.add_mantissas(sample.value);
      known[id] = sample;
    }
  }
  const auto written = client.Write(std::move(request));
  ASSERT_TRUE(written.ok()) << written.status();
  token_.Merge(PositionToken::Parse(written->position_token()).value());
}

SharedLoad::Totals SharedLoad::TotalsOf(int kpi) const {
  std::map<int, int64_t> sums;
  for (const auto& [id, sample] : samples_of_.at(kpi)) sums[sample.day] += sample.value;
  Totals totals;
  for (const auto& [day, sum] : sums) totals[DayId(Day(day))] = absl::StrCat(sum);
  return totals;
}

void SharedLoad::CheckReads(SuiteClient& client) const {
  for (int kpi = 0; kpi < kKpis; ++kpi) {
    for (const auto& [day, total] : TotalsOf(kpi)) {
      const auto state = client.GetState({Kpi(kpi), "DAY", "", day}, token());
      ASSERT_TRUE(state.ok()) << Kpi(kpi) << " " << day << ": " << state.status();
      EXPECT_EQ(state->value(), total) << Kpi(kpi) << " " << day;
      EXPECT_FALSE(state->freshness().stale()) << state->freshness().stale_reason();
      const bool on_target = std::stoll(total) >= kTarget;
      EXPECT_EQ(state->status() == v1::STATUS_ON_TARGET || state->status() == v1::STATUS_EXCEEDED,
                on_target)
          << total;
    }
  }
}

void SharedLoad::CheckLists(SuiteClient& client) const {
  v1::ListStatesRequest list;
  list.set_parent(kTestParent);
  list.set_page_size(7);
  list.set_at_least(token());
  std::vector<std::string> names;
  do {
    const auto page = SuiteClient::Call(client.evaluation(),
                                        &v1::EvaluationService::StubInterface::ListStates, list);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->states_size(), 7);
    for (const v1::KpiState& state : page->states()) {
      names.push_back(state.kpi());
      for (int kpi = 0; kpi < kKpis; ++kpi) {
        if (state.kpi() != KpiName(Kpi(kpi))) continue;
        EXPECT_EQ(state.value(), TotalsOf(kpi).at(state.period().id())) << state.kpi();
      }
    }
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(names.size(), static_cast<size_t>(kKpis));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  v1::BatchGetStatesRequest batch;
  batch.set_at_least(token());
  for (int kpi = kKpis; kpi-- > 0;) {
    v1::StateKey& key = *batch.add_keys();
    key.set_kpi(KpiName(Kpi(kpi)));
    key.set_period(DayId(Day(0)));
  }
  const auto states = SuiteClient::Call(
      client.evaluation(), &v1::EvaluationService::StubInterface::BatchGetStates, batch);
  ASSERT_TRUE(states.ok()) << states.status();
  ASSERT_EQ(states->results_size(), kKpis);
  for (int i = 0; i < kKpis; ++i) {
    const v1::StateResult& result = states->results(i);
    ASSERT_TRUE(result.has_state()) << result.error().message();
    EXPECT_EQ(result.state().value(), TotalsOf(kKpis - 1 - i)[DayId(Day(0))]);
  }
}

void SharedLoad::CheckLog(SuiteClient& client) const {
  for (int kpi = 0; kpi < kKpis; ++kpi) {
    std::map<std::string, int64_t> stored;
    const auto samples = client.ReadSamples(Metric(kpi));
    ASSERT_TRUE(samples.ok()) << samples.status();
    for (const v1::Sample& sample : *samples) {
      const absl::Time time = absl::FromUnixSeconds(sample.time().seconds());
      stored[DayId(absl::ToCivilDay(time, absl::UTCTimeZone()))] += std::stoll(sample.value());
    }
    for (const auto& [day, total] : TotalsOf(kpi)) EXPECT_EQ(absl::StrCat(stored[day]), total);
    const auto history = client.History({Kpi(kpi), "DAY", ""}, v1::HISTORY_VIEW_HISTORY, token());
    ASSERT_TRUE(history.ok()) << history.status();
    std::map<std::string, std::set<int>> revisions;
    std::set<std::string> closed;
    for (const v1::HistoryEntry& entry : *history) {
      const std::string& period = entry.state().period().id();
      if (entry.cause() == v1::HISTORY_CAUSE_CLOSED) {
        EXPECT_TRUE(closed.insert(period).second) << Kpi(kpi) << " " << period;
      }
      if (entry.state().revision() == 0) continue;
      EXPECT_TRUE(revisions[period].insert(entry.state().revision()).second)
          << Kpi(kpi) << " " << period << ": " << entry.state().revision();
    }
    for (const auto& [period, numbers] : revisions) {
      EXPECT_EQ(*numbers.rbegin(), static_cast<int>(numbers.size())) << Kpi(kpi) << " " << period;
    }
  }
}

void SharedLoad::CheckWatch(SuiteClient& client, const std::string& resume_token) const {
  std::map<std::pair<std::string, std::string>, std::string> missing;  // value by KPI and day
  for (int kpi = 0; kpi < kKpis; ++kpi) {
    const Totals totals = TotalsOf(kpi);
    // Without a token only the last day with rows is current.
    const auto first = resume_token.empty() ? std::prev(totals.end()) : totals.begin();
    for (auto it = first; it != totals.end(); ++it) {
      missing[{KpiName(Kpi(kpi)), it->first}] = it->second;
    }
  }
  v1::WatchStatesRequest request;
  request.set_resume_token(resume_token);
  const bool complete = Eventually([&] {
    // A replica that does not know everything yet refuses the watch.
    StateWatcher watcher(client, request);
    watcher.ReadUntil([&](const v1::KpiState& state) {
      const auto wanted = missing.find({state.kpi(), state.period().id()});
      if (wanted != missing.end() && state.value() == wanted->second) missing.erase(wanted);
      return missing.empty();
    });
    return missing.empty();
  });
  EXPECT_TRUE(complete) << missing.size() << " states were not told, such as "
                        << missing.begin()->first.first;
}

}  // namespace kpisuite
