// What is in measurement.db. Series have numbers of the whole file there and of their partition in
// PostgreSQL, in the same order; entries of the feed name them, so that each is written anew.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "kpisuite/v1/definition.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/base/error.h"
#include "libs/base/partition.h"
#include "libs/base/status_macros.h"
#include "services/measurement/postgres/schema.h"
#include "services/migrate/copy_plan.h"

namespace kpisuite {
namespace {

absl::Status Damaged(absl::string_view what) {
  return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                   absl::StrCat("measurement.db is damaged: ", what));
}

// Where series and metrics lie in PostgreSQL.
class Places {
 public:
  static absl::StatusOr<std::shared_ptr<const Places>> Read(Connection& file) {
    const auto places = std::make_shared<Places>();
    RETURN_IF_ERROR(places->ReadDefinitions(file));
    RETURN_IF_ERROR(places->ReadSeries(file));
    return places;
  }

  // Of a number in the file.
  absl::StatusOr<int64_t> FindSeries(int64_t number) const {
    const auto found = series_.find(number);
    if (found == series_.end()) return Damaged(absl::StrCat("no series ", number));
    return found->second;
  }
  int64_t SeriesIn(int64_t part) const {
    const auto found = last_series_.find(part);
    return found == last_series_.end() ? 0 : found->second;
  }
  // Where the metric is written, or will be.
  int64_t PartOfMetric(const std::string& workspace, const std::string& metric) const {
    const auto found = metrics_.find({workspace, metric});
    return found != metrics_.end() ? found->second : PartitionOf(workspace, "", partitions_);
  }

 private:
  absl::Status ReadDefinitions(Connection& file) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> partitions,
                     file.QueryInt64("SELECT count(*) FROM head"));
    partitions_ = static_cast<int>(std::max<int64_t>(1, partitions.value_or(1)));
    ASSIGN_OR_RETURN(Statement rows, file.Prepare("SELECT name, bytes FROM definition"));
    while (true) {
      ASSIGN_OR_RETURN(const bool found, rows.Step());
      if (!found) return absl::OkStatus();
      v1::Definition definition;
      const absl::string_view bytes = rows.Bytes(1);
      if (!definition.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return Damaged(absl::StrCat("the definition ", rows.Text(0)));
      }
      if (!definition.has_metric()) continue;
      // workspaces/{workspace}/metrics/{metric}
      const std::vector<std::string> name = absl::StrSplit(rows.Text(0), '/');
      if (name.size() != 4) return Damaged(absl::StrCat("the name ", rows.Text(0)));
      metrics_[{name[1], name[3]}] =
          PartitionOf(name[1], definition.metric().partition_group(), partitions_);
    }
  }

  absl::Status ReadSeries(Connection& file) {
    ASSIGN_OR_RETURN(Statement rows,
                     file.Prepare("SELECT id, part, workspace, metric FROM series ORDER BY id"));
    while (true) {
      ASSIGN_OR_RETURN(const bool found, rows.Step());
      if (!found) return absl::OkStatus();
      const int64_t part = rows.Int64(1);
      series_[rows.Int64(0)] =
          static_cast<int64_t>(SeriesIdOf(static_cast<int>(part), ++last_series_[part]));
      metrics_[{std::string(rows.Text(2)), std::string(rows.Text(3))}] = part;
    }
  }

  int partitions_ = 1;
  absl::flat_hash_map<int64_t, int64_t> series_;
  std::map<int64_t, int64_t> last_series_;  // by partition
  std::map<std::pair<std::string, std::string>, int64_t> metrics_;
};

using PlacesPtr = std::shared_ptr<const Places>;

absl::Status RewriteBatch(const Places& places, CopiedCell& cell) {
  auto& bytes = std::get<std::string>(cell);
  v1::ChangeBatch batch;
  if (!batch.ParseFromString(bytes)) return Damaged("an entry of the feed");
  for (v1::SeriesChanges& changes : *batch.mutable_series()) {
    ASSIGN_OR_RETURN(const int64_t id,
                     places.FindSeries(static_cast<int64_t>(changes.series_id())));
    changes.set_series_id(static_cast<uint64_t>(id));
  }
  bytes.clear();
  google::protobuf::io::StringOutputStream out(&bytes);
  google::protobuf::io::CodedOutputStream coded(&out);
  coded.SetSerializationDeterministic(true);
  batch.SerializeToCodedStream(&coded);
  return absl::OkStatus();
}

CopiedTable HeadTable(PlacesPtr places) {
  return {.name = "head",
          .columns = {{"part"},
                      {"incarnation"},
                      {"last_seq"},
                      {"trimmed_seq"},
                      {"commit_nano"},
                      {"last_series"}},
          .select =
              "SELECT part, incarnation, last_seq, trimmed_seq, commit_nano, 0 FROM head"
              " ORDER BY part",
          .convert = [places](CopiedRow& row) {
            row[5] = places->SeriesIn(std::get<int64_t>(row[0]));
            return absl::OkStatus();
          }};
}

// A table with a row for some metrics, to which their partition is added.
CopiedTable TableByMetric(PlacesPtr places, const std::string& name,
                          const std::vector<std::string>& numbers) {
  CopiedTable table{
      .name = name,
      .columns = {{"part"}, {"workspace", CellType::kText}, {"metric", CellType::kText}},
      .select = absl::StrCat("SELECT NULL, workspace, metric, ", absl::StrJoin(numbers, ", "),
                             " FROM ", name, " ORDER BY workspace, metric"),
      .convert = [places](CopiedRow& row) {
        row[0] = places->PartOfMetric(std::get<std::string>(row[1]), std::get<std::string>(row[2]));
        return absl::OkStatus();
      }};
  for (const std::string& number : numbers) table.columns.push_back({number});
  return table;
}

CopiedTable SeriesTable(PlacesPtr places) {
  return {.name = "series",
          .columns = {{"part"},
                      {"id"},
                      {"workspace", CellType::kText},
                      {"metric", CellType::kText},
                      {"slice", CellType::kText},
                      {"has_business_day", CellType::kBoolean}},
          .select =
              "SELECT part, id, workspace, metric, slice, has_business_day FROM series"
              " ORDER BY id",
          .convert = [places](CopiedRow& row) -> absl::Status {
            ASSIGN_OR_RETURN(row[1], places->FindSeries(std::get<int64_t>(row[1])));
            return absl::OkStatus();
          }};
}

// `sample` and `sample_revision`.
CopiedTable SampleTable(PlacesPtr places, const std::string& name, const std::string& order) {
  return {.name = name,
          .columns = {{"part"},
                      {"series"},
                      {"time"},
                      {"sample_id", CellType::kText},
                      {"revision"},
                      {"seq"},
                      {"value"},
                      {"weight"},
                      {"business_day"},
                      {"entity", CellType::kText}},
          .select = absl::StrCat("SELECT NULL, series, time, sample_id, revision, seq, value,"
                                 " weight, business_day, entity FROM ",
                                 name, " ORDER BY ", order),
          .convert = [places](CopiedRow& row) -> absl::Status {
            ASSIGN_OR_RETURN(const int64_t id, places->FindSeries(std::get<int64_t>(row[1])));
            row[0] = int64_t{PartOfSeries(static_cast<uint64_t>(id))};
            row[1] = id;
            return absl::OkStatus();
          }};
}

CopiedTable FeedTable(PlacesPtr places) {
  return {.name = "feed",
          .columns = {{"part"},
                      {"seq"},
                      {"commit_nano"},
                      {"reason", CellType::kText},
                      {"bytes"},
                      {"batch", CellType::kBytes}},
          // FeedKey and SeqOfFeedKey.
          .select =
              "SELECT key >> 48, key & 281474976710655, commit_nano, reason, 0, batch"
              " FROM feed ORDER BY key",
          .convert = [places](CopiedRow& row) -> absl::Status {
            RETURN_IF_ERROR(RewriteBatch(*places, row[5]));
            row[4] = static_cast<int64_t>(std::get<std::string>(row[5]).size());
            return absl::OkStatus();
          }};
}

CopiedTable RequestTable() {
  return {.name = "request",
          .columns = {{"part"},
                      {"workspace", CellType::kText},
                      {"request_id", CellType::kText},
                      {"fingerprint", CellType::kBytes},
                      {"created_nano"},
                      {"seq"},
                      {"inserted"},
                      {"corrected"},
                      {"retracted"},
                      {"unchanged"},
                      {"answer_note", CellType::kBytes}},
          .select =
              "SELECT part, workspace, request_id, fingerprint, created_nano, seq, inserted,"
              " corrected, retracted, unchanged, answer_note FROM request"
              " ORDER BY workspace, request_id, part"};
}

std::vector<CopiedTable> Tables(const PlacesPtr& places) {
  return {HeadTable(places),
          {.name = "metric",
           .columns = {{"workspace", CellType::kText},
                       {"metric", CellType::kText},
                       {"traits", CellType::kText}},
           .select = "SELECT workspace, metric, traits FROM metric ORDER BY workspace, metric"},
          TableByMetric(places, "watermark", {"complete_through_nano"}),
          TableByMetric(places, "kept_sample", {"kept_from_nano", "first_business_day"}),
          SeriesTable(places),
          SampleTable(places, "sample", "series, time, sample_id"),
          SampleTable(places, "sample_revision", "series, time, sample_id, revision"),
          FeedTable(places),
          RequestTable(),
          {.name = "definition",
           .columns = {{"name", CellType::kText}, {"bytes", CellType::kBytes}},
           .select = "SELECT name, bytes FROM definition ORDER BY name"},
          {.name = "definition_position",
           .columns = {{"id"}, {"position"}, {"incarnation"}},
           // Of a store that has heard nothing yet there is no row.
           .select = "SELECT 0, ifnull(max(position), 0), ifnull(max(incarnation), 0)"
                     " FROM definition_position",
           .prefilled = true}};
}

std::vector<TableColumns> ReadTables() {
  const std::vector<std::string> sample = {"series", "time",   "sample_id",    "revision", "seq",
                                           "value",  "weight", "business_day", "entity"};
  return {{"head", {"part", "incarnation", "last_seq", "trimmed_seq", "commit_nano"}},
          {"metric", {"workspace", "metric", "traits"}},
          {"watermark", {"workspace", "metric", "complete_through_nano"}},
          {"kept_sample", {"workspace", "metric", "kept_from_nano", "first_business_day"}},
          {"series", {"id", "part", "workspace", "metric", "slice", "has_business_day"}},
          {"sample", sample},
          {"sample_revision", sample},
          {"feed", {"key", "commit_nano", "reason", "batch"}},
          {"request",
           {"workspace", "request_id", "part", "fingerprint", "created_nano", "seq", "inserted",
            "corrected", "retracted", "unchanged", "answer_note"}},
          {"definition", {"name", "bytes"}},
          {"definition_position", {"id", "position", "incarnation"}}};
}

}  // namespace

absl::StatusOr<CopyPlan> PlanMeasurementCopy(Connection& file) {
  CopyPlan plan;
  ASSIGN_OR_RETURN(const PlacesPtr places, Places::Read(file));
  plan.tables = Tables(places);
  plan.read = ReadTables();
  ASSIGN_OR_RETURN(plan.life, ReadText(file, "SELECT incarnation || '/' || count(*) FROM head"));
  ASSIGN_OR_RETURN(
      plan.mark,
      ReadText(file,
               "SELECT (SELECT sum(last_seq) || '/' || sum(trimmed_seq) FROM head) || '/' ||"
               // What is past its retention goes without an entry of the feed.
               " (SELECT count(*) FROM sample) || '/' || (SELECT count(*) FROM sample_revision)"
               " || '/' ||"
               " (SELECT count(*) || '/' || ifnull(max(created_nano), 0) FROM request) || '/' ||"
               " (SELECT ifnull(max(position), 0) FROM definition_position)"));
  return plan;
}

}  // namespace kpisuite
