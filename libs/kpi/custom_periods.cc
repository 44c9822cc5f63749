#include "libs/kpi/custom_periods.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/period.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxRows = 10'000;
constexpr size_t kMaxIdLength = 32;
constexpr int kMaxLevels = 4;

// The grains of a tree by its number of levels, from the top.
std::vector<Grain> GrainsOf(int levels) {
  std::vector<Grain> grains = {Grain::kYear, Grain::kQuarter, Grain::kMonth, Grain::kWeek};
  grains.resize(levels);
  if (levels == 2) grains[1] = Grain::kMonth;
  return grains;
}

bool IsId(absl::string_view id) {
  if (id.empty() || id.size() > kMaxIdLength || ParseDay(id).ok()) return false;
  if (id == "ALL" || absl::StartsWith(id, "BEFORE") || absl::StartsWith(id, "AFTER")) return false;
  return std::all_of(id.begin(), id.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; });
}

bool YearInRange(absl::CivilDay day) {
  return day.year() >= kMinPeriodYear && day.year() <= kMaxPeriodYear;
}

// Checks the rows in stages, each of which may rely on the one before.
class RowChecker {
 public:
  explicit RowChecker(const std::vector<CustomPeriodRow>& rows) : rows_(rows) {}

  absl::Status Check() {
    if (rows_.empty() || rows_.size() > kMaxRows) {
      return InvalidFields(
          {{"periods", absl::StrCat("got ", rows_.size(), " rows, want 1 to ", kMaxRows),
            rows_.empty() ? "REQUIRED" : "LIMIT", 0, 0}});
    }
    CheckRows();
    if (violations_.empty()) CheckTree();
    if (violations_.empty()) CheckDays();
    if (violations_.empty()) CheckComparables();
    if (!violations_.empty()) return InvalidFields(std::move(violations_));
    return absl::OkStatus();
  }

  // From 0 at the top; of sound rows only.
  int DepthOf(size_t row) const { return depths_[row]; }
  int levels() const { return *std::max_element(depths_.begin(), depths_.end()) + 1; }

 private:
  void Add(size_t row, absl::string_view field, absl::string_view got, absl::string_view want,
           absl::string_view reason) {
    violations_.push_back({absl::StrCat("periods[", row, "].", field),
                           absl::StrCat("got ", got, ", want ", want), std::string(reason), 0, 0});
  }

  void CheckRows() {
    for (size_t i = 0; i < rows_.size(); ++i) {
      const CustomPeriodRow& row = rows_[i];
      if (!IsId(row.id)) {
        Add(i, "id", Quoted(row.id),
            absl::StrCat("1 to ", kMaxIdLength,
                         " letters, digits, - and _; no date, not ALL, BEFORE... or AFTER..."),
            "SYNTAX");
      } else if (!index_.emplace(row.id, i).second) {
        Add(i, "id", Quoted(row.id), "each id once", "DUPLICATE");
      }
      if (!YearInRange(row.first_day) || !YearInRange(row.end_day)) {
        Add(i, "startDate", FormatDay(row.first_day),
            absl::StrCat("days in the years ", kMinPeriodYear, " to ", kMaxPeriodYear),
            "OUT_OF_RANGE");
      } else if (row.first_day >= row.end_day) {
        Add(i, "endDate", FormatDay(row.end_day),
            absl::StrCat("a day after ", FormatDay(row.first_day), ", as it is exclusive"),
            "OUT_OF_RANGE");
      }
    }
  }

  void CheckTree() {
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (!rows_[i].parent.empty() && !index_.contains(rows_[i].parent)) {
        Add(i, "parent", Quoted(rows_[i].parent), "the id of a row", "UNKNOWN_REFERENCE");
      }
    }
    if (!violations_.empty()) return;
    for (size_t i = 0; i < rows_.size(); ++i) {
      int depth = 0;
      for (size_t row = i; !rows_[row].parent.empty() && depth <= kMaxLevels; ++depth) {
        row = index_.at(rows_[row].parent);
      }
      depths_.push_back(depth);
      if (depth >= kMaxLevels) {
        Add(i, "parent", Quoted(rows_[i].parent),
            absl::StrCat("at most ", kMaxLevels, " levels and no cycle"), "DEPTH");
      }
    }
  }

  // The rows of one parent follow one another and fill it.
  void CheckDays() {
    std::map<std::string, std::vector<size_t>> children;
    for (size_t i = 0; i < rows_.size(); ++i) children[rows_[i].parent].push_back(i);
    for (auto& [parent, siblings] : children) {
      std::sort(siblings.begin(), siblings.end(), [&](size_t a, size_t b) {
        return std::pair(rows_[a].first_day, a) < std::pair(rows_[b].first_day, b);
      });
      const CustomPeriodRow* container = parent.empty() ? nullptr : &rows_[index_.at(parent)];
      absl::CivilDay expected =
          container == nullptr ? rows_[siblings[0]].first_day : container->first_day;
      for (const size_t row : siblings) {
        if (rows_[row].first_day != expected) {
          Add(row, "startDate", FormatDay(rows_[row].first_day),
              absl::StrCat(FormatDay(expected), ": periods neither overlap nor leave a hole",
                           container == nullptr ? "" : ", and fill their parent"),
              "OVERLAP");
        }
        expected = rows_[row].end_day;
      }
      if (container != nullptr && expected != container->end_day) {
        Add(siblings.back(), "endDate", FormatDay(expected),
            absl::StrCat(FormatDay(container->end_day), ", the end of its parent ", Quoted(parent)),
            "OVERLAP");
      }
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (depths_[i] + 1 < levels() && !children.contains(rows_[i].id)) {
        Add(i, "id", absl::StrCat(Quoted(rows_[i].id), " without children"),
            "children, as other periods of its level have", "REQUIRED");
      }
    }
  }

  void CheckComparables() {
    for (size_t i = 0; i < rows_.size(); ++i) {
      const std::string& prior = rows_[i].comparable_prior_id;
      if (prior.empty()) continue;
      const auto found = index_.find(prior);
      if (found == index_.end() || depths_[found->second] != depths_[i] ||
          rows_[found->second].first_day >= rows_[i].first_day) {
        Add(i, "comparablePriorId", Quoted(prior), "the id of an earlier row of the same level",
            "UNKNOWN_REFERENCE");
      }
    }
  }

  const std::vector<CustomPeriodRow>& rows_;
  std::map<std::string, size_t> index_;
  std::vector<int> depths_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::StatusOr<CustomPeriods> CustomPeriods::Create(const std::vector<CustomPeriodRow>& rows) {
  RowChecker checker(rows);
  if (absl::Status status = checker.Check(); !status.ok()) return status;
  const std::vector<Grain> grains = GrainsOf(checker.levels());
  std::vector<size_t> order(rows.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return rows[a].first_day < rows[b].first_day; });
  CustomPeriods periods;
  for (const size_t row : order) {
    const Grain grain = grains[checker.DepthOf(row)];
    std::vector<Entry>& level = periods.levels_[grain];
    Entry entry{rows[row].id, rows[row].first_day, rows[row].end_day, -1};
    // Earlier rows have their places already.
    const auto prior = periods.places_.find(rows[row].comparable_prior_id);
    if (prior != periods.places_.end()) entry.comparable = prior->second.index;
    periods.places_.emplace(entry.id, Place{grain, static_cast<int>(level.size())});
    level.push_back(std::move(entry));
  }
  return periods;
}

int CustomPeriods::IndexOf(Grain grain, absl::CivilDay day) const {
  const std::vector<Entry>& level = Level(grain);
  if (day < level.front().first_day) return -1;
  const auto after = std::partition_point(level.begin(), level.end(),
                                          [&](const Entry& entry) { return entry.end_day <= day; });
  return static_cast<int>(after - level.begin());
}

std::optional<CustomPeriods::Place> CustomPeriods::Find(absl::string_view id) const {
  const auto found = places_.find(id);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

}  // namespace kpisuite
