#include "libs/rpc/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace kpisuite {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  file >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double OpenDescriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  int entries = 0;
  while (readdir(directory) != nullptr) ++entries;
  closedir(directory);
  constexpr int kNotDescriptors = 3;  // ".", ".." and the directory itself
  return entries - kNotDescriptors;
}

double MaxDescriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void AddProcessMetrics(Metrics& metrics) {
  metrics.AddCounterReader("process_cpu_seconds_total", "User and system CPU time.", {},
                           CpuSeconds);
  metrics.AddGaugeReader("process_resident_memory_bytes", "Resident memory.", {}, ResidentBytes);
  metrics.AddGaugeReader("process_open_fds", "Open file descriptors.", {}, OpenDescriptors);
  metrics.AddGaugeReader("process_max_fds", "Limit of file descriptors.", {}, MaxDescriptors);
  metrics.AddGauge("process_start_time_seconds", "Start of the process, Unix time.")
      .Set(absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()));
}

void AddStoreMetrics(const std::string& store, Metrics& metrics) {
  absl::string_view directory = store;
  if (!absl::ConsumePrefix(&directory, "sqlite:")) return;
  const auto add = [&](const std::string& name, const std::string& help,
                       uintmax_t std::filesystem::space_info::*bytes) {
    metrics.AddGaugeReader(name, help, {}, [path = std::string(directory), bytes] {
      std::error_code error;
      const auto space = std::filesystem::space(path, error);
      return error ? std::nan("") : static_cast<double>(space.*bytes);
    });
  };
  add("kpisuite_store_free_bytes", "Free bytes for this process where the store is.",
      &std::filesystem::space_info::available);
  add("kpisuite_store_capacity_bytes", "Size of the file system where the store is.",
      &std::filesystem::space_info::capacity);
}

}  // namespace kpisuite
