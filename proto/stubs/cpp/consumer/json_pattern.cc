#include "json_pattern.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

using nlohmann::json;

namespace {

std::string Replace(std::string text, const Variables& variables) {
  if (text.find("${") == std::string::npos) return text;
  for (const auto& [name, value] : variables) {
    const std::string by = value.is_string() ? value.get<std::string>() : "";
    absl::StrReplaceAll({{absl::StrCat("${", name, "}"), by}}, &text);
  }
  return text;
}

// Whether the text is one variable, of a field that was absent.
bool IsAbsent(const std::string& text, const Variables& variables) {
  if (text.size() < 4 || text.substr(0, 2) != "${" || text.back() != '}') return false;
  const auto found = variables.find(text.substr(2, text.size() - 3));
  return found != variables.end() && found->second.is_null();
}

json Each(const json& object, Variables variables) {
  json items = json::array();
  const size_t width = object.value("width", 1);
  for (int64_t i = 0; i < Integer(object.at("$each")); ++i) {
    std::string number = absl::StrCat(i);
    if (number.size() < width) number.insert(0, width - number.size(), '0');
    variables["i"] = number;
    items.push_back(Expand(object.at("item"), variables));
  }
  return items;
}

std::string Unequal(const json& pattern, const json* value, const std::string& path) {
  return absl::StrCat(path, ": got ", value == nullptr ? "nothing" : value->dump(), ", want ",
                      pattern.dump());
}

bool FitsOperator(const std::string& name, const json& operand, const json* value) {
  if (name == "$absent") return value == nullptr;
  if (value == nullptr) return false;
  const auto fits = [value](const json& pattern) { return Fits(pattern, *value); };
  if (name == "$in") return std::any_of(operand.begin(), operand.end(), fits);
  if (name == "$prefix") {
    return value->is_string() && value->get<std::string>().rfind(operand, 0) == 0;
  }
  if (!value->is_array()) return false;
  if (name == "$size") return static_cast<int64_t>(value->size()) == Integer(operand);
  return std::any_of(value->begin(), value->end(),
                     [&operand](const json& item) { return Fits(operand, item); });
}

std::string MisfitOfObject(const json& pattern, const json* value, const std::string& path) {
  if (!pattern.empty() && pattern.begin().key().front() == '$') {
    const bool fits = FitsOperator(pattern.begin().key(), pattern.begin().value(), value);
    return fits ? "" : Unequal(pattern, value, path);
  }
  if (value == nullptr || !value->is_object()) return Unequal(pattern, value, path);
  for (const auto& [name, inner] : pattern.items()) {
    const auto member = value->find(name);
    const std::string why =
        Misfit(inner, member == value->end() ? nullptr : &*member, absl::StrCat(path, ".", name));
    if (!why.empty()) return why;
  }
  return "";
}

}  // namespace

json Expand(const json& element, const Variables& variables) {
  if (element.is_string()) {
    if (IsAbsent(element, variables)) return nullptr;
    return Replace(element, variables);
  }
  if (element.is_array()) {
    json expanded = json::array();
    for (const json& item : element) expanded.push_back(Expand(item, variables));
    return expanded;
  }
  if (!element.is_object()) return element;
  if (element.contains("$each")) return Each(element, variables);
  if (element.contains("$text")) {
    std::string text;
    for (int64_t i = 0; i < Integer(element.at("times")); ++i) {
      text += Replace(element.at("$text"), variables);
    }
    return text;
  }
  json expanded = json::object();
  for (const auto& [name, value] : element.items()) {
    expanded[Replace(name, variables)] = Expand(value, variables);
  }
  return expanded;
}

json At(const json& element, const std::string& path) {
  const json* found = &element;
  for (const auto& step : absl::StrSplit(path, '.')) {
    size_t index = 0;
    const std::string name(step);
    if (found->is_array() && absl::SimpleAtoi(name, &index) && index < found->size()) {
      found = &found->at(index);
    } else if (found->is_object() && found->contains(name)) {
      found = &found->at(name);
    } else {
      return nullptr;
    }
  }
  return found->is_string() ? *found : json(found->dump());
}

std::string Misfit(const json& pattern, const json* value, const std::string& path) {
  if (pattern.is_object()) return MisfitOfObject(pattern, value, path);
  if (value == nullptr) return pattern.is_null() ? "" : Unequal(pattern, value, path);
  if (!pattern.is_array()) return pattern == *value ? "" : Unequal(pattern, value, path);
  if (!value->is_array() || value->size() != pattern.size()) return Unequal(pattern, value, path);
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string why = Misfit(pattern[i], &value->at(i), absl::StrCat(path, ".", i));
    if (!why.empty()) return why;
  }
  return "";
}

bool Fits(const json& pattern, const json& value) { return Misfit(pattern, &value, "").empty(); }

int64_t Integer(const json& value) {
  int64_t number = 0;
  if (value.is_string() && absl::SimpleAtoi(value.get<std::string>(), &number)) return number;
  return value.get<int64_t>();
}
