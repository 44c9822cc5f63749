// Structured logging: one JSON object per line on stderr.
//
//   LogInfo("listening", {{"service", "kpi-definition"}, {"port", port}});
//   {"time":"2026-01-02T03:04:05.678Z","level":"info","message":"listening","service":...}
//
// Thread-safe. Never log sample values or credentials at info or above.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// A key and a value; numbers and booleans stay such in the JSON.
class LogField {
 public:
  LogField(absl::string_view key, absl::string_view value)
      : key_(key), value_(value), quoted_(true) {}
  LogField(absl::string_view key, const char* value) : LogField(key, absl::string_view(value)) {}
  LogField(absl::string_view key, const std::string& value)
      : LogField(key, absl::string_view(value)) {}
  // Code and message; the details are for programs.
  LogField(absl::string_view key, const absl::Status& value)
      : LogField(key, value.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}
  LogField(absl::string_view key, bool value)
      : key_(key), value_(value ? "true" : "false"), quoted_(false) {}
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
  LogField(absl::string_view key, Number value)
      : key_(key), value_(absl::StrCat(value)), quoted_(!IsFinite(value)) {}

  const std::string& key() const { return key_; }
  const std::string& value() const { return value_; }
  // Whether the value is a JSON string; otherwise it is a number or boolean as it stands.
  bool quoted() const { return quoted_; }

 private:
  template <typename Number>
  static bool IsFinite(Number value) {
    return value - value == Number{};  // false for infinities and NaN
  }

  std::string key_;
  std::string value_;
  bool quoted_;
};

using LogFields = std::vector<LogField>;

void LogDebug(absl::string_view message, const LogFields& fields = {});
void LogInfo(absl::string_view message, const LogFields& fields = {});
void LogWarning(absl::string_view message, const LogFields& fields = {});
void LogError(absl::string_view message, const LogFields& fields = {});

// Drops lines below `level`: "debug", "info" (the default), "warning", "error" or "off".
// INVALID_ARGUMENT for any other text.
absl::Status SetLogLevel(absl::string_view level);

// `text` as a JSON string literal with its quotes; invalid UTF-8 becomes U+FFFD.
std::string JsonString(absl::string_view text);

}  // namespace kpisuite
