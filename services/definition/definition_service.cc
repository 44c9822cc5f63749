#include "services/definition/definition_service.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <type_traits>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/log.h"
#include "libs/base/position_token.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "services/definition/request_checks.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxResponseBytes = 3 << 20;
constexpr size_t kCatchUpBytes = 8 << 20;

// Maps in the order of their keys, so that equal requests have equal bytes.
std::string DeterministicBytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::optional<LedgerEntry> LedgerEntryOf(const std::string& workspace,
                                         const std::string& request_id,
                                         const google::protobuf::Message& request) {
  if (request_id.empty()) return std::nullopt;
  return LedgerEntry{workspace, request_id,
                     Sha256(absl::StrCat(request.GetTypeName(), "\n", DeterministicBytes(request))),
                     ""};
}

void AddViolation(const FieldViolation& item, v1::Violation& violation) {
  violation.set_field(item.field);
  violation.set_description(item.description);
  violation.set_code(item.reason);
  violation.set_line(item.line);
  violation.set_column(item.column);
}

void AddChange(const PlannedChange& change, v1::DefinitionChange& out) {
  out.set_name(change.name.ToString());
  out.set_kind(change.kind);
  for (const v1::FieldDifference& difference : change.differences) {
    *out.add_differences() = difference;
  }
}

void LimitSize(v1::ApplyDefinitionsResponse& response) {
  if (response.ByteSizeLong() <= kMaxResponseBytes) return;
  for (v1::DefinitionChange& change : *response.mutable_changes()) change.clear_definition();
}

std::string TokenOf(int64_t position) {
  PositionToken token;
  token.definition_position = position;
  return token.ToText();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DefinitionService>> DefinitionService::Create(
    DefinitionStore& store, const Clock& clock, TemplateLibrary templates) {
  std::unique_ptr<DefinitionService> service(
      new DefinitionService(store, clock, std::move(templates)));
  RETURN_IF_ERROR(service->Load());
  return service;
}

absl::Status DefinitionService::Load() {
  ASSIGN_OR_RETURN(const StoredDefinitions stored, store_.Load());
  MutexLock lock(mutex_);
  catalog_.Apply(stored.live, stored.position);
  for (const v1::Definition& definition : stored.live) Index(definition);
  for (const v1::Definition& definition : stored.deleted_metrics) Index(definition);
  for (const ResourceName& name : names_) {
    const CatalogEntry* entry = catalog_.Find(name);
    // A release that checks more than the one that stored it.
    if (entry == nullptr || entry->violations.empty()) continue;
    LogWarning("stored definition is no longer sound",
               {{"name", name.ToString()},
                {"field", entry->violations.front().field},
                {"description", entry->violations.front().description}});
  }
  return absl::OkStatus();
}

void DefinitionService::Unindex(const v1::Definition& revision) {
  const absl::StatusOr<ResourceName> name = ResourceName::Parse(revision.name());
  const CatalogEntry* live = name.ok() ? catalog_.Find(*name) : nullptr;
  if (live == nullptr) return;
  const auto found = owned_sets_.find({name->workspace, live->definition->owned_set()});
  if (found == owned_sets_.end()) return;
  found->second.erase(*name);
  if (found->second.empty()) owned_sets_.erase(found);
}

void DefinitionService::Index(const v1::Definition& revision) {
  const absl::StatusOr<ResourceName> name = ResourceName::Parse(revision.name());
  if (!name.ok()) return;
  if (revision.deleted()) {
    names_.erase(*name);
    if (name->kind == DefinitionKind::kMetric) {
      retired_metrics_[*name] = std::make_shared<const v1::Definition>(revision);
    }
    return;
  }
  names_.insert(*name);
  retired_metrics_.erase(*name);
  if (!revision.owned_set().empty()) {
    owned_sets_[{name->workspace, revision.owned_set()}].insert(*name);
  }
}

absl::Status DefinitionService::CatchUp() {
  ASSIGN_OR_RETURN(const int64_t last, store_.LastPosition());
  while (catalog_.position() < last) {
    ASSIGN_OR_RETURN(const std::vector<AppliedSet> sets,
                     store_.ReadSets(catalog_.position(), kCatchUpBytes));
    if (sets.empty()) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL", "the change log has a gap");
    }
    for (const AppliedSet& set : sets) TakeIn(set.revisions, set.position);
  }
  return absl::OkStatus();
}

absl::Status DefinitionService::Refresh() {
  if (!store_.shared()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t last, store_.LastPosition());
  if (position() >= last) return absl::OkStatus();
  MutexLock lock(write_mutex_);
  return CatchUp();
}

void DefinitionService::TakeIn(const std::vector<v1::Definition>& revisions, int64_t position) {
  {
    MutexLock lock(mutex_);
    for (const v1::Definition& revision : revisions) Unindex(revision);
    catalog_.Apply(revisions, position);
    for (const v1::Definition& revision : revisions) Index(revision);
  }
  changed_.Fire();
}

std::vector<ResourceName> DefinitionService::MembersOf(const std::string& workspace,
                                                       const std::string& owned_set) const {
  const auto found = owned_sets_.find({workspace, owned_set});
  if (owned_set.empty() || found == owned_sets_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

template <typename Response>
absl::StatusOr<std::optional<Response>> DefinitionService::Replay(const LedgerEntry& entry) {
  ASSIGN_OR_RETURN(const std::optional<LedgerEntry> known,
                   store_.FindRequest(entry.workspace, entry.request_id, clock_.Now()));
  if (!known.has_value()) return std::optional<Response>();
  if (known->fingerprint != entry.fingerprint) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
        absl::StrCat("request_id: ",
                     GotWant(entry.request_id, "a new one: it was used for another request")),
        {{"request_id", entry.request_id}});
  }
  Response response;
  if (!response.ParseFromString(known->response)) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a stored answer is damaged");
  }
  return std::optional<Response>(std::move(response));
}

absl::StatusOr<v1::ApplyDefinitionsResponse> DefinitionService::Apply(
    const v1::ApplyDefinitionsRequest& request, const std::string& actor) {
  RETURN_IF_ERROR(CheckApplyRequest(request));
  ASSIGN_OR_RETURN(const std::string workspace, ParseWorkspace(request.parent()));
  std::optional<LedgerEntry> entry;
  if (!request.validate_only()) entry = LedgerEntryOf(workspace, request.request_id(), request);
  MutexLock lock(write_mutex_);
  RETURN_IF_ERROR(CatchUp());
  if (entry.has_value()) {
    ASSIGN_OR_RETURN(std::optional<v1::ApplyDefinitionsResponse> known,
                     Replay<v1::ApplyDefinitionsResponse>(*entry));
    if (known.has_value()) return *std::move(known);
  }
  return ApplyLocked(request, workspace, {clock_.Now(), actor, request.reason()}, std::move(entry));
}

absl::StatusOr<v1::ApplyDefinitionsResponse> DefinitionService::ApplyLocked(
    const v1::ApplyDefinitionsRequest& request, const std::string& workspace,
    const RevisionStamp& stamp, std::optional<LedgerEntry> entry) {
  const std::vector<v1::Definition> definitions(request.definitions().begin(),
                                                request.definitions().end());
  ProposedSet proposed{workspace, definitions, {}, "prune", &templates_.guardrails()};
  const std::vector<ResourceName> members = MembersOf(workspace, request.owned_set());
  if (request.prune()) {
    std::set<std::string> named;
    for (const v1::Definition& definition : definitions) named.insert(definition.name());
    for (const ResourceName& member : members) {
      if (!named.contains(member.ToString())) proposed.deletions.push_back(member);
    }
  }
  ValidationResult validation = ValidateSet(catalog_, proposed, retired_metrics_);
  AddOwnedSetViolations(request, catalog_, validation.violations);
  v1::ApplyDefinitionsResponse response;
  for (const FieldViolation& item : validation.warnings) {
    AddViolation(item, *response.add_warnings());
  }
  if (!validation.violations.empty()) {
    if (!request.validate_only()) return ViolationsError(validation.violations);
    for (const FieldViolation& item : validation.violations) {
      AddViolation(item, *response.add_violations());
    }
    return response;
  }
  ASSIGN_OR_RETURN(const ApplyPlan plan, PlanApply(request, catalog_, members));
  for (const PlannedChange& change : plan.changes) AddChange(change, *response.add_changes());
  if (!request.validate_only()) {
    RETURN_IF_ERROR(Store(plan.changes, stamp, std::move(entry), response));
    return response;
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Definition> revisions, MakeRevisions(plan.changes, stamp));
  size_t next = 0;
  for (v1::DefinitionChange& change : *response.mutable_changes()) {
    if (change.kind() != v1::CHANGE_KIND_UNCHANGED)
      *change.mutable_definition() = revisions[next++];
  }
  LimitSize(response);
  return response;
}

absl::StatusOr<std::vector<v1::Definition>> DefinitionService::MakeRevisions(
    const std::vector<PlannedChange>& changes, const RevisionStamp& stamp) {
  std::vector<ResourceName> new_names;
  for (const PlannedChange& change : changes) {
    if (change.kind == v1::CHANGE_KIND_CREATED) new_names.push_back(change.name);
  }
  ASSIGN_OR_RETURN(const auto last_revisions, store_.LastRevisions(new_names));
  std::vector<v1::Definition> revisions;
  for (const PlannedChange& change : changes) {
    if (change.kind == v1::CHANGE_KIND_UNCHANGED) continue;
    const CatalogEntry* entry = catalog_.Find(change.name);
    const v1::Definition* live = entry == nullptr ? nullptr : entry->definition.get();
    int64_t last = 0;
    if (live != nullptr) {
      last = live->revision();
    } else if (const auto found = last_revisions.find(change.name); found != last_revisions.end()) {
      last = found->second;
    }
    revisions.push_back(MakeRevision(change, live, last, stamp));
  }
  return revisions;
}

template <typename Response>
absl::Status DefinitionService::Store(const std::vector<PlannedChange>& changes,
                                      const RevisionStamp& stamp, std::optional<LedgerEntry> entry,
                                      Response& response) {
  AppliedSet set;
  set.commit_time = stamp.time;
  ASSIGN_OR_RETURN(set.revisions, MakeRevisions(changes, stamp));
  set.position = catalog_.position() + (set.revisions.empty() ? 0 : 1);
  response.set_position(set.position);
  response.set_position_token(TokenOf(set.position));
  if constexpr (std::is_same_v<Response, v1::ApplyDefinitionsResponse>) {
    size_t next = 0;
    for (v1::DefinitionChange& change : *response.mutable_changes()) {
      if (change.kind() == v1::CHANGE_KIND_UNCHANGED) continue;
      *change.mutable_definition() = set.revisions[next++];
    }
    LimitSize(response);
  } else {
    *response.mutable_definition() = set.revisions.front();
  }
  if (entry.has_value()) entry->response = response.SerializeAsString();
  if (set.revisions.empty() && !entry.has_value()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Commit(set, entry, stamp.time));
  if (!set.revisions.empty()) TakeIn(set.revisions, set.position);
  return absl::OkStatus();
}

absl::StatusOr<v1::DeleteDefinitionResponse> DefinitionService::Delete(
    const v1::DeleteDefinitionRequest& request, const std::string& actor) {
  ASSIGN_OR_RETURN(const ResourceName name, CheckDeleteRequest(request));
  std::optional<LedgerEntry> entry;
  if (!request.validate_only()) {
    entry = LedgerEntryOf(name.workspace, request.request_id(), request);
  }
  MutexLock lock(write_mutex_);
  RETURN_IF_ERROR(CatchUp());
  if (entry.has_value()) {
    ASSIGN_OR_RETURN(std::optional<v1::DeleteDefinitionResponse> known,
                     Replay<v1::DeleteDefinitionResponse>(*entry));
    if (known.has_value()) return *std::move(known);
  }
  const CatalogEntry* live = catalog_.Find(name);
  if (live == nullptr) return NotFound(name);
  RETURN_IF_ERROR(CheckEtag(name, request.etag(), live));
  const ValidationResult validation =
      ValidateSet(catalog_, {name.workspace, {}, {name}, "name", nullptr}, retired_metrics_);
  if (!validation.violations.empty()) return ViolationsError(validation.violations);
  PlannedChange change;
  change.name = name;
  change.kind = v1::CHANGE_KIND_DELETED;
  change.after = *live->definition;
  const RevisionStamp stamp{clock_.Now(), actor, request.reason()};
  v1::DeleteDefinitionResponse response;
  if (request.validate_only()) {
    *response.mutable_definition() =
        MakeRevision(change, live->definition.get(), live->definition->revision(), stamp);
    return response;
  }
  RETURN_IF_ERROR(Store({change}, stamp, std::move(entry), response));
  return response;
}

}  // namespace kpisuite
