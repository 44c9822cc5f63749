#include "services/migrate/sample_sums.h"

#include <sstream>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kTables[] = {"sample", "sample_revision"};

struct WideSums {
  int64_t rows = 0;
  int64_t live = 0;
  absl::int128 values = 0;
  absl::int128 weights = 0;
};

// SQLite adds up to 64 bits: halves of 32 bits stay below for 2^31 rows of a series.
absl::int128 Joined(int64_t high, int64_t low) {
  return absl::int128(high) * (int64_t{1} << 32) + low;
}

std::string TextOf(absl::int128 number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

absl::Status AddTable(Connection& file, absl::string_view table, std::map<SumKey, WideSums>& sums) {
  ASSIGN_OR_RETURN(
      Statement rows,
      file.Prepare(absl::StrCat(
          "SELECT workspace, metric, part, n, live, value_high, value_low, weight_high, weight_low"
          " FROM (SELECT series AS id, count(*) AS n, count(value) AS live,"
          " sum(value >> 32) AS value_high, sum(value & 4294967295) AS value_low,"
          " sum(weight >> 32) AS weight_high, sum(weight & 4294967295) AS weight_low FROM ",
          table, " GROUP BY series) CROSS JOIN series USING(id)")));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    WideSums& sum = sums[{std::string(table), std::string(rows.Text(0)), std::string(rows.Text(1)),
                          rows.Int64(2)}];
    sum.rows += rows.Int64(3);
    sum.live += rows.Int64(4);
    sum.values += Joined(rows.Int64(5), rows.Int64(6));
    sum.weights += Joined(rows.Int64(7), rows.Int64(8));
  }
}

}  // namespace

absl::StatusOr<std::map<SumKey, SampleSums>> SumSource(Connection& file) {
  std::map<SumKey, WideSums> wide;
  for (const absl::string_view table : kTables) RETURN_IF_ERROR(AddTable(file, table, wide));
  std::map<SumKey, SampleSums> sums;
  for (const auto& [key, sum] : wide) {
    sums[key] = {sum.rows, sum.live, TextOf(sum.values), TextOf(sum.weights)};
  }
  return sums;
}

absl::StatusOr<std::map<SumKey, SampleSums>> SumTarget(PostgresConnection& target) {
  std::map<SumKey, SampleSums> sums;
  for (const absl::string_view table : kTables) {
    ASSIGN_OR_RETURN(const PostgresResult rows,
                     target.Query(absl::StrCat(
                         "SELECT workspace, metric, t.part, count(*), count(value),"
                         " coalesce(sum(value), 0)::text, coalesce(sum(weight), 0)::text FROM ",
                         table, " t JOIN series s ON s.part = t.part AND s.id = t.series",
                         " GROUP BY workspace, metric, t.part")));
    for (int row = 0; row < rows.rows(); ++row) {
      sums[{std::string(table), std::string(rows.Bytes(row, 0)), std::string(rows.Bytes(row, 1)),
            rows.Int64(row, 2)}] = {rows.Int64(row, 3), rows.Int64(row, 4),
                                    std::string(rows.Bytes(row, 5)),
                                    std::string(rows.Bytes(row, 6))};
    }
  }
  return sums;
}

}  // namespace kpisuite
