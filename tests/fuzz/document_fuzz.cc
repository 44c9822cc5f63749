// Any text: a definition file is read or refused with positions inside it, and what was read is
// written as YAML that reads back as the same definitions.

#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <string>

#include "libs/document/definition_set.h"
#include "libs/document/json.h"
#include "libs/document/yaml_writer.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

void Check(absl::string_view text) {
  DefinitionSet set("default");
  set.Add("fuzz.yaml", text);
  for (const DocumentError& error : set.errors()) {
    Require(error.position.line >= 1 && error.position.column >= 1);
    Require(!error.description.empty());
  }
  if (!set.errors().empty()) return;
  for (const v1::Definition& definition : set.definitions()) {
    const auto again = ParseDefinitions(DefinitionToYaml(definition), "default");
    Require(again.ok() && again->size() == 1);
    v1::Definition expected = definition;
    expected.clear_etag();
    Require(google::protobuf::util::MessageDifferencer::Equals(expected, again->front()));
    Require(ToJson(definition, JsonLayout::kLine).size() > 2);
  }
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kpisuite::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
