// Metrics: the registry behind /metrics. Thread-safe.
//
// References returned stay valid as long as the registry; adding the same name and labels again
// returns the same object. Names and labels follow Prometheus conventions (base units, _total).
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <string>

namespace kpisuite {

using MetricLabels = prometheus::Labels;  // std::map<std::string, std::string>

class Metrics {
 public:
  // Starts with the process metrics (CPU, memory, descriptors, start time), kpisuite_build_info
  // and kpisuite_blocking_calls_on_library_threads_total.
  Metrics();
  ~Metrics();

  prometheus::Counter& AddCounter(const std::string& name, const std::string& help,
                                  const MetricLabels& labels = {});
  prometheus::Gauge& AddGauge(const std::string& name, const std::string& help,
                              const MetricLabels& labels = {});
  // `buckets` are ascending upper bounds, without infinity.
  prometheus::Histogram& AddHistogram(const std::string& name, const std::string& help,
                                      const MetricLabels& labels,
                                      const prometheus::Histogram::BucketBoundaries& buckets);

  // A gauge or counter read when it is scraped. `read` is thread-safe, does not block and stays
  // callable as long as the registry is.
  void AddGaugeReader(const std::string& name, const std::string& help, const MetricLabels& labels,
                      std::function<double()> read);
  void AddCounterReader(const std::string& name, const std::string& help,
                        const MetricLabels& labels, std::function<double()> read);

  // The text exposition format.
  std::string Text() const;

 private:
  class Readers;

  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Readers> readers_;
};

// Upper bounds in seconds from 100 microseconds to 10 s, for durations of calls.
prometheus::Histogram::BucketBoundaries DurationBuckets();

}  // namespace kpisuite
