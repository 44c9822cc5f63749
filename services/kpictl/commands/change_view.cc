#include "services/kpictl/commands/change_view.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/document/definition_kinds.h"

namespace kpisuite {
namespace {

struct ChangeLook {
  const char* sign;
  Style style;
};

ChangeLook LookOf(v1::ChangeKind kind) {
  switch (kind) {
    case v1::CHANGE_KIND_CREATED: return {"+", Style::kGood};
    case v1::CHANGE_KIND_UPDATED: return {"~", Style::kWarning};
    case v1::CHANGE_KIND_DELETED: return {"-", Style::kBad};
    default: return {" ", Style::kDim};
  }
}

std::string ShortResource(const std::string& name) {
  const ResourceNameParts parts = ParseResourceName(name);
  return parts.id.empty() ? name : absl::StrCat(parts.collection, "/", parts.id);
}

void PrintChange(const v1::DefinitionChange& change, bool with_fields, bool colored,
                 std::ostream& out) {
  const ChangeLook look = LookOf(change.kind());
  out << Styled(absl::StrCat(look.sign, " ", ShortResource(change.name())), look.style, colored)
      << "\n";
  if (!with_fields) return;
  for (const v1::FieldDifference& difference : change.differences()) {
    const bool added = difference.before().empty();
    const bool removed = difference.after().empty();
    out << "    " << difference.field() << ": ";
    if (!added) out << Styled(difference.before(), Style::kBad, colored);
    if (!added && !removed) out << " -> ";
    if (!removed) out << Styled(difference.after(), Style::kGood, colored);
    if (removed) out << " (removed)";
    out << "\n";
  }
}

}  // namespace

void PrintChanges(const v1::ApplyDefinitionsResponse& response, bool whole, bool colored,
                  std::ostream& out) {
  for (const v1::DefinitionChange& change : response.changes()) {
    if (change.kind() == v1::CHANGE_KIND_DELETED) PrintChange(change, false, colored, out);
  }
  for (const v1::DefinitionChange& change : response.changes()) {
    const bool created = change.kind() == v1::CHANGE_KIND_CREATED;
    if (created || change.kind() == v1::CHANGE_KIND_UPDATED) {
      PrintChange(change, whole || !created, colored, out);
    }
  }
}

int CountChanges(const v1::ApplyDefinitionsResponse& response) {
  int count = 0;
  for (const v1::DefinitionChange& change : response.changes()) {
    count += change.kind() != v1::CHANGE_KIND_UNCHANGED;
  }
  return count;
}

int CountDeletions(const v1::ApplyDefinitionsResponse& response) {
  int count = 0;
  for (const v1::DefinitionChange& change : response.changes()) {
    count += change.kind() == v1::CHANGE_KIND_DELETED;
  }
  return count;
}

Table ChangeTable(const v1::ApplyDefinitionsResponse& response) {
  Table table({{"KIND"}, {"NAME"}, {"CHANGE"}, {"REVISION", true}});
  for (const v1::DefinitionChange& change : response.changes()) {
    const ResourceNameParts parts = ParseResourceName(change.name());
    const DocumentKind* kind = FindCollection(parts.collection);
    const std::string text(absl::StripPrefix(v1::ChangeKind_Name(change.kind()), "CHANGE_KIND_"));
    const int64_t revision = change.definition().revision();
    table.AddRow({{kind == nullptr ? parts.collection : kind->kind},
                  {parts.id},
                  {text, LookOf(change.kind()).style},
                  {revision == 0 ? "" : absl::StrCat(revision)}});
  }
  return table;
}

}  // namespace kpisuite
