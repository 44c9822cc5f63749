package com.kpisuite.client.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The JSON of the vectors: variables, repetitions and patterns. */
final class Json {
  private Json() {}

  static JsonElement read(Path file) {
    try {
      return JsonParser.parseString(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The element with variables replaced and repetitions written out. */
  static JsonElement expand(JsonElement element, Map<String, String> variables) {
    if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isString()) {
      String text = element.getAsString();
      // A field that was saved with its default was absent: null sets it so again.
      boolean absent = text.startsWith("${") && text.endsWith("}")
          && variables.containsKey(text.substring(2, text.length() - 1))
          && variables.get(text.substring(2, text.length() - 1)) == null;
      return absent ? JsonNull.INSTANCE : new JsonPrimitive(replace(text, variables));
    }
    if (element.isJsonArray()) {
      JsonArray expanded = new JsonArray();
      element.getAsJsonArray().forEach(item -> expanded.add(expand(item, variables)));
      return expanded;
    }
    if (!element.isJsonObject()) {
      return element;
    }
    JsonObject object = element.getAsJsonObject();
    if (object.has("$each")) {
      return each(object, variables);
    }
    if (object.has("$text")) {
      String text = replace(object.get("$text").getAsString(), variables);
      return new JsonPrimitive(text.repeat(object.get("times").getAsInt()));
    }
    JsonObject expanded = new JsonObject();
    object.entrySet().forEach(member -> expanded.add(
        replace(member.getKey(), variables), expand(member.getValue(), variables)));
    return expanded;
  }

  private static JsonArray each(JsonObject object, Map<String, String> variables) {
    JsonArray items = new JsonArray();
    int width = object.has("width") ? object.get("width").getAsInt() : 1;
    Map<String, String> inner = new java.util.HashMap<>(variables);
    for (int i = 0; i < object.get("$each").getAsInt(); i++) {
      String number = Integer.toString(i);
      inner.put("i", "0".repeat(Math.max(0, width - number.length())) + number);
      items.add(expand(object.get("item"), inner));
    }
    return items;
  }

  private static String replace(String text, Map<String, String> variables) {
    if (!text.contains("${")) {
      return text;
    }
    String replaced = text;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String value = variable.getValue() == null ? "" : variable.getValue();
      replaced = replaced.replace("${" + variable.getKey() + "}", value);
    }
    return replaced;
  }

  /** What is at a path like "changes.0.etag"; null where there is nothing. */
  static JsonElement at(JsonElement element, String path) {
    JsonElement found = element;
    for (String step : path.split("\\.")) {
      if (found == null) {
        return null;
      }
      if (found.isJsonArray()) {
        int index = Integer.parseInt(step);
        found = index < found.getAsJsonArray().size() ? found.getAsJsonArray().get(index) : null;
      } else {
        found = found.getAsJsonObject().get(step);
      }
    }
    return found;
  }

  /** Why the value, null for none, does not fit the pattern; null if it does. */
  static String misfit(JsonElement pattern, JsonElement value, String path) {
    if (pattern.isJsonObject()) {
      return misfitOfObject(pattern.getAsJsonObject(), value, path);
    }
    if (value == null) {
      return pattern.isJsonNull() ? null : path + ": got nothing, want " + pattern;
    }
    if (!pattern.isJsonArray()) {
      return same(pattern, value) ? null : path + ": got " + value + ", want " + pattern;
    }
    JsonArray patterns = pattern.getAsJsonArray();
    if (!value.isJsonArray() || value.getAsJsonArray().size() != patterns.size()) {
      return path + ": got " + value + ", want " + patterns.size() + " elements";
    }
    for (int i = 0; i < patterns.size(); i++) {
      String why = misfit(patterns.get(i), value.getAsJsonArray().get(i), path + "." + i);
      if (why != null) {
        return why;
      }
    }
    return null;
  }

  static boolean fits(JsonElement pattern, JsonElement value) {
    return misfit(pattern, value, "") == null;
  }

  private static String misfitOfObject(JsonObject pattern, JsonElement value, String path) {
    if (pattern.has("$absent")) {
      return value == null ? null : path + ": got " + value + ", want nothing";
    }
    if (value == null) {
      return path + ": got nothing, want " + pattern;
    }
    if (pattern.size() == 1 && pattern.keySet().iterator().next().startsWith("$")) {
      return fitsOperator(pattern, value) ? null : path + ": got " + value + ", want " + pattern;
    }
    if (!value.isJsonObject()) {
      return path + ": got " + value + ", want " + pattern;
    }
    for (Map.Entry<String, JsonElement> member : pattern.entrySet()) {
      String why = misfit(member.getValue(), value.getAsJsonObject().get(member.getKey()),
          path + "." + member.getKey());
      if (why != null) {
        return why;
      }
    }
    return null;
  }

  private static boolean fitsOperator(JsonObject pattern, JsonElement value) {
    String operator = pattern.keySet().iterator().next();
    JsonElement operand = pattern.get(operator);
    return switch (operator) {
      case "$size" -> value.isJsonArray()
          && value.getAsJsonArray().size() == operand.getAsInt();
      case "$any" -> value.isJsonArray()
          && value.getAsJsonArray().asList().stream().anyMatch(item -> fits(operand, item));
      case "$prefix" -> value.getAsString().startsWith(operand.getAsString());
      case "$in" -> operand.getAsJsonArray().asList().stream().anyMatch(p -> fits(p, value));
      default -> throw new IllegalArgumentException("unknown operator " + operator);
    };
  }

  private static boolean same(JsonElement pattern, JsonElement value) {
    if (!value.isJsonPrimitive() || !pattern.isJsonPrimitive()) {
      return false;
    }
    JsonPrimitive left = pattern.getAsJsonPrimitive();
    JsonPrimitive right = value.getAsJsonPrimitive();
    if (left.isNumber() && right.isNumber()) {
      return left.getAsBigDecimal().compareTo(right.getAsBigDecimal()) == 0;
    }
    return left.equals(right);
  }
}
