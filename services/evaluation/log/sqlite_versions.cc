#include "services/evaluation/log/sqlite_versions.h"

#include <string>

#include "libs/base/status_macros.h"

namespace kpisuite {

absl::Status ReplaceVersions(Connection& connection, bool snapshot,
                             absl::Span<const SavedVersions> versions) {
  if (snapshot) RETURN_IF_ERROR(connection.Execute("DELETE FROM kpi_version"));
  for (const SavedVersions& of_kpi : versions) {
    RETURN_IF_ERROR(connection.Execute("DELETE FROM kpi_version WHERE kpi = ?", {of_kpi.kpi}));
    for (size_t i = 0; i < of_kpi.versions.size(); ++i) {
      const SavedVersion& version = of_kpi.versions[i];
      RETURN_IF_ERROR(connection.Execute(
          "INSERT INTO kpi_version(kpi, number, first_day, definitions) VALUES(?, ?, ?, ?)",
          {of_kpi.kpi, static_cast<int64_t>(i), version.first_day, Blob{version.definitions}}));
    }
  }
  return absl::OkStatus();
}

absl::Status LoadAllVersions(Connection& connection, std::vector<SavedVersions>* versions) {
  ASSIGN_OR_RETURN(Statement rows,
                   connection.Prepare("SELECT kpi, first_day, definitions FROM kpi_version "
                                      "ORDER BY kpi, number"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    if (versions->empty() || versions->back().kpi != rows.Text(0)) {
      versions->push_back({.kpi = std::string(rows.Text(0))});
    }
    versions->back().versions.push_back(
        {static_cast<int32_t>(rows.Int64(1)), std::string(rows.Bytes(2))});
  }
}

}  // namespace kpisuite
