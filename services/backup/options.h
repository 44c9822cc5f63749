// The options of kpi-backup.
#pragma once

#include <string>

#include "libs/rpc/options.h"

namespace kpisuite {

struct BackupOptions {
  std::string store;            // "sqlite:DIRECTORY"
  std::string store_directory;  // of `store`, set by the check
  std::string to;               // directory that gets the backup; empty: restore
  std::string from;             // directory that holds the backup; empty: back up
};

// Adds --store, --to and --from; exactly one of the latter is wanted.
void AddBackupOptions(BackupOptions& options, OptionParser& parser);

}  // namespace kpisuite
