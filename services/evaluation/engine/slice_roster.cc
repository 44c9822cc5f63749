#include "services/evaluation/engine/slice_roster.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_join.h"
#include "libs/base/hash.h"

namespace kpisuite {

bool IsOtherSlice(const Slice& slice) {
  const auto& members = slice.members();
  return !members.empty() && std::all_of(members.begin(), members.end(), [](const auto& member) {
    return member.second.kind() == Member::Kind::kOther;
  });
}

Slice OtherSliceOf(const std::vector<std::string>& dimensions) {
  std::map<std::string, Member> members;
  for (const std::string& dimension : dimensions) members.emplace(dimension, Member::Other());
  return *Slice::Create(std::move(members));
}

SliceRoster::SliceRoster(const std::vector<std::string>& dimensions,
                         absl::flat_hash_set<std::string> own)
    : own_(std::move(own)), other_(OtherSliceOf(dimensions)) {
  std::vector<std::string> sorted(own_.begin(), own_.end());
  std::sort(sorted.begin(), sorted.end());
  key_ = HexEncode(Sha256(absl::StrJoin(sorted, "\n")));
}

}  // namespace kpisuite
