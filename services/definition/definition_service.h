// DefinitionService: the logic of kpisuite.v1.DefinitionService, without gRPC.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/list_filter.h"
#include "libs/definitions/validate.h"
#include "libs/templates/template_library.h"
#include "services/definition/apply_plan.h"
#include "services/definition/change_signal.h"
#include "services/definition/definition_store.h"

namespace kpisuite {

// All live definitions at one position.
struct DefinitionSnapshot {
  int64_t position = 0;
  std::vector<std::shared_ptr<const v1::Definition>> definitions;  // by name
};

// Thread-safe; every call may block on the store. Messages are those of the contract, which also
// says what each call means and which errors it has.
class DefinitionService {
 public:
  // Loads the live definitions. `store` and `clock` outlive the service.
  static absl::StatusOr<std::unique_ptr<DefinitionService>> Create(DefinitionStore& store,
                                                                   const Clock& clock,
                                                                   TemplateLibrary templates);
  DefinitionService(const DefinitionService&) = delete;
  DefinitionService& operator=(const DefinitionService&) = delete;

  // `actor` is kept with each revision.
  absl::StatusOr<v1::ApplyDefinitionsResponse> Apply(const v1::ApplyDefinitionsRequest& request,
                                                     const std::string& actor)
      EXCLUDES(write_mutex_, mutex_);
  absl::StatusOr<v1::DeleteDefinitionResponse> Delete(const v1::DeleteDefinitionRequest& request,
                                                      const std::string& actor)
      EXCLUDES(write_mutex_, mutex_);
  absl::StatusOr<v1::Definition> Get(const v1::GetDefinitionRequest& request) EXCLUDES(mutex_);
  absl::StatusOr<v1::BatchGetDefinitionsResponse> BatchGet(
      const v1::BatchGetDefinitionsRequest& request) EXCLUDES(mutex_);
  absl::StatusOr<v1::ListDefinitionsResponse> List(const v1::ListDefinitionsRequest& request)
      EXCLUDES(mutex_);
  absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(const v1::ListRevisionsRequest& request);
  absl::StatusOr<v1::ListTemplatesResponse> ListTemplates(
      const v1::ListTemplatesRequest& request) const;
  absl::StatusOr<v1::InstantiateTemplateResponse> InstantiateTemplate(
      const v1::InstantiateTemplateRequest& request) EXCLUDES(mutex_);
  absl::StatusOr<v1::ServerInfo> Info() EXCLUDES(write_mutex_, mutex_);
  // Takes in what other processes have stored, if there are any; every read begins with it.
  absl::Status Refresh() EXCLUDES(write_mutex_, mutex_);

  // --- For watchers. ---

  // Life of the change log.
  int64_t incarnation() const { return store_.incarnation(); }
  int64_t position() const EXCLUDES(mutex_);
  // The live definitions of one workspace, or of all.
  DefinitionSnapshot Snapshot(const std::optional<std::string>& workspace) EXCLUDES(mutex_);
  absl::StatusOr<std::vector<AppliedSet>> ReadSets(int64_t after_position, size_t max_bytes) {
    return store_.ReadSets(after_position, max_bytes);
  }
  // Fires after each applied set.
  ChangeSignal& changed() { return changed_; }

 private:
  DefinitionService(DefinitionStore& store, const Clock& clock, TemplateLibrary templates)
      : store_(store), clock_(clock), templates_(std::move(templates)) {}

  absl::Status Load() EXCLUDES(mutex_);
  // Takes in what the store has and the catalog lacks, after a commit of unknown outcome.
  absl::Status CatchUp() REQUIRES(write_mutex_) EXCLUDES(mutex_);
  // Applies a stored set to what is in memory.
  void TakeIn(const std::vector<v1::Definition>& revisions, int64_t position) REQUIRES(write_mutex_)
      EXCLUDES(mutex_);
  // Keep names_, owned_sets_ and retired_metrics_: before and after the catalog changes.
  void Unindex(const v1::Definition& revision) REQUIRES(mutex_);
  void Index(const v1::Definition& revision) REQUIRES(mutex_);

  absl::StatusOr<v1::ApplyDefinitionsResponse> ApplyLocked(
      const v1::ApplyDefinitionsRequest& request, const std::string& workspace,
      const RevisionStamp& stamp, std::optional<LedgerEntry> entry) REQUIRES(write_mutex_);
  // Makes, stores and takes in the revisions of a plan; fills in the response and stores it in the
  // ledger with them.
  template <typename Response>
  absl::Status Store(const std::vector<PlannedChange>& changes, const RevisionStamp& stamp,
                     std::optional<LedgerEntry> entry, Response& response) REQUIRES(write_mutex_);
  absl::StatusOr<std::vector<v1::Definition>> MakeRevisions(
      const std::vector<PlannedChange>& changes, const RevisionStamp& stamp) REQUIRES(write_mutex_);
  // The remembered answer of a repeated request, nothing for a new one.
  template <typename Response>
  absl::StatusOr<std::optional<Response>> Replay(const LedgerEntry& entry) REQUIRES(write_mutex_);
  std::vector<ResourceName> MembersOf(const std::string& workspace,
                                      const std::string& owned_set) const REQUIRES(write_mutex_);

  DefinitionStore& store_;
  const Clock& clock_;
  const TemplateLibrary templates_;
  ChangeSignal changed_;

  // Taken by writers for the whole of a write, before mutex_.
  Mutex write_mutex_;
  mutable Mutex mutex_;
  // What is in memory changes under both locks and may be read under either; the analysis of
  // clang knows no such rule.
  Catalog catalog_;
  std::set<ResourceName> names_;  // live, sorted
  std::map<std::pair<std::string, std::string>, std::set<ResourceName>> owned_sets_;
  RetiredMetrics retired_metrics_;
};

}  // namespace kpisuite
