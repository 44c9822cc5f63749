// MountedDefinitions: definitions that an operator mounts as files, for instance from a ConfigMap.
//
// The files of a directory are one owned set: what they define is applied, what they no longer
// define is deleted. The directory is read at start and whenever it changes. Files that cannot be
// applied change nothing: the reasons are logged and counted, and what was stored stays in force.
// Several processes may do the same with the same files: applying twice changes nothing.
#pragma once

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/document/definition_set.h"
#include "libs/rpc/metrics.h"
#include "libs/rpc/options.h"
#include "services/definition/definition_service.h"

namespace kpisuite {

// Name of the owned set.
inline constexpr char kMountedSet[] = "mounted";

struct MountedDefinitionsOptions {
  std::string directory;                       // empty: nothing is mounted
  std::string workspace = "default";           // in which the definitions are
  absl::Duration interval = absl::Seconds(5);  // between two looks
};

// Adds --definitions and --definitions-workspace with their checks.
void AddMountedDefinitionsOptions(MountedDefinitionsOptions& options, OptionParser& parser);

class MountedDefinitions {
 public:
  // Applies the directory and follows it in a thread of its own until destroyed. Nothing happens
  // when no directory is given. `service` and `metrics` outlive it. Metrics:
  // kpisuite_mounted_definitions (how many the files define, as last applied),
  // kpisuite_mounted_definitions_refused (1 while the files cannot be applied, else 0).
  MountedDefinitions(const MountedDefinitionsOptions& options, DefinitionService& service,
                     Metrics& metrics);
  ~MountedDefinitions();
  MountedDefinitions(const MountedDefinitions&) = delete;
  MountedDefinitions& operator=(const MountedDefinitions&) = delete;

 private:
  void Follow() EXCLUDES(mutex_);
  // Applies the files if they are not those of the last look.
  void Look();
  absl::Status Apply(const DefinitionSet& set);

  const MountedDefinitionsOptions options_;
  DefinitionService& service_;
  prometheus::Gauge* applied_ = nullptr;
  prometheus::Gauge* refused_ = nullptr;
  std::string last_look_;  // fingerprint of the files that were settled; of the thread

  Mutex mutex_;
  CondVar stopping_;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
