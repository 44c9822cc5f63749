// OptionParser: flags with KPI_* environment twins and a YAML configuration file.
//
// An option "drain-delay" is the flag --drain-delay, the variable KPI_DRAIN_DELAY and the key
// `drain-delay:` of the file given with --config. The flag beats the variable, which beats the
// file. An unknown flag or key is an error that names it; so is a duplicate key.
// Every program also has --help, --version and --check-config.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kpisuite {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// Not thread-safe.
class OptionParser {
 public:
  OptionParser(const std::string& program, const std::string& description);
  OptionParser(const OptionParser&) = delete;
  OptionParser& operator=(const OptionParser&) = delete;
  ~OptionParser();

  // An option whose default is the present content of `value`, which outlives the parser.
  // `name` is without dashes; `help` is one line. Numbers must lie in [min, max].
  void Add(const std::string& name, std::string& value, const std::string& help);
  void Add(const std::string& name, bool& value, const std::string& help);
  void Add(const std::string& name, int64_t& value, int64_t min, int64_t max,
           const std::string& help);
  void Add(const std::string& name, int& value, int min, int max, const std::string& help);
  // Text such as "250ms" or "1h30m"; not negative.
  void Add(const std::string& name, absl::Duration& value, const std::string& help);

  // A validation that runs after parsing, also under --check-config.
  void AddCheck(std::function<absl::Status()> check);

  // Fills the values. Nothing when the program should go on; otherwise the exit code with which
  // it should end (help, version, check and errors are printed).
  std::optional<int> Parse(int argc, const char* const* argv);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace kpisuite
