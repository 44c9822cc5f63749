#include "services/kpictl/import/row_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {
namespace {

// 128 bits: no two rows of a file of any size share it by chance.
constexpr size_t kIdBytes = 16;

constexpr size_t kMaxTextBytes = 256;

absl::Status Wrong(const ImportPlan& plan, size_t column, absl::string_view description) {
  return absl::InvalidArgumentError(absl::StrCat(plan.columns[column], ": ", description));
}

// The text of a required cell.
absl::StatusOr<std::string> Required(const ImportPlan& plan, const ImportRow& row, size_t column) {
  const std::optional<std::string>& cell = row.cells[column];
  if (cell.has_value() && !cell->empty()) return *cell;
  return Wrong(plan, column, "got nothing, want a value");
}

absl::StatusOr<std::string> Text(const ImportPlan& plan, const ImportRow& row, size_t column) {
  std::string text = row.cells[column].value_or("");
  if (text.size() <= kMaxTextBytes) return text;
  return Wrong(plan, column,
               absl::StrCat("got ", text.size(), " bytes, want at most ", kMaxTextBytes));
}

absl::StatusOr<int64_t> Mantissa(const ImportPlan& plan, size_t column, const std::string& text,
                                 int scale) {
  const absl::StatusOr<int64_t> mantissa = MantissaFromText(text, scale);
  if (mantissa.ok()) return *mantissa;
  return Wrong(plan, column, mantissa.status().message());
}

}  // namespace

std::string RowReader::DerivedId(const ImportRow& row) {
  const uint32_t occurrence = ++occurrences_[Hash64(row.content)];
  const std::string id = HexEncode(Sha256(row.content).substr(0, kIdBytes));
  return occurrence == 1 ? id : absl::StrCat(id, "-", occurrence);
}

absl::StatusOr<MeasuredRow> RowReader::Read(const ImportRow& row) {
  MeasuredRow measured;
  measured.line = row.line;
  // Counted also for rows that turn out bad: the id depends on the file alone.
  if (plan_.derives_ids()) measured.sample_id = DerivedId(row);
  ASSIGN_OR_RETURN(const std::string time, Required(plan_, row, plan_.time_column));
  const absl::StatusOr<int64_t> nanos = plan_.time_parser.Parse(time);
  if (!nanos.ok()) return Wrong(plan_, plan_.time_column, nanos.status().message());
  measured.time_unix_nano = *nanos;
  if (plan_.id_column.has_value()) {
    RETURN_IF_ERROR(Required(plan_, row, *plan_.id_column).status());
    ASSIGN_OR_RETURN(measured.sample_id, Text(plan_, row, *plan_.id_column));
  }
  if (plan_.entity_column.has_value()) {
    ASSIGN_OR_RETURN(measured.entity, Text(plan_, row, *plan_.entity_column));
  }
  for (const auto& [dimension, column] : plan_.dimensions) {
    ASSIGN_OR_RETURN(std::string member, Text(plan_, row, column));
    measured.members.push_back(std::move(member));
  }
  const std::string weight =
      plan_.weight_column.has_value() ? row.cells[*plan_.weight_column].value_or("") : "";
  for (const PlannedMetric& metric : plan_.metrics) {
    measured.values.emplace_back();
    measured.weights.emplace_back();
    const std::string value = row.cells[metric.value_column].value_or("");
    if (value.empty() && plan_.skip_empty) continue;
    RETURN_IF_ERROR(Required(plan_, row, metric.value_column).status());
    ASSIGN_OR_RETURN(measured.values.back(),
                     Mantissa(plan_, metric.value_column, value, metric.scale));
    if (weight.empty()) continue;
    ASSIGN_OR_RETURN(measured.weights.back(),
                     Mantissa(plan_, *plan_.weight_column, weight, metric.weight_scale));
  }
  return measured;
}

}  // namespace kpisuite
