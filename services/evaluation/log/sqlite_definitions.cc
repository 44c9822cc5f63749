// SqliteStateLog: the definitions that are followed.
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/log/sqlite_state_log.h"
#include "services/evaluation/log/sqlite_versions.h"

namespace kpisuite {
namespace {

// Position and incarnation alone.
absl::StatusOr<FollowedDefinitions> LoadPlace(Connection& connection) {
  const absl::string_view of_setting = "SELECT value FROM setting WHERE name = ?";
  ASSIGN_OR_RETURN(const std::optional<int64_t> position,
                   connection.QueryInt64(of_setting, {"definition_position"}));
  ASSIGN_OR_RETURN(const std::optional<int64_t> incarnation,
                   connection.QueryInt64(of_setting, {"definition_incarnation"}));
  return FollowedDefinitions{.position = position.value_or(0),
                             .incarnation = incarnation.value_or(0)};
}

}  // namespace

absl::StatusOr<DefinitionsSaved> SqliteStateLog::SaveDefinitions(const DefinitionsToSave& save) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWrite());
  Connection& connection = transaction.connection();
  ASSIGN_OR_RETURN(const FollowedDefinitions place, LoadPlace(connection));
  const DefinitionsSaved plan = PlanSave(save, place.position, place.incarnation);
  if (plan != DefinitionsSaved::kStored) return plan;
  if (save.snapshot) RETURN_IF_ERROR(connection.Execute("DELETE FROM definition"));
  for (const v1::Definition& definition : save.definitions) {
    if (definition.deleted()) {
      RETURN_IF_ERROR(
          connection.Execute("DELETE FROM definition WHERE name = ?", {definition.name()}));
      continue;
    }
    const std::string bytes = definition.SerializeAsString();
    RETURN_IF_ERROR(
        connection.Execute("INSERT OR REPLACE INTO definition(name, definition) VALUES(?, ?)",
                           {definition.name(), Blob{bytes}}));
  }
  RETURN_IF_ERROR(ReplaceVersions(connection, save.snapshot, save.versions));
  const absl::string_view set = "INSERT OR REPLACE INTO setting(name, value) VALUES(?, ?)";
  RETURN_IF_ERROR(connection.Execute(set, {"definition_position", save.position}));
  RETURN_IF_ERROR(connection.Execute(set, {"definition_incarnation", save.incarnation}));
  RETURN_IF_ERROR(transaction.Commit());
  return plan;
}

absl::StatusOr<bool> SqliteStateLog::SaveVersions(absl::Span<const SavedVersions> versions,
                                                  int64_t position, int64_t incarnation,
                                                  const OwnedPart& /*writer*/) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWrite());
  ASSIGN_OR_RETURN(const FollowedDefinitions place, LoadPlace(transaction.connection()));
  if (place.position != position || place.incarnation != incarnation) return false;
  RETURN_IF_ERROR(ReplaceVersions(transaction.connection(), false, versions));
  RETURN_IF_ERROR(transaction.Commit());
  return true;
}

absl::StatusOr<FollowedDefinitions> SqliteStateLog::LoadVersions() {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(FollowedDefinitions saved, LoadPlace(snapshot.connection()));
  RETURN_IF_ERROR(LoadAllVersions(snapshot.connection(), &saved.versions));
  return saved;
}

absl::StatusOr<FollowedDefinitions> SqliteStateLog::LoadDefinitions() {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(FollowedDefinitions saved, LoadPlace(snapshot.connection()));
  RETURN_IF_ERROR(LoadAllVersions(snapshot.connection(), &saved.versions));
  ASSIGN_OR_RETURN(Statement rows, snapshot.connection().Prepare(
                                       "SELECT name, definition FROM definition ORDER BY name"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return saved;
    v1::Definition definition;
    const absl::string_view bytes = rows.Bytes(1);
    if (!definition.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                       absl::StrCat("the saved definition of ", rows.Text(0), " is damaged"));
    }
    saved.definitions.push_back(std::move(definition));
  }
}

}  // namespace kpisuite
