// What differs between two revisions of a definition, field by field.
#pragma once

#include <string>
#include <vector>

#include "kpisuite/v1/definition.pb.h"
#include "kpisuite/v1/definition_service.pb.h"

namespace kpisuite {

// Paths use the names of the proto fields: `kpi.target.fixed`, `kpi.inputs["late"].where`,
// `kpi.windows[1]`, in the order of the field numbers (map keys sorted). Texts stand as they are,
// enum values by their short name, other messages by their leaves. The name, output-only
// fields and etags are left out. An unset field differs from one set to its default.
std::vector<v1::FieldDifference> DifferencesOf(const v1::Definition& before,
                                               const v1::Definition& after);

// The definition without what the server fills in: what a person wrote.
v1::Definition WithoutOutputFields(const v1::Definition& definition);

}  // namespace kpisuite
