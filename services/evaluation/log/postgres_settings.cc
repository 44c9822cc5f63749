// PostgresStateLog: decisions, definitions and settings.
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"
#include "services/evaluation/log/postgres_state_log.h"

namespace kpisuite {
namespace {

constexpr char kSaveSetting[] =
    "INSERT INTO setting(name, value) VALUES($1, $2)"
    " ON CONFLICT(name) DO UPDATE SET value = excluded.value";

absl::StatusOr<int64_t> LoadSetting(PostgresConnection& connection, absl::string_view name) {
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection.Query("SELECT value FROM setting WHERE name = $1", {name}));
  return found.rows() == 0 ? 0 : found.Int64(0, 0);
}

void AddVersions(bool snapshot, absl::Span<const SavedVersions> versions,
                 PostgresPipeline& pipeline) {
  PostgresColumn replaced = PostgresColumn::Texts();
  PostgresColumn kpis = PostgresColumn::Texts();
  PostgresColumn numbers = PostgresColumn::Int64s();
  PostgresColumn days = PostgresColumn::Int64s();
  PostgresColumn definitions = PostgresColumn::Bytes();
  for (const SavedVersions& of_kpi : versions) {
    replaced.Add(of_kpi.kpi);
    for (size_t i = 0; i < of_kpi.versions.size(); ++i) {
      kpis.Add(of_kpi.kpi);
      numbers.Add(static_cast<int64_t>(i));
      days.Add(int64_t{of_kpi.versions[i].first_day});
      definitions.Add(of_kpi.versions[i].definitions);
    }
  }
  pipeline.Add("DELETE FROM kpi_version WHERE $1 OR kpi = ANY($2)", {snapshot, replaced});
  pipeline.Add(
      "INSERT INTO kpi_version(kpi, number, first_day, definitions)"
      " SELECT * FROM unnest($1, $2, $3, $4)",
      {kpis, numbers, days, definitions});
}

absl::StatusOr<std::vector<SavedVersions>> LoadAllVersions(PostgresConnection& connection) {
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   connection.Query("SELECT kpi, first_day, definitions FROM kpi_version"
                                    " ORDER BY kpi, number"));
  std::vector<SavedVersions> versions;
  for (int row = 0; row < rows.rows(); ++row) {
    if (versions.empty() || versions.back().kpi != rows.Bytes(row, 0)) {
      versions.push_back({.kpi = std::string(rows.Bytes(row, 0))});
    }
    versions.back().versions.push_back(
        {static_cast<int32_t>(rows.Int64(row, 1)), std::string(rows.Bytes(row, 2))});
  }
  return versions;
}

// Position and versions, without the definitions.
absl::StatusOr<FollowedDefinitions> LoadFollowed(PostgresConnection& connection) {
  FollowedDefinitions saved;
  ASSIGN_OR_RETURN(saved.position, LoadSetting(connection, "definition_position"));
  ASSIGN_OR_RETURN(saved.incarnation, LoadSetting(connection, "definition_incarnation"));
  ASSIGN_OR_RETURN(saved.versions, LoadAllVersions(connection));
  return saved;
}

// Where the saved definitions are.
struct Followed {
  int64_t position = 0;
  int64_t incarnation = 0;
};

// Reads it and lets nobody change it until the transaction ends.
absl::StatusOr<Followed> LockFollowed(PostgresConnection& connection) {
  // The row must be there to be locked.
  RETURN_IF_ERROR(
      connection.Execute("INSERT INTO setting(name, value) VALUES('definition_position', 0)"
                         " ON CONFLICT DO NOTHING"));
  ASSIGN_OR_RETURN(
      const PostgresResult locked,
      connection.Query("SELECT value FROM setting WHERE name = 'definition_position' FOR UPDATE"));
  Followed followed{.position = locked.Int64(0, 0)};
  ASSIGN_OR_RETURN(followed.incarnation, LoadSetting(connection, "definition_incarnation"));
  return followed;
}

}  // namespace

absl::StatusOr<std::set<int32_t>> PostgresStateLog::Owned(
    PostgresConnection& connection, absl::Span<const OwnedPart> writers) const {
  std::string owner;
  {
    MutexLock lock(mutex_);
    owner = owner_;
  }
  PostgresColumn parts = PostgresColumn::Int64s();
  for (const OwnedPart& writer : writers) {
    parts.Add(int64_t{writer.part});
  }
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   connection.Query("SELECT p.part, p.epoch, p.owner FROM partition AS p"
                                    " WHERE p.part = ANY($1) ORDER BY p.part FOR SHARE",
                                    {parts}));
  std::map<int32_t, int64_t> held;
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.Bytes(row, 2) != owner) continue;
    held[static_cast<int32_t>(rows.Int64(row, 0))] = rows.Int64(row, 1);
  }
  std::set<int32_t> owned;
  for (const OwnedPart& writer : writers) {
    const auto found = held.find(writer.part);
    if (found != held.end() && found->second == writer.epoch) owned.insert(writer.part);
  }
  return owned;
}

absl::Status PostgresStateLog::SavePartitions(int partitions) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  RETURN_IF_ERROR(transaction.connection().Execute(kSaveSetting, {"partitions", partitions}));
  return WithoutConflicts(transaction.Commit());
}

absl::StatusOr<int> PostgresStateLog::LoadPartitions() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const int64_t partitions, LoadSetting(transaction.connection(), "partitions"));
  return static_cast<int>(partitions);
}

absl::StatusOr<DefinitionsSaved> PostgresStateLog::SaveDefinitions(const DefinitionsToSave& save) {
  PostgresColumn deleted = PostgresColumn::Texts();
  PostgresColumn names = PostgresColumn::Texts();
  PostgresColumn bytes = PostgresColumn::Bytes();
  for (const v1::Definition& definition : save.definitions) {
    if (definition.deleted()) {
      deleted.Add(definition.name());
      continue;
    }
    names.Add(definition.name());
    bytes.Add(definition.SerializeAsString());
  }
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  ASSIGN_OR_RETURN(const Followed followed, LockFollowed(transaction.connection()));
  const DefinitionsSaved plan = PlanSave(save, followed.position, followed.incarnation);
  if (plan != DefinitionsSaved::kStored) return plan;
  PostgresPipeline pipeline(transaction.connection());
  pipeline.Add("DELETE FROM definition WHERE $1 OR name = ANY($2)", {save.snapshot, deleted});
  pipeline.Add(
      "INSERT INTO definition(name, definition) SELECT * FROM unnest($1, $2)"
      " ON CONFLICT(name) DO UPDATE SET definition = excluded.definition",
      {names, bytes});
  AddVersions(save.snapshot, save.versions, pipeline);
  pipeline.Add(kSaveSetting, {"definition_position", save.position});
  pipeline.Add(kSaveSetting, {"definition_incarnation", save.incarnation});
  pipeline.Add("COMMIT");
  RETURN_IF_ERROR(WithoutConflicts(pipeline.Run().status()));
  return plan;
}

absl::StatusOr<bool> PostgresStateLog::SaveVersions(absl::Span<const SavedVersions> versions,
                                                    int64_t position, int64_t incarnation,
                                                    const OwnedPart& writer) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  ASSIGN_OR_RETURN(const std::set<int32_t> owned, Owned(transaction.connection(), {writer}));
  ASSIGN_OR_RETURN(const Followed followed, LockFollowed(transaction.connection()));
  const bool same = followed.position == position && followed.incarnation == incarnation;
  if (!same || owned.empty()) return false;
  PostgresPipeline pipeline(transaction.connection());
  AddVersions(false, versions, pipeline);
  pipeline.Add("COMMIT");
  RETURN_IF_ERROR(WithoutConflicts(pipeline.Run().status()));
  return true;
}

absl::StatusOr<FollowedDefinitions> PostgresStateLog::LoadVersions() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  return LoadFollowed(transaction.connection());
}

absl::StatusOr<FollowedDefinitions> PostgresStateLog::LoadDefinitions() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  PostgresConnection& connection = transaction.connection();
  ASSIGN_OR_RETURN(FollowedDefinitions saved, LoadFollowed(connection));
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   connection.Query("SELECT name, definition FROM definition ORDER BY name"));
  for (int row = 0; row < rows.rows(); ++row) {
    v1::Definition definition;
    const absl::string_view bytes = rows.Bytes(row, 1);
    if (!definition.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                       absl::StrCat("the saved definition of ", rows.Bytes(row, 0), " is damaged"));
    }
    saved.definitions.push_back(std::move(definition));
  }
  return saved;
}

absl::Status PostgresStateLog::SaveDecision(const FinalityDecision& decision,
                                            const OwnedPart& writer) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  ASSIGN_OR_RETURN(const std::set<int32_t> owned, Owned(transaction.connection(), {writer}));
  if (owned.empty()) {
    return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                     "another evaluator has taken over the KPI");
  }
  const bool finalises = decision.kind == FinalityDecision::Kind::kFinalise;
  RETURN_IF_ERROR(transaction.connection().Execute(
      "INSERT INTO decision(kind, kpi, uid, first_day, end_day, decided_at, author, role, reason,"
      " request_id, answer) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {finalises ? "FINALISE" : "RELEASE", decision.kpi, decision.uid, decision.first_day,
       decision.end_day, absl::ToUnixNanos(decision.time), decision.author, decision.role,
       decision.reason, decision.request_id, PostgresBytes{decision.answer}}));
  return WithoutConflicts(transaction.Commit());
}

absl::StatusOr<FinalityDecisions> PostgresStateLog::LoadDecisions() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   transaction.connection().Query(
                       "SELECT kind, kpi, uid, first_day, end_day, decided_at, author, role,"
                       " reason, request_id, answer FROM decision ORDER BY number"));
  FinalityDecisions decisions;
  for (int row = 0; row < rows.rows(); ++row) {
    const auto text = [&](int column) { return std::string(rows.Bytes(row, column)); };
    decisions.push_back({.kind = text(0) == "FINALISE" ? FinalityDecision::Kind::kFinalise
                                                       : FinalityDecision::Kind::kRelease,
                         .kpi = text(1),
                         .uid = text(2),
                         .first_day = static_cast<int32_t>(rows.Int64(row, 3)),
                         .end_day = static_cast<int32_t>(rows.Int64(row, 4)),
                         .time = absl::FromUnixNanos(rows.Int64(row, 5)),
                         .author = text(6),
                         .role = text(7),
                         .reason = text(8),
                         .request_id = text(9),
                         .answer = text(10)});
  }
  return decisions;
}

}  // namespace kpisuite
