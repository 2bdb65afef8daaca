//! Template variables: whole words that start with a prefix, `TMPL_` unless something else is said, replaced by values
//! before assembling.
//!
//! A variable counts outside of strings, base64 and comments, as in AlgoKit. What its value may be depends on the place
//! where the variable stands: an integer where the assembler takes one, bytes where it takes bytes, an address in `addr`.
//! A value that does not fit is refused, never read as something else. Lines stay where they are, so that places in the
//! result are places in the source.

mod place;
mod value;

pub use value::TemplateValue;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::token::tokenize;
pub(crate) use place::{Filled, Place};

/// What variables are called unless something else is said.
pub const PREFIX: &str = "TMPL_";

/// Values of template variables, and what the names of variables begin with.
///
/// ```
/// use pnp_teal::template::{TemplateValue, Templates};
///
/// let mut templates = Templates::default();
/// templates.assign("FEE=0x10").unwrap();
/// templates.set("NAME", TemplateValue::Bytes(b"hi".to_vec()));
/// assert_eq!(templates.substitute("int TMPL_FEE; byte TMPL_NAME").unwrap(), "int 16; byte 0x6869");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    prefix: String,
    /// By whole name.
    values: BTreeMap<String, TemplateValue>,
}

impl Default for Templates {
    fn default() -> Self {
        Self { prefix: PREFIX.to_owned(), values: BTreeMap::new() }
    }
}

/// Values of variables that begin with [`PREFIX`], by their names with or without it.
impl<N: AsRef<str>> FromIterator<(N, TemplateValue)> for Templates {
    fn from_iter<I: IntoIterator<Item = (N, TemplateValue)>>(values: I) -> Self {
        let mut templates = Self::default();
        values.into_iter().for_each(|(name, value)| templates.set(name.as_ref(), value));
        templates
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

/// A value that its variable's place does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where.
    pub variable: Variable,
    /// The value.
    pub value: TemplateValue,
    /// What the place takes, in words.
    pub takes: &'static str,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Variable { name, line, .. } = &self.variable;
        write!(f, "{name} (line {line}) is {}, but takes {}", self.value, self.takes)
    }
}

/// Why values cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Variables without a value, each where it is first used, in the order of the source.
    #[error("no value for {}", .0.iter().map(|v| format!("{} (line {})", v.name, v.line)).collect::<Vec<_>>().join(", "))]
    Missing(Vec<Variable>),
    /// Values that do not fit, in the order of the source.
    #[error("{}", misfits(.0))]
    Misfits(Vec<Misfit>),
}

/// Misfits as a sentence: one for each variable and what its places take, with all of their lines.
fn misfits(all: &[Misfit]) -> String {
    let mut groups: Vec<(&Misfit, Vec<String>)> = Vec::new();
    for misfit in all {
        let line = misfit.variable.line.to_string();
        let same = |it: &Misfit| {
            it.variable.name == misfit.variable.name && it.takes == misfit.takes && it.value == misfit.value
        };
        match groups.iter_mut().find(|(first, _)| same(first)) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((misfit, vec![line])),
        }
    }
    let sentences = groups.iter().map(|(Misfit { variable, value, takes }, lines)| {
        let word = if lines.len() == 1 { "line" } else { "lines" };
        format!("{} ({word} {}) is {value}, but takes {takes}", variable.name, lines.join(", "))
    });
    sentences.collect::<Vec<_>>().join("; ")
}

/// Why a text gives no variable a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssignmentError {
    /// Nothing says where the value begins.
    #[error("it has no =")]
    NoEquals,
    /// It is not the name of a variable.
    #[error("a name has letters, digits and _ only")]
    Name,
}

/// A text that no variable's name can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a prefix has letters, digits and _ only, and begins with no digit")]
pub struct PrefixError;

impl Templates {
    /// No values, of variables whose names begin with `prefix`.
    ///
    /// # Errors
    /// [`PrefixError`] where no name can begin so.
    pub fn with_prefix(prefix: &str) -> Result<Self, PrefixError> {
        if !is_name(prefix) || prefix.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(PrefixError);
        }
        Ok(Self { prefix: prefix.to_owned(), values: BTreeMap::new() })
    }

    /// Gives a variable a value; its name may be without the prefix.
    pub fn set(&mut self, name: &str, value: TemplateValue) {
        let name = name.strip_prefix(self.prefix.as_str()).unwrap_or(name);
        self.values.insert(format!("{}{name}", self.prefix), value);
    }

    /// Gives the variable of a text `NAME=VALUE` its value, which is read by the place where the variable stands:
    ///
    /// - Where an integer is needed, what the assembler takes as one, or `true` or `false`, which are 1 and 0.
    /// - Where bytes are needed, text, or bytes that say how they are encoded: `0x…`, `base64:…`, `base32:…`, `addr:…`.
    ///   Text that begins like one of these has `text:` before it.
    /// - In `addr`, an address or 32 bytes.
    ///
    /// # Errors
    /// [`AssignmentError`].
    pub fn assign(&mut self, text: &str) -> Result<(), AssignmentError> {
        let (name, value) = text.split_once('=').ok_or(AssignmentError::NoEquals)?;
        if !is_name(name.strip_prefix(self.prefix.as_str()).unwrap_or(name)) {
            return Err(AssignmentError::Name);
        }
        self.set(name, TemplateValue::Text(value.to_owned()));
        Ok(())
    }

    /// Whether the variable of that whole name has a value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The whole names that have values, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Every place where a variable is used, in the order of the source.
    #[must_use]
    pub fn variables(&self, source: &str) -> Vec<Variable> {
        self.uses(source).into_iter().map(|it| it.variable).collect()
    }

    /// The source with each variable's value in its place.
    ///
    /// # Errors
    /// [`TemplateError`] names every variable that has no value, or every value that does not fit.
    pub fn substitute(&self, source: &str) -> Result<String, TemplateError> {
        let mut missing: Vec<Variable> = Vec::new();
        for variable in self.variables(source) {
            if !self.has(&variable.name) && missing.iter().all(|known| known.name != variable.name) {
                missing.push(variable);
            }
        }
        if missing.is_empty() { self.substitute_known(source) } else { Err(TemplateError::Missing(missing)) }
    }

    /// The same, where a variable without a value gets one that its place takes: so that a template can be assembled when
    /// only its shape matters.
    ///
    /// # Errors
    /// [`TemplateError::Misfits`].
    pub fn substitute_known(&self, source: &str) -> Result<String, TemplateError> {
        self.substitute_open(source).map(|(text, _)| text)
    }

    /// The same, and the places of the result, in bytes, at which something stands for a variable without a value.
    pub(crate) fn substitute_open(&self, source: &str) -> Result<(String, Vec<Range<usize>>), TemplateError> {
        let mut misfits = Vec::new();
        let (text, places) = self.replace(source, |it, value| match value {
            None => it.place.placeholder().to_string(),
            Some(value) => match it.place.fill(value) {
                Some(filled) => filled.to_string(),
                None => {
                    misfits.push(Misfit {
                        variable: it.variable.clone(),
                        value: value.clone(),
                        takes: it.place.takes(),
                    });
                    String::new()
                }
            },
        });
        if !misfits.is_empty() {
            return Err(TemplateError::Misfits(misfits));
        }
        let open = places.into_iter().filter(|(name, _)| !self.has(name)).map(|(_, place)| place);
        Ok((text, open.collect()))
    }

    /// The source with what `text` makes of each use of a variable and its value, and where in the result each variable's
    /// text is, in bytes.
    pub(crate) fn replace(
        &self,
        source: &str,
        mut text: impl FnMut(&Use, Option<&TemplateValue>) -> String,
    ) -> (String, Vec<(String, Range<usize>)>) {
        let mut places = Vec::new();
        let mut uses = self.uses(source).into_iter().peekable();
        let mut replaced = String::with_capacity(source.len());
        for (index, line) in source.split_inclusive('\n').enumerate() {
            let mut rest = 0;
            while let Some(it) = uses.next_if(|it| it.variable.line == index + 1) {
                let Variable { name, column, .. } = &it.variable;
                replaced.push_str(line.get(rest..*column).unwrap_or_default());
                let start = replaced.len();
                replaced.push_str(&text(&it, self.values.get(name)));
                rest = column + name.len();
                places.push((it.variable.name, start..replaced.len()));
            }
            replaced.push_str(line.get(rest..).unwrap_or_default());
        }
        (replaced, places)
    }

    fn uses(&self, source: &str) -> Vec<Use> {
        let mut uses = Vec::new();
        for (index, line) in source.lines().enumerate() {
            let words = words(line, &self.prefix);
            let mut tokens = Vec::new();
            if !words.is_empty() {
                tokenize(line.as_bytes(), 0, 1, &mut tokens);
            }
            for (column, word) in words {
                let (place, is_constant) = Place::of(line, &tokens, &(column..column + word.len()));
                let variable = Variable { name: word.to_owned(), line: index + 1, column };
                uses.push(Use { variable, place, is_constant });
            }
        }
        uses
    }
}

/// A place where a variable is used, and what it takes.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) variable: Variable,
    pub(crate) place: Place,
    /// Whether the place is that of a constant which the program loads, rather than part of another instruction.
    pub(crate) is_constant: bool,
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The variables of one line: byte offset and name.
fn words<'a>(line: &'a str, prefix: &str) -> Vec<(usize, &'a str)> {
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
                    _ if word.starts_with(prefix) => found.push((start, word)),
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
mod tests;
