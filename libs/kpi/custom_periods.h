#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/kpi/grain.h"

namespace kpisuite {

// One row of a CUSTOM calendar as a person writes it.
struct CustomPeriodRow {
  // 1 to 32 letters, digits, hyphens and underscores; no date, not ALL and nothing that starts
  // with BEFORE or AFTER.
  std::string id;
  absl::CivilDay first_day;
  absl::CivilDay end_day;  // exclusive
  // Id of the period that contains it; empty at the top.
  std::string parent;
  // Id of the period of the same level which this one compares with; empty if there is none.
  std::string comparable_prior_id;
};

// The periods of a CUSTOM calendar: a tree with 1 to 4 levels, in which the top periods follow one
// another without a hole and the children of a period fill it exactly. The levels, from the top:
//   1: YEAR; 2: YEAR, MONTH; 3: YEAR, QUARTER, MONTH; 4: YEAR, QUARTER, MONTH, WEEK.
// Immutable.
class CustomPeriods {
 public:
  struct Entry {
    std::string id;
    absl::CivilDay first_day;
    absl::CivilDay end_day;
    // Index in the level of the comparable prior period, -1 if there is none.
    int comparable = -1;
  };
  struct Place {
    Grain grain;
    int index;  // in Level(grain)
  };

  // INVALID_ARGUMENT (InvalidFields, paths `periods[3].startDate` and so on), all problems of the
  // first stage that has any: single rows, the tree, the days.
  static absl::StatusOr<CustomPeriods> Create(const std::vector<CustomPeriodRow>& rows);

  // Whether the tree has a level of that grain; DAY is none.
  bool HasLevel(Grain grain) const { return levels_.contains(grain); }
  // In the order of days. The level exists.
  const std::vector<Entry>& Level(Grain grain) const { return levels_.at(grain); }
  // The finest level.
  Grain finest() const { return levels_.begin()->first; }
  // Index of the period that holds the day: -1 before the first, the level's size after the last.
  int IndexOf(Grain grain, absl::CivilDay day) const;
  std::optional<Place> Find(absl::string_view id) const;

 private:
  std::map<Grain, std::vector<Entry>> levels_;
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace kpisuite
