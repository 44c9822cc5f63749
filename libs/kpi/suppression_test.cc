#include "libs/kpi/suppression.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

// The total with these members below it; the withheld ones, joined by blanks.
std::string Withheld(const std::map<std::string, uint64_t>& members, uint64_t fewest = 5) {
  std::vector<SuppressionCell> cells = {{"", 0}};
  SuppressionFamily family{.parent = 0};
  for (const auto& [id, people] : members) {
    family.children.push_back(cells.size());
    cells.push_back({id, people});
    cells[0].people += people;
  }
  const std::vector<bool> withheld = SuppressedCells(cells, {family}, fewest);
  std::vector<std::string> ids;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (withheld[i]) ids.push_back(cells[i].id.empty() ? "total" : cells[i].id);
  }
  return absl::StrJoin(ids, " ");
}

TEST(SuppressedCells, NobodyIsWithheldWhereEverybodyHasEnough) {
  EXPECT_EQ(Withheld({{"a", 5}, {"b", 9}}), "");
  EXPECT_EQ(Withheld({{"a", 1}, {"b", 2}}, 0), "");
}

TEST(SuppressedCells, ASmallMemberTakesTheNextSmallestWithIt) {
  EXPECT_EQ(Withheld({{"a", 3}, {"b", 9}, {"c", 7}}), "a c");
  EXPECT_EQ(Withheld({{"a", 3}, {"b", 7}, {"c", 7}}), "a b");
}

TEST(SuppressedCells, TwoSmallMembersAreEnoughIfTheyAreManyTogether) {
  EXPECT_EQ(Withheld({{"a", 3}, {"b", 2}, {"c", 7}}), "a b");
  EXPECT_EQ(Withheld({{"a", 1}, {"b", 2}, {"c", 7}}), "a b c");
}

TEST(SuppressedCells, WithoutASiblingTheParentIsWithheld) {
  EXPECT_EQ(Withheld({{"a", 3}}), "total a");
  EXPECT_EQ(Withheld({{"a", 1}, {"b", 2}}), "total a b");
}

TEST(SuppressedCells, AWithheldParentWithholdsItsOwnSiblings) {
  // The total over p (a alone) and q, r; leaves a, b, c below them.
  const std::vector<SuppressionCell> cells = {{"", 60},   {"g=p", 3},  {"g=q", 30}, {"g=r", 27},
                                              {"m=a", 3}, {"m=b", 30}, {"m=c", 27}};
  const std::vector<SuppressionFamily> families = {
      {0, {1, 2, 3}}, {0, {4, 5, 6}}, {1, {4}}, {2, {5}}, {3, {6}}};
  const std::vector<bool> expected = {false, true, false, true, true, false, true};
  EXPECT_EQ(SuppressedCells(cells, families, 5), expected);
}

TEST(SuppressedCells, DoesNotDependOnTheOrderOfCellsAndFamilies) {
  std::mt19937 random(7);
  const auto below = [&](int end) {
    return static_cast<int>(random() % static_cast<unsigned>(end));
  };
  for (int round = 0; round < 200; ++round) {
    // A table of 3 rows and 4 columns with both margins and the total.
    std::vector<std::string> ids = {""};
    std::map<std::string, uint64_t> people;
    std::map<std::string, std::vector<std::string>> rows, columns;
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) {
        const std::string row = "r=" + std::to_string(r), column = "c=" + std::to_string(c);
        const uint64_t n = static_cast<uint64_t>(below(12));
        if (n == 0) continue;
        people[column + ";" + row] = n;
        for (const std::string& id : {row, column, std::string()}) people[id] += n;
        rows[row].push_back(column + ";" + row);
        columns[column].push_back(column + ";" + row);
      }
    }
    if (people.empty()) continue;
    const auto solve = [&](bool shuffled) {
      std::vector<SuppressionCell> cells;
      for (const auto& [id, n] : people) cells.push_back({id, n});
      if (shuffled) std::shuffle(cells.begin(), cells.end(), random);
      const auto at = [&](const std::string& id) {
        return static_cast<size_t>(
            std::find_if(cells.begin(), cells.end(), [&](const auto& c) { return c.id == id; }) -
            cells.begin());
      };
      std::vector<SuppressionFamily> families(3);
      for (auto& family : families) family.parent = at("");
      for (const auto* groups : {&rows, &columns}) {
        for (const auto& [parent, children] : *groups) {
          families[groups == &rows ? 0 : 1].children.push_back(at(parent));
          SuppressionFamily family{.parent = at(parent)};
          for (const std::string& child : children) {
            family.children.push_back(at(child));
            families[2].children.push_back(at(child));
          }
          families.push_back(family);
        }
      }
      if (shuffled) std::shuffle(families.begin(), families.end(), random);
      const std::vector<bool> withheld = SuppressedCells(cells, families, 5);
      std::map<std::string, bool> answer;
      for (size_t i = 0; i < cells.size(); ++i) answer[cells[i].id] = withheld[i];
      return answer;
    };
    EXPECT_EQ(solve(false), solve(true));
  }
}

}  // namespace
}  // namespace kpisuite
