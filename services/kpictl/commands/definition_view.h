// Definitions as rows and texts.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "kpisuite/v1/definition.pb.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

// One row for each definition. `with_kind`: a column with the kind.
Table DefinitionTable(const std::vector<v1::Definition>& definitions, bool with_kind);

// The document to apply again, below comments that say which revision it is. `message` is a
// v1::Definition.
std::string CommentedYaml(const google::protobuf::Message& message);

// Address of whoever answers for it; empty when its kind has no owner.
std::string OwnerOf(const v1::Definition& definition);

}  // namespace kpisuite
