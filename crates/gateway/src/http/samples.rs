//! Values that fit a schema, for tests of the whole table of routes.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// A value that fits a schema: the required members alone. `name` is the member that it is for.
pub(super) fn sample(schema: &Value, name: &str, schemas: &SchemaGenerator) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let definition = reference.rsplit('/').next().unwrap_or_default();
        if definition == "Amount" {
            return json!("1");
        }
        let schema = schemas.definitions().get(definition).unwrap_or_else(|| panic!("no schema {definition}"));
        return sample(schema, name, schemas);
    }
    if let Some(variants) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return variants.first().map_or(Value::Null, |variant| sample(variant, name, schemas));
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.first().cloned().unwrap_or_default();
    }
    if !schema["const"].is_null() {
        return schema["const"].clone();
    }
    match schema["type"].as_str().unwrap_or_else(|| panic!("{name}: {schema}")) {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let members = required.map(|name| (name.to_owned(), sample(&schema["properties"][name], name, schemas)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        "array" => json!([sample(&schema["items"], name, schemas)]),
        "integer" => json!(1),
        "boolean" => json!(true),
        _ => json!(match name {
            "from" | "to" => "2025-01-01",
            "user_id" => "anna",
            _ if name.contains("price") || name.contains("amount") => "1",
            _ => "sample",
        }),
    }
}
