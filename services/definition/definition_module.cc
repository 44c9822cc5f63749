#include "services/definition/definition_module.h"

#include "libs/base/status_macros.h"
#include "libs/templates/template_library.h"

namespace kpisuite {

absl::StatusOr<std::unique_ptr<DefinitionModule>> DefinitionModule::Create(
    std::unique_ptr<DefinitionStore> store, const CallEnvironment& environment) {
  ASSIGN_OR_RETURN(TemplateLibrary templates, TemplateLibrary::BuiltIn());
  ASSIGN_OR_RETURN(std::unique_ptr<DefinitionService> service,
                   DefinitionService::Create(*store, environment.clock, std::move(templates)));
  return std::unique_ptr<DefinitionModule>(
      new DefinitionModule(std::move(store), std::move(service), environment));
}

}  // namespace kpisuite
