#include "services/kpictl/commands/definition_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/document/definition_kinds.h"
#include "libs/document/yaml_writer.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

using Shown = Column::Shown;

std::string LabelsText(const v1::Definition& definition) {
  const auto& labels = definition.labels();
  const std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  return absl::StrJoin(sorted, ",", absl::PairFormatter("="));
}

}  // namespace

std::string OwnerOf(const v1::Definition& definition) {
  const DocumentKind* kind = KindOf(definition);
  if (kind == nullptr) return "";
  const auto* owner = kind->field->message_type()->FindFieldByName("owner");
  if (owner == nullptr) return "";
  const auto& spec = definition.GetReflection()->GetMessage(definition, kind->field);
  return spec.GetReflection()->GetString(spec, owner);
}

Table DefinitionTable(const std::vector<v1::Definition>& definitions, bool with_kind) {
  Table table({{"KIND", false, with_kind ? Shown::kAlways : Shown::kCsvOnly},
               {"NAME"},
               {"DISPLAY NAME"},
               {"OWNER"},
               {"REVISION", true},
               {"UPDATED"},
               {"UPDATER", false, Shown::kWide},
               {"LABELS", false, Shown::kWide},
               {"OWNED SET", false, Shown::kWide},
               {"REASON", false, Shown::kWide},
               {"WORKSPACE", false, Shown::kCsvOnly},
               {"ETAG", false, Shown::kCsvOnly},
               {"UID", false, Shown::kCsvOnly}});
  for (const v1::Definition& definition : definitions) {
    const ResourceNameParts parts = ParseResourceName(definition.name());
    const DocumentKind* kind = FindCollection(parts.collection);
    table.AddRow({{kind == nullptr ? parts.collection : kind->kind},
                  {parts.id},
                  {definition.display_name()},
                  {OwnerOf(definition)},
                  {absl::StrCat(definition.revision())},
                  TimeCell(definition.update_time()),
                  {definition.updater()},
                  {LabelsText(definition)},
                  {definition.owned_set()},
                  {definition.change_reason()},
                  {parts.workspace},
                  {definition.etag()},
                  {definition.uid()}});
  }
  return table;
}

std::string CommentedYaml(const google::protobuf::Message& message) {
  const auto& definition = static_cast<const v1::Definition&>(message);
  std::string comment = absl::StrCat("# ", definition.name(), ", revision ", definition.revision());
  const std::string time = TimeText(definition.update_time());
  if (!time.empty()) absl::StrAppend(&comment, " of ", time);
  if (!definition.updater().empty()) absl::StrAppend(&comment, " by ", definition.updater());
  return absl::StrCat(comment, "\n", DefinitionToYaml(definition));
}

}  // namespace kpisuite
