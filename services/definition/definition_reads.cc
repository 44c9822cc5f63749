// The calls of DefinitionService that change nothing.
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/page_token.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "services/definition/definition_service.h"
#include "services/definition/request_checks.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxPageBytes = 2 << 20;
constexpr int kMaxBatchNames = 1000;
constexpr int kMaxMessageBytes = 8 << 20;

constexpr absl::string_view kFilterPaths[] = {"name",   "objective", "owner",   "perspective",
                                              "metric", "ownedSet",  "labels.*"};

// Owner of the kinds that have one.
std::string OwnerOf(const v1::Definition& definition) {
  switch (definition.spec_case()) {
    case v1::Definition::kKpi: return definition.kpi().owner();
    case v1::Definition::kObjective: return definition.objective().owner();
    case v1::Definition::kScorecard: return definition.scorecard().owner();
    case v1::Definition::kInitiative: return definition.initiative().owner();
    case v1::Definition::kSource: return definition.source().owner();
    default: return "";
  }
}

std::vector<std::string> MetricsOf(const v1::Kpi& kpi) {
  std::vector<std::string> metrics;
  for (const auto& [alias, input] : kpi.inputs()) {
    if (!input.metric().empty()) metrics.push_back(input.metric());
  }
  return metrics;
}

// The present texts of one path of a filter.
std::vector<std::string> ValuesOf(const ResourceName& name, const v1::Definition& definition,
                                  const std::string& path) {
  constexpr size_t kLabels = sizeof("labels.") - 1;
  if (path == "name") return {name.id};
  if (path == "objective") return {definition.kpi().objective()};
  if (path == "owner") return {OwnerOf(definition)};
  if (path == "metric") return MetricsOf(definition.kpi());
  if (path == "ownedSet") return {definition.owned_set()};
  if (path == "perspective") {
    if (!definition.kpi().has_perspective()) return {};
    const std::string text = v1::Perspective_Name(definition.kpi().perspective());
    return {text.substr(sizeof("PERSPECTIVE_") - 1)};
  }
  const auto label = definition.labels().find(path.substr(kLabels));
  if (label == definition.labels().end()) return {};
  return {label->second};
}

// What the pages of one list have in common.
std::string PageKey(v1::ListDefinitionsRequest request) {
  request.clear_page_size();
  request.clear_page_token();
  return absl::StrCat("ListDefinitions\n", request.SerializeAsString());
}

std::string PageKey(const v1::ListRevisionsRequest& request) {
  return absl::StrCat("ListRevisions\n", request.name());
}

absl::Status CheckCollection(const std::string& collection) {
  if (collection.empty() || KindOfCollection(collection).has_value()) return absl::OkStatus();
  return InvalidFields(
      {{"collection", GotWant(collection, "a collection, for instance kpis"), violation::kSyntax}});
}

absl::Status InvalidParent(const absl::Status& status) {
  Violations violations;
  violations.AddStatus("parent", violation::kSyntax, status);
  return InvalidFields(violations.Take());
}

}  // namespace

absl::StatusOr<v1::Definition> DefinitionService::Get(const v1::GetDefinitionRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, CheckName(request.name()));
  if (request.revision() < 0 || request.revision() == std::numeric_limits<int64_t>::max()) {
    return InvalidFields({{"revision", absl::StrCat("got ", request.revision(), ", want 0 or more"),
                           violation::kOutOfRange}});
  }
  if (request.revision() == 0) {
    RETURN_IF_ERROR(Refresh());
    MutexLock lock(mutex_);
    const CatalogEntry* entry = catalog_.Find(name);
    if (entry == nullptr) return NotFound(name);
    return *entry->definition;
  }
  ASSIGN_OR_RETURN(std::optional<v1::Definition> revision,
                   store_.ReadRevision(name, request.revision()));
  if (!revision.has_value()) return NotFound(name);
  return *std::move(revision);
}

absl::StatusOr<v1::BatchGetDefinitionsResponse> DefinitionService::BatchGet(
    const v1::BatchGetDefinitionsRequest& request) {
  const absl::StatusOr<std::string> workspace = ParseWorkspace(request.parent());
  if (!workspace.ok()) return InvalidParent(workspace.status());
  Violations violations;
  if (request.names_size() > kMaxBatchNames) {
    violations.Add("names", violation::kLimit,
                   absl::StrCat("got ", request.names_size(), ", want at most ", kMaxBatchNames));
  }
  std::vector<ResourceName> names;
  for (int i = 0; i < request.names_size(); ++i) {
    absl::StatusOr<ResourceName> name = ResourceName::Parse(request.names(i));
    if (!name.ok()) {
      violations.AddStatus(IndexField("names", i), violation::kSyntax, name.status());
    } else if (name->workspace != *workspace) {
      violations.Add(IndexField("names", i), violation::kOutOfRange,
                     GotWant(request.names(i), "a name in the parent"));
    } else {
      names.push_back(*std::move(name));
    }
  }
  if (!violations.empty()) return InvalidFields(violations.Take());
  v1::BatchGetDefinitionsResponse response;
  RETURN_IF_ERROR(Refresh());
  MutexLock lock(mutex_);
  for (const ResourceName& name : names) {
    const CatalogEntry* entry = catalog_.Find(name);
    if (entry != nullptr) {
      *response.add_definitions() = *entry->definition;
    } else {
      response.add_missing_names(name.ToString());
    }
  }
  response.set_position(catalog_.position());
  return response;
}

absl::StatusOr<v1::ListDefinitionsResponse> DefinitionService::List(
    const v1::ListDefinitionsRequest& request) {
  const auto workspace = ParseWorkspaceOrAll(request.parent());
  if (!workspace.ok()) return InvalidParent(workspace.status());
  RETURN_IF_ERROR(CheckCollection(request.collection()));
  ASSIGN_OR_RETURN(const ListFilter filter, ListFilter::Parse(request.filter(), kFilterPaths));
  ASSIGN_OR_RETURN(const int page_size, CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string cursor, ReadPageToken(PageKey(request), request.page_token()));
  const std::optional<DefinitionKind> kind = KindOfCollection(request.collection());
  RETURN_IF_ERROR(Refresh());
  v1::ListDefinitionsResponse response;
  size_t bytes = 0;
  MutexLock lock(mutex_);
  auto it = names_.begin();
  if (!cursor.empty()) {
    const absl::StatusOr<ResourceName> last = ResourceName::Parse(cursor);
    if (last.ok()) it = names_.upper_bound(*last);
  } else if (workspace->has_value()) {
    it = names_.lower_bound({**workspace, DefinitionKind::kAlertRule, ""});
  }
  std::string last_name;
  for (; it != names_.end(); ++it) {
    if (workspace->has_value() && it->workspace != **workspace) break;
    if (kind.has_value() && it->kind != *kind) continue;
    const v1::Definition& definition = *catalog_.Find(*it)->definition;
    if (!filter.Matches([&](const std::string& path) { return ValuesOf(*it, definition, path); })) {
      continue;
    }
    const size_t size = definition.ByteSizeLong();
    if (response.definitions_size() == page_size ||
        (response.definitions_size() > 0 && bytes + size > kMaxPageBytes)) {
      response.set_next_page_token(MakePageToken(PageKey(request), last_name));
      break;
    }
    bytes += size;
    *response.add_definitions() = definition;
    last_name = it->ToString();
  }
  return response;
}

absl::StatusOr<v1::ListRevisionsResponse> DefinitionService::ListRevisions(
    const v1::ListRevisionsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, CheckName(request.name()));
  ASSIGN_OR_RETURN(const int page_size, CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string cursor, ReadPageToken(PageKey(request), request.page_token()));
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &before)) before = 0;
  ASSIGN_OR_RETURN(std::vector<v1::Definition> revisions,
                   store_.ReadRevisions(name, before, page_size, kMaxPageBytes));
  if (revisions.empty()) return NotFound(name);
  v1::ListRevisionsResponse response;
  const int64_t last = revisions.back().revision();
  for (v1::Definition& revision : revisions) *response.add_revisions() = std::move(revision);
  // Revisions are dense from 1.
  if (last > 1) response.set_next_page_token(MakePageToken(PageKey(request), absl::StrCat(last)));
  return response;
}

absl::StatusOr<v1::ServerInfo> DefinitionService::Info() {
  RETURN_IF_ERROR(Refresh());
  v1::ServerInfo info;
  info.set_service("kpi-definition");
  info.set_version(KPISUITE_VERSION);
  info.set_store_engine(std::string(store_.engine()));
  info.set_max_message_bytes(kMaxMessageBytes);
  info.set_definition_position(position());
  const absl::Time now = clock_.Now();
  info.mutable_server_time()->set_seconds(absl::ToUnixSeconds(now));
  return info;
}

int64_t DefinitionService::position() const {
  MutexLock lock(mutex_);
  return catalog_.position();
}

DefinitionSnapshot DefinitionService::Snapshot(const std::optional<std::string>& workspace) {
  DefinitionSnapshot snapshot;
  MutexLock lock(mutex_);
  snapshot.position = catalog_.position();
  for (const ResourceName& name : names_) {
    if (workspace.has_value() && name.workspace != *workspace) continue;
    snapshot.definitions.push_back(catalog_.Find(name)->definition);
  }
  return snapshot;
}

}  // namespace kpisuite
