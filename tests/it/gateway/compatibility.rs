//! What of an OpenAPI document must not change while its version is the same: what a client sends is still taken, and what it reads
//! is still there.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What breaks clients of the first document that meet the second one, one sentence each.
pub(super) fn breaking_changes(released: &Value, current: &Value) -> Vec<String> {
    let mut comparison = Comparison { released, current, seen: HashSet::new(), found: BTreeSet::new() };
    for (path, methods) in members(&released["paths"]) {
        let Some(now) = current["paths"].get(path) else {
            comparison.add(path, "the path is gone");
            continue;
        };
        for (method, operation) in members(methods) {
            let place = format!("{} {path}", method.to_ascii_uppercase());
            match now.get(method) {
                Some(now) => comparison.operation(&place, operation, now),
                None => comparison.add(&place, "the call is gone"),
            }
        }
    }
    comparison.found.into_iter().collect()
}

/// Who makes a value: what a client may send must not become narrower, and what it reads must not become wider.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Direction {
    Request,
    Answer,
}

struct Comparison<'a> {
    released: &'a Value,
    current: &'a Value,
    /// Pairs of references that were compared already: types may contain themselves.
    seen: HashSet<(Direction, String, String)>,
    found: BTreeSet<String>,
}

impl Comparison<'_> {
    fn add(&mut self, place: &str, what: impl std::fmt::Display) {
        self.found.insert(format!("{place}: {what}"));
    }

    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        if old["operationId"] != new["operationId"] {
            self.add(place, format_args!("its name was {}, and is {}", old["operationId"], new["operationId"]));
        }
        self.security(place, old, new);
        self.parameters(place, old, new);
        self.request_body(place, &old["requestBody"], &new["requestBody"]);
        for (status, old) in members(&old["responses"]).filter(|(status, _)| status.starts_with('2')) {
            let place = format!("{place}, {status}");
            match new["responses"].get(status) {
                Some(new) => self.answer(&place, old, new),
                None => self.add(&place, "the status is gone"),
            }
        }
    }

    fn security(&mut self, place: &str, old: &Value, new: &Value) {
        let schemes = |operation: &Value| -> BTreeSet<String> {
            let alternatives = operation["security"].as_array().into_iter().flatten();
            alternatives.flat_map(|one| members(one).map(|(name, _)| name.clone())).collect()
        };
        let (old, new) = (schemes(old), schemes(new));
        if old.is_empty() && !new.is_empty() {
            self.add(place, "it needs a credential");
        }
        // A call that anyone may make takes every credential.
        for gone in old.difference(&new).filter(|_| !new.is_empty()) {
            self.add(place, format_args!("`{gone}` may not call it"));
        }
    }

    fn parameters(&mut self, place: &str, old: &Value, new: &Value) {
        let by_name = |operation: &Value| -> BTreeMap<(String, String), Value> {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            parameters.into_iter().map(|one| ((text(&one["in"]), text(&one["name"])), one)).collect()
        };
        let (old, new) = (by_name(old), by_name(new));
        for (key, parameter) in &old {
            let place = format!("{place}, {} `{}`", key.0, key.1);
            match new.get(key) {
                Some(new) => self.schema(Direction::Request, &place, &parameter["schema"], &new["schema"]),
                None => self.add(&place, "it is gone"),
            }
        }
        for (key, _) in new.iter().filter(|(_, parameter)| parameter["required"] == true) {
            if old.get(key).is_none_or(|old| old["required"] != true) {
                self.add(place, format_args!("{} `{}` has become required", key.0, key.1));
            }
        }
    }

    fn request_body(&mut self, place: &str, old: &Value, new: &Value) {
        let place = format!("{place}, body");
        if new["required"] == true && old["required"] != true {
            self.add(&place, "it has become required");
        }
        self.contents(Direction::Request, &place, old, new);
    }

    fn answer(&mut self, place: &str, old: &Value, new: &Value) {
        for (name, _) in members(&old["headers"]).filter(|(name, _)| new["headers"].get(name.as_str()).is_none()) {
            self.add(place, format_args!("the header `{name}` is gone"));
        }
        self.contents(Direction::Answer, place, old, new);
    }

    fn contents(&mut self, direction: Direction, place: &str, old: &Value, new: &Value) {
        for (media_type, old) in members(&old["content"]) {
            match new["content"].get(media_type) {
                Some(new) => self.schema(direction, place, &old["schema"], &new["schema"]),
                None => self.add(place, format_args!("`{media_type}` is gone")),
            }
        }
    }

    fn schema(&mut self, direction: Direction, place: &str, old: &Value, new: &Value) {
        let references = (text(&old["$ref"]), text(&new["$ref"]));
        if !references.0.is_empty() && !self.seen.insert((direction, references.0, references.1)) {
            return;
        }
        let (old, new) = (Shape::read(self.released, old), Shape::read(self.current, new));
        match direction {
            Direction::Request => self.request(place, &old, &new),
            Direction::Answer => self.reading(place, &old, &new),
        }
        for (name, member) in &old.properties {
            let place = format!("{place}, `{name}`");
            match new.properties.get(name) {
                Some(new) => self.schema(direction, &place, member, new),
                None if direction == Direction::Request && !new.is_closed => {}
                None => self.add(&place, "the member is gone"),
            }
        }
        if let (Some(old), Some(new)) = (&old.items, &new.items) {
            self.schema(direction, &format!("{place}[]"), old, new);
        }
    }

    /// What clients send.
    fn request(&mut self, place: &str, old: &Shape, new: &Shape) {
        for name in new.required.difference(&old.required) {
            self.add(&format!("{place}, `{name}`"), "the member has become required");
        }
        if new.is_closed && !old.is_closed && !old.properties.is_empty() {
            self.add(place, "unknown members have become refused");
        }
        for kind in not_in(&old.types, &new.types) {
            self.add(place, format_args!("it may not be of the type {kind} any more"));
        }
        match (&old.values, &new.values) {
            (Some(old), Some(new)) => {
                for gone in old.difference(new) {
                    self.add(place, format_args!("the value {gone} is gone"));
                }
            }
            (None, Some(_)) => self.add(place, "it may have some values only"),
            (_, None) => {}
        }
        for (name, bound) in &new.bounds {
            let is_tighter = match (name.as_str(), old.bounds.get(name), bound.as_f64()) {
                (_, None, _) => true,
                ("minimum" | "minLength" | "minItems", Some(old), Some(new)) => {
                    old.as_f64().is_none_or(|old| new > old)
                }
                ("maximum" | "maxLength" | "maxItems", Some(old), Some(new)) => {
                    old.as_f64().is_none_or(|old| new < old)
                }
                (_, Some(old), _) => old != bound,
            };
            // What none of the values breaks is no new bound.
            if is_tighter && new.values.is_none() {
                self.add(place, format_args!("`{name}` has become {bound}"));
            }
        }
    }

    /// What clients read. New values of an enumeration are an addition: clients must expect them.
    fn reading(&mut self, place: &str, old: &Shape, new: &Shape) {
        for name in old.required.difference(&new.required).filter(|name| new.properties.contains_key(*name)) {
            self.add(&format!("{place}, `{name}`"), "the member may be missing");
        }
        for kind in not_in(&new.types, &old.types) {
            self.add(place, format_args!("it may be of the type {kind}"));
        }
    }
}

/// The types of the first set that the second one does not contain. An empty set is every type.
fn not_in(types: &BTreeSet<String>, others: &BTreeSet<String>) -> Vec<String> {
    match (types.is_empty(), others.is_empty()) {
        (_, true) => vec![],
        (true, false) => vec!["of any kind".to_owned()],
        (false, false) => {
            let contains = |kind: &&String| others.contains(*kind) || (*kind == "integer" && others.contains("number"));
            types.iter().filter(|kind| !contains(kind)).cloned().collect()
        }
    }
}

/// A schema without references and alternatives.
#[derive(Default)]
struct Shape {
    /// Empty: every type.
    types: BTreeSet<String>,
    /// The values that it may have, as JSON, but `null`; `None` where they are not listed.
    values: Option<BTreeSet<String>>,
    properties: BTreeMap<String, Value>,
    required: BTreeSet<String>,
    /// Whether unknown members are refused.
    is_closed: bool,
    items: Option<Value>,
    bounds: BTreeMap<String, Value>,
}

impl Shape {
    fn read(document: &Value, schema: &Value) -> Self {
        let mut shape = Self::own(schema);
        if let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').unwrap();
            let target = document.pointer(pointer).unwrap_or_else(|| panic!("{reference} is not in the document"));
            shape.join(Self::read(document, target));
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            shape.join(Self::read(document, part));
        }
        for keyword in ["anyOf", "oneOf"] {
            let alternatives = schema[keyword].as_array().into_iter().flatten();
            let alternatives: Vec<_> = alternatives.map(|one| Self::read(document, one)).collect();
            if let Some(either) = alternatives.into_iter().reduce(Self::or) {
                shape.join(either);
            }
        }
        shape
    }

    fn own(schema: &Value) -> Self {
        let names = |value: &Value| -> BTreeSet<String> {
            match value {
                Value::String(one) => BTreeSet::from([one.clone()]),
                several => several.as_array().into_iter().flatten().map(text).collect(),
            }
        };
        let constant = schema.get("const").map(|value| vec![value.clone()]);
        let values = schema["enum"].as_array().cloned().or(constant);
        const BOUNDS: [&str; 7] = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern"];
        let bounds = BOUNDS.iter().filter_map(|name| Some(((*name).to_owned(), schema.get(*name)?.clone())));
        Self {
            types: names(&schema["type"]),
            values: values.map(|values| values.iter().filter(|value| !value.is_null()).map(Value::to_string).collect()),
            properties: members(&schema["properties"]).map(|(name, value)| (name.clone(), value.clone())).collect(),
            required: names(&schema["required"]),
            is_closed: schema["additionalProperties"] == false,
            items: schema.get("items").cloned(),
            bounds: bounds.collect(),
        }
    }

    /// Both hold.
    fn join(&mut self, other: Self) {
        if self.types.is_empty() {
            self.types = other.types;
        }
        if self.values.is_none() {
            self.values = other.values;
        }
        self.properties.extend(other.properties);
        self.required.extend(other.required);
        self.is_closed |= other.is_closed;
        self.items = self.items.take().or(other.items);
        self.bounds.extend(other.bounds);
    }

    /// One of them holds.
    fn or(mut self, other: Self) -> Self {
        let is_null = |shape: &Self| shape.types.len() == 1 && shape.types.contains("null");
        let is_any = |shape: &Self| shape.types.is_empty() && shape.values.is_none();
        let mut types = &self.types | &other.types;
        if is_any(&self) || is_any(&other) {
            types.clear();
        }
        if is_null(&self) {
            return Self { types, ..other };
        }
        if is_null(&other) {
            self.types = types;
            return self;
        }
        let values = self.values.zip(other.values).map(|(one, two)| &one | &two);
        let required = &self.required & &other.required;
        self.properties.extend(other.properties);
        let bounds = self.bounds.into_iter().filter(|(name, bound)| other.bounds.get(name) == Some(bound)).collect();
        let is_closed = self.is_closed && other.is_closed;
        Self {
            types,
            values,
            properties: self.properties,
            required,
            is_closed,
            items: self.items.or(other.items),
            bounds,
        }
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

mod tests;
