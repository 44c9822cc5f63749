#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/kpi/expression_lexer.h"
#include "libs/kpi/slice.h"
#include "libs/kpi/value_filter.h"

namespace kpisuite {

struct FilterNode {
  enum class Kind {
    kValue,       // value `comparison` bound
    kDimension,   // dimension = or != a member
    kMembership,  // dimension in (members)
    kNot,
    kAnd,
    kOr,
  };

  Kind kind;
  Comparison comparison = Comparison::kEqual;  // kValue; kEqual or kNotEqual for kDimension
  Decimal bound;                               // kValue
  ValueFilter kept;                            // kValue: the same at the metric's scale
  std::string dimension;
  std::vector<Member> members;  // one for kDimension
  std::vector<int> children;
};

// A parsed filter: at most 256 nodes and members, children before parents.
struct FilterExpression {
  std::vector<FilterNode> nodes;
  int root = 0;
  std::string canonical_text;

  const FilterNode& node(int index) const { return nodes[static_cast<size_t>(index)]; }
};

// Its canonical text, whatever `canonical_text` says.
std::string FilterText(const FilterExpression& expression);

// Errors as Filter::Create. The canonical text is left empty.
absl::StatusOr<FilterExpression> ParseFilter(const ExpressionSource& source,
                                             absl::Span<const std::string> dimensions, int scale);

}  // namespace kpisuite
