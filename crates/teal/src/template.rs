//! Template variables: whole words that start with `TMPL_`, replaced by values before assembling.
//!
//! The rules are AlgoKit's: a variable counts outside of strings, base64 and comments; text becomes `0x…`, numbers
//! decimal. Lines stay where they are, so that places in the result are places in the source.

use std::collections::BTreeMap;
use std::fmt;

/// What variables are called.
pub const PREFIX: &str = "TMPL_";

/// A template variable's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateValue {
    /// A number, written in decimal.
    Uint(u64),
    /// Bytes, written as `0x…`.
    Bytes(Vec<u8>),
}

impl fmt::Display for TemplateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uint(number) => number.fmt(f),
            Self::Bytes(bytes) => write!(f, "0x{}", hex::encode(bytes)),
        }
    }
}

/// A place where a template variable is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its whole name, with the prefix.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in bytes, from 0.
    pub column: usize,
}

/// Variables without a value, each where it is first used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no value for {}", .missing.iter().map(|v| format!("{} (line {})", v.name, v.line)).collect::<Vec<_>>().join(", "))]
pub struct TemplateError {
    /// Which, in the order of the source.
    pub missing: Vec<Variable>,
}

/// Why a text gives no variable a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssignmentError {
    /// Nothing says where the value begins.
    #[error("it has no =")]
    NoEquals,
    /// The name is none.
    #[error("a name has letters, digits and _ only")]
    Name,
    /// Digits of hex that make no bytes.
    #[error("the value is not whole bytes of hex")]
    Hex,
    /// A number over 2^64-1.
    #[error("the number does not fit 64 bits")]
    Number,
}

/// A variable and its value of a text `NAME=VALUE`: the name with or without `TMPL_`, the value a number, `0x` and hex, or
/// text. The name that is returned is the whole one.
///
/// # Errors
/// [`AssignmentError`].
///
/// ```
/// use pnp_teal::template::{TemplateValue, assignment};
///
/// assert_eq!(assignment("UPDATABLE=1"), Ok(("TMPL_UPDATABLE".to_owned(), TemplateValue::Uint(1))));
/// ```
pub fn assignment(text: &str) -> Result<(String, TemplateValue), AssignmentError> {
    let (name, value) = text.split_once('=').ok_or(AssignmentError::NoEquals)?;
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(AssignmentError::Name);
    }
    let is_number = !value.is_empty() && value.chars().all(|c| c.is_ascii_digit());
    let value = match value.strip_prefix("0x") {
        Some(digits) => TemplateValue::Bytes(hex::decode(digits).map_err(|_| AssignmentError::Hex)?),
        None if is_number => TemplateValue::Uint(value.parse().map_err(|_| AssignmentError::Number)?),
        None => TemplateValue::Bytes(value.as_bytes().to_vec()),
    };
    Ok((format!("{PREFIX}{name}"), value))
}

/// Every place where a variable is used, in the order of the source.
#[must_use]
pub fn variables(source: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    for (index, line) in source.lines().enumerate() {
        for (column, word) in words(line) {
            found.push(Variable { name: word.to_owned(), line: index + 1, column });
        }
    }
    found
}

/// The source with each variable's value in its place; keys may be given with or without the prefix.
///
/// # Errors
/// [`TemplateError`] names every variable that has no value.
pub fn substitute(source: &str, values: &BTreeMap<String, TemplateValue>) -> Result<String, TemplateError> {
    let value = |name: &str| values.get(name).or_else(|| values.get(name.strip_prefix(PREFIX)?));
    let mut missing: Vec<Variable> = Vec::new();
    let mut text = String::with_capacity(source.len());
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let mut rest = 0;
        for (column, word) in words(line) {
            match value(word) {
                Some(value) => {
                    text.push_str(line.get(rest..column).unwrap_or_default());
                    text.push_str(&value.to_string());
                    rest = column + word.len();
                }
                None if missing.iter().any(|variable| variable.name == word) => {}
                None => missing.push(Variable { name: word.to_owned(), line: index + 1, column }),
            }
        }
        text.push_str(line.get(rest..).unwrap_or_default());
    }
    if missing.is_empty() { Ok(text) } else { Err(TemplateError { missing }) }
}

/// A value for each variable, of the kind its first place asks for: so that a template can be assembled where no values
/// are known, and only its shape matters.
#[must_use]
pub fn placeholders(source: &str) -> BTreeMap<String, TemplateValue> {
    let mut values = BTreeMap::new();
    for line in source.lines() {
        for (column, name) in words(line) {
            let statement = line.get(..column).and_then(|before| before.rsplit(';').next()).unwrap_or_default();
            let wants_bytes = statement.split_whitespace().any(|word| matches!(word, "byte" | "addr"))
                || ["pushbytes", "bytecblock"].iter().any(|opcode| statement.contains(opcode));
            let value = if wants_bytes { TemplateValue::Bytes(Vec::new()) } else { TemplateValue::Uint(0) };
            values.entry(name.to_owned()).or_insert(value);
        }
    }
    values
}

/// The variables of one line: byte offset and name.
fn words(line: &str) -> Vec<(usize, &str)> {
    let bytes = line.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => break,
            _ if is_word(at) => {
                let start = at;
                while is_word(at) {
                    at += 1;
                }
                let word = line.get(start..at).unwrap_or_default();
                match word {
                    "base64" | "b64" => at = end_of_base64(bytes, at),
                    _ if word.starts_with(PREFIX) => found.push((start, word)),
                    _ => {}
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// Past the closing quote of the string that opens at `at`, or past the line.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'\\' => 2,
            b'"' => return at + 1,
            _ => 1,
        };
    }
    at
}

/// Past base64 text, `(…)` or the next word, which may hold slashes.
fn end_of_base64(bytes: &[u8], at: usize) -> usize {
    let until = |from: usize, ends: fn(&u8) -> bool| {
        bytes.get(from..).and_then(|rest| rest.iter().position(ends)).map_or(bytes.len(), |n| from + n)
    };
    if bytes.get(at) == Some(&b'(') {
        return until(at, |b| *b == b')');
    }
    let word = until(at, |b| !b.is_ascii_whitespace());
    until(word, |b| b.is_ascii_whitespace() || *b == b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assigned_values_are_numbers_hex_or_text() {
        assert_eq!(assignment("A=1"), Ok(("TMPL_A".to_owned(), TemplateValue::Uint(1))));
        assert_eq!(assignment("TMPL_B=0x01"), Ok(("TMPL_B".to_owned(), TemplateValue::Bytes(vec![1]))));
        assert_eq!(assignment("C=text").map(|(_, value)| value), Ok(TemplateValue::Bytes(b"text".to_vec())));
        for wrong in ["A", "=1", "A-B=1", "A=0x1", "A=99999999999999999999"] {
            assert!(assignment(wrong).is_err(), "{wrong}");
        }
    }

    fn values() -> BTreeMap<String, TemplateValue> {
        BTreeMap::from([
            ("TMPL_A".to_owned(), TemplateValue::Uint(7)),
            ("B".to_owned(), TemplateValue::Bytes(b"hi".to_vec())),
        ])
    }

    #[test]
    fn whole_words_are_replaced_and_nothing_else() {
        for (source, must) in [
            ("int TMPL_A", "int 7"),
            ("byte TMPL_B; int TMPL_A // TMPL_C", "byte 0x6869; int 7 // TMPL_C"),
            ("int TMPL_A\n\nint TMPL_A\n", "int 7\n\nint 7\n"),
            ("byte \"TMPL_C // \\\" TMPL_C\" TMPL_A", "byte \"TMPL_C // \\\" TMPL_C\" 7"),
            ("byte base64(TMPL_C//+=) ; int TMPL_A", "byte base64(TMPL_C//+=) ; int 7"),
            ("byte b64 //TMPL_C ; int TMPL_A", "byte b64 //TMPL_C ; int 7"),
            ("XTMPL_C int", "XTMPL_C int"),
            ("TMPL_A:", "7:"),
            ("größe TMPL_A", "größe 7"),
        ] {
            assert_eq!(substitute(source, &values()).unwrap(), must, "{source}");
        }
    }

    #[test]
    fn every_missing_variable_is_named_once() {
        let error = substitute("int TMPL_C\nint TMPL_D\nint TMPL_C\nint TMPL_AB", &values()).unwrap_err();
        assert_eq!(error.to_string(), "no value for TMPL_C (line 1), TMPL_D (line 2), TMPL_AB (line 4)");
    }

    #[test]
    fn placeholders_are_of_the_kind_that_is_asked_for() {
        let source = "int TMPL_A; byte TMPL_B\n  pushbytes TMPL_C\nlab: pushint TMPL_D // byte\nbyte \"x\"; int TMPL_E";
        let values = placeholders(source);
        let bytes: Vec<bool> = values.values().map(|value| matches!(value, TemplateValue::Bytes(_))).collect();
        assert_eq!(bytes, [false, true, true, false, false]);
        let text = substitute(source, &values).unwrap();
        assert!(crate::assemble(&format!("#pragma version 8\n{text}"), Default::default()).is_ok(), "{text}");
    }

    #[test]
    fn variables_have_their_places() {
        let found = variables("int 1\n  int TMPL_X // TMPL_Y");
        assert_eq!(found, [Variable { name: "TMPL_X".to_owned(), line: 2, column: 6 }]);
    }
}
