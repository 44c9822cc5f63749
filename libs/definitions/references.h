// References: which other definitions a definition names, and where.
#pragma once

#include <string>
#include <vector>

#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/names.h"

namespace kpisuite {

// One reference.
struct Reference {
  ResourceName name;  // the id may be no label: then it cannot exist
  std::string field;  // path of the field that names it, `kpi.inputs["late"].metric`
  enum class Use {
    kExists,    // it must exist, what it says does not matter (objective of a KPI, guardrails)
    kContent,   // what it says is needed to resolve the definition; cycles are errors
    kTargetOf,  // a Target and its KPI: the KPI is resolved with its targets
  };
  Use use = Use::kContent;
};

// All references of a definition with this name, in the order of the fields; empty ids are left
// out. The workspace is that of the definition.
std::vector<Reference> ReferencesOf(const ResourceName& name, const v1::Definition& definition);

// `field["key"]` with quotes and backslashes of the key escaped.
std::string MapField(absl::string_view field, absl::string_view key);
// `field[index]`.
std::string IndexField(absl::string_view field, size_t index);

}  // namespace kpisuite
