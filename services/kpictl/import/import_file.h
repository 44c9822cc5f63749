// A file that is read several times; standard input is kept in a temporary file meanwhile.
#pragma once

#include <fstream>
#include <istream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace kpisuite {

class ImportFile {
 public:
  // `path` "-" copies `in`. NOT_FOUND when the file cannot be read, INTERNAL when the copy fails.
  static absl::StatusOr<std::unique_ptr<ImportFile>> Open(const std::string& path,
                                                          std::istream& in);
  ImportFile(const ImportFile&) = delete;
  ImportFile& operator=(const ImportFile&) = delete;
  ~ImportFile();  // removes the copy

  // How messages call it.
  const std::string& name() const { return name_; }

  // A fresh stream from the beginning.
  std::ifstream Read() const;

  // A hash of the content, 64 hexadecimal digits. DATA_LOSS when reading fails.
  absl::StatusOr<std::string> ContentHash() const;

 private:
  ImportFile(std::string name, std::string path, bool temporary)
      : name_(std::move(name)), path_(std::move(path)), temporary_(temporary) {}

  const std::string name_;
  const std::string path_;
  const bool temporary_;
};

}  // namespace kpisuite
