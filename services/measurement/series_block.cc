#include "services/measurement/series_block.h"

#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/plain_text.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/slice.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxSampleIdBytes = 256;
constexpr size_t kMaxEntityBytes = 256;

int32_t DayNumber(absl::CivilDay day) { return static_cast<int32_t>(day - absl::CivilDay()); }

class BlockChecker {
 public:
  BlockChecker(const v1::SeriesBlock& block, const std::string& path,
               const MetricDefinition& metric, IngestOperation operation, const TimeLimits& times)
      : block_(block), path_(path), metric_(metric), operation_(operation), times_(times) {}

  CheckedBlock Check() {
    result_.rows.metric = metric_.id;
    if (!CheckColumns() || !CheckDimensions()) return std::move(result_);
    result_.rows.rows.reserve(block_.time_unix_nano_size());
    for (int row = 0; row < block_.time_unix_nano_size(); ++row) {
      SampleRow sample;
      if (ReadRow(row, sample)) result_.rows.rows.push_back(std::move(sample));
    }
    return std::move(result_);
  }

 private:
  // Refuses the whole block.
  bool RefuseBlock(absl::string_view column, absl::string_view code, std::string description) {
    const int64_t samples = std::max(1, block_.time_unix_nano_size());
    result_.issues.push_back(
        {{absl::StrCat(path_, ".", column), std::move(description), std::string(code), 0, 0},
         samples});
    return false;
  }

  // Refuses one row.
  bool RefuseRow(absl::string_view column, int row, absl::string_view code,
                 std::string description) {
    result_.issues.push_back({{absl::StrCat(path_, ".", column, "[", row, "]"),
                               std::move(description), std::string(code), 0, 0},
                              1});
    return false;
  }

  bool CheckLength(absl::string_view column, int got, bool required) {
    const int want = block_.time_unix_nano_size();
    if (got == want || (got == 0 && !required)) return true;
    return RefuseBlock(
        column, got == 0 ? violation::kRequired : kColumnLength,
        absl::StrCat("got ", got, " entries, want ", want, ", one for each time_unix_nano"));
  }

  bool CheckColumns() {
    if (block_.time_unix_nano_size() == 0) {
      return RefuseBlock("time_unix_nano", violation::kRequired, "got no times, want at least one");
    }
    const bool by_id = metric_.identity == SampleIdentity::kEvent;
    if (!by_id && block_.sample_ids_size() > 0) {
      return RefuseBlock("sample_ids", violation::kRefused,
                         absl::StrCat("got ", block_.sample_ids_size(), " entries, want none: ",
                                      "the identity of metric ", metric_.id, " is TIME"));
    }
    if (by_id && block_.sample_ids_size() == 0) {
      return RefuseBlock("sample_ids", violation::kRequired,
                         absl::StrCat("got none, want one for each time_unix_nano: the identity ",
                                      "of metric ", metric_.id, " is EVENT"));
    }
    return CheckLength("sample_ids", block_.sample_ids_size(), by_id) && CheckValueColumns() &&
           CheckLength("entities", block_.entities_size(), false) &&
           CheckLength("weights", block_.weights_size(), false) &&
           CheckLength("business_days", block_.business_days_size(), false);
  }

  bool CheckValueColumns() {
    const int columns =
        (block_.mantissas_size() > 0) + (block_.doubles_size() > 0) + (block_.decimals_size() > 0);
    if (operation_ == IngestOperation::kRetract) {
      const bool has_content = columns > 0 || block_.entities_size() > 0 ||
                               block_.weights_size() > 0 || block_.business_days_size() > 0;
      if (!has_content) return true;
      return RefuseBlock("mantissas", violation::kRefused,
                         "got values, entities, weights or business days, want identities only");
    }
    if (columns != 1) {
      return RefuseBlock("mantissas", columns == 0 ? violation::kRequired : violation::kRefused,
                         absl::StrCat("got ", columns, " columns of values, want exactly one of ",
                                      "mantissas, doubles and decimals"));
    }
    return CheckLength("mantissas", block_.mantissas_size(), false) &&
           CheckLength("doubles", block_.doubles_size(), false) &&
           CheckLength("decimals", block_.decimals_size(), false);
  }

  bool CheckDimensions() {
    std::map<std::string, Member> members;
    for (const std::string& dimension : metric_.dimensions) {
      members.emplace(dimension, Member::Null());
    }
    for (const auto& [dimension, member] : block_.dimensions()) {
      const auto declared = members.find(dimension);
      if (declared == members.end()) {
        return RefuseBlock("dimensions", violation::kUndeclaredIdentifier,
                           GotWant(dimension, absl::StrCat("a dimension of metric ", metric_.id)));
      }
      if (member.size() > Slice::kMaxMemberBytes || !IsPlainText(member)) {
        return RefuseBlock(
            "dimensions", violation::kSyntax,
            GotWant(member, absl::StrCat("for ", dimension, " at most ", Slice::kMaxMemberBytes,
                                         " bytes of UTF-8 without control "
                                         "characters")));
      }
      declared->second = Member::FromSource(member);
    }
    absl::StatusOr<Slice> slice = Slice::Create(std::move(members));
    if (!slice.ok()) {
      return RefuseBlock("dimensions", violation::kSyntax, std::string(slice.status().message()));
    }
    result_.rows.slice = *std::move(slice);
    return true;
  }

  bool ReadRow(int row, SampleRow& sample) {
    sample.time_nano = block_.time_unix_nano(row);
    if (sample.time_nano < times_.earliest_nano || sample.time_nano > times_.latest_nano) {
      return RefuseTime(row, sample.time_nano);
    }
    if (block_.sample_ids_size() > 0) {
      sample.sample_id = block_.sample_ids(row);
      if (!IsText(sample.sample_id, 1, kMaxSampleIdBytes)) {
        return RefuseRow("sample_ids", row, violation::kSyntax,
                         GotWant(sample.sample_id,
                                 "1 to 256 bytes of UTF-8 without control "
                                 "characters"));
      }
    }
    if (operation_ == IngestOperation::kWrite && !ReadContent(row, sample.content)) return false;
    return sample.time_nano >= times_.kept_from_nano || RefusePast(row, sample.time_nano);
  }

  bool RefusePast(int row, int64_t nano) {
    return RefuseRow("time_unix_nano", row, kPastRetention,
                     absl::StrCat("got ", TimeText(nano), ", want ", times_.kept_from_text,
                                  " or later: earlier samples are no longer kept"));
  }

  static std::string TimeText(int64_t nano) {
    return absl::FormatTime(absl::RFC3339_full, absl::FromUnixNanos(nano), absl::UTCTimeZone());
  }

  bool RefuseTime(int row, int64_t nano) {
    return RefuseRow("time_unix_nano", row, violation::kOutOfRange,
                     absl::StrCat("got ", TimeText(nano), ", want from 1700-01-01T00:00:00Z to ",
                                  times_.latest_text));
  }

  static bool IsText(const std::string& text, size_t least, size_t most) {
    return text.size() >= least && text.size() <= most && IsPlainText(text);
  }

  bool ReadContent(int row, SampleContent& content) {
    if (!ReadValue(row, content.value)) return false;
    if (block_.entities_size() > 0) {
      content.entity = block_.entities(row);
      if (!IsText(content.entity, 0, kMaxEntityBytes)) {
        return RefuseRow(
            "entities", row, violation::kSyntax,
            GotWant(content.entity, "at most 256 bytes of UTF-8 without control characters"));
      }
    }
    if (block_.weights_size() > 0) content.weight = block_.weights(row);
    if (block_.business_days_size() > 0) {
      content.business_day = block_.business_days(row);
      return content.business_day == kNoBusinessDay || CheckBusinessDay(row, content.business_day);
    }
    return true;
  }

  bool CheckBusinessDay(int row, int32_t day) {
    static const int32_t first = DayNumber(absl::CivilDay(1700, 1, 1));
    static const int32_t last = DayNumber(absl::CivilDay(9999, 12, 31));
    if (day >= first && day <= last) return true;
    return RefuseRow("business_days", row, violation::kOutOfRange,
                     absl::StrCat("got ", day, ", want days since 1970-01-01, from 1700-01-01 (",
                                  first, ") to 9999-12-31 (", last, ")"));
  }

  bool ReadValue(int row, int64_t& value) {
    if (block_.mantissas_size() > 0) {
      value = block_.mantissas(row);
      return true;
    }
    const bool by_double = block_.doubles_size() > 0;
    const absl::StatusOr<int64_t> mantissa =
        by_double ? MantissaFromDouble(block_.doubles(row), metric_.scale)
                  : MantissaFromText(block_.decimals(row), metric_.scale);
    if (mantissa.ok()) {
      value = *mantissa;
      return true;
    }
    return RefuseRow(by_double ? "doubles" : "decimals", row, violation::kOutOfRange,
                     std::string(mantissa.status().message()));
  }

  const v1::SeriesBlock& block_;
  const std::string& path_;
  const MetricDefinition& metric_;
  const IngestOperation operation_;
  const TimeLimits& times_;
  CheckedBlock result_;
};

}  // namespace

TimeLimits TimeLimitsAt(absl::Time now, absl::Duration max_future, absl::Time kept_from) {
  static const int64_t earliest =
      absl::ToUnixNanos(absl::FromCivil(absl::CivilSecond(1700, 1, 1), absl::UTCTimeZone()));
  TimeLimits limits;
  limits.earliest_nano = earliest;
  limits.latest_nano = absl::ToUnixNanos(now + max_future);
  limits.latest_text =
      absl::StrCat(absl::FormatTime(absl::RFC3339_sec, now + max_future, absl::UTCTimeZone()),
                   ", at most ", absl::FormatDuration(max_future), " in the future");
  limits.kept_from_nano = absl::ToUnixNanos(kept_from);
  limits.kept_from_text = absl::FormatTime(absl::RFC3339_sec, kept_from, absl::UTCTimeZone());
  return limits;
}

CheckedBlock CheckBlock(const v1::SeriesBlock& block, const std::string& path,
                        const MetricDefinition& metric, IngestOperation operation,
                        const TimeLimits& times) {
  return BlockChecker(block, path, metric, operation, times).Check();
}

}  // namespace kpisuite
