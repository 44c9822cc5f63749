#include "libs/rpc/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <utility>
#include <vector>

#include "libs/base/blocking.h"
#include "libs/base/mutex.h"
#include "libs/rpc/process_metrics.h"

namespace kpisuite {

// Values that are read at scrape time.
class Metrics::Readers final {
 public:
  void Add(prometheus::MetricType type, const std::string& name, const std::string& help,
           const MetricLabels& labels, std::function<double()> read) {
    MutexLock lock(mutex_);
    readers_[name].push_back({type, help, labels, std::move(read)});
  }

  std::vector<prometheus::MetricFamily> Collect() const {
    MutexLock lock(mutex_);
    std::vector<prometheus::MetricFamily> families;
    for (const auto& [name, readers] : readers_) {
      prometheus::MetricFamily family{name, readers.front().help, readers.front().type, {}};
      for (const Reader& reader : readers) family.metric.push_back(Read(reader));
      families.push_back(std::move(family));
    }
    return families;
  }

 private:
  struct Reader {
    prometheus::MetricType type;
    std::string help;
    MetricLabels labels;
    std::function<double()> read;
  };

  static prometheus::ClientMetric Read(const Reader& reader) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : reader.labels) metric.label.push_back({name, value});
    if (reader.type == prometheus::MetricType::Counter) {
      metric.counter.value = reader.read();
    } else {
      metric.gauge.value = reader.read();
    }
    return metric;
  }

  mutable Mutex mutex_;
  std::map<std::string, std::vector<Reader>> readers_ GUARDED_BY(mutex_);
};

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()), readers_(std::make_unique<Readers>()) {
  AddGauge("kpisuite_build_info", "Always 1; the labels say what runs.",
           {{"version", KPISUITE_VERSION}})
      .Set(1);
  AddCounterReader("kpisuite_blocking_calls_on_library_threads_total",
                   "Calls that may block made on a gRPC library thread; each is a bug.", {},
                   [] { return static_cast<double>(BlockingCallsOnLibraryThreads()); });
  AddProcessMetrics(*this);
}

Metrics::~Metrics() = default;

prometheus::Counter& Metrics::AddCounter(const std::string& name, const std::string& help,
                                         const MetricLabels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels);
}

prometheus::Gauge& Metrics::AddGauge(const std::string& name, const std::string& help,
                                     const MetricLabels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels);
}

prometheus::Histogram& Metrics::AddHistogram(
    const std::string& name, const std::string& help, const MetricLabels& labels,
    const prometheus::Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(*registry_)
      .Add(labels, buckets);
}

void Metrics::AddGaugeReader(const std::string& name, const std::string& help,
                             const MetricLabels& labels, std::function<double()> read) {
  readers_->Add(prometheus::MetricType::Gauge, name, help, labels, std::move(read));
}

void Metrics::AddCounterReader(const std::string& name, const std::string& help,
                               const MetricLabels& labels, std::function<double()> read) {
  readers_->Add(prometheus::MetricType::Counter, name, help, labels, std::move(read));
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> families = registry_->Collect();
  for (prometheus::MetricFamily& family : readers_->Collect()) {
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

prometheus::Histogram::BucketBoundaries DurationBuckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
}

}  // namespace kpisuite
