// AdminServer: the plaintext HTTP port for probes and metrics.
//
//   /livez    200 as long as the process runs
//   /readyz   200 or 503, with one line per readiness condition
//   /metrics  Prometheus text format
//   /version  JSON: {"name":...,"version":...}
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/metrics.h"
#include "libs/rpc/readiness.h"

namespace kpisuite {

class AdminServer {
 public:
  // Serves on `listen` ("host:port", port 0 = any) on its own threads until destroyed. `readiness`
  // and `metrics` outlive it. FAILED_PRECONDITION when the address cannot be bound,
  // INVALID_ARGUMENT when it is not one.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& listen,
                                                            const std::string& name,
                                                            const Readiness& readiness,
                                                            const Metrics& metrics);
  virtual ~AdminServer() = default;

  virtual int port() const = 0;
};

}  // namespace kpisuite
