//! Turns JSON values and query strings into request types, and says which field is wrong and why.

use std::fmt::{self, Write as _};

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde_json::Value;

use crate::problem::{Code, Problem};

/// Reads a request type from a body.
pub(super) fn from_body<T: DeserializeOwned>(body: &Value) -> Result<T, Problem> {
    T::deserialize(Reader { value: body, is_text: false }).map_err(|fault| fault.problem("The body"))
}

/// Reads a request type from the parameters of a query string: numbers and booleans are texts there.
pub(super) fn from_query<T: DeserializeOwned>(parameters: &Value) -> Result<T, Problem> {
    T::deserialize(Reader { value: parameters, is_text: true }).map_err(|fault| fault.problem("The query"))
}

/// Why a value does not fit its type.
#[derive(Debug)]
struct FieldFault {
    /// The names of the members and the positions of the items that lead there, outermost last.
    path: Vec<String>,
    kind: FaultKind,
}

#[derive(Debug)]
enum FaultKind {
    Unknown {
        allowed: &'static [&'static str],
    },
    Missing,
    /// What is wrong, as the rest of a sentence about the field.
    Value {
        why: String,
        hint: Option<&'static str>,
    },
}

impl FieldFault {
    fn value(why: String, hint: Option<&'static str>) -> Self {
        Self { path: Vec::new(), kind: FaultKind::Value { why, hint } }
    }

    fn within(mut self, segment: impl fmt::Display) -> Self {
        self.path.push(segment.to_string());
        self
    }

    fn problem(mut self, whole: &'static str) -> Problem {
        self.path.reverse();
        let path = self.path.join(".");
        match self.kind {
            FaultKind::Unknown { allowed } => {
                let mut detail = format!("`{path}` is not a field of this request");
                // Writing to a string does not fail.
                let _ = match allowed {
                    [] => write!(detail, ", which has none."),
                    names => write!(detail, ", which has {}.", list(names)),
                };
                Problem::new(Code::UnknownField).detail(detail).param(path)
            }
            FaultKind::Missing => Problem::new(Code::MissingField).detail(format!("`{path}` is missing.")).param(path),
            FaultKind::Value { why, hint } => {
                let problem = if path.is_empty() {
                    Problem::new(Code::InvalidField).detail(format!("{whole} {why}."))
                } else {
                    Problem::new(Code::InvalidField).detail(format!("`{path}` {why}.")).param(path)
                };
                match hint {
                    Some(hint) => problem.hint(hint),
                    None => problem,
                }
            }
        }
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for FieldFault {}

impl serde::de::Error for FieldFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        Self::value(message.trim_end_matches('.').to_owned(), None)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (expected, found) = (expected_words(&expected.to_string()), found_words(&found));
        let is_quoted = expected == "a string" && found.starts_with("a number");
        let hint = "Put the value in quotes: amounts and ids are strings, such as \"12.34\".";
        Self::value(format!("must be {expected}, not {found}"), is_quoted.then_some(hint))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::value(format!("must be {}", expected_words(&expected.to_string())), None)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::value(format!("has {length} items, and must be {}", expected_words(&expected.to_string())), None)
    }

    fn unknown_variant(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::value(format!("must be one of {}", list(allowed)), None)
    }

    fn unknown_field(field: &str, allowed: &'static [&'static str]) -> Self {
        Self { path: vec![field.to_owned()], kind: FaultKind::Unknown { allowed } }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { path: vec![field.to_owned()], kind: FaultKind::Missing }
    }
}

/// What a type expects, in words of JSON.
fn expected_words(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" | "u128" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" | "i128" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "an array",
        "a map" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        _ if expected.starts_with("enum ") => "a string",
        other => other,
    };
    words.to_owned()
}

/// What was found, without its value: it may be a secret.
fn found_words(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) => "a number",
        Unexpected::Signed(_) => "a negative number",
        Unexpected::Float(_) => "a number with a fraction, an exponent or more than 19 digits",
        Unexpected::Str(_) | Unexpected::Char(_) | Unexpected::Bytes(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

#[derive(Clone, Copy)]
struct Reader<'de> {
    value: &'de Value,
    /// Whether numbers and booleans are written as strings.
    is_text: bool,
}

impl<'de> Reader<'de> {
    /// The number or boolean that a text of a query string is.
    fn parsed<T: std::str::FromStr>(self) -> Option<Result<T, FieldFault>> {
        match self.value {
            Value::String(text) if self.is_text => Some(text.parse().map_err(|_| {
                let words = expected_words(std::any::type_name::<T>());
                FieldFault::value(format!("must be {}", if words == "bool" { "true or false" } else { &words }), None)
            })),
            _ => None,
        }
    }
}

/// Methods for numbers and booleans, which are texts in query strings.
macro_rules! scalars {
    ($($method:ident $visit:ident $type:ty;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
            match self.parsed::<$type>() {
                Some(value) => visitor.$visit(value?),
                None => self.deserialize_any(visitor),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = FieldFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        let Self { value, is_text } = self;
        match value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter().enumerate(), is_text }),
            Value::Object(members) => visitor.visit_map(Members { members: members.iter(), value: None, is_text }),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, Some(value)) => visitor.visit_f64(value),
                (None, None, None) => Err(FieldFault::custom("is a number that cannot be read")),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, FieldFault> {
        visitor.visit_newtype_struct(self)
    }

    /// Types that are derived also read arrays, member by member; requests are objects.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldFault> {
        match self.value {
            Value::Array(_) => Err(FieldFault::value("must be an object, not an array".to_owned(), None)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldFault> {
        match self.value {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            // The visitor refuses every other value in its words.
            _ => self.deserialize_any(visitor),
        }
    }

    scalars! {
        deserialize_bool visit_bool bool;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
        ignored_any
    }
}

struct Items<'de> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Value>>,
    is_text: bool,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = FieldFault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, FieldFault> {
        let Some((index, value)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Reader { value, is_text: self.is_text }).map(Some).map_err(|fault| fault.within(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Members<'de> {
    members: serde_json::map::Iter<'de>,
    value: Option<(&'de str, &'de Value)>,
    is_text: bool,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = FieldFault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldFault> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        self.value = Some((name, value));
        let key = serde::de::value::BorrowedStrDeserializer::new(name.as_str());
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, FieldFault> {
        let (name, value) = self.value.take().ok_or_else(|| FieldFault::custom("is read in the wrong order"))?;
        seed.deserialize(Reader { value, is_text: self.is_text }).map_err(|fault| fault.within(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Tick {
        played_ms: u32,
        amount: Option<Amount>,
        method: Option<Method>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Method {
        Card,
        Crypto,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Batch {
        ticks: Vec<Tick>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        limit: Option<u32>,
        open: Option<bool>,
        user_id: String,
    }

    fn refusal(body: &str) -> (Code, Option<String>, String) {
        let problem = from_body::<Batch>(&serde_json::from_str(body).unwrap()).unwrap_err();
        let text = |text: Option<&str>| text.map(str::to_owned);
        (problem.code(), text(problem.param_text()), text(problem.detail_text()).unwrap())
    }

    #[test]
    fn faults_name_the_field_and_what_is_expected() {
        for (body, code, param, detail) in [
            ("[]", Code::InvalidField, None, "The body must be an object, not an array."),
            (r#"{"ticks":[[1]]}"#, Code::InvalidField, Some("ticks.0"), "`ticks.0` must be an object, not an array."),
            ("{}", Code::MissingField, Some("ticks"), "`ticks` is missing."),
            (r#"{"ticks":5}"#, Code::InvalidField, Some("ticks"), "`ticks` must be an array, not a number."),
            (
                r#"{"ticks":[],"x":1}"#,
                Code::UnknownField,
                Some("x"),
                "`x` is not a field of this request, which has `ticks`.",
            ),
            (r#"{"ticks":[{}]}"#, Code::MissingField, Some("ticks.0.played_ms"), "`ticks.0.played_ms` is missing."),
            (
                r#"{"ticks":[{"played_ms":1},{"played_ms":1,"plaid":2}]}"#,
                Code::UnknownField,
                Some("ticks.1.plaid"),
                "`ticks.1.plaid` is not a field of this request, which has `played_ms`, `amount`, `method`.",
            ),
            (
                r#"{"ticks":[{"played_ms":"15000"}]}"#,
                Code::InvalidField,
                Some("ticks.0.played_ms"),
                "`ticks.0.played_ms` must be a whole number from 0 to 4294967295, not a string.",
            ),
            (
                r#"{"ticks":[{"played_ms":15000.5}]}"#,
                Code::InvalidField,
                Some("ticks.0.played_ms"),
                "`ticks.0.played_ms` must be a whole number from 0 to 4294967295, not a number with a fraction, an exponent or more than 19 digits.",
            ),
            (
                r#"{"ticks":[{"played_ms":-1}]}"#,
                Code::InvalidField,
                Some("ticks.0.played_ms"),
                "`ticks.0.played_ms` must be a whole number from 0 to 4294967295.",
            ),
            (
                r#"{"ticks":[{"played_ms":1,"amount":5}]}"#,
                Code::InvalidField,
                Some("ticks.0.amount"),
                "`ticks.0.amount` must be a string, not a number.",
            ),
            (
                r#"{"ticks":[{"played_ms":1,"amount":"1e3"}]}"#,
                Code::InvalidField,
                Some("ticks.0.amount"),
                "`ticks.0.amount` \"1e3\" is not a decimal number such as \"12.34\".",
            ),
            (
                r#"{"ticks":[{"played_ms":1,"method":"cash"}]}"#,
                Code::InvalidField,
                Some("ticks.0.method"),
                "`ticks.0.method` must be one of `card`, `crypto`.",
            ),
            (
                r#"{"ticks":[{"played_ms":1,"method":{"card":null}}]}"#,
                Code::InvalidField,
                Some("ticks.0.method"),
                "`ticks.0.method` must be a string, not an object.",
            ),
        ] {
            assert_eq!(refusal(body), (code, param.map(str::to_owned), detail.to_owned()), "{body}");
        }
    }

    #[test]
    fn query_parameters_are_texts() {
        let query = |value: Value| from_query::<List>(&value);
        let list = query(serde_json::json!({"limit": "50", "open": "true", "user_id": "7"})).unwrap();
        assert_eq!(list, List { limit: Some(50), open: Some(true), user_id: "7".into() });
        let problem = query(serde_json::json!({"limit": "-1", "user_id": "7"})).unwrap_err();
        assert_eq!(problem.detail_text(), Some("`limit` must be a whole number from 0 to 4294967295."));
        let problem = query(serde_json::json!({"open": "yes", "user_id": "7"})).unwrap_err();
        assert_eq!(problem.detail_text(), Some("`open` must be true or false."));
        assert_eq!(query(serde_json::json!({})).unwrap_err().code(), Code::MissingField);
    }
}
