#include "services/kpictl/commands/context.h"

#include <array>
#include <cstdlib>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_kinds.h"
#include "libs/document/scalar_reader.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kUsagePayload = "kpisuite/kpictl.usage";

absl::StatusOr<bool> ColorFor(const std::string& choice, bool is_terminal) {
  if (choice == "always") return true;
  if (choice == "never") return false;
  if (choice != "auto") {
    return UsageError(absl::StrCat("--color: got \"", choice, "\", want auto, always or never"));
  }
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal && (no_color == nullptr || *no_color == '\0');
}

}  // namespace

absl::Status UsageError(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsagePayload, absl::Cord());
  return status;
}

bool IsUsageError(const absl::Status& status) {
  return status.GetPayload(kUsagePayload).has_value();
}

absl::Status Context::Prepare() {
  if (!IsResourceId(options_.workspace)) {
    return UsageError(absl::StrCat("--workspace: got \"", options_.workspace,
                                   "\", want lower-case letters, digits and inner '-'"));
  }
  const absl::StatusOr<absl::Duration> timeout = ParseDurationText(options_.timeout);
  if (!timeout.ok() || *timeout <= absl::ZeroDuration()) {
    return UsageError(absl::StrCat("--timeout: got \"", options_.timeout,
                                   "\", want a duration such as 30s or 2m"));
  }
  const absl::StatusOr<OutputFormat> format = ParseOutputFormat(options_.output);
  if (!format.ok()) return UsageError(absl::StrCat("--", format.status().message()));
  ASSIGN_OR_RETURN(const bool colored, ColorFor(options_.color, streams_.out_is_terminal));
  const bool is_terminal = streams_.out_is_terminal || options_.color == "always";
  output_ = std::make_unique<Output>(streams_.out, *format,
                                     Terminal{.is_terminal = is_terminal, .colored = colored});
  clients_ = std::make_unique<Clients>(options_.endpoints, *timeout, make_channel_);
  return absl::OkStatus();
}

std::string Context::parent() const { return absl::StrCat("workspaces/", options_.workspace); }

bool Context::err_is_colored() const {
  const absl::StatusOr<bool> colored = ColorFor(options_.color, streams_.err_is_terminal);
  return colored.ok() && *colored;
}

std::string NewRequestId() {
  std::random_device random;
  std::array<uint32_t, 4> words;
  for (uint32_t& word : words) word = random();
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%04x%08x", words[0], words[1] >> 16,
                         words[1] & 0xFFF, (words[2] >> 16 & 0x3FFF) | 0x8000, words[2] & 0xFFFF,
                         words[3]);
}

}  // namespace kpisuite
