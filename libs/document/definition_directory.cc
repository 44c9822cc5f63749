#include "libs/document/definition_directory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

namespace fs = std::filesystem;

constexpr std::streamsize kMaxBytes = (4 << 20) + 1;

bool IsDefinitionFile(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool IsHidden(const fs::path& path) { return absl::StartsWith(path.filename().string(), "."); }

}  // namespace

std::string ReadDefinitionText(std::istream& in) {
  std::string text(kMaxBytes, '\0');
  in.read(text.data(), kMaxBytes);
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

absl::StatusOr<std::vector<std::string>> DefinitionFilesBelow(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> files;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (IsHidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(error) && IsDefinitionFile(entry->path())) {
      files.push_back(entry->path().string());
    }
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat(directory, ": cannot be read: ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status AddDefinitionFile(const std::string& path, DefinitionSet& set) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  set.Add(path, ReadDefinitionText(file));
  return absl::OkStatus();
}

}  // namespace kpisuite
