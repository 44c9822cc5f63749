#include "services/kpictl/import/time_parser.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr int kFirstYear = 1700;
constexpr int kLastYear = 2261;

absl::Status Unreadable(absl::string_view text, absl::string_view want) {
  return absl::InvalidArgumentError(absl::StrCat("got \"", text, "\", want ", want));
}

// Takes exactly `count` digits from the front.
std::optional<int> TakeDigits(absl::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!absl::ascii_isdigit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

std::optional<absl::CivilSecond> TakeDate(absl::string_view& text) {
  const auto year = TakeDigits(text, 4);
  if (!year || !absl::ConsumePrefix(&text, "-")) return std::nullopt;
  const auto month = TakeDigits(text, 2);
  if (!month || !absl::ConsumePrefix(&text, "-")) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day) return std::nullopt;
  const absl::CivilDay date(*year, *month, *day);
  const bool exists = date.year() == *year && date.month() == *month && date.day() == *day;
  return exists ? std::optional<absl::CivilSecond>(date) : std::nullopt;
}

// The time of day after the date: hh:mm[:ss[.fraction]].
std::optional<absl::Duration> TakeTimeOfDay(absl::string_view& text) {
  const auto hour = TakeDigits(text, 2);
  if (!hour || !absl::ConsumePrefix(&text, ":")) return std::nullopt;
  const auto minute = TakeDigits(text, 2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  absl::Duration time = absl::Hours(*hour) + absl::Minutes(*minute);
  if (!absl::ConsumePrefix(&text, ":")) return time;
  const auto second = TakeDigits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  time += absl::Seconds(*second);
  if (!absl::ConsumePrefix(&text, ".")) return time;
  int64_t scale = 100'000'000;
  const size_t before = text.size();
  while (!text.empty() && absl::ascii_isdigit(text.front()) && scale > 0) {
    time += absl::Nanoseconds((text.front() - '0') * scale);
    scale /= 10;
    text.remove_prefix(1);
  }
  return text.size() == before ? std::nullopt : std::optional<absl::Duration>(time);
}

// Z, +hh:mm, +hhmm or +hh.
std::optional<absl::Duration> TakeOffset(absl::string_view& text) {
  if (absl::ConsumePrefix(&text, "Z") || absl::ConsumePrefix(&text, "z")) {
    return absl::ZeroDuration();
  }
  const bool negative = absl::StartsWith(text, "-");
  if (!negative && !absl::StartsWith(text, "+")) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = TakeDigits(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (absl::ConsumePrefix(&text, ":") || !text.empty()) {
    const auto taken = TakeDigits(text, 2);
    if (!taken || *taken > 59) return std::nullopt;
    minutes = *taken;
  }
  const absl::Duration offset = absl::Hours(*hours) + absl::Minutes(minutes);
  return negative ? -offset : offset;
}

}  // namespace

absl::StatusOr<TimeParser> TimeParser::Create(absl::string_view format, absl::string_view zone) {
  TimeParser parser;
  if (format == "unix") {
    parser.unix_unit_ = absl::Seconds(1);
  } else if (format == "unix-ms") {
    parser.unix_unit_ = absl::Milliseconds(1);
  } else if (format == "unix-us") {
    parser.unix_unit_ = absl::Microseconds(1);
  } else if (format == "unix-ns") {
    parser.unix_unit_ = absl::Nanoseconds(1);
  } else if (absl::StrContains(format, "%")) {
    parser.pattern_ = std::string(format);
  } else if (!format.empty() && format != "iso") {
    return absl::InvalidArgumentError(
        absl::StrCat("time format: got \"", format,
                     "\", want iso, unix, unix-ms, unix-us, unix-ns or a pattern with %"));
  }
  if (!zone.empty()) {
    if (!absl::LoadTimeZone(std::string(zone), &parser.zone_)) {
      return absl::InvalidArgumentError(
          absl::StrCat("time zone: got \"", zone, "\", want an IANA zone such as America/Chicago"));
    }
    parser.has_zone_ = true;
  }
  return parser;
}

absl::StatusOr<int64_t> TimeParser::Parse(absl::string_view text) const {
  absl::StatusOr<absl::Time> time = unix_unit_ != absl::ZeroDuration() ? ParseUnix(text)
                                    : pattern_.empty()                 ? ParseIso(text)
                                                                       : ParsePattern(text);
  RETURN_IF_ERROR(time.status());
  static const absl::Time kFirst =
      absl::FromCivil(absl::CivilYear(kFirstYear), absl::UTCTimeZone());
  static const absl::Time kEnd =
      absl::FromCivil(absl::CivilYear(kLastYear + 1), absl::UTCTimeZone());
  if (*time < kFirst || *time >= kEnd) {
    return Unreadable(text, absl::StrCat("a time in the years ", kFirstYear, " to ", kLastYear));
  }
  return absl::ToUnixNanos(*time);
}

absl::StatusOr<absl::Time> TimeParser::ParseIso(absl::string_view text) const {
  constexpr absl::string_view kWant = "a time such as 2001-01-31T22:30:00Z";
  absl::string_view rest = text;
  const std::optional<absl::CivilSecond> date = TakeDate(rest);
  if (!date) return Unreadable(text, kWant);
  absl::Duration time_of_day = absl::ZeroDuration();
  if (absl::ConsumePrefix(&rest, "T") || absl::ConsumePrefix(&rest, " ")) {
    const auto taken = TakeTimeOfDay(rest);
    if (!taken) return Unreadable(text, kWant);
    time_of_day = *taken;
  }
  absl::Duration fraction;
  const int64_t seconds = absl::IDivDuration(time_of_day, absl::Seconds(1), &fraction);
  const absl::CivilSecond local = *date + seconds;
  if (!rest.empty()) {
    const auto offset = TakeOffset(rest);
    if (!offset || !rest.empty()) return Unreadable(text, kWant);
    return absl::FromCivil(local, absl::UTCTimeZone()) + fraction - *offset;
  }
  if (!has_zone_) return Unreadable(text, "an offset at its end, or a time zone for all times");
  return zone_.At(local).pre + fraction;
}

absl::StatusOr<absl::Time> TimeParser::ParseUnix(absl::string_view text) const {
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return Unreadable(text, "a whole number of Unix time");
  return absl::UnixEpoch() + number * unix_unit_;
}

absl::StatusOr<absl::Time> TimeParser::ParsePattern(absl::string_view text) const {
  const bool has_offset = absl::StrContains(pattern_, "z") || absl::StrContains(pattern_, "%s");
  if (!has_offset && !has_zone_) {
    return Unreadable(text, "a time zone, because the format has no offset");
  }
  absl::Time time;
  std::string ignored;
  if (!absl::ParseTime(pattern_, text, has_zone_ ? zone_ : absl::UTCTimeZone(), &time, &ignored) ||
      time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return Unreadable(text, absl::StrCat("a time like ", pattern_));
  }
  return time;
}

}  // namespace kpisuite
