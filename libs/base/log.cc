#include "libs/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

// Leaked on purpose: lines may be written while static objects are destroyed.
spdlog::logger& Logger() {
  static spdlog::logger* const logger = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto* created = new spdlog::logger("kpisuite", sink);
    created->set_pattern("%v");
    created->flush_on(spdlog::level::debug);
    return created;
  }();
  return *logger;
}

// Length of the valid UTF-8 sequence at the start of `text`; 0 when there is none.
size_t Utf8Length(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xC2 ? 0
                        : lead < 0xE0 ? 2
                        : lead < 0xF0 ? 3
                        : lead < 0xF5 ? 4
                                      : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;   // overlong
  if (lead == 0xED && byte(1) >= 0xA0) return 0;  // surrogate
  if (lead == 0xF0 && byte(1) < 0x90) return 0;   // overlong
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;  // above U+10FFFF
  return length;
}

void AppendEscaped(char c, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const auto code = static_cast<unsigned char>(c);
  if (code >= 0x20 && code != 0x7F) {
    out += c;
    return;
  }
  out += "\\u00";
  out += kHex[code >> 4];
  out += kHex[code & 15];
}

void Write(spdlog::level::level_enum level, absl::string_view level_name, absl::string_view message,
           const LogFields& fields) {
  spdlog::logger& logger = Logger();
  if (!logger.should_log(level)) return;
  std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()),
      "\",\"level\":\"", level_name, "\",\"message\":", JsonString(message));
  for (const LogField& field : fields) {
    absl::StrAppend(&line, ",", JsonString(field.key()), ":",
                    field.quoted() ? JsonString(field.value()) : field.value());
  }
  line += '}';
  logger.log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length <= 1) {
      if (length == 1)
        AppendEscaped(text[0], out);
      else
        out += "\\ufffd";
      text.remove_prefix(1);
    } else {
      out.append(text.data(), length);
      text.remove_prefix(length);
    }
  }
  out += '"';
  return out;
}

void LogDebug(absl::string_view message, const LogFields& fields) {
  Write(spdlog::level::debug, "debug", message, fields);
}

void LogInfo(absl::string_view message, const LogFields& fields) {
  Write(spdlog::level::info, "info", message, fields);
}

void LogWarning(absl::string_view message, const LogFields& fields) {
  Write(spdlog::level::warn, "warning", message, fields);
}

void LogError(absl::string_view message, const LogFields& fields) {
  Write(spdlog::level::err, "error", message, fields);
}

absl::Status SetLogLevel(absl::string_view level) {
  if (level != "debug" && level != "info" && level != "warning" && level != "error" &&
      level != "off") {
    return InvalidFields(
        {{"log-level", absl::StrCat("got ", level, ", want debug, info, warning, error or off"), "",
          0, 0}});
  }
  Logger().set_level(spdlog::level::from_str(std::string(level)));
  return absl::OkStatus();
}

}  // namespace kpisuite
