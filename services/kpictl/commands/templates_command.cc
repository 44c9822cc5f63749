#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "libs/document/yaml_writer.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {
namespace {

using Shown = Column::Shown;

struct TemplateListOptions {
  std::string filter;
};

struct TemplateDescribeOptions {
  std::string id;
};

struct InstantiateOptions {
  std::string id;
  std::string kpi_id;
  std::string owner;
  std::vector<std::string> bindings;
  std::vector<std::string> parameters;
};

absl::StatusOr<std::vector<v1::Template>> ListAll(const std::string& filter, Context& context) {
  v1::ListTemplatesRequest request;
  request.set_filter(filter);
  request.set_page_size(1000);
  std::vector<v1::Template> templates;
  while (true) {
    v1::ListTemplatesResponse response;
    RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
      return context.clients().definition().ListTemplates(&call, request, &response);
    }));
    for (v1::Template& made : *response.mutable_templates()) templates.push_back(std::move(made));
    if (response.next_page_token().empty()) return templates;
    request.set_page_token(response.next_page_token());
  }
}

Table TemplateTable(const std::vector<v1::Template>& templates) {
  Table table({{"ID"},
               {"NAME"},
               {"CATEGORY", false, Shown::kWide},
               {"UNIT"},
               {"DIRECTION"},
               {"WINDOWS", false, Shown::kWide},
               {"FORMULA"},
               {"NOTE", false, Shown::kWide}});
  for (const v1::Template& made : templates) {
    const v1::Kpi& kpi = made.definition().kpi();
    table.AddRow({{made.id()},
                  {made.display_name()},
                  {made.category()},
                  {kpi.unit()},
                  {v1::Direction_Name(kpi.direction()).substr(sizeof("DIRECTION_") - 1)},
                  {absl::StrJoin(kpi.windows(), " ")},
                  {made.written_formula()},
                  {made.note()}});
  }
  return table;
}

absl::StatusOr<ExitCode> RunTemplateList(const TemplateListOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const std::vector<v1::Template> templates, ListAll(options.filter, context));
  context.output().WriteList(Pointers(templates), TemplateTable(templates));
  return ExitCode::kOk;
}

using Metrics = std::map<std::string, v1::TemplateMetric>;
using Parameters = std::map<std::string, v1::TemplateParameter>;

// What must be bound, by alias.
std::string NeedsText(const Metrics& metrics, const Parameters& parameters) {
  Table table({{"METRIC"}, {"UNIT"}, {"MEANS"}});
  for (const auto& [alias, metric] : metrics) {
    table.AddRow({{alias}, {metric.unit()}, {metric.means()}});
  }
  std::string text = table.Render({});
  if (parameters.empty()) return text;
  Table numbers({{"PARAMETER"}, {"DEFAULT"}, {"MEANS"}});
  for (const auto& [name, parameter] : parameters) {
    numbers.AddRow({{name}, {parameter.default_value()}, {parameter.means()}});
  }
  return absl::StrCat(text, "\n", numbers.Render({}));
}

// The command line that makes a KPI of it.
std::string ExampleText(const std::string& id, const Metrics& metrics,
                        const Parameters& parameters) {
  std::string text = absl::StrCat("kpictl templates instantiate ", id, " --owner ADDRESS");
  for (const auto& [alias, metric] : metrics) absl::StrAppend(&text, " --bind ", alias, "=METRIC");
  for (const auto& [name, parameter] : parameters) {
    if (parameter.default_value().empty()) {
      absl::StrAppend(&text, " --parameter ", name, "=NUMBER");
    }
  }
  return text;
}

std::string DescriptionText(const v1::Template& made) {
  std::string text = absl::StrCat(made.display_name(), " (", made.id(), ", ", made.category(),
                                  ")\n\nFormula     ", made.written_formula(), "\n");
  const auto add = [&text](absl::string_view title, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&text, title, value, "\n");
  };
  add("Note        ", made.note());
  add("Variant of  ", made.variant_of());
  add("Guardrails  ", absl::StrJoin(made.guardrails(), ", "));
  for (const v1::TemplateComponent& component : made.components()) {
    add("Component   ", absl::StrCat(component.display_name(), " = ", component.formula(),
                                     component.template_id().empty()
                                         ? ""
                                         : absl::StrCat(" (", component.template_id(), ")")));
  }
  const Metrics metrics(made.metrics().begin(), made.metrics().end());
  const Parameters parameters(made.parameters().begin(), made.parameters().end());
  return absl::StrCat(text, "\n", NeedsText(metrics, parameters), "\n",
                      MessageToYaml(made.definition().kpi()), "\n",
                      ExampleText(made.id(), metrics, parameters), "\n");
}

absl::StatusOr<ExitCode> RunTemplateDescribe(const TemplateDescribeOptions& options,
                                             Context& context) {
  ASSIGN_OR_RETURN(const std::vector<v1::Template> templates,
                   ListAll(absl::StrCat("id = \"", options.id, "\""), context));
  if (templates.empty()) {
    return absl::NotFoundError(
        absl::StrCat("template ", options.id, " does not exist; kpictl templates list shows all"));
  }
  context.output().WriteOne(templates.front(), DescriptionText(templates.front()),
                            TemplateTable(templates));
  return ExitCode::kOk;
}

// Reads NAME=VALUE texts.
template <typename Map>
absl::Status ReadPairs(absl::string_view flag, const std::vector<std::string>& texts, Map& map) {
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return UsageError(absl::StrCat(flag, ": got \"", text, "\", want NAME=VALUE"));
    }
    const std::string name = text.substr(0, equals);
    if (map.contains(name)) {
      return UsageError(absl::StrCat(flag, ": got \"", name, "\" twice"));
    }
    map[name] = text.substr(equals + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> RunInstantiate(const InstantiateOptions& options, Context& context) {
  v1::InstantiateTemplateRequest request;
  request.set_parent(context.parent());
  request.set_template_id(options.id);
  request.set_kpi_id(options.kpi_id);
  request.set_owner(options.owner);
  RETURN_IF_ERROR(ReadPairs("--bind", options.bindings, *request.mutable_bindings()));
  RETURN_IF_ERROR(ReadPairs("--parameter", options.parameters, *request.mutable_parameters()));
  v1::InstantiateTemplateResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
    return context.clients().definition().InstantiateTemplate(&call, request, &response);
  }));
  if (context.output().is_for_people()) {
    for (const v1::Definition& definition : response.definitions()) {
      context.output().stream() << "---\n" << DefinitionToYaml(definition);
    }
    return ExitCode::kOk;
  }
  Table table({{"NAME"}, {"DISPLAY NAME"}, {"OWNER"}});
  for (const v1::Definition& definition : response.definitions()) {
    table.AddRow({{definition.name()}, {definition.display_name()}, {definition.kpi().owner()}});
  }
  context.output().WriteList(Pointers(response.definitions()), table,
                             [](const google::protobuf::Message& message) {
                               return DefinitionToYaml(static_cast<const v1::Definition&>(message));
                             });
  return ExitCode::kOk;
}

}  // namespace

void AddTemplatesCommand(CLI::App& app, Context& context) {
  CLI::App& group = AddCommand(app, "templates", "KPIs of the catalogue, ready to be bound to data",
                               "kpictl templates list --filter 'category = financial'");
  group.require_subcommand(1);

  auto list = std::make_shared<TemplateListOptions>();
  CLI::App& list_command = AddCommand(group, "list", "List templates; -o wide shows more",
                                      "kpictl templates list --filter 'id : sup.'");
  list_command.add_option("--filter", list->filter,
                          "comparisons joined by AND: category, id, unit, direction, perspective");
  OnRun(list_command, context, list, RunTemplateList);

  auto describe = std::make_shared<TemplateDescribeOptions>();
  CLI::App& describe_command = AddCommand(group, "describe", "Show what a template is and needs",
                                          "kpictl templates describe fin.gross_margin");
  describe_command.add_option("id", describe->id, "id of the template")->required();
  OnRun(describe_command, context, describe, RunTemplateDescribe);

  auto instantiate = std::make_shared<InstantiateOptions>();
  CLI::App& instantiate_command =
      AddCommand(group, "instantiate", "Print the KPI of a template as YAML; nothing is stored",
                 "kpictl templates instantiate fin.gross_margin --bind revenue=net-revenue \\\n"
                 "    --bind cogs=cost-of-sales --owner cfo@example.com | kpictl apply -f -");
  instantiate_command.add_option("id", instantiate->id, "id of the template")->required();
  instantiate_command
      .add_option("--bind", instantiate->bindings, "ALIAS=METRIC; once for each metric")
      ->allow_extra_args(false);
  instantiate_command
      .add_option("--parameter", instantiate->parameters,
                  "NAME=VALUE, for instance currency=EUR; may be repeated")
      ->allow_extra_args(false);
  instantiate_command.add_option("--owner", instantiate->owner, "who answers for the KPI")
      ->required();
  instantiate_command.add_option("--id", instantiate->kpi_id,
                                 "id of the KPI [the template's, with '-' for '.' and '_']");
  OnRun(instantiate_command, context, instantiate, RunInstantiate);
}

}  // namespace kpisuite
