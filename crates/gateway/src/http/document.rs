//! The OpenAPI document, made from the table of routes and the types of its handlers.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::frame::COOKIE_NAME;
use super::routes::{AnswerKind, BodyKind, Idempotency, Routes, Row, SchemaOf, TableError};
use crate::access::Class;
use crate::problem::{self, Code};

/// Where schemas are in the document.
const DEFINITIONS: &str = "/components/schemas";
/// The name of the schema of errors.
const PROBLEM: &str = "Problem";

impl<S> Routes<S> {
    /// The OpenAPI 3.1 document of all routes.
    ///
    /// # Errors
    /// Types that cannot be documented: a request type that takes unknown fields, or two types with one name.
    pub fn document(&self, version: &str) -> Result<Value, TableError> {
        let mut types = Types::new();
        let mut paths = Map::new();
        for row in self.rows().filter(|row| !row.is_page()) {
            let operation = operation(row, &mut types)?;
            let path = paths.entry(row.path).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(path) = path {
                path.insert(row.method.as_str().to_ascii_lowercase(), operation);
            }
        }
        let schemas = types.into_definitions()?;
        Ok(json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Play and Pay gateway",
                "version": version,
                "description": "Wallets, metered sessions and reports. Amounts are decimal strings, times are RFC 3339 in UTC. \
                    Unknown fields are refused. Errors are `application/problem+json`.",
                "license": { "name": "MIT or Apache 2.0", "identifier": env!("CARGO_PKG_LICENSE") },
            },
            // Relative: the gateway that the document was read from.
            "servers": [{ "url": "/" }],
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "paths": paths,
            "components": { "schemas": schemas, "securitySchemes": security_schemes() },
        }))
    }
}

/// The schemas of all types: what requests may be, and what answers are.
struct Types {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
    /// Names of request types that may have the member `token`, which the frame takes out.
    with_token: BTreeSet<String>,
}

impl Types {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = DEFINITIONS.into();
                settings.meta_schema = None;
            })
        };
        let requests = settings().for_deserialize().into_generator();
        Self { requests, answers: settings().for_serialize().into_generator(), with_token: BTreeSet::new() }
    }

    fn into_definitions(mut self) -> Result<Map<String, Value>, TableError> {
        let mut requests = self.requests.take_definitions(true);
        let loose = requests.iter().find(|(_, schema)| takes_unknown_fields(schema));
        if let Some((name, _)) = loose {
            return Err(TableError::TakesUnknownFields(name.clone()));
        }
        let mut all = BTreeMap::from([(PROBLEM.to_owned(), problem::schema())]);
        for name in self.with_token {
            let properties = requests.get_mut(&name).and_then(|schema| schema.get_mut("properties")?.as_object_mut());
            if let Some(properties) = properties {
                let description = "The key or token, where the header `Authorization` cannot be sent.";
                properties.insert("token".to_owned(), json!({ "type": "string", "description": description }));
            }
        }
        for (name, schema) in requests.into_iter().chain(self.answers.take_definitions(true)) {
            // Where a name is in use by another type, the second one has a number behind it.
            let plain = name.trim_end_matches(|last: char| last.is_ascii_digit());
            if plain != name && all.contains_key(plain) {
                return Err(TableError::SchemaName(plain.to_owned()));
            }
            let known = all.entry(name.clone()).or_insert_with(|| schema.clone());
            if *known != schema {
                return Err(TableError::SchemaName(name));
            }
        }
        Ok(all.into_iter().collect())
    }
}

fn takes_unknown_fields(schema: &Value) -> bool {
    schema.get("properties").is_some() && schema.get("additionalProperties") != Some(&Value::Bool(false))
}

fn operation(row: &Row, types: &mut Types) -> Result<Value, TableError> {
    let mut operation = Map::new();
    let mut put = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    put("operationId", row.operation.into());
    put("tags", json!([tag(row.path)]));
    put("summary", row.summary.into());
    put("description", description(row).into());
    let parameters = parameters(row, types)?;
    if !parameters.is_empty() {
        put("parameters", parameters.into());
    }
    if let Some(body) = request_body(row, types) {
        put("requestBody", body);
    }
    put("responses", Value::Object(responses(row, types)));
    let schemes = row.access.classes().map(|class| json!({ class.scheme(): [] }));
    put("security", schemes.collect::<Vec<_>>().into());
    Ok(Value::Object(operation))
}

/// What the calls of a resource are listed under: the first part of the path after the version.
fn tag(path: &str) -> &str {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or("gateway");
    if first == "v1" { parts.next().unwrap_or("gateway") } else { first }
}

fn description(row: &Row) -> String {
    let mut text = row.description.to_owned();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(&format!("Who may call: {}.", row.access.words()));
    if row.has_body_token {
        text.push_str(
            " Pages that close may send the token as member `token` of the body, with `Content-Type: text/plain`.",
        );
    }
    text
}

fn parameters(row: &Row, types: &mut Types) -> Result<Vec<Value>, TableError> {
    let mut parameters = Vec::new();
    for name in &row.value_names {
        let schema = json!({ "type": "string", "minLength": 1 });
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    if row.idempotency == Idempotency::Key {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "A random text of yours. Repeat a request with the same key: it takes effect once.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        }));
    }
    if let Some(query) = row.query {
        query_parameters(row, query, types, &mut parameters)?;
    }
    Ok(parameters)
}

fn query_parameters(
    row: &Row,
    query: SchemaOf,
    types: &mut Types,
    parameters: &mut Vec<Value>,
) -> Result<(), TableError> {
    let schema = query(&mut types.requests).to_value();
    if takes_unknown_fields(&schema) {
        return Err(TableError::TakesUnknownFields(format!("of the query of {}", row.operation)));
    }
    let properties = schema.get("properties").and_then(Value::as_object).ok_or(TableError::Query(row.operation))?;
    let required = schema.get("required").and_then(Value::as_array);
    for (name, property) in properties {
        let is_required = required.is_some_and(|names| names.iter().any(|required| required == name));
        let mut property = property.clone();
        let description = property.as_object_mut().and_then(|property| property.remove("description"));
        let mut parameter = json!({ "name": name, "in": "query", "required": is_required, "schema": property });
        if let (Some(description), Some(parameter)) = (description, parameter.as_object_mut()) {
            parameter.insert("description".to_owned(), description);
        }
        parameters.push(parameter);
    }
    Ok(())
}

fn request_body(row: &Row, types: &mut Types) -> Option<Value> {
    let schema = match row.body {
        BodyKind::Nothing => return None,
        BodyKind::Raw => return Some(json!({ "required": false, "content": { "*/*": {} } })),
        BodyKind::Json(schema) => schema(&mut types.requests).to_value(),
    };
    let mut content = Map::new();
    if row.has_body_token {
        let name = schema.get("$ref").and_then(|path| path.as_str()?.rsplit('/').next());
        types.with_token.extend(name.map(str::to_owned));
        content.insert("text/plain".to_owned(), json!({ "schema": schema.clone() }));
    }
    content.insert("application/json".to_owned(), json!({ "schema": schema }));
    Some(json!({ "required": !row.has_optional_body, "content": content }))
}

fn responses(row: &Row, types: &mut Types) -> Map<String, Value> {
    let mut responses = Map::new();
    for status in row.success {
        let mut response = Map::new();
        response.insert("description".to_owned(), success_text(*status).into());
        let headers = match row.idempotency {
            Idempotency::Key => json!({
                "Request-Id": { "schema": { "type": "string" } },
                "Idempotency-Replayed": {
                    "description": "Present where the request took effect before.",
                    "schema": { "type": "string", "const": "true" },
                },
            }),
            Idempotency::TickId | Idempotency::Natural => json!({ "Request-Id": { "schema": { "type": "string" } } }),
        };
        response.insert("headers".to_owned(), headers);
        let content = match row.answer {
            _ if *status == StatusCode::NO_CONTENT => None,
            AnswerKind::Nothing => Some(json!({ "application/json": {} })),
            AnswerKind::Json(schema) => {
                Some(json!({ "application/json": { "schema": schema(&mut types.answers).to_value() } }))
            }
            AnswerKind::Other(media_type) => Some(json!({ media_type: {} })),
        };
        if let Some(content) = content {
            response.insert("content".to_owned(), content);
        }
        responses.insert(status.as_u16().to_string(), Value::Object(response));
    }
    for (status, codes) in codes_by_status(row) {
        let texts: Vec<&str> = codes.iter().map(|code| code.text()).collect();
        let description = texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
        let schema = json!({ "$ref": format!("#{DEFINITIONS}/{PROBLEM}") });
        let content = json!({ problem::MEDIA_TYPE: { "schema": schema } });
        let response = json!({ "description": description, "content": content, "x-codes": texts });
        responses.insert(status.to_string(), response);
    }
    responses
}

fn success_text(status: StatusCode) -> &'static str {
    match status {
        StatusCode::CREATED => "Created.",
        StatusCode::ACCEPTED => "Accepted, and not done yet.",
        StatusCode::NO_CONTENT => "Done.",
        _ => "Success.",
    }
}

fn codes_by_status(row: &Row) -> BTreeMap<u16, Vec<Code>> {
    let mut groups: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in row.codes() {
        groups.entry(code.status().as_u16()).or_default().push(code);
    }
    groups
}

fn security_schemes() -> Map<String, Value> {
    let scheme = |class: &Class| {
        let scheme = match class {
            Class::Operator => json!({ "type": "apiKey", "in": "cookie", "name": COOKIE_NAME }),
            Class::User | Class::Session => json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" }),
            Class::Secret | Class::Publishable => json!({ "type": "http", "scheme": "bearer" }),
        };
        (class.scheme().to_owned(), scheme)
    };
    Class::ALL.iter().map(scheme).collect()
}

#[cfg(test)]
mod tests;
