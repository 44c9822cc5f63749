#include "services/kpictl/import/import_file.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"

namespace kpisuite {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

absl::StatusOr<std::string> CopyToTemporary(std::istream& in) {
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::temp_directory_path(error);
  std::string path = (error ? std::filesystem::path("/tmp") : directory) / "kpictl-import-XXXXXX";
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) return absl::InternalError(absl::StrCat(path, ": cannot be created"));
  close(descriptor);
  std::ofstream copy(path, std::ios::binary);
  std::vector<char> chunk(kChunkBytes);
  while (in.read(chunk.data(), kChunkBytes), in.gcount() > 0) copy.write(chunk.data(), in.gcount());
  copy.close();
  if (copy && !in.bad()) return path;
  std::remove(path.c_str());
  return absl::InternalError(absl::StrCat("standard input could not be copied to ", path));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportFile>> ImportFile::Open(const std::string& path,
                                                             std::istream& in) {
  if (path == "-") {
    absl::StatusOr<std::string> copy = CopyToTemporary(in);
    if (!copy.ok()) return copy.status();
    return absl::WrapUnique(new ImportFile("stdin", *std::move(copy), true));
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || !std::ifstream(path)) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  }
  return absl::WrapUnique(new ImportFile(path, path, false));
}

ImportFile::~ImportFile() {
  if (temporary_) std::remove(path_.c_str());
}

std::ifstream ImportFile::Read() const { return std::ifstream(path_, std::ios::binary); }

absl::StatusOr<std::string> ImportFile::ContentHash() const {
  std::ifstream in = Read();
  std::string chunk(kChunkBytes, '\0');
  std::string hash;
  // A chain of hashes, so that a file of any size takes constant memory.
  while (in.read(chunk.data(), kChunkBytes), in.gcount() > 0) {
    hash = Sha256(
        absl::StrCat(hash, absl::string_view(chunk.data(), static_cast<size_t>(in.gcount()))));
  }
  if (in.bad()) return absl::DataLossError(absl::StrCat(name_, ": reading failed"));
  return HexEncode(hash);
}

}  // namespace kpisuite
