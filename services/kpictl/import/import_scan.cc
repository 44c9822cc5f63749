#include "services/kpictl/import/import_scan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// Calls `good` or `bad` for each row.
absl::Status ReadRows(RowSource& source, const ImportPlan& plan,
                      const std::function<absl::Status(const MeasuredRow&)>& good,
                      const std::function<void(BadRow)>& bad) {
  RowReader reader(plan);
  while (true) {
    const absl::StatusOr<std::optional<ImportRow>> row = source.Next();
    if (absl::IsInvalidArgument(row.status())) {
      bad({source.line(), std::string(row.status().message())});
      continue;
    }
    if (!row.ok()) {
      return absl::DataLossError(
          absl::StrCat("line ", source.line(), ": ", row.status().message()));
    }
    if (!row->has_value()) return absl::OkStatus();
    const absl::StatusOr<MeasuredRow> measured = reader.Read(**row);
    if (measured.ok()) {
      RETURN_IF_ERROR(good(*measured));
    } else {
      bad({(*row)->line, std::string(measured.status().message())});
    }
  }
}

}  // namespace

absl::StatusOr<ImportScan> ScanRows(RowSource& source, const ImportPlan& plan) {
  ImportScan scan;
  const auto good = [&](const MeasuredRow& row) {
    ++scan.rows;
    scan.samples += std::count_if(row.values.begin(), row.values.end(),
                                  [](const auto& value) { return value.has_value(); });
    scan.last_unix_nano =
        std::max(scan.last_unix_nano.value_or(row.time_unix_nano), row.time_unix_nano);
    return absl::OkStatus();
  };
  const auto bad = [&](BadRow row) {
    ++scan.bad_rows;
    if (scan.first_bad_rows.size() < ImportScan::kShownBadRows) {
      scan.first_bad_rows.push_back(std::move(row));
    }
  };
  RETURN_IF_ERROR(ReadRows(source, plan, good, bad));
  return scan;
}

absl::Status ForEachGoodRow(RowSource& source, const ImportPlan& plan,
                            const std::function<absl::Status(const MeasuredRow&)>& take) {
  return ReadRows(source, plan, take, [](const BadRow&) {});
}

}  // namespace kpisuite
