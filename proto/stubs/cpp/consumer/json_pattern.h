// The JSON of the vectors: variables, repetitions and patterns.
#pragma once

#include <map>
#include <string>

#include "nlohmann/json.hpp"

// By name; null for a field that was absent.
using Variables = std::map<std::string, nlohmann::json>;

// The element with variables replaced and repetitions written out.
nlohmann::json Expand(const nlohmann::json& element, const Variables& variables);

// What is at a path like "changes.0.etag", as text; null where there is nothing.
nlohmann::json At(const nlohmann::json& element, const std::string& path);

// Why the value, null for none, does not fit the pattern; empty if it does.
std::string Misfit(const nlohmann::json& pattern, const nlohmann::json* value,
                   const std::string& path);
bool Fits(const nlohmann::json& pattern, const nlohmann::json& value);

// An integer, which may be written as text.
int64_t Integer(const nlohmann::json& value);
