#include "services/kpictl/commands/kind_argument.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status_macros.h"
#include "libs/document/suggestion.h"
#include "services/kpictl/commands/context.h"

namespace kpisuite {
namespace {

struct ShortName {
  const char* name;
  const char* collection;
};
constexpr ShortName kShortNames[] = {
    {"m", "metrics"},     {"k", "kpis"},        {"t", "targets"},     {"o", "objectives"},
    {"sc", "scorecards"}, {"cal", "calendars"}, {"bm", "benchmarks"}, {"init", "initiatives"},
    {"ar", "alertRules"}, {"src", "sources"},
};

std::string Folded(absl::string_view text) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(text), {{"-", ""}, {"_", ""}});
}

absl::StatusOr<std::string> NameOf(const DocumentKind& kind, absl::string_view id,
                                   absl::string_view workspace) {
  if (!IsResourceId(id)) {
    return UsageError(
        absl::StrCat("name: got \"", id, "\", want lower-case letters, digits and inner '-'"));
  }
  return MakeResourceName(workspace, kind.collection, id);
}

// The resource name in `KIND/NAME` or a full name.
absl::StatusOr<std::string> ParseJoined(absl::string_view text, absl::string_view workspace) {
  if (absl::StartsWith(text, "workspaces/")) {
    const ResourceNameParts parts = ParseResourceName(text);
    if (FindCollection(parts.collection) == nullptr || !IsResourceId(parts.id)) {
      return UsageError(
          absl::StrCat("name: got \"", text, "\", want workspaces/WORKSPACE/COLLECTION/NAME"));
    }
    return std::string(text);
  }
  const size_t slash = text.find('/');
  ASSIGN_OR_RETURN(const DocumentKind* kind, ParseKind(text.substr(0, slash)));
  return NameOf(*kind, text.substr(slash + 1), workspace);
}

}  // namespace

absl::StatusOr<const DocumentKind*> ParseKind(absl::string_view text) {
  const std::string folded = Folded(text);
  std::vector<std::string> names;
  for (const DocumentKind& kind : DocumentKinds()) {
    if (folded == Folded(kind.kind) || folded == Folded(kind.collection)) return &kind;
    names.push_back(kind.collection);
  }
  for (const ShortName& short_name : kShortNames) {
    if (folded == short_name.name) return FindCollection(short_name.collection);
  }
  return UsageError(absl::StrCat("unknown kind \"", text, "\"", DidYouMean(text, names)));
}

absl::StatusOr<std::vector<std::string>> ParseResourceArguments(
    const std::vector<std::string>& arguments, absl::string_view workspace) {
  std::vector<std::string> names;
  if (absl::StrContains(arguments.front(), "/")) {
    for (const std::string& argument : arguments) {
      ASSIGN_OR_RETURN(std::string name, ParseJoined(argument, workspace));
      names.push_back(std::move(name));
    }
    return names;
  }
  ASSIGN_OR_RETURN(const DocumentKind* kind, ParseKind(arguments.front()));
  for (size_t i = 1; i < arguments.size(); ++i) {
    ASSIGN_OR_RETURN(std::string name, NameOf(*kind, arguments[i], workspace));
    names.push_back(std::move(name));
  }
  return names;
}

absl::StatusOr<std::string> ParseKpiArgument(absl::string_view text, absl::string_view workspace) {
  const DocumentKind& kpi = *FindCollection("kpis");
  if (!absl::StrContains(text, "/")) return NameOf(kpi, text, workspace);
  ASSIGN_OR_RETURN(std::string name, ParseJoined(text, workspace));
  if (ParseResourceName(name).collection != kpi.collection) {
    return UsageError(absl::StrCat("got \"", text, "\", want a KPI"));
  }
  return name;
}

}  // namespace kpisuite
