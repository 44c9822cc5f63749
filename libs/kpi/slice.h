#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kpisuite {

// One member of a dimension: a text that came from a source, or one of the two members that no
// source can name. The text "(null)" of a source is a text, not the null member.
class Member {
 public:
  enum class Kind {
    kText,
    kNull,   // the source had no value
    kOther,  // members below a top-N, above the cardinality cap, or suppressed
  };

  // `text` is checked when the member becomes part of a slice.
  static Member Text(absl::string_view text);
  static Member Null();
  static Member Other();
  // A dimension value as a source sent it: empty is the null member, all else is a text.
  static Member FromSource(absl::string_view text);
  // Reads the canonical text of one member, as it stands after `=` in a slice.
  // INVALID_ARGUMENT if the text is empty, too long, badly escaped, or has an unescaped `(` first
  // and is neither `(null)` nor `(other)`.
  static absl::StatusOr<Member> Parse(absl::string_view canonical);

  Kind kind() const { return kind_; }
  // The unescaped text; empty unless kind() is kText.
  const std::string& text() const { return text_; }
  // Canonical text: `(null)`, `(other)`, or the text with `\` before every `;`, `=` and `\` and
  // before a `(` in first place.
  std::string ToString() const;

  friend bool operator==(const Member& a, const Member& b) {
    return a.kind_ == b.kind_ && a.text_ == b.text_;
  }
  friend bool operator!=(const Member& a, const Member& b) { return !(a == b); }

 private:
  Member(Kind kind, absl::string_view text) : kind_(kind), text_(text) {}

  Kind kind_;
  std::string text_;
};

// A slice of a KPI or the dimensions of a series: a sorted map from dimension to member.
// An absent dimension is rolled up; the empty slice is the total. Immutable value.
//
// Canonical text: `origin=ORD;team=42`, dimensions in byte order, the total is the empty text.
// Two slices are equal exactly when their canonical texts are.
class Slice {
 public:
  static constexpr size_t kMaxDimensions = 16;
  static constexpr size_t kMaxDimensionBytes = 63;
  static constexpr size_t kMaxMemberBytes = 256;

  // The total.
  Slice() = default;
  // INVALID_ARGUMENT if there are more than kMaxDimensions, if a dimension is not
  // [A-Za-z_][A-Za-z0-9_]* of at most kMaxDimensionBytes, or if a text member is empty, longer
  // than kMaxMemberBytes, not UTF-8, or holds a control character.
  static absl::StatusOr<Slice> Create(std::map<std::string, Member> members);
  // Reads canonical text, dimensions in any order; needless escapes of `; = \ ( )` are accepted.
  // INVALID_ARGUMENT as Create, and for repeated dimensions, missing `=` and unknown escapes.
  // Never trusts its input.
  static absl::StatusOr<Slice> Parse(absl::string_view text);

  const std::map<std::string, Member>& members() const { return members_; }
  bool is_total() const { return members_.empty(); }
  // Null when the dimension is rolled up. Lives as long as the slice.
  const Member* Find(absl::string_view dimension) const;
  // Canonical text, made once.
  const std::string& ToString() const { return text_; }

  // The slice to which a series with these dimensions belongs under `grouping` (dimension names
  // in any order). A grouping dimension which the series lacks becomes the null member.
  Slice Project(absl::Span<const std::string> grouping) const;
  // Whether every dimension of this slice has the same member in `finer`: `finer` lies within
  // this slice. Everything lies within the total.
  bool Contains(const Slice& finer) const;

  friend bool operator==(const Slice& a, const Slice& b) { return a.text_ == b.text_; }
  friend bool operator!=(const Slice& a, const Slice& b) { return a.text_ != b.text_; }
  friend bool operator<(const Slice& a, const Slice& b) { return a.text_ < b.text_; }
  template <typename H>
  friend H AbslHashValue(H state, const Slice& slice) {
    return H::combine(std::move(state), slice.text_);
  }

 private:
  explicit Slice(std::map<std::string, Member> members);

  std::map<std::string, Member> members_;
  std::string text_;
};

// A slice that something is meant for; no value: every slice (slice_rule.h).
using SliceSelector = std::optional<Slice>;

}  // namespace kpisuite
