#include "services/kpictl/import/resume_file.h"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace kpisuite {

using Json = nlohmann::json;

absl::StatusOr<int64_t> ResumeFile::Load(const std::string& import_id) const {
  if (path_.empty()) return 0;
  std::ifstream in(path_);
  if (!in) return 0;
  const Json json = Json::parse(in, nullptr, /*allow_exceptions=*/false);
  const bool valid = json.is_object() && json.contains("import") && json["import"].is_string() &&
                     json.contains("durableBatches") && json["durableBatches"].is_number_unsigned();
  if (!valid) {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": is not a resume file of kpictl"));
  }
  return json["import"] == import_id ? json["durableBatches"].get<int64_t>() : 0;
}

absl::Status ResumeFile::Store(const std::string& import_id, int64_t durable_batches) const {
  if (path_.empty()) return absl::OkStatus();
  const std::string next = absl::StrCat(path_, ".next");
  std::ofstream out(next);
  out << Json{{"import", import_id}, {"durableBatches", durable_batches}}.dump() << "\n";
  out.close();
  if (out && std::rename(next.c_str(), path_.c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(path_, ": cannot be written"));
}

}  // namespace kpisuite
