#include "services/definition/apply_plan.h"

#include <google/protobuf/util/message_differencer.h>

#include <set>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/difference.h"
#include "libs/definitions/references.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

// 128 random bits, so that a store that starts anew never makes a uid again.
std::string RandomUid() {
  thread_local absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16),
                      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

std::string EtagOf(const std::string& uid, int64_t revision) {
  return HexEncode(Sha256(absl::StrCat(uid, "/", revision)).substr(0, 8));
}

void SetTime(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const int64_t nanos = absl::ToUnixNanos(time);
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(static_cast<int32_t>(nanos - absl::ToUnixSeconds(time) * 1'000'000'000));
}

// What a person wrote, in the owned set of the request; what has no set in the request stays where
// it is.
PlannedChange Plan(const ResourceName& name, const v1::Definition& written,
                   const std::string& owned_set, const v1::Definition* live) {
  PlannedChange change;
  change.name = name;
  change.after = WithoutOutputFields(written);
  if (live == nullptr) {
    change.kind = v1::CHANGE_KIND_CREATED;
    change.after.set_owned_set(owned_set);
    change.differences = DifferencesOf(v1::Definition(), change.after);
    return change;
  }
  change.after.set_owned_set(owned_set.empty() ? live->owned_set() : owned_set);
  const bool moves = change.after.owned_set() != live->owned_set();
  v1::Definition before = WithoutOutputFields(*live);
  before.set_owned_set(change.after.owned_set());
  if (google::protobuf::util::MessageDifferencer::Equals(before, change.after) && !moves) {
    return change;
  }
  change.kind = v1::CHANGE_KIND_UPDATED;
  change.differences = DifferencesOf(*live, change.after);
  if (moves) {
    v1::FieldDifference& difference = change.differences.emplace_back();
    difference.set_field("owned_set");
    difference.set_before(live->owned_set());
    difference.set_after(change.after.owned_set());
  }
  return change;
}

PlannedChange PlanDeletion(const ResourceName& name, const v1::Definition& live) {
  PlannedChange change;
  change.name = name;
  change.kind = v1::CHANGE_KIND_DELETED;
  change.after = live;
  return change;
}

PlannedChange PlanRelease(const ResourceName& name, const v1::Definition& live) {
  PlannedChange change;
  change.name = name;
  change.kind = v1::CHANGE_KIND_UPDATED;
  change.after = WithoutOutputFields(live);
  v1::FieldDifference& difference = change.differences.emplace_back();
  difference.set_field("owned_set");
  difference.set_before(live.owned_set());
  return change;
}

}  // namespace

absl::Status CheckEtag(const ResourceName& name, const std::string& etag,
                       const CatalogEntry* live) {
  const std::string current = live == nullptr ? "" : live->definition->etag();
  if (etag.empty() || etag == current) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAborted, "ETAG_MISMATCH",
      absl::StrCat(name.ToString(), ": ",
                   GotWant(etag, current.empty() ? "no etag, it does not exist"
                                                 : absl::StrCat("the current etag ", current)),
                   "; read it again and retry"),
      {{"name", name.ToString()}, {"etag", current}});
}

void AddOwnedSetViolations(const v1::ApplyDefinitionsRequest& request, const Catalog& live,
                           std::vector<FieldViolation>& violations) {
  if (request.owned_set().empty()) return;
  for (int i = 0; i < request.definitions_size(); ++i) {
    const std::string& text = request.definitions(i).name();
    const absl::StatusOr<ResourceName> name = ResourceName::Parse(text);
    const CatalogEntry* entry = name.ok() ? live.Find(*name) : nullptr;
    const std::string set = entry == nullptr ? "" : entry->definition->owned_set();
    if (set.empty() || set == request.owned_set()) continue;
    violations.push_back(
        {IndexField("definitions", i) + ".name",
         GotWant(text,
                 absl::StrCat("a definition of no other owned set; it belongs to \"", set, "\"")),
         violation::kRefused});
  }
}

absl::StatusOr<ApplyPlan> PlanApply(const v1::ApplyDefinitionsRequest& request, const Catalog& live,
                                    const std::vector<ResourceName>& members) {
  ApplyPlan plan;
  std::set<ResourceName> named;
  for (const v1::Definition& definition : request.definitions()) {
    ASSIGN_OR_RETURN(const ResourceName name, ResourceName::Parse(definition.name()));
    named.insert(name);
    const CatalogEntry* entry = live.Find(name);
    RETURN_IF_ERROR(CheckEtag(name, definition.etag(), entry));
    plan.changes.push_back(Plan(name, definition, request.owned_set(),
                                entry == nullptr ? nullptr : entry->definition.get()));
  }
  for (const ResourceName& member : members) {
    if (named.contains(member)) continue;
    const v1::Definition& definition = *live.Find(member)->definition;
    if (request.prune()) plan.deletions.push_back(member);
    plan.changes.push_back(request.prune() ? PlanDeletion(member, definition)
                                           : PlanRelease(member, definition));
  }
  return plan;
}

v1::Definition MakeRevision(const PlannedChange& change, const v1::Definition* live,
                            int64_t last_revision, const RevisionStamp& stamp) {
  v1::Definition revision = change.after;
  revision.set_revision(last_revision + 1);
  revision.set_uid(live == nullptr ? RandomUid() : live->uid());
  revision.set_etag(EtagOf(revision.uid(), revision.revision()));
  revision.set_change_reason(stamp.reason);
  revision.set_updater(stamp.actor);
  SetTime(stamp.time, *revision.mutable_update_time());
  if (live == nullptr) {
    revision.set_creator(stamp.actor);
    SetTime(stamp.time, *revision.mutable_create_time());
  } else {
    revision.set_creator(live->creator());
    *revision.mutable_create_time() = live->create_time();
  }
  if (change.kind == v1::CHANGE_KIND_DELETED) {
    revision.set_deleted(true);
    revision.clear_owned_set();
  }
  return revision;
}

}  // namespace kpisuite
