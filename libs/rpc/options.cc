#include "libs/rpc/options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/rpc/yaml_config.h"

namespace kpisuite {
namespace {

std::string EnvironmentName(absl::string_view name) {
  return absl::StrCat("KPI_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
}

absl::Duration ParseDuration(const std::string& name, const std::string& text) {
  absl::Duration parsed;
  if (!absl::ParseDuration(text, &parsed) || parsed < absl::ZeroDuration() ||
      parsed == absl::InfiniteDuration()) {
    throw CLI::ValidationError(
        absl::StrCat("--", name),
        absl::StrCat("got \"", text, "\", want a duration such as 250ms, 5s or 1h30m"));
  }
  return parsed;
}

}  // namespace

class OptionParser::State {
 public:
  State(const std::string& program, const std::string& description)
      : program_(program), app_(description, program) {
    app_.option_defaults()->always_capture_default();
    app_.set_help_flag("--help", "Print this help and exit.");
    app_.add_flag("--version", version_, "Print the version and exit.")->configurable(false);
    app_.add_flag("--check-config", check_, "Check flags, environment and file, then exit.")
        ->configurable(false);
    const char* path = std::getenv("KPI_CONFIG");
    const bool in_environment = path != nullptr && *path != '\0';
    app_.set_config("--config", in_environment ? path : "",
                    "YAML file with option names as keys (Env:KPI_CONFIG).", in_environment);
    app_.config_formatter(std::make_shared<YamlConfig>(app_));
    app_.footer(
        "Each option is also an environment variable (drain-delay is KPI_DRAIN_DELAY) and a key "
        "of the file.\nFlags beat variables, variables beat the file.");
  }

  CLI::App& app() { return app_; }

  CLI::Option* Named(const std::string& name, CLI::Option* option) {
    return option->envname(EnvironmentName(name));
  }

  void AddCheck(std::function<absl::Status()> check) { checks_.push_back(std::move(check)); }

  std::optional<int> Parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      std::fputs(app_.help().c_str(), stdout);
      return kExitOk;
    } catch (const CLI::Error& error) {
      return Refuse(error.what());
    }
    if (version_) {
      std::printf("%s %s\n", program_.c_str(), KPISUITE_VERSION);
      return kExitOk;
    }
    for (const auto& check : checks_) {
      if (const absl::Status status = check(); !status.ok()) {
        return Refuse(std::string(status.message()));
      }
    }
    if (!check_) return std::nullopt;
    std::printf("%s: the configuration is valid\n", program_.c_str());
    return kExitOk;
  }

 private:
  int Refuse(const std::string& message) const {
    std::fprintf(stderr, "%s: %s\nTry %s --help.\n", program_.c_str(), message.c_str(),
                 program_.c_str());
    return kExitUsage;
  }

  const std::string program_;
  CLI::App app_;
  bool version_ = false;
  bool check_ = false;
  std::vector<std::function<absl::Status()>> checks_;
};

OptionParser::OptionParser(const std::string& program, const std::string& description)
    : state_(std::make_unique<State>(program, description)) {}

OptionParser::~OptionParser() = default;

void OptionParser::Add(const std::string& name, std::string& value, const std::string& help) {
  state_->Named(name, state_->app().add_option("--" + name, value, help));
}

void OptionParser::Add(const std::string& name, bool& value, const std::string& help) {
  state_->Named(name, state_->app().add_flag("--" + name, value, help));
}

void OptionParser::Add(const std::string& name, int64_t& value, int64_t min, int64_t max,
                       const std::string& help) {
  state_->Named(name, state_->app().add_option("--" + name, value, help))
      ->check(CLI::Range(min, max));
}

void OptionParser::Add(const std::string& name, int& value, int min, int max,
                       const std::string& help) {
  state_->Named(name, state_->app().add_option("--" + name, value, help))
      ->check(CLI::Range(min, max));
}

void OptionParser::Add(const std::string& name, absl::Duration& value, const std::string& help) {
  auto* option = state_->app().add_option_function<std::string>(
      "--" + name, [name, &value](const std::string& text) { value = ParseDuration(name, text); },
      help);
  state_->Named(name, option)->default_str(absl::FormatDuration(value));
}

void OptionParser::AddCheck(std::function<absl::Status()> check) {
  state_->AddCheck(std::move(check));
}

std::optional<int> OptionParser::Parse(int argc, const char* const* argv) {
  return state_->Parse(argc, argv);
}

}  // namespace kpisuite
