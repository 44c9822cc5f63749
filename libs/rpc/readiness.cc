#include "libs/rpc/readiness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kpisuite {

void Readiness::SetNotReady(const std::string& condition, const std::string& why) {
  Set(condition, why.empty() ? "not ready" : why);
}

void Readiness::SetReady(const std::string& condition) { Set(condition, ""); }

void Readiness::Set(const std::string& condition, const std::string& why) {
  MutexLock lock(mutex_);
  const bool before = ReadyLocked();
  why_not_[condition] = why;
  const bool after = ReadyLocked();
  if (before == after) return;
  for (const auto& listener : listeners_) listener(after);
}

bool Readiness::ready() const {
  MutexLock lock(mutex_);
  return ReadyLocked();
}

bool Readiness::ReadyLocked() const {
  return std::all_of(why_not_.begin(), why_not_.end(),
                     [](const auto& condition) { return condition.second.empty(); });
}

std::string Readiness::Describe() const {
  MutexLock lock(mutex_);
  std::string text;
  for (const auto& [condition, why] : why_not_) {
    absl::StrAppend(&text, condition, ": ",
                    why.empty() ? "ready" : absl::StrCat("not ready: ", why), "\n");
  }
  return text;
}

void Readiness::Subscribe(std::function<void(bool)> listener) {
  MutexLock lock(mutex_);
  listener(ReadyLocked());
  listeners_.push_back(std::move(listener));
}

}  // namespace kpisuite
