#include "services/backup/store_backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/storage/connection.h"
#include "libs/storage/file_lock.h"
#include "libs/storage/sqlite_error.h"

namespace kpisuite {
namespace {

namespace fs = std::filesystem;

struct StoreFile {
  const char* name;
  const char* new_life;  // statement that takes the incarnation, or nothing
};

// Followers first.
constexpr StoreFile kStoreFiles[] = {
    {"evaluation.db", nullptr},
    {"measurement.db", "UPDATE head SET incarnation = max(incarnation + 1, ?)"},
    {"definition.db", "UPDATE store SET incarnation = ?"},
};

absl::Status Refused(absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE", std::string(what));
}

absl::Status Sync(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  return synced ? absl::OkStatus()
                : absl::UnavailableError(absl::StrCat(path.string(), ": ", std::strerror(error)));
}

// All pages of one moment.
absl::Status CopyPages(Connection& from, Connection& to) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) {
    return SqliteError(to.handle(), sqlite3_errcode(to.handle()), "start of a copy");
  }
  constexpr int kAllPages = -1;
  const int copied = sqlite3_backup_step(backup, kAllPages);
  sqlite3_backup_finish(backup);
  return copied == SQLITE_DONE ? absl::OkStatus() : SqliteError(to.handle(), copied, "copy");
}

absl::Status CheckPages(Connection& connection, const fs::path& path) {
  ASSIGN_OR_RETURN(Statement check, connection.Prepare("PRAGMA quick_check(1)"));
  ASSIGN_OR_RETURN(const bool found, check.Step());
  if (found && check.Text(0) == "ok") return absl::OkStatus();
  return Refused(absl::StrCat(path.string(), " is damaged: ", found ? check.Text(0) : ""));
}

absl::Status FillCopy(const fs::path& source, const fs::path& copy,
                      const std::function<absl::Status(Connection&)>& change) {
  ASSIGN_OR_RETURN(const auto from,
                   Connection::Open(source.string(), {.role = ConnectionOptions::Role::kReadOnly}));
  ASSIGN_OR_RETURN(const auto to,
                   Connection::Open(copy.string(), {.role = ConnectionOptions::Role::kWriter}));
  RETURN_IF_ERROR(CopyPages(*from, *to));
  // The copy is one file, whatever its source had beside it.
  RETURN_IF_ERROR(to->ExecuteScript("PRAGMA journal_mode=DELETE"));
  RETURN_IF_ERROR(CheckPages(*to, source));
  return change(*to);
}

// Copies one file under another name, changes it, and gives it its name when all of it is on disk.
absl::StatusOr<CopiedFile> CopyFile(const fs::path& source, const fs::path& target,
                                    const std::function<absl::Status(Connection&)>& change) {
  std::error_code ignored;
  if (fs::exists(target, ignored)) {
    return Refused(absl::StrCat(target.string(), " exists already; move it away first"));
  }
  const fs::path partial = absl::StrCat(target.string(), ".partial");
  fs::remove(partial, ignored);
  absl::Status status = FillCopy(source, partial, change);
  if (status.ok()) status = Sync(partial);
  if (status.ok() && std::rename(partial.c_str(), target.c_str()) != 0) {
    status = absl::UnavailableError(absl::StrCat(target.string(), ": ", std::strerror(errno)));
  }
  if (status.ok()) status = Sync(target.parent_path());
  if (!status.ok()) {
    fs::remove(partial, ignored);
    return status;
  }
  return CopiedFile{target.string(), static_cast<int64_t>(fs::file_size(target, ignored))};
}

// What is done to a copy between filling and naming it.
using Change = std::function<absl::Status(const StoreFile&, Connection&)>;

absl::StatusOr<std::vector<CopiedFile>> CopyAll(const fs::path& from, const fs::path& to,
                                                const Change& change) {
  std::error_code error;
  std::vector<CopiedFile> copied;
  for (const StoreFile& file : kStoreFiles) {
    if (!fs::exists(from / file.name, error)) continue;
    ASSIGN_OR_RETURN(CopiedFile copy,
                     CopyFile(from / file.name, to / file.name,
                              [&](Connection& connection) { return change(file, connection); }));
    copied.push_back(std::move(copy));
  }
  if (!copied.empty()) return copied;
  return Refused(absl::StrCat(from.string(), ": got none of evaluation.db, measurement.db and ",
                              "definition.db"));
}

absl::Status BeginLife(const StoreFile& file, Connection& connection, const Clock& clock) {
  if (file.new_life == nullptr) return absl::OkStatus();
  return connection.Execute(file.new_life, {absl::ToUnixSeconds(clock.Now())});
}

}  // namespace

absl::StatusOr<std::vector<CopiedFile>> BackUpStore(const std::string& store,
                                                    const std::string& target) {
  std::error_code error;
  fs::create_directories(target, error);
  if (error) return Refused(absl::StrCat(target, ": ", error.message()));
  return CopyAll(store, target, [](const StoreFile&, Connection&) { return absl::OkStatus(); });
}

absl::StatusOr<std::vector<CopiedFile>> RestoreStore(const std::string& backup,
                                                     const std::string& store, const Clock& clock) {
  std::vector<std::unique_ptr<FileLock>> locks;
  for (const StoreFile& file : kStoreFiles) {
    ASSIGN_OR_RETURN(locks.emplace_back(),
                     FileLock::Acquire(absl::StrCat(store, "/", file.name, ".lock")));
  }
  return CopyAll(backup, store, [&clock](const StoreFile& file, Connection& connection) {
    return BeginLife(file, connection, clock);
  });
}

}  // namespace kpisuite
