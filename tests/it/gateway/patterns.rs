//! Patterns: what a scenario says about JSON values. The rules stand in sdks/conformance/README.md.

use serde_json::{Map, Value};

/// What does not fit, one line each; nothing where the value fits.
pub(super) fn mismatches(pattern: &Value, found: Option<&Value>) -> Vec<String> {
    let mut faults = Vec::new();
    compare(pattern, found, "", &mut faults);
    faults
}

fn compare(pattern: &Value, found: Option<&Value>, at: &str, faults: &mut Vec<String>) {
    if let Some((operator, operand)) = operator(pattern) {
        if let Err(why) = apply(operator, operand, found) {
            faults.push(format!("{}: {why}", place(at)));
        }
        return;
    }
    match (pattern, found) {
        (Value::Object(members), Some(Value::Object(others))) => {
            for (name, pattern) in members {
                compare(pattern, others.get(name), &format!("{at}/{name}"), faults);
            }
        }
        (Value::Array(items), Some(Value::Array(others))) => {
            if items.len() != others.len() {
                faults.push(format!("{}: {} items wanted, {} found", place(at), items.len(), others.len()));
            }
            for (index, (pattern, other)) in items.iter().zip(others).enumerate() {
                compare(pattern, Some(other), &format!("{at}/{index}"), faults);
            }
        }
        (pattern, Some(found)) if pattern == found => {}
        (pattern, Some(found)) => faults.push(format!("{}: {pattern} wanted, {found} found", place(at))),
        (pattern, None) => faults.push(format!("{}: {pattern} wanted, nothing found", place(at))),
    }
}

fn place(at: &str) -> &str {
    if at.is_empty() { "the body" } else { at }
}

/// An object with one member whose name begins with `$` is an operator.
fn operator(pattern: &Value) -> Option<(&str, &Value)> {
    let members: &Map<String, Value> = pattern.as_object()?;
    let (name, operand) = members.iter().next().filter(|_| members.len() == 1)?;
    name.strip_prefix('$').map(|name| (name, operand))
}

fn apply(operator: &str, operand: &Value, found: Option<&Value>) -> Result<(), String> {
    let is_none = found.is_none_or(Value::is_null);
    let shown = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
    let holds = match (operator, found) {
        ("none", _) => is_none,
        ("any", _) => !is_none,
        (_, None) => false,
        ("equals", Some(found)) => found == operand,
        ("type", Some(found)) => is_of_type(operand.as_str().unwrap(), found),
        ("not", Some(found)) => !mismatches(operand, Some(found)).is_empty(),
        ("pattern", Some(found)) => {
            let expression = regex::Regex::new(operand.as_str().unwrap()).unwrap();
            found.as_str().is_some_and(|text| expression.is_match(text))
        }
        ("at_least", Some(found)) => found.as_i64().is_some_and(|number| number >= operand.as_i64().unwrap()),
        ("at_most", Some(found)) => found.as_i64().is_some_and(|number| number <= operand.as_i64().unwrap()),
        ("length", Some(found)) => {
            found.as_array().is_some_and(|items| Some(items.len()) == operand.as_u64().map(|n| n as usize))
        }
        ("contains", Some(found)) => {
            found.as_array().is_some_and(|items| items.iter().any(|item| mismatches(operand, Some(item)).is_empty()))
        }
        ("each", Some(found)) => {
            found.as_array().is_some_and(|items| items.iter().all(|item| mismatches(operand, Some(item)).is_empty()))
        }
        _ => panic!("unknown operator ${operator}"),
    };
    if holds { Ok(()) } else { Err(format!("${operator} {operand} wanted, {shown} found")) }
}

fn is_of_type(name: &str, value: &Value) -> bool {
    let matches = |expression: &str| {
        let expression = regex::Regex::new(expression).unwrap();
        value.as_str().is_some_and(|text| expression.is_match(text))
    };
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "decimal" => matches(r"^-?(0|[1-9][0-9]*)(\.[0-9]{0,7}[1-9])?$"),
        "time" => matches(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"),
        "token" => matches(r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"),
        _ => panic!("unknown type {name}"),
    }
}

#[test]
fn patterns_are_partial_and_exact() {
    let found = serde_json::json!({ "a": "4.995", "b": [{ "c": 1, "d": null }], "e": true });
    let fits = |pattern: Value| mismatches(&pattern, Some(&found)).is_empty();
    use serde_json::json;
    for pattern in [
        json!({}),
        json!({ "a": "4.995", "b": [{ "c": 1 }] }),
        json!({ "b": [{ "d": { "$none": true }, "x": { "$none": true } }] }),
        json!({ "a": { "$type": "decimal" }, "e": { "$type": "boolean" } }),
        json!({ "b": { "$length": 1 } }),
        json!({ "b": { "$contains": { "c": { "$at_least": 1 } } } }),
        json!({ "b": { "$each": { "c": { "$at_most": 1 } } } }),
        json!({ "a": { "$not": "5" } }),
        json!({ "b": { "$equals": [{ "d": null, "c": 1 }] } }),
    ] {
        assert!(fits(pattern.clone()), "{pattern}");
    }
    for pattern in [
        json!({ "a": "4.9950" }),
        json!({ "a": 4.995 }),
        json!({ "b": [] }),
        json!({ "b": { "$equals": [{ "c": 1 }] } }),
        json!({ "x": { "$any": true } }),
        json!({ "b": [{ "d": { "$any": true } }] }),
        json!({ "x": null }),
        json!({ "a": { "$pattern": "^5" } }),
    ] {
        assert!(!fits(pattern.clone()), "{pattern}");
    }
}
