#include "tests/acceptance/case_definitions.h"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/definitions/names.h"
#include "libs/document/definition_kinds.h"
#include "libs/document/definition_set.h"

namespace kpisuite {
namespace {

constexpr int kEnvelopeLines = 3;

// An entry as one document of a definition file, moved down so that `spec` stands on its line.
std::string AsDocument(const BlockLine& head, absl::string_view kind, absl::string_view name,
                       absl::string_view spec, const std::vector<BlockLine>& body) {
  std::string text(static_cast<size_t>(std::max(0, head.line - kEnvelopeLines - 1)), '\n');
  absl::StrAppend(&text, "apiVersion: kpisuite/v1\nkind: ", kind, "\nmetadata: {name: ", name,
                  "}\nspec:", spec, "\n");
  for (const BlockLine& line : body) absl::StrAppend(&text, line.text, "\n");
  return text;
}

void ReadEntry(const std::string& file, const BlockLine& head, const std::vector<BlockLine>& body,
               DefinitionSet& set, std::vector<CaseError>& errors) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(head.text, absl::MaxSplits(':', 1));
  const std::vector<std::string> words = absl::StrSplit(parts.first, ' ', absl::SkipEmpty());
  if (words.size() != 2 || FindKind(words[0]) == nullptr) {
    errors.push_back({head.line, absl::StrCat("got \"", head.text, "\", want KIND NAME: ...")});
    return;
  }
  set.Add(file, AsDocument(head, words[0], words[1], parts.second, body));
}

void SetDefaults(v1::Definition& definition) {
  if (definition.has_metric()) {
    v1::Metric& metric = *definition.mutable_metric();
    metric.set_unit("count");
    metric.set_identity(v1::SAMPLE_IDENTITY_TIME);
  }
  if (definition.has_kpi()) {
    v1::Kpi& kpi = *definition.mutable_kpi();
    kpi.set_owner("controller@example.com");
    kpi.set_unit("count");
    kpi.set_direction(v1::DIRECTION_HIGHER);
    kpi.add_windows("DAY");
  }
}

google::protobuf::Message& SpecOf(v1::Definition& definition) {
  return *definition.GetReflection()->MutableMessage(&definition, KindOf(definition)->field);
}

}  // namespace

std::vector<v1::Definition> ReadDefinitions(const std::string& file,
                                            const std::vector<BlockLine>& block,
                                            std::vector<CaseError>& errors) {
  DefinitionSet set(kCaseWorkspace);
  for (size_t i = 0; i < block.size();) {
    const BlockLine& head = block[i++];
    std::vector<BlockLine> body;
    while (i < block.size() && (block[i].text.empty() || block[i].text[0] == ' ')) {
      body.push_back(block[i++]);
    }
    if (head.text.empty() || head.text[0] == '#') continue;
    ReadEntry(file, head, body, set, errors);
  }
  for (const DocumentError& error : set.errors()) {
    errors.push_back({error.position.line, absl::StrCat(error.field, ": ", error.description)});
  }
  return set.definitions();
}

v1::Definition CompleteDefinition(const v1::Definition& said, const Catalog& live) {
  const CatalogEntry* entry = live.Find(*ResourceName::Parse(said.name()));
  v1::Definition complete;
  if (entry != nullptr) {
    complete = *entry->definition;
  } else {
    complete.set_name(said.name());
    complete.GetReflection()->MutableMessage(&complete, KindOf(said)->field);
    SetDefaults(complete);
  }
  v1::Definition copy = said;
  google::protobuf::Message& from = SpecOf(copy);
  google::protobuf::Message& to = SpecOf(complete);
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  from.GetReflection()->ListFields(from, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    to.GetReflection()->ClearField(&to, field);
  }
  to.MergeFrom(from);
  return complete;
}

std::string CaseName(const v1::Definition& definition) {
  return absl::StrCat(KindOf(definition)->kind, " ", ParseResourceName(definition.name()).id);
}

}  // namespace kpisuite
