// YamlConfig: lets CLI11 read its configuration file as YAML.
#pragma once

#include <CLI/CLI.hpp>
#include <istream>
#include <string>
#include <vector>

namespace kpisuite {

// Reads a flat mapping of option names to scalars. An unknown or duplicate key, a nested value and
// a value for --config itself are errors with line and column. A key whose environment variable is
// set is skipped: the environment beats the file, and CLI11 has it the other way round.
class YamlConfig final : public CLI::Config {
 public:
  // `app` outlives the reader.
  explicit YamlConfig(const CLI::App& app) : app_(app) {}

  // Throws CLI::ConfigError, which CLI11 expects.
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

  // Writing a file is not offered; the text is empty.
  std::string to_config(const CLI::App* app, bool default_also, bool write_description,
                        std::string prefix) const override;

 private:
  const CLI::App& app_;
};

}  // namespace kpisuite
