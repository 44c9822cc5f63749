#include "libs/definitions/list_filter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

class Parser {
 public:
  Parser(absl::string_view text, absl::Span<const absl::string_view> paths)
      : text_(text), paths_(paths) {}

  absl::StatusOr<std::vector<ListFilter::Term>> Parse() {
    std::vector<ListFilter::Term> terms;
    SkipBlanks();
    if (position_ == text_.size()) return terms;
    while (true) {
      ASSIGN_OR_RETURN(ListFilter::Term term, ParseTerm());
      terms.push_back(std::move(term));
      SkipBlanks();
      if (position_ == text_.size()) return terms;
      if (terms.size() == ListFilter::kMaxTerms) {
        return Error(violation::kLimit, absl::StrCat("at most ", ListFilter::kMaxTerms, " terms"));
      }
      if (Word() != "AND") return Error(violation::kSyntax, "AND or the end");
      position_ += 3;
      SkipBlanks();
    }
  }

 private:
  absl::StatusOr<ListFilter::Term> ParseTerm() {
    ListFilter::Term term;
    term.column = static_cast<int>(position_) + 1;
    const absl::string_view path = Word();
    if (!IsKnown(path)) {
      return Error(path.empty() ? violation::kSyntax : violation::kUndeclaredIdentifier,
                   absl::StrCat("one of ", absl::StrJoin(paths_, ", ")));
    }
    term.path = std::string(path);
    position_ += path.size();
    SkipBlanks();
    absl::string_view rest = text_.substr(position_);
    if (absl::ConsumePrefix(&rest, "!=")) {
      term.op = ListFilter::Operator::kDiffers;
    } else if (absl::ConsumePrefix(&rest, "=")) {
      term.op = ListFilter::Operator::kEquals;
    } else if (absl::ConsumePrefix(&rest, ":")) {
      term.op = ListFilter::Operator::kPrefix;
    } else {
      return Error(violation::kSyntax, "= , != or :");
    }
    position_ = text_.size() - rest.size();
    SkipBlanks();
    ASSIGN_OR_RETURN(term.value, ParseValue());
    return term;
  }

  absl::StatusOr<std::string> ParseValue() {
    if (position_ < text_.size() && text_[position_] == '"') return ParseQuoted();
    const absl::string_view word = Word();
    if (word.empty()) return Error(violation::kSyntax, "a word or text in double quotes");
    position_ += word.size();
    return std::string(word);
  }

  absl::StatusOr<std::string> ParseQuoted() {
    std::string value;
    for (size_t i = position_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        position_ = i + 1;
        return value;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      value.push_back(text_[i]);
    }
    return Error(violation::kSyntax, "text that ends with a double quote");
  }

  bool IsKnown(absl::string_view path) const {
    return std::any_of(paths_.begin(), paths_.end(), [path](absl::string_view known) {
      if (known == path) return true;
      return absl::ConsumeSuffix(&known, "*") && path.size() > known.size() &&
             absl::StartsWith(path, known);
    });
  }

  // The bare word at the position.
  absl::string_view Word() const {
    size_t end = position_;
    while (end < text_.size() && (absl::ascii_isalnum(text_[end]) || text_[end] == '_' ||
                                  text_[end] == '-' || text_[end] == '.' || text_[end] == '@' ||
                                  text_[end] == '/' || text_[end] == '%' || text_[end] == '+')) {
      ++end;
    }
    return text_.substr(position_, end - position_);
  }

  void SkipBlanks() {
    while (position_ < text_.size() && absl::ascii_isspace(text_[position_])) ++position_;
  }

  absl::Status Error(absl::string_view code, absl::string_view want) const {
    const absl::string_view rest = text_.substr(position_);
    return InvalidFields({{"filter", GotWant(rest.empty() ? "the end" : rest, want),
                           std::string(code), 1, static_cast<int>(position_) + 1}});
  }

  const absl::string_view text_;
  const absl::Span<const absl::string_view> paths_;
  size_t position_ = 0;
};

}  // namespace

absl::StatusOr<ListFilter> ListFilter::Parse(absl::string_view text,
                                             absl::Span<const absl::string_view> paths) {
  if (text.size() > kMaxBytes) {
    return InvalidFields(
        {{"filter", absl::StrCat("got ", text.size(), " bytes, want at most ", kMaxBytes),
          violation::kLimit}});
  }
  ListFilter filter;
  ASSIGN_OR_RETURN(filter.terms_, Parser(text, paths).Parse());
  return filter;
}

bool ListFilter::Matches(
    const std::function<std::vector<std::string>(const std::string& path)>& values_of) const {
  return std::all_of(terms_.begin(), terms_.end(), [&values_of](const Term& term) {
    std::vector<std::string> values = values_of(term.path);
    if (values.empty()) values.emplace_back();
    const bool found = std::any_of(values.begin(), values.end(), [&term](const std::string& value) {
      return term.op == Operator::kPrefix ? absl::StartsWith(value, term.value)
                                          : value == term.value;
    });
    return found != (term.op == Operator::kDiffers);
  });
}

}  // namespace kpisuite
