// SharedLoad: KPIs in many partitions, what was written about them, and what must be told of them.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "libs/base/position_token.h"
#include "tests/integration/suite_client.h"

namespace kpisuite {

// Each KPI `k{i}` sums the metric `m{i}` by DAY, and is on target from 100 on. Not thread-safe.
class SharedLoad {
 public:
  static constexpr int kKpis = 24;

  SharedLoad();

  static std::string Definitions();
  static std::string Kpi(int number);

  // Writes, corrects and retracts samples of every KPI; fails the test when it cannot.
  void Write(SuiteClient& client);
  // Waits for everything that was written.
  std::string token() const { return token_.ToText(); }

  // Every state at a replica, with the position; fails the test where one is wrong.
  void CheckReads(SuiteClient& client) const;
  // Lists and batches there are complete.
  void CheckLists(SuiteClient& client) const;
  // What is stored in measurement, added up, is what the states say; and no period was closed
  // twice, nor a revision told twice.
  void CheckLog(SuiteClient& client) const;
  // A watch there comes to tell everything that was written: of the last day with rows, and with a
  // token that another replica has given of every day.
  void CheckWatch(SuiteClient& client, const std::string& resume_token = "") const;

 private:
  struct Sample {
    int day = 0;
    int64_t value = 0;
  };
  using Totals = std::map<std::string, std::string>;  // value by day

  Totals TotalsOf(int kpi) const;

  std::mt19937 random_;
  int requests_ = 0;
  int samples_ = 0;
  PositionToken token_;
  std::map<int, std::map<std::string, Sample>> samples_of_;  // by KPI and sample id
};

}  // namespace kpisuite
