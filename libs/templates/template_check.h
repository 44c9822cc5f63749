// Checks of templates, for TemplateLibrary.
#pragma once

#include <map>
#include <string>

#include "kpisuite/v1/definition_service.pb.h"
#include "libs/definitions/violations.h"

namespace kpisuite {

// What is wrong with one template by itself; fields start with its id.
void CheckTemplate(const v1::Template& checked, Violations& violations);

// What is wrong with how templates refer to one another.
void CheckReferences(const std::map<std::string, v1::Template>& templates, Violations& violations);

}  // namespace kpisuite
