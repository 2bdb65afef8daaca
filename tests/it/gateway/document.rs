//! The OpenAPI document of a gateway: where its operations are, and what they may answer.

use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    /// With `{names}`.
    pub(super) path: String,
    pub(super) needs_idempotency_key: bool,
    /// The names of the parameters of its query.
    pub(super) query: Vec<String>,
    /// Whether a secret key may call it, or everybody.
    pub(super) is_for_servers: bool,
    /// The schema of its body.
    pub(super) body: Option<Value>,
    responses: Value,
}

/// The document.
pub(super) struct Document {
    pub(super) operations: BTreeMap<String, Operation>,
    pub(super) components: Value,
    validators: RefCell<HashMap<String, Rc<jsonschema::Validator>>>,
}

impl Document {
    pub(super) fn read(document: &Value) -> Self {
        let mut operations = BTreeMap::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let request = &operation["requestBody"];
                let security = operation["security"].as_array().cloned().unwrap_or_default();
                let read = Operation {
                    id: id.clone(),
                    method: method.to_ascii_uppercase(),
                    path: path.clone(),
                    query: parameters
                        .iter()
                        .filter(|one| one["in"] == "query")
                        .map(|one| one["name"].as_str().unwrap().to_owned())
                        .collect(),
                    needs_idempotency_key: parameters.iter().any(|one| one["name"] == "Idempotency-Key"),
                    is_for_servers: security.is_empty() || security.iter().any(|scheme| !scheme["secretKey"].is_null()),
                    body: request.pointer("/content/application~1json/schema").cloned(),
                    responses: operation["responses"].clone(),
                };
                operations.insert(id, read);
            }
        }
        Self { operations, components: document["components"].clone(), validators: RefCell::default() }
    }

    pub(super) fn operation(&self, id: &str) -> &Operation {
        self.operations.get(id).unwrap_or_else(|| panic!("the gateway's document has no operation {id}"))
    }

    /// The members of a schema's object, by way of its reference.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix("#/components").unwrap();
                self.resolve(self.components.pointer(pointer).unwrap())
            }
            None => schema,
        }
    }

    /// What of an answer is not as the document says.
    pub(super) fn faults(&self, operation: &Operation, status: u16, media_type: &str, body: &[u8]) -> Vec<String> {
        let response = &operation.responses[status.to_string()];
        if response.is_null() {
            return vec![format!("{} has no status {status} in the document", operation.id)];
        }
        let Some(content) = response["content"].as_object() else {
            return if body.is_empty() { vec![] } else { vec![format!("status {status} has no body in the document")] };
        };
        let Some(described) = content.get(media_type) else {
            return vec![format!(
                "status {status} has the media type {media_type:?}, which the document does not name"
            )];
        };
        let schema = &described["schema"];
        if schema.is_null() {
            return vec![];
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return vec![format!("status {status} has a body that is not JSON")];
        };
        let validator = self.validator(&format!("{} {status}", operation.id), schema);
        let mut faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}, by the document", error.instance_path()))
            .collect();
        if let Some(codes) = response["x-codes"].as_array()
            && !codes.contains(&value["code"])
        {
            faults.push(format!("{} has no code {} in the document", operation.id, value["code"]));
        }
        faults
    }

    fn validator(&self, name: &str, schema: &Value) -> Rc<jsonschema::Validator> {
        let mut validators = self.validators.borrow_mut();
        let made = validators.entry(name.to_owned()).or_insert_with(|| {
            let schema = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "components": self.components,
                "allOf": [schema],
            });
            Rc::new(jsonschema::validator_for(&schema).unwrap())
        });
        Rc::clone(made)
    }
}
