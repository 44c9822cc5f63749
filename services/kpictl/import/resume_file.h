// How far an import got, kept in a file so that the next run skips what is durable.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace kpisuite {

// Not thread-safe.
class ResumeFile {
 public:
  // An empty path keeps nothing.
  explicit ResumeFile(std::string path) : path_(std::move(path)) {}

  // Number of the last batch before which, itself included, all are durable; 0 when the file does
  // not exist or belongs to another import. INVALID_ARGUMENT when it is no resume file.
  absl::StatusOr<int64_t> Load(const std::string& import_id) const;

  // Replaces the content at once. INTERNAL when it cannot be written.
  absl::Status Store(const std::string& import_id, int64_t durable_batches) const;

 private:
  const std::string path_;
};

}  // namespace kpisuite
