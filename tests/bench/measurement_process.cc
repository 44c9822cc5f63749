#include "tests/bench/measurement_process.h"

#include <filesystem>
#include <utility>

#include "libs/base/status_macros.h"

namespace kpisuite {

absl::StatusOr<std::unique_ptr<MeasurementProcess>> MeasurementProcess::Start(
    const std::string& directory, std::vector<v1::Definition> definitions) {
  std::unique_ptr<MeasurementProcess> process(new MeasurementProcess());
  ASSIGN_OR_RETURN(process->folder_, BenchFolder::Create(directory));
  process->definition_.Apply(std::move(definitions));
  ASSIGN_OR_RETURN(process->server_,
                   ServerProcess::StartService("kpi-measurement", process->folder_->path(), "",
                                               {"--definition=" + process->definition_.address()}));
  return process;
}

int64_t MeasurementProcess::StoreBytes() const {
  int64_t bytes = 0;
  for (const char* file : {"measurement.db", "measurement.db-wal"}) {
    std::error_code missing;
    const auto size =
        std::filesystem::file_size(folder_->path() + "/kpi-measurement.store/" + file, missing);
    if (!missing) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

}  // namespace kpisuite
