// FeedForTest: samples of one partition, their change feed, and aggregates computed from the
// samples alone.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

inline constexpr int64_t kTestIncarnation = 1'700'000'000;
inline constexpr char kTestKpi[] = "workspaces/w/kpis/k";

// 2024-03-`day` `hour`:00 UTC.
absl::Time TestTime(int day, int hour = 0);

// A metric with dimension `region`, at scale 0; so are its weights.
v1::Definition TestMetric(const std::string& id);
// A KPI with windows DAY and MONTH, a target of 10 (higher is better), and one input `x`.
v1::Definition TestKpi(const std::string& id, const std::string& metric,
                       v1::Aggregation aggregation);
// The definition as evaluated; aborts when it is not valid.
std::shared_ptr<const KpiDefinition> ResolveKpi(const std::vector<v1::Definition>& definitions,
                                                const std::string& id = "k");

class FeedForTest {
 public:
  struct Row {
    std::string metric;
    std::string region;
    int64_t time_nano = 0;
    std::string sample_id;  // also its entity when it starts with 'p'; no weight when it ends in 1
    friend auto operator<=>(const Row&, const Row&) = default;
  };
  using Batch = std::shared_ptr<const v1::ChangeBatch>;

  // When what follows is committed; never before what came earlier.
  void SetTime(absl::Time now) { now_ = std::max(now_, now); }
  // Writes a sample; the same row with another value is a correction. Null when nothing changed.
  Batch Write(const Row& row, int64_t value);
  // Null when there is no such sample.
  Batch Retract(const Row& row);
  Batch Advance(const std::string& metric, absl::Time watermark);
  // Samples of the metric before that time go; business days of theirs end before that day.
  Batch Forget(const std::string& metric, absl::Time kept_from,
               std::optional<int32_t> first_business_day = std::nullopt);

  // What measurement answers now.
  LoadAnswer Answer(const LoadRequest& request) const;
  // Answers everything that the engine asks for.
  void AnswerAll(PartitionEngine& engine) const;

  int64_t seq() const { return seq_; }
  const std::map<Row, int64_t>& rows() const { return rows_; }

 private:
  std::shared_ptr<v1::ChangeBatch> NextBatch();
  Batch Change(const Row& row, v1::RowChange kind, int64_t before, int64_t after);

  // Every value that a row had, with the time of its commit; nothing: it was withdrawn.
  using Versions = std::vector<std::pair<absl::Time, std::optional<int64_t>>>;

  absl::Time now_ = absl::UnixEpoch();
  std::map<Row, int64_t> rows_;
  std::map<Row, Versions> versions_;
  std::map<std::pair<std::string, std::string>, size_t> recorded_;  // metrics and regions
  std::map<std::string, absl::Time> watermarks_;
  std::map<std::string, v1::KeptSamples> kept_;
  // By metric: when it moved, and where to.
  std::map<std::string, std::vector<std::pair<absl::Time, absl::Time>>> watermark_moves_;
  int64_t seq_ = 0;
};

// All kept states by key, as text without what depends on when they were computed (position, tick,
// version, revision and what goes with it).
std::map<std::string, std::string> ContentsOf(const PartitionEngine& engine,
                                              MembershipView view = MembershipView::kAsIs);

}  // namespace kpisuite
