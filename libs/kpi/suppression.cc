#include "libs/kpi/suppression.h"

#include <algorithm>
#include <tuple>

namespace kpisuite {
namespace {

constexpr size_t kFewestMembers = 2;

// Withholds what the family needs; whether that was anything.
bool Complete(absl::Span<const SuppressionCell> cells, const SuppressionFamily& family,
              uint64_t fewest, std::vector<bool>& withheld) {
  if (withheld[family.parent]) return false;
  size_t members = 0;
  uint64_t people = 0;
  for (const size_t child : family.children) {
    if (!withheld[child]) continue;
    ++members;
    people += cells[child].people;
  }
  if (members == 0) return false;
  bool changed = false;
  for (const size_t child : family.children) {
    if (members >= kFewestMembers && people >= fewest) return changed;
    if (withheld[child]) continue;
    withheld[child] = changed = true;
    ++members;
    people += cells[child].people;
  }
  if (members >= kFewestMembers && people >= fewest) return changed;
  withheld[family.parent] = true;
  return true;
}

}  // namespace

std::vector<bool> SuppressedCells(absl::Span<const SuppressionCell> cells,
                                  std::vector<SuppressionFamily> families, uint64_t fewest) {
  std::vector<bool> withheld;
  for (const SuppressionCell& cell : cells) withheld.push_back(cell.people < fewest);
  if (std::find(withheld.begin(), withheld.end(), true) == withheld.end()) return withheld;
  const auto smaller = [&](size_t a, size_t b) {
    return std::tie(cells[a].people, cells[a].id) < std::tie(cells[b].people, cells[b].id);
  };
  const auto smallest = [&](const SuppressionFamily& family) {
    return family.children.empty() ? std::string() : cells[family.children.front()].id;
  };
  for (SuppressionFamily& family : families) {
    std::sort(family.children.begin(), family.children.end(), smaller);
  }
  std::sort(families.begin(), families.end(), [&](const auto& a, const auto& b) {
    return std::make_tuple(cells[a.parent].id, smallest(a)) <
           std::make_tuple(cells[b.parent].id, smallest(b));
  });
  for (bool changed = true; changed;) {
    changed = false;
    for (const SuppressionFamily& family : families) {
      changed = Complete(cells, family, fewest, withheld) || changed;
    }
  }
  return withheld;
}

}  // namespace kpisuite
