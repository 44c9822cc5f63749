// Messages as canonical YAML, in the flavour that message_reader.h reads back.
//
// Fields stand in the order of their numbers, map keys are sorted, durations and times as text,
// enums by short name, texts plain where YAML allows it and a reader of YAML 1.1 would not take
// them for a truth value or nothing. Short lists stand on one line.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "kpisuite/v1/definition.pb.h"

namespace kpisuite {

// One document with apiVersion, kind, metadata and spec, ready to be applied again; output only
// fields and the etag are left out. No "---", ends with a line end. A definition without a spec
// has no kind.
std::string DefinitionToYaml(const v1::Definition& definition);

// Any message; "{}" when it is empty. Ends with a line end.
std::string MessageToYaml(const google::protobuf::Message& message);

}  // namespace kpisuite
