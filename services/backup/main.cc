// kpi-backup: copies the SQLite stores while their services run, and puts copies back.
#include <optional>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "services/backup/options.h"
#include "services/backup/store_backup.h"

int main(int argc, char** argv) {
  using namespace kpisuite;  // NOLINT: the composition root

  BackupOptions options;
  OptionParser parser("kpi-backup", "Copies the stores of running services, and puts copies back.");
  AddBackupOptions(options, parser);
  if (const std::optional<int> exit_code = parser.Parse(argc, argv)) return *exit_code;

  const SystemClock clock;
  const auto copied = options.to.empty()
                          ? RestoreStore(options.from, options.store_directory, clock)
                          : BackUpStore(options.store_directory, options.to);
  if (!copied.ok()) {
    LogError("not copied", {{"error", std::string(copied.status().message())}});
    return kExitFailure;
  }
  for (const CopiedFile& file : *copied) {
    LogInfo("copied", {{"file", file.path}, {"bytes", file.bytes}});
  }
  return kExitOk;
}
