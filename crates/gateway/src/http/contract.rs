//! Checks answers against the OpenAPI document, for tests.

use serde_json::Value;

/// The document, by which answers are judged.
pub(crate) struct Contract {
    document: Value,
}

impl Contract {
    pub(crate) fn new(document: Value) -> Self {
        Self { document }
    }

    /// Checks the answer of an operation: its status, its media type, its code and the schema of its body.
    ///
    /// # Errors
    /// What the document does not say.
    pub(crate) fn check(
        &self,
        operation: &str,
        status: u16,
        media_type: Option<&str>,
        body: &str,
    ) -> Result<(), String> {
        let described = self.operation(operation).ok_or_else(|| format!("no operation {operation}"))?;
        let response = &described["responses"][status.to_string()];
        if response.is_null() {
            return Err(format!("{operation} has no answer {status}: {body}"));
        }
        let Some(content) = response.get("content") else {
            return if body.is_empty() { Ok(()) } else { Err(format!("{operation} {status} has a body: {body}")) };
        };
        let media_type = media_type.unwrap_or_default();
        let described = content.get(media_type).ok_or_else(|| format!("{operation} {status} is no {media_type}"))?;
        let Some(schema) = described.get("schema") else { return Ok(()) };
        let body: Value = serde_json::from_str(body).map_err(|why| format!("{operation} {status}: {why}"))?;
        if let Some(codes) = response.get("x-codes").and_then(Value::as_array)
            && !codes.contains(&body["code"])
        {
            return Err(format!("{operation} {status} has no code {}", body["code"]));
        }
        self.validate(schema, &body).map_err(|why| format!("{operation} {status}: {why}\n{body}"))
    }

    fn operation(&self, id: &str) -> Option<&Value> {
        let paths = self.document["paths"].as_object()?.values();
        let mut operations = paths.filter_map(Value::as_object).flat_map(|methods| methods.values());
        operations.find(|operation| operation["operationId"] == id)
    }

    /// References lead into the document, so that it goes along.
    fn validate(&self, schema: &Value, body: &Value) -> Result<(), String> {
        let whole = serde_json::json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.document["components"],
            "allOf": [schema],
        });
        let validator = jsonschema::draft202012::new(&whole).map_err(|why| why.to_string())?;
        let faults: Vec<String> =
            validator.iter_errors(body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }
}
