#include "libs/kpi/expression_lexer.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxIdentifierBytes = 64;

// Longer symbols before their prefixes.
constexpr std::array<absl::string_view, 18> kSymbols = {
    "&&", "||", "<=", ">=", "==", "!=", "<", ">", "=", "!", "(", ")", ",", "+", "-", "*", "/", "^"};

bool IsIdentifierStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }

bool IsIdentifierPart(char c) { return absl::ascii_isalnum(c) || c == '_'; }

bool IsFilterWordPart(char c) { return IsIdentifierPart(c) || c == '.' || c == ':' || c == '-'; }

class Lexer {
 public:
  explicit Lexer(const ExpressionSource& source) : source_(source), text_(source.text) {}

  absl::StatusOr<Token> Next() {
    while (position_ < text_.size() && absl::ascii_isspace(text_[position_])) ++position_;
    if (position_ == text_.size()) return Token{TokenKind::kEnd, position_, ""};
    if (source_.language == ExpressionSource::Language::kFormula) {
      if (absl::ascii_isdigit(text_[position_])) return FormulaNumber();
      if (IsIdentifierStart(text_[position_])) return Take(TokenKind::kWord, IsIdentifierPart);
      if (text_[position_] == '[') return FormulaUnit();
    } else {
      if (IsIdentifierPart(text_[position_])) return FilterWord();
      if (text_[position_] == '"' || text_[position_] == '\'') return FilterQuoted();
    }
    return Symbol();
  }

 private:
  Token Take(TokenKind kind, bool (*is_part)(char)) {
    const size_t start = position_;
    while (position_ < text_.size() && is_part(text_[position_])) ++position_;
    return {kind, start, std::string(text_.substr(start, position_ - start))};
  }

  absl::StatusOr<Token> FormulaNumber() {
    const Token lexeme =
        Take(TokenKind::kNumber, [](char c) { return IsIdentifierPart(c) || c == '.'; });
    const size_t point = lexeme.text.find('.');
    const bool plain = std::all_of(lexeme.text.begin(), lexeme.text.end(),
                                   [](char c) { return absl::ascii_isdigit(c) || c == '.'; });
    if (!plain || point + 1 == lexeme.text.size() ||
        (point != std::string::npos && lexeme.text.find('.', point + 1) != std::string::npos)) {
      return source_.Error(
          lexeme.offset, "SYNTAX",
          absl::StrCat("got ", Quoted(lexeme.text), ", want a plain decimal number such as 0.25"));
    }
    return lexeme;
  }

  absl::StatusOr<Token> FormulaUnit() {
    const size_t start = position_;
    const size_t end = text_.find(']', start);
    if (end == absl::string_view::npos) {
      return source_.Error(start, "SYNTAX", "got \"[\" without its \"]\"");
    }
    position_ = end + 1;
    return Token{TokenKind::kUnit, start, std::string(text_.substr(start + 1, end - start - 1))};
  }

  Token FilterWord() {
    Token word = Take(TokenKind::kWord, IsFilterWordPart);
    if (position_ < text_.size() && text_[position_] == '%') {
      word.text.push_back('%');
      ++position_;
    }
    return word;
  }

  absl::StatusOr<Token> FilterQuoted() {
    Token quoted{TokenKind::kQuoted, position_, ""};
    const char quote = text_[position_++];
    while (position_ < text_.size() && text_[position_] != quote) {
      if (text_[position_] == '\\') ++position_;
      if (position_ == text_.size()) break;
      quoted.text.push_back(text_[position_++]);
    }
    if (position_ == text_.size()) {
      return source_.Error(quoted.offset, "SYNTAX", "got a quoted text without its closing quote");
    }
    ++position_;
    return quoted;
  }

  absl::StatusOr<Token> Symbol() {
    for (const absl::string_view symbol : kSymbols) {
      if (text_.substr(position_, symbol.size()) != symbol) continue;
      Token token{TokenKind::kSymbol, position_, std::string(symbol)};
      position_ += symbol.size();
      return token;
    }
    return source_.Error(position_, "SYNTAX",
                         absl::StrCat("got ", Quoted(text_.substr(position_, 1)),
                                      ", want a name, a number or an operator"));
  }

  const ExpressionSource& source_;
  absl::string_view text_;
  size_t position_ = 0;
};

}  // namespace

std::string Token::Shown() const {
  return kind == TokenKind::kEnd ? "the end of the text" : Quoted(text);
}

FieldViolation ExpressionSource::At(size_t offset, absl::string_view reason,
                                    absl::string_view description) const {
  const absl::string_view before = text.substr(0, offset);
  const size_t line_start = before.rfind('\n') + 1;  // 0 when there is no line break
  return {.field = std::string(field()),
          .description = absl::StrCat("offset ", offset, ": ", description),
          .reason = std::string(reason),
          .line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          .column = static_cast<int>(offset - line_start) + 1};
}

absl::Status ExpressionSource::Error(size_t offset, absl::string_view reason,
                                     absl::string_view description) const {
  return InvalidFields({At(offset, reason, description)});
}

absl::Status ExpressionSource::CheckSize(absl::string_view checked) const {
  if (checked.size() <= kMaxExpressionBytes) return absl::OkStatus();
  return Error(0, "LIMIT",
               absl::StrCat("got ", checked.size(), " bytes, want at most ", kMaxExpressionBytes));
}

absl::StatusOr<std::vector<Token>> Tokenise(const ExpressionSource& source) {
  RETURN_IF_ERROR(source.CheckSize(source.text));
  std::vector<Token> tokens;
  Lexer lexer(source);
  do {
    ASSIGN_OR_RETURN(Token token, lexer.Next());
    tokens.push_back(std::move(token));
  } while (tokens.back().kind != TokenKind::kEnd);
  return tokens;
}

bool IsFilterWord(absl::string_view text) {
  return !text.empty() && IsIdentifierPart(text[0]) &&
         std::all_of(text.begin(), text.end(), IsFilterWordPart);
}

bool IsIdentifier(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdentifierBytes && IsIdentifierStart(text[0]) &&
         std::all_of(text.begin(), text.end(), IsIdentifierPart);
}

}  // namespace kpisuite
