// CallOrigin: what a call brings with it, whoever answers it in the end.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kpisuite {

using PartSet = std::set<int32_t>;

// The metadata entry of a call that one evaluator passes on to another: PartsToText of the
// partitions that it takes the other to own. Such a call is not passed on again.
inline constexpr char kPartsMetadata[] = "x-kpi-parts";

struct CallOrigin {
  absl::Time deadline;
  std::string request_id;
  // Set when another evaluator has passed the call on: it is answered from these partitions alone,
  // all of which are owned here, or UNAVAILABLE.
  std::optional<PartSet> parts;
};

// A bit for each partition from 0 on, four to a hexadecimal digit, the lowest first.
std::string PartsToText(const PartSet& parts);
// Nothing for a text that is none; of at most kMaxPartsText characters.
std::optional<PartSet> PartsFromText(absl::string_view text);
inline constexpr size_t kMaxPartsText = 4096;

}  // namespace kpisuite
