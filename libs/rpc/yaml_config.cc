#include "libs/rpc/yaml_config.h"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

[[noreturn]] void Fail(const YAML::Mark& mark, absl::string_view what) {
  throw CLI::ConfigError(
      absl::StrCat("line ", mark.line + 1, ", column ", mark.column + 1, ": ", what),
      CLI::ExitCodes::ConfigError);
}

bool InEnvironment(const CLI::Option& option) {
  const std::string name = option.get_envname();
  const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
  return value != nullptr && *value != '\0';
}

YAML::Node Load(std::istream& input) {
  try {
    return YAML::Load(input);
  } catch (const YAML::Exception& error) {
    Fail(error.mark, error.msg);
  }
}

}  // namespace

std::vector<CLI::ConfigItem> YamlConfig::from_config(std::istream& input) const {
  const YAML::Node root = Load(input);
  std::vector<CLI::ConfigItem> items;
  if (root.IsNull()) return items;
  if (!root.IsMap()) Fail(root.Mark(), "want a mapping of option names to values");
  std::set<std::string> seen;
  for (const auto& entry : root) {
    if (!entry.first.IsScalar()) Fail(entry.first.Mark(), "want the name of an option");
    const std::string key = entry.first.Scalar();
    const CLI::Option* option = app_.get_option_no_throw(absl::StrCat("--", key));
    if (option == nullptr || !option->get_configurable()) {
      Fail(entry.first.Mark(), absl::StrCat("unknown key ", key));
    }
    if (!seen.insert(key).second) {
      Fail(entry.first.Mark(), absl::StrCat("duplicate key ", key));
    }
    if (!entry.second.IsScalar()) {
      Fail(entry.second.Mark(), absl::StrCat(key, ": want a single value"));
    }
    if (InEnvironment(*option)) continue;
    CLI::ConfigItem item;
    item.name = key;
    item.inputs = {entry.second.Scalar()};
    items.push_back(std::move(item));
  }
  return items;
}

std::string YamlConfig::to_config(const CLI::App* app, bool default_also, bool write_description,
                                  std::string prefix) const {
  return "";
}

}  // namespace kpisuite
