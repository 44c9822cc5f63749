// ListFilter: the filter language of the list calls.
//
//   filter := term ("AND" term)*        an empty text matches everything
//   term   := path ("=" | "!=" | ":") value
//   path   := name ("." name)*          for instance owner, labels.team
//   value  := bare word, or text in double quotes in which \" and \\ stand for themselves
//
// `=` and `!=` compare whole texts, `:` asks for a prefix. A field that is not set is the empty
// text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kpisuite {

// Immutable; thread-safe.
class ListFilter {
 public:
  static constexpr size_t kMaxBytes = 4096;
  static constexpr size_t kMaxTerms = 32;

  enum class Operator { kEquals, kDiffers, kPrefix };
  struct Term {
    std::string path;
    Operator op = Operator::kEquals;
    std::string value;
    int column = 1;  // of the path
  };

  // Matches everything.
  ListFilter() = default;

  // `paths` are the known paths; one that ends in ".*" stands for any single name after the dot.
  // INVALID_ARGUMENT (INVALID_FIELD, field "filter", with line and column).
  static absl::StatusOr<ListFilter> Parse(absl::string_view text,
                                          absl::Span<const absl::string_view> paths);

  const std::vector<Term>& terms() const { return terms_; }
  bool empty() const { return terms_.empty(); }

  // Whether all terms hold. `values_of` gives the present texts of a path, none when not set: `=`
  // and `:` hold when they do for one of them, `!=` when `=` does not.
  bool Matches(
      const std::function<std::vector<std::string>(const std::string& path)>& values_of) const;

 private:
  std::vector<Term> terms_;
};

}  // namespace kpisuite
