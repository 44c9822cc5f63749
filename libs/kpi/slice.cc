#include "libs/kpi/slice.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/plain_text.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kNullText = "(null)";
constexpr absl::string_view kOtherText = "(other)";
constexpr absl::string_view kEscapable = ";=\\()";

absl::Status SliceError(absl::string_view got, absl::string_view want) {
  return InvalidFields({{"slice", absl::StrCat("got ", Quoted(got), ", want ", want), "", 0, 0}});
}

bool IsDimensionName(absl::string_view name) {
  if (name.empty() || name.size() > Slice::kMaxDimensionBytes) return false;
  if (absl::ascii_isdigit(name[0])) return false;
  for (char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_') return false;
  }
  return true;
}

absl::Status CheckText(absl::string_view text) {
  if (text.empty()) return SliceError(text, "a member that is not empty");
  if (text.size() > Slice::kMaxMemberBytes) {
    return SliceError(text, absl::StrCat("a member of at most ", Slice::kMaxMemberBytes, " bytes"));
  }
  for (size_t i = 0; i < text.size();) {
    if (absl::ascii_iscntrl(text[i])) {
      return SliceError(text, "a member without control characters");
    }
    const size_t length = Utf8SequenceLength(text.substr(i));
    if (length == 0) return SliceError(text, "a member in UTF-8");
    i += length;
  }
  return absl::OkStatus();
}

// Takes the canonical text of a member off the front of `text`, up to an unescaped `;` or the end.
absl::StatusOr<std::string> TakeMember(absl::string_view* text) {
  size_t i = 0;
  for (; i < text->size() && (*text)[i] != ';'; ++i) {
    if ((*text)[i] == '=') {
      return SliceError(*text, "`;` between dimensions, and `=` in a member written as `\\=`");
    }
    if ((*text)[i] != '\\') continue;
    ++i;
    if (i == text->size() || kEscapable.find((*text)[i]) == absl::string_view::npos) {
      return SliceError(*text, "one of ; = \\ ( ) after a backslash");
    }
  }
  std::string member(text->substr(0, i));
  text->remove_prefix(i);
  return member;
}

std::string Unescape(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    result.push_back(text[i]);
  }
  return result;
}

// The member whose canonical text passed TakeMember.
absl::StatusOr<Member> MemberOf(absl::string_view canonical) {
  if (canonical == kNullText) return Member::Null();
  if (canonical == kOtherText) return Member::Other();
  if (!canonical.empty() && canonical[0] == '(') {
    return SliceError(canonical, "(null), (other), or `\\(` before a text that starts so");
  }
  const std::string text = Unescape(canonical);
  RETURN_IF_ERROR(CheckText(text));
  return Member::Text(text);
}

}  // namespace

Member Member::Text(absl::string_view text) { return Member(Kind::kText, text); }
Member Member::Null() { return Member(Kind::kNull, ""); }
Member Member::Other() { return Member(Kind::kOther, ""); }

Member Member::FromSource(absl::string_view text) { return text.empty() ? Null() : Text(text); }

absl::StatusOr<Member> Member::Parse(absl::string_view canonical) {
  if (canonical.size() > 2 * Slice::kMaxMemberBytes) return CheckText(canonical);
  absl::string_view rest = canonical;
  ASSIGN_OR_RETURN(const std::string member, TakeMember(&rest));
  if (!rest.empty()) return SliceError(canonical, "`;` in a member written as `\\;`");
  return MemberOf(member);
}

std::string Member::ToString() const {
  if (kind_ == Kind::kNull) return std::string(kNullText);
  if (kind_ == Kind::kOther) return std::string(kOtherText);
  std::string result;
  for (size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == ';' || c == '=' || c == '\\' || (c == '(' && i == 0)) result.push_back('\\');
    result.push_back(c);
  }
  return result;
}

Slice::Slice(std::map<std::string, Member> members) : members_(std::move(members)) {
  for (const auto& [dimension, member] : members_) {
    absl::StrAppend(&text_, text_.empty() ? "" : ";", dimension, "=", member.ToString());
  }
}

absl::StatusOr<Slice> Slice::Create(std::map<std::string, Member> members) {
  if (members.size() > kMaxDimensions) {
    return SliceError(absl::StrCat(members.size(), " dimensions"),
                      absl::StrCat("at most ", kMaxDimensions));
  }
  for (const auto& [dimension, member] : members) {
    if (!IsDimensionName(dimension)) {
      return SliceError(dimension, "a dimension of letters, digits and _, not a digit first");
    }
    if (member.kind() == Member::Kind::kText) RETURN_IF_ERROR(CheckText(member.text()));
  }
  return Slice(std::move(members));
}

absl::StatusOr<Slice> Slice::Parse(absl::string_view text) {
  constexpr size_t kMaxBytes = kMaxDimensions * (kMaxDimensionBytes + 2 * kMaxMemberBytes + 2);
  if (text.size() > kMaxBytes) {
    return SliceError(text, absl::StrCat("at most ", kMaxBytes, " bytes"));
  }
  std::map<std::string, Member> members;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const size_t equals = rest.find('=');
    if (equals == absl::string_view::npos) return SliceError(rest, "dimension=member");
    const std::string dimension(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    ASSIGN_OR_RETURN(const std::string canonical, TakeMember(&rest));
    ASSIGN_OR_RETURN(Member member, MemberOf(canonical));
    if (!members.emplace(dimension, std::move(member)).second) {
      return SliceError(dimension, "each dimension once");
    }
    if (rest.empty()) break;
    rest.remove_prefix(1);
    if (rest.empty()) return SliceError(text, "no `;` at the end");
  }
  return Create(std::move(members));
}

const Member* Slice::Find(absl::string_view dimension) const {
  const auto found = members_.find(std::string(dimension));
  return found == members_.end() ? nullptr : &found->second;
}

Slice Slice::Project(absl::Span<const std::string> grouping) const {
  std::map<std::string, Member> kept;
  for (const std::string& dimension : grouping) {
    const Member* member = Find(dimension);
    kept.emplace(dimension, member == nullptr ? Member::Null() : *member);
  }
  return Slice(std::move(kept));
}

bool Slice::Contains(const Slice& finer) const {
  for (const auto& [dimension, member] : members_) {
    const Member* other = finer.Find(dimension);
    if (other == nullptr || *other != member) return false;
  }
  return true;
}

}  // namespace kpisuite
