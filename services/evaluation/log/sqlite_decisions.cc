// SqliteStateLog: what is closed, who made which days final, and who released what is held out.
#include <optional>
#include <string>

#include "libs/base/status_macros.h"
#include "services/evaluation/log/sqlite_state_log.h"

namespace kpisuite {

absl::StatusOr<std::optional<int32_t>> SqliteStateLog::LastClosed(absl::string_view kpi,
                                                                  absl::string_view window,
                                                                  int64_t before_position) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(const std::optional<int64_t> day,
                   snapshot.connection().QueryInt64(
                       "SELECT first_day FROM state_log WHERE kpi = ? AND \"window\" = ? AND "
                       "revision >= 1 AND definition_position < ? ORDER BY first_day DESC LIMIT 1",
                       {kpi, window, before_position}));
  if (!day.has_value()) return std::nullopt;
  return static_cast<int32_t>(*day);
}

absl::Status SqliteStateLog::SaveDecision(const FinalityDecision& decision,
                                          const OwnedPart& /*writer*/) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWrite());
  const bool finalises = decision.kind == FinalityDecision::Kind::kFinalise;
  RETURN_IF_ERROR(transaction.connection().Execute(
      "INSERT INTO decision(kind, kpi, uid, first_day, end_day, decided_at, author, role, reason, "
      "request_id, answer) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {finalises ? "FINALISE" : "RELEASE", decision.kpi, decision.uid, decision.first_day,
       decision.end_day, absl::ToUnixNanos(decision.time), decision.author, decision.role,
       decision.reason, decision.request_id, Blob{decision.answer}}));
  return transaction.Commit();
}

absl::StatusOr<FinalityDecisions> SqliteStateLog::LoadDecisions() {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(Statement rows,
                   snapshot.connection().Prepare(
                       "SELECT kind, kpi, uid, first_day, end_day, decided_at, author, role, "
                       "reason, request_id, answer FROM decision ORDER BY number"));
  FinalityDecisions decisions;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return decisions;
    decisions.push_back({.kind = rows.Text(0) == "FINALISE" ? FinalityDecision::Kind::kFinalise
                                                            : FinalityDecision::Kind::kRelease,
                         .kpi = std::string(rows.Text(1)),
                         .uid = std::string(rows.Text(2)),
                         .first_day = static_cast<int32_t>(rows.Int64(3)),
                         .end_day = static_cast<int32_t>(rows.Int64(4)),
                         .time = absl::FromUnixNanos(rows.Int64(5)),
                         .author = std::string(rows.Text(6)),
                         .role = std::string(rows.Text(7)),
                         .reason = std::string(rows.Text(8)),
                         .request_id = std::string(rows.Text(9)),
                         .answer = std::string(rows.Bytes(10))});
  }
}

}  // namespace kpisuite
