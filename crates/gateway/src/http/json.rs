//! Strict JSON: one spelling, limited depth, no member twice.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::{Code, Problem};

/// Objects and arrays within each other. Requests need 3.
pub(super) const MAX_DEPTH: u8 = 16;

/// Reads one JSON value from a body.
pub(super) fn parse(body: &[u8]) -> Result<Value, Problem> {
    let invalid = |why: String| Problem::new(Code::InvalidBody).detail(why);
    if body.is_empty() {
        return Err(invalid("The body is empty.".to_owned()));
    }
    if body.starts_with(b"\xef\xbb\xbf") {
        return Err(invalid("The body begins with a byte order mark.".to_owned()));
    }
    let text = std::str::from_utf8(body)
        .map_err(|why| invalid(format!("The body is not valid UTF-8 at byte {}.", why.valid_up_to())))?;
    let fault = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0, fault: &fault }.deserialize(&mut reader);
    match value.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(syntax) => Err(match fault.take() {
            Some(Fault::Repeated(name)) => {
                invalid(format!("The member `{name}` appears twice in one object.")).param(name)
            }
            Some(Fault::TooDeep) => invalid(format!("The body is nested more than {MAX_DEPTH} levels deep.")),
            // Syntax errors quote nothing of the body.
            None => invalid(format!("The body is not valid JSON: {syntax}.")),
        }),
    }
}

/// What JSON allows and requests must not have.
enum Fault {
    Repeated(String),
    TooDeep,
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: u8,
    fault: &'a Cell<Option<Fault>>,
}

impl Strict<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            self.fault.set(Some(Fault::TooDeep));
            return Err(E::custom("too deep"));
        }
        Ok(Self { depth: self.depth + 1, fault: self.fault })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                self.fault.set(Some(Fault::Repeated(name)));
                return Err(A::Error::custom("repeated member"));
            }
            let value = members.next_value_seed(inner)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &[u8]) -> String {
        let problem = parse(body).unwrap_err();
        assert_eq!(problem.code(), Code::InvalidBody);
        problem.detail_text().unwrap().to_owned()
    }

    #[test]
    fn values_are_read() {
        let text = r#"{"a":[1,-2,0.5,"x",null,true],"b":{}}"#;
        assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
    }

    #[test]
    fn what_is_not_one_json_value_is_refused() {
        for (body, part) in [
            (&b""[..], "is empty"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (b"{\"a\":\"\xff\"}", "not valid UTF-8 at byte 6"),
            (b"{\"a\":NaN}", "not valid JSON"),
            (b"{\"a\":1e999}", "not valid JSON"),
            (b"{\"a\":01}", "not valid JSON"),
            (b"{\"a\":1,}", "not valid JSON"),
            (b"{} {}", "not valid JSON"),
            (b"{'a':1}", "not valid JSON"),
            (b"{\"a\":\"\\ud800\"}", "not valid JSON"),
            (b"{\"a\":1,\"a\":2}", "`a` appears twice"),
            (b"{\"x\":[{\"a\":1,\"\\u0061\":2}]}", "`a` appears twice"),
        ] {
            let detail = refusal(body);
            assert!(detail.contains(part), "{detail}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(usize::from(MAX_DEPTH)).as_bytes()).is_ok());
        assert!(refusal(nested(usize::from(MAX_DEPTH) + 1).as_bytes()).contains("16 levels"));
        assert!(refusal("[".repeat(60_000).as_bytes()).contains("16 levels"));
    }
}
