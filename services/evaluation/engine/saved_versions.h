// What the state log saves of the versions of KPIs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kpisuite {

// One version.
struct SavedVersion {
  int32_t first_day = INT32_MIN;  // days since 1970-01-01; the smallest: from the beginning
  // A serialised BatchGetDefinitionsResponse with the KPI first and everything that it refers to;
  // empty for the newest version, which is among the definitions that were followed last.
  std::string definitions;

  friend bool operator==(const SavedVersion&, const SavedVersion&) = default;
};

// All versions of one KPI, oldest first; none when it has one only.
struct SavedVersions {
  std::string kpi;  // resource name
  std::vector<SavedVersion> versions;

  friend bool operator==(const SavedVersions&, const SavedVersions&) = default;
};

}  // namespace kpisuite
