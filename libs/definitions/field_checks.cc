#include "libs/definitions/field_checks.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/kpi/calendar.h"

namespace kpisuite {
namespace {

// UTF-8 characters: all bytes that do not continue one.
size_t CharacterCount(absl::string_view text) {
  size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++count;
  }
  return count;
}

}  // namespace

std::optional<Decimal> CheckDecimal(absl::string_view field, const std::string& text,
                                    Violations& violations) {
  const absl::StatusOr<Decimal> decimal = Decimal::ParseWithPercent(text);
  if (decimal.ok()) return *decimal;
  violations.Add(field, violation::kSyntax,
                 GotWant(text, "a decimal of at most 34 digits, for instance 0.8 or 80%"));
  return std::nullopt;
}

bool CheckRange(absl::string_view field, int64_t value, int64_t low, int64_t high,
                Violations& violations) {
  if (low <= value && value <= high) return true;
  violations.Add(field, violation::kOutOfRange,
                 absl::StrCat("got ", value, ", want ", low, " to ", high));
  return false;
}

absl::Duration CheckDuration(absl::string_view field, const google::protobuf::Duration& duration,
                             Violations& violations) {
  const absl::Duration value =
      absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  if (absl::ZeroDuration() <= value && value <= kLongestDuration) return value;
  violations.Add(
      field, violation::kOutOfRange,
      absl::StrCat("got ", absl::FormatDuration(value), ", want 0 to 3660 days (87840h)"));
  return absl::ZeroDuration();
}

std::optional<absl::CivilDay> CheckDate(absl::string_view field, const std::string& text,
                                        Violations& violations) {
  const absl::StatusOr<absl::CivilDay> day = ParseDay(text);
  if (day.ok()) return *day;
  violations.Add(field, violation::kSyntax, GotWant(text, "a local date like 2025-12-31"));
  return std::nullopt;
}

std::optional<Slice> CheckSlice(absl::string_view field, const std::string& text,
                                Violations& violations) {
  absl::StatusOr<Slice> slice = Slice::Parse(text);
  if (slice.ok()) return *std::move(slice);
  violations.AddStatus(field, violation::kSyntax, slice.status());
  return std::nullopt;
}

void CheckText(absl::string_view field, const std::string& text, size_t max,
               Violations& violations) {
  const size_t count = CharacterCount(text);
  if (count > max) {
    violations.Add(field, violation::kLimit,
                   absl::StrCat("got ", count, " characters, want at most ", max));
  }
  for (const char c : text) {
    if (absl::ascii_iscntrl(c) && c != '\n' && c != '\t') {
      violations.Add(field, violation::kSyntax, GotWant(text, "text without control characters"));
      return;
    }
  }
}

void CheckAddress(absl::string_view field, const std::string& text, Violations& violations) {
  bool printable = !text.empty() && text.size() <= 254;
  for (const char c : text) printable &= !absl::ascii_iscntrl(c) && !absl::ascii_isspace(c);
  if (!printable) {
    violations.Add(field, violation::kSyntax,
                   GotWant(text, "an address of at most 254 characters without blanks"));
  }
}

void AddRequired(absl::string_view field, absl::string_view want, Violations& violations) {
  violations.Add(field, violation::kRequired, absl::StrCat("got nothing, want ", want));
}

void CheckEnum(absl::string_view field, int value, bool is_valid, Violations& violations) {
  if (!is_valid) {
    violations.Add(field, violation::kOutOfRange,
                   absl::StrCat("got ", value, ", want a number of the enum"));
  }
}

std::optional<Grain> CheckGrain(absl::string_view field, v1::Grain grain, Violations& violations) {
  switch (grain) {
    case v1::GRAIN_DAY: return Grain::kDay;
    case v1::GRAIN_WEEK: return Grain::kWeek;
    case v1::GRAIN_MONTH: return Grain::kMonth;
    case v1::GRAIN_QUARTER: return Grain::kQuarter;
    case v1::GRAIN_YEAR: return Grain::kYear;
    default:
      violations.Add(field, violation::kOutOfRange,
                     absl::StrCat("got ", static_cast<int>(grain),
                                  ", want DAY, WEEK, MONTH, QUARTER or YEAR"));
      return std::nullopt;
  }
}

}  // namespace kpisuite
