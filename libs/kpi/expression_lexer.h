#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"

namespace kpisuite {

inline constexpr size_t kMaxExpressionBytes = 16 * 1024;
inline constexpr int kMaxExpressionNodes = 256;
inline constexpr int kMaxExpressionNesting = 64;

enum class TokenKind {
  kEnd,
  kNumber,  // formula: digits[.digits]
  kUnit,    // formula: [unit], without the brackets
  kWord,    // formula: [A-Za-z_][A-Za-z0-9_]*; filter: [A-Za-z0-9_][A-Za-z0-9_.:-]* and an optional
            // '%'
  kQuoted,  // filter: text in ' or ", unescaped
  kSymbol,  // ( ) , + - * / ^ ! < <= > >= == != = && ||
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t offset = 0;
  std::string text;

  bool Is(absl::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
  // How an error message shows the token.
  std::string Shown() const;
};

// The two languages that share the lexer and the limits above. `field` is where violations are
// reported.
struct ExpressionSource {
  enum class Language { kFormula, kFilter };

  absl::string_view text;
  Language language;

  absl::string_view field() const { return language == Language::kFormula ? "formula" : "where"; }

  // A violation at a byte offset, with its 1-based line and column; the description starts with
  // "offset N:".
  FieldViolation At(size_t offset, absl::string_view reason, absl::string_view description) const;
  // InvalidFields with the one violation.
  absl::Status Error(size_t offset, absl::string_view reason, absl::string_view description) const;
  // LIMIT if a text of this language, source or canonical, is longer than kMaxExpressionBytes.
  absl::Status CheckSize(absl::string_view checked) const;
};

// All tokens of the source, the last one kEnd. SYNTAX and LIMIT errors as ExpressionSource::Error.
absl::StatusOr<std::vector<Token>> Tokenise(const ExpressionSource& source);

// Whether a filter may show this text without quotes.
bool IsFilterWord(absl::string_view text);

// Whether this is [A-Za-z_][A-Za-z0-9_]* of at most 64 bytes.
bool IsIdentifier(absl::string_view text);

}  // namespace kpisuite
