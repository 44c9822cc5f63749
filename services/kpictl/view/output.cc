#include "services/kpictl/view/output.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/document/json.h"
#include "libs/document/yaml_writer.h"

namespace kpisuite {

using google::protobuf::Message;

absl::StatusOr<OutputFormat> ParseOutputFormat(absl::string_view text) {
  if (text == "table") return OutputFormat::kTable;
  if (text == "wide") return OutputFormat::kWide;
  if (text == "json") return OutputFormat::kJson;
  if (text == "jsonl") return OutputFormat::kJsonLines;
  if (text == "yaml") return OutputFormat::kYaml;
  if (text == "csv") return OutputFormat::kCsv;
  return absl::InvalidArgumentError(
      absl::StrCat("output: got \"", text, "\", want table, wide, json, jsonl, yaml or csv"));
}

void Output::WriteTable(const Table& table) const {
  if (format_ == OutputFormat::kCsv) {
    out_ << table.RenderCsv();
  } else {
    out_ << table.Render({.wide = format_ == OutputFormat::kWide,
                          .terminal = terminal_.is_terminal,
                          .colored = terminal_.colored});
  }
}

void Output::WriteList(const std::vector<const Message*>& messages, const Table& table) const {
  WriteList(messages, table, MessageToYaml);
}

void Output::WriteList(const std::vector<const Message*>& messages, const Table& table,
                       const YamlOf& yaml_of) const {
  switch (format_) {
    case OutputFormat::kTable:
    case OutputFormat::kWide:
    case OutputFormat::kCsv: WriteTable(table); return;
    case OutputFormat::kJson: {
      out_ << "[";
      bool first = true;
      for (const Message* message : messages) {
        const std::string json = ToJson(*message, JsonLayout::kIndented);
        out_ << (first ? "\n" : ",\n") << absl::StripTrailingAsciiWhitespace(json);
        first = false;
      }
      out_ << (messages.empty() ? "]\n" : "\n]\n");
      return;
    }
    case OutputFormat::kJsonLines:
      for (const Message* message : messages) {
        out_ << ToJson(*message, JsonLayout::kLine) << "\n";
      }
      return;
    case OutputFormat::kYaml:
      for (const Message* message : messages) out_ << "---\n" << yaml_of(*message);
      return;
  }
}

void Output::WriteOne(const Message& message, absl::string_view text, const Table& table) const {
  switch (format_) {
    case OutputFormat::kTable:
    case OutputFormat::kWide: out_ << text; return;
    case OutputFormat::kCsv: WriteTable(table); return;
    case OutputFormat::kJson: out_ << ToJson(message, JsonLayout::kIndented); return;
    case OutputFormat::kJsonLines: out_ << ToJson(message, JsonLayout::kLine) << "\n"; return;
    case OutputFormat::kYaml: out_ << MessageToYaml(message); return;
  }
}

}  // namespace kpisuite
