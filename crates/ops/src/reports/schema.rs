//! JSON Schemas of documents.

use super::multisig::Written;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Map, Value};

/// The language the schemas are written in.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A document that a command prints, and its schema.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    name: &'static str,
    about: About,
    shape: fn() -> Schema,
}

/// Where the sentence about a document is.
#[derive(Clone, Copy, Debug)]
enum About {
    /// At its type.
    Type,
    /// At the first of its types; the other one is the bundle's.
    Sent,
    /// Here.
    Here(&'static str),
}

const fn any_of<A: JsonSchema, B: JsonSchema>() -> fn() -> Schema {
    || {
        let mut generator = generator();
        let shapes = [generator.subschema_for::<A>(), generator.subschema_for::<B>()];
        json_schema!({ "anyOf": shapes, "$defs": generator.take_definitions(true) })
    }
}

/// Describes documents as they are printed: what may be absent is not required.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

impl Document {
    /// A document of one shape, called by its command, for example `account list`.
    #[must_use]
    pub const fn of<T: JsonSchema>(name: &'static str) -> Self {
        Self { name, about: About::Type, shape: || generator().into_root_schema_for::<T>() }
    }

    /// A document of either of two shapes; `about` says when it is which.
    #[must_use]
    pub const fn either<A: JsonSchema, B: JsonSchema>(name: &'static str, about: &'static str) -> Self {
        Self { name, about: About::Here(about), shape: any_of::<A, B>() }
    }

    /// What a command that sends answers with: its own document, or that of the bundle it wrote instead.
    #[must_use]
    pub const fn sent<T: JsonSchema>(name: &'static str) -> Self {
        Self { name, about: About::Sent, shape: any_of::<T, Written>() }
    }

    /// The words of its command, with a word more where one has several documents.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it is meant by `status all` or `status-all`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let words =
            |name: &str| name.split([' ', '-']).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        words(self.name) == words(name)
    }

    /// `status-all` for `status all`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        self.name.replace(' ', "-")
    }

    /// What the document is, in one sentence.
    #[must_use]
    pub fn headline(&self) -> String {
        let document = self.schema();
        let description = document.get("description").and_then(Value::as_str).unwrap_or_default();
        description.lines().next().unwrap_or_default().to_owned()
    }

    /// What the document of this schema is.
    fn about(&self, body: &Value) -> String {
        let described = |at: &str| body.pointer(at).and_then(Value::as_str).unwrap_or_default();
        match self.about {
            About::Type => described("/description").to_owned(),
            About::Sent => {
                let first = described("/anyOf/0/$ref").trim_start_matches('#');
                let own = described(&format!("{first}/description")).trim_end_matches('.');
                format!("{own}; with `--multisig`, the bundle that was written instead.")
            }
            About::Here(words) => words.to_owned(),
        }
    }

    /// Its schema.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut body = (self.shape)().to_value();
        tidy(&mut body);
        let mut document = Map::new();
        document.insert("$schema".to_owned(), DIALECT.into());
        document.insert("$id".to_owned(), format!("urn:pnp-contract:schema:{}", self.file_stem()).into());
        document.insert("title".to_owned(), format!("pnp-contract {} --json", self.name).into());
        document.insert("description".to_owned(), self.about(&body).into());
        for (name, value) in body.as_object_mut().map(std::mem::take).unwrap_or_default() {
            if !matches!(name.as_str(), "$schema" | "title" | "description") {
                document.insert(name, value);
            }
        }
        Value::Object(document)
    }
}

/// Gives every object in a schema the same form: later versions may print more than is described, and what may be absent is
/// never null instead.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("additionalProperties") == Some(&Value::Bool(false)) {
                object.shift_remove("additionalProperties");
            }
            let required: Vec<String> = match object.get("required") {
                Some(Value::Array(names)) => names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            };
            if let Some(Value::Object(fields)) = object.get_mut("properties") {
                for (_, field) in fields.iter_mut().filter(|(name, _)| !required.contains(name)) {
                    never_null(field);
                }
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Takes null out of what a field may be.
fn never_null(field: &mut Value) {
    let Some(field) = field.as_object_mut() else { return };
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            field.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(shapes)) = field.get_mut("anyOf") {
        shapes.retain(|shape| shape.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = shapes.as_slice() {
            let only = only.clone();
            field.shift_remove("anyOf");
            field.extend(only.into_iter().filter(|(name, _)| name != "description"));
        }
    }
}
