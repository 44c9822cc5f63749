#include "tests/acceptance/comparison_fields.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

std::string DaysText(const google::protobuf::RepeatedPtrField<v1::DateRange>& days) {
  return absl::StrJoin(days, "+", [](std::string* out, const v1::DateRange& range) {
    absl::StrAppend(out, range.start_date(), "..", range.end_date());
  });
}

// Name of an enum value without the prefix of its enum; empty for the first, UNSPECIFIED.
std::string NameOf(int value, const std::string& name, absl::string_view prefix) {
  return value == 0 ? "" : std::string(absl::StripPrefix(name, prefix));
}

std::string NdText(v1::NdReason reason) {
  return NameOf(reason, v1::NdReason_Name(reason), "ND_REASON_");
}

std::string CutText(const v1::Comparison& comparison) {
  if (!comparison.has_cut_time()) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", FromTimestamp(comparison.cut_time()),
                          absl::UTCTimeZone());
}

using ComparisonReader = std::function<std::string(const v1::Comparison&)>;

// By the part of the name before the comparator: `delta.PREVIOUS_PERIOD`.
const std::map<std::string, ComparisonReader>& ComparisonReaders() {
  static const auto* readers = new std::map<std::string, ComparisonReader>{
      {"compare", [](const auto& found) { return found.value(); }},
      {"compare_own", [](const auto& found) { return found.own_value(); }},
      {"compare_nd", [](const auto& found) { return NdText(found.nd_reason()); }},
      {"compare_period", [](const auto& found) { return found.period_id(); }},
      {"compare_days", [](const auto& found) { return DaysText(found.days()); }},
      {"compare_own_days", [](const auto& found) { return DaysText(found.own_days()); }},
      {"compare_cut", CutText},
      {"compare_flags",
       [](const auto& found) {
         return absl::StrCat(found.clipped() ? "CLIPPED" : "", found.partial() ? "PARTIAL" : "");
       }},
      {"delta", [](const auto& found) { return found.delta(); }},
      {"delta_pct", [](const auto& found) { return found.delta_pct(); }},
      {"delta_pct_nd", [](const auto& found) { return NdText(found.delta_pct_nd_reason()); }},
      {"movement",
       [](const auto& found) {
         return NameOf(found.movement(), v1::Movement_Name(found.movement()), "MOVEMENT_");
       }},
  };
  return *readers;
}

// `PREVIOUS_PERIOD`, `SAME_WEEKDAY_2`, `PREVIOUS_PERIOD_3_PROPORTIONAL`.
std::optional<Comparator> ReadComparator(absl::string_view text) {
  Comparator comparator;
  comparator.proportional = absl::ConsumeSuffix(&text, "_PROPORTIONAL");
  const size_t last = text.rfind('_');
  int count = 0;
  if (last != absl::string_view::npos && absl::SimpleAtoi(text.substr(last + 1), &count)) {
    comparator.count = count;
    text = text.substr(0, last);
  }
  for (const ComparatorKind kind : kAllComparatorKinds) {
    if (ComparatorKindName(kind) != text) continue;
    comparator.kind = kind;
    return ValidateComparator(comparator).ok() ? std::optional(comparator) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Comparator> ComparatorOf(absl::string_view name) {
  const size_t dot = name.find('.');
  const bool compares = dot != absl::string_view::npos &&
                        ComparisonReaders().contains(std::string(name.substr(0, dot)));
  return compares ? ReadComparator(name.substr(dot + 1)) : std::nullopt;
}

bool IsOf(const v1::Comparison& comparison, const Comparator& comparator) {
  const v1::Comparator& asked = comparison.comparator();
  return static_cast<int>(asked.kind()) == static_cast<int>(comparator.kind) + 1 &&
         asked.count() == comparator.count && asked.proportional() == comparator.proportional;
}

}  // namespace

bool IsComparisonField(absl::string_view name) { return ComparatorOf(name).has_value(); }

std::string ComparisonFieldNames() {
  return absl::StrJoin(ComparisonReaders(), " ", [](std::string* out, const auto& reader) {
    absl::StrAppend(out, reader.first, ".KIND");
  });
}

std::vector<Comparator> ComparatorsOf(const std::vector<ExpectedField>& fields) {
  std::vector<Comparator> comparators;
  for (const ExpectedField& field : fields) {
    const std::optional<Comparator> asked = ComparatorOf(field.name);
    const bool is_new = asked.has_value() && std::find(comparators.begin(), comparators.end(),
                                                       *asked) == comparators.end();
    if (is_new) comparators.push_back(*asked);
  }
  return comparators;
}

std::string ComparisonField(absl::string_view name, const v1::Explanation& explanation) {
  const std::optional<Comparator> asked = ComparatorOf(name);
  for (const v1::Comparison& comparison : explanation.comparisons()) {
    if (!asked.has_value() || !IsOf(comparison, *asked)) continue;
    return ComparisonReaders().at(std::string(name.substr(0, name.find('.'))))(comparison);
  }
  return "";
}

}  // namespace kpisuite
