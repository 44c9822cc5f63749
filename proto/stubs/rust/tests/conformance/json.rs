//! The JSON of the vectors: variables, repetitions and patterns.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Variables by name; null for a field that was absent.
pub type Variables = HashMap<String, Value>;

/// The element with variables replaced and repetitions written out.
pub fn expand(element: &Value, variables: &Variables) -> Value {
    match element {
        Value::String(text) => {
            let name = text
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'));
            if let Some(Value::Null) = name.and_then(|name| variables.get(name)) {
                return Value::Null;
            }
            Value::String(replace(text, variables))
        }
        Value::Array(items) => items.iter().map(|item| expand(item, variables)).collect(),
        Value::Object(object) => expand_object(object, variables),
        other => other.clone(),
    }
}

fn expand_object(object: &Map<String, Value>, variables: &Variables) -> Value {
    if let Some(count) = object.get("$each") {
        let width = object.get("width").map_or(1, integer) as usize;
        let mut inner = variables.clone();
        return (0..integer(count))
            .map(|i| {
                inner.insert("i".to_owned(), Value::String(format!("{i:0width$}")));
                expand(&object["item"], &inner)
            })
            .collect();
    }
    if let Some(text) = object.get("$text") {
        let text = replace(text.as_str().unwrap(), variables);
        return Value::String(text.repeat(integer(&object["times"]) as usize));
    }
    let members = object.iter();
    members
        .map(|(name, value)| (replace(name, variables), expand(value, variables)))
        .collect()
}

fn replace(text: &str, variables: &Variables) -> String {
    if !text.contains("${") {
        return text.to_owned();
    }
    variables
        .iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value.as_str().unwrap_or_default())
        })
}

pub fn integer(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// What is at a path like "changes.0.etag", as text; null where there is nothing.
pub fn at(element: &Value, path: &str) -> Value {
    let found = path
        .split('.')
        .try_fold(element, |found, step| match found {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => found.get(step),
        });
    match found {
        None => Value::Null,
        Some(Value::String(text)) => Value::String(text.clone()),
        Some(other) => Value::String(other.to_string()),
    }
}

pub fn fits(pattern: &Value, value: Option<&Value>) -> bool {
    misfit(pattern, value, "").is_none()
}

/// Why the value does not fit the pattern.
pub fn misfit(pattern: &Value, value: Option<&Value>, path: &str) -> Option<String> {
    let unequal = || Some(format!("{path}: got {}, want {pattern}", shown(value)));
    match (pattern, value) {
        (Value::Object(pattern), value) => misfit_of_object(pattern, value, path),
        (Value::Null, None) => None,
        (Value::Array(patterns), Some(Value::Array(items))) => {
            if patterns.len() != items.len() {
                return unequal();
            }
            let mut pairs = patterns.iter().zip(items).enumerate();
            pairs.find_map(|(i, (pattern, item))| {
                misfit(pattern, Some(item), &format!("{path}.{i}"))
            })
        }
        (Value::Number(wanted), Some(Value::Number(got))) if wanted.as_f64() == got.as_f64() => {
            None
        }
        (pattern, Some(value)) if pattern == value => None,
        _ => unequal(),
    }
}

fn misfit_of_object(
    pattern: &Map<String, Value>,
    value: Option<&Value>,
    path: &str,
) -> Option<String> {
    let operator = pattern
        .iter()
        .next()
        .filter(|(name, _)| name.starts_with('$'));
    if let Some((operator, operand)) = operator {
        if fits_operator(operator, operand, value) {
            return None;
        }
        return Some(format!(
            "{path}: got {}, want {operator} {operand}",
            shown(value)
        ));
    }
    let Some(Value::Object(object)) = value else {
        return Some(format!("{path}: got {}, want an object", shown(value)));
    };
    pattern
        .iter()
        .find_map(|(name, inner)| misfit(inner, object.get(name), &format!("{path}.{name}")))
}

fn fits_operator(operator: &str, operand: &Value, value: Option<&Value>) -> bool {
    let items = value.and_then(Value::as_array);
    match operator {
        "$absent" => value.is_none(),
        "$size" => items.is_some_and(|items| items.len() as i64 == integer(operand)),
        "$any" => items.is_some_and(|items| items.iter().any(|item| fits(operand, Some(item)))),
        "$prefix" => value
            .and_then(Value::as_str)
            .is_some_and(|text| text.starts_with(operand.as_str().unwrap())),
        "$in" => operand
            .as_array()
            .unwrap()
            .iter()
            .any(|pattern| fits(pattern, value)),
        _ => panic!("unknown operator {operator}"),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}
