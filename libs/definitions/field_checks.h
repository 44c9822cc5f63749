// Checks of single fields, shared by the checks of all kinds. Each adds what is wrong to the
// violations under the given path; a value that is not returned was refused.
#pragma once

#include <google/protobuf/duration.pb.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "kpisuite/v1/common.pb.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/period.h"
#include "libs/kpi/slice.h"

namespace kpisuite {

inline constexpr absl::Duration kLongestDuration = absl::Hours(24 * 3660);

// A decimal; text that ends in '%' is a hundredth. Codes: SYNTAX.
std::optional<Decimal> CheckDecimal(absl::string_view field, const std::string& text,
                                    Violations& violations);

// The integer lies in [low, high]. OUT_OF_RANGE.
bool CheckRange(absl::string_view field, int64_t value, int64_t low, int64_t high,
                Violations& violations);

// From 0 to kLongestDuration. OUT_OF_RANGE.
absl::Duration CheckDuration(absl::string_view field, const google::protobuf::Duration& duration,
                             Violations& violations);

// A local date. SYNTAX.
std::optional<absl::CivilDay> CheckDate(absl::string_view field, const std::string& text,
                                        Violations& violations);

// A canonical slice. SYNTAX.
std::optional<Slice> CheckSlice(absl::string_view field, const std::string& text,
                                Violations& violations);

// At most `max` characters, none of them a control character (line breaks and tabs excepted).
// LIMIT, SYNTAX.
void CheckText(absl::string_view field, const std::string& text, size_t max,
               Violations& violations);

// An address: 1 to 254 printable characters without blanks. SYNTAX.
void CheckAddress(absl::string_view field, const std::string& text, Violations& violations);

// What is not set must be. REQUIRED.
void AddRequired(absl::string_view field, absl::string_view want, Violations& violations);

// A value of an enum that this release does not know. OUT_OF_RANGE.
void CheckEnum(absl::string_view field, int value, bool is_valid, Violations& violations);

// The grain; GRAIN_UNSPECIFIED and unknown values are OUT_OF_RANGE.
std::optional<Grain> CheckGrain(absl::string_view field, v1::Grain grain, Violations& violations);

}  // namespace kpisuite
