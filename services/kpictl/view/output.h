// The formats of -o.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

enum class OutputFormat { kTable, kWide, kJson, kJsonLines, kYaml, kCsv };

// table, wide, json, jsonl, yaml or csv. INVALID_ARGUMENT otherwise.
absl::StatusOr<OutputFormat> ParseOutputFormat(absl::string_view text);

// What `out` can show.
struct Terminal {
  bool is_terminal = false;
  bool colored = false;
};

// Turns a message into YAML.
using YamlOf = std::function<std::string(const google::protobuf::Message&)>;

// Writes results to one stream in one format.
class Output {
 public:
  // `out` outlives the output.
  Output(std::ostream& out, OutputFormat format, Terminal terminal)
      : out_(out), format_(format), terminal_(terminal) {}

  OutputFormat format() const { return format_; }
  bool is_for_people() const {
    return format_ == OutputFormat::kTable || format_ == OutputFormat::kWide;
  }
  const Terminal& terminal() const { return terminal_; }
  std::ostream& stream() const { return out_; }

  // A list: a JSON array, one JSON object a line, YAML documents, or the table.
  void WriteList(const std::vector<const google::protobuf::Message*>& messages,
                 const Table& table) const;
  void WriteList(const std::vector<const google::protobuf::Message*>& messages, const Table& table,
                 const YamlOf& yaml_of) const;

  // One message: a JSON object, a YAML document, or (`table` and `wide`) `text`. CSV: `table`.
  void WriteOne(const google::protobuf::Message& message, absl::string_view text,
                const Table& table) const;

  // The table alone, as `table`, `wide` or `csv`.
  void WriteTable(const Table& table) const;

 private:
  std::ostream& out_;
  const OutputFormat format_;
  const Terminal terminal_;
};

// Pointers to the elements of a repeated field or a vector of messages.
template <typename Messages>
std::vector<const google::protobuf::Message*> Pointers(const Messages& messages) {
  std::vector<const google::protobuf::Message*> pointers;
  for (const auto& message : messages) pointers.push_back(&message);
  return pointers;
}

}  // namespace kpisuite
