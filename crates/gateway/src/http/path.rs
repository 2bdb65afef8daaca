//! Paths: templates, strict decoding, and the tree that finds a route.

use crate::id::Kind;
use crate::problem::{Code, Problem};

/// The longest user id, in characters.
pub const MAX_USER_ID: usize = 128;
/// The longest other part of a path, in bytes.
const MAX_VALUE: usize = 512;

/// The values that stand in a path.
#[derive(Clone, Debug, Default)]
pub struct PathValues(Vec<(&'static str, String)>);

impl PathValues {
    /// Decodes raw parts.
    pub(super) fn decode(names: &[&'static str], raw: &[&str]) -> Result<Self, Problem> {
        let decode = |(name, raw): (&&'static str, &&str)| {
            let text = percent_decode(raw)
                .ok_or_else(|| Problem::invalid_field(*name, "in the path is not valid UTF-8 in percent-encoding."))?;
            if text.chars().any(char::is_control) {
                return Err(Problem::invalid_field(*name, "in the path must not have control characters."));
            }
            if text.len() > MAX_VALUE {
                return Err(Problem::invalid_field(
                    *name,
                    format_args!("in the path is longer than {MAX_VALUE} bytes."),
                ));
            }
            Ok((*name, text))
        };
        names.iter().zip(raw).map(decode).collect::<Result<_, _>>().map(Self)
    }

    /// A value by its name in the template.
    ///
    /// # Errors
    /// [`Code::Internal`] if the template has no such name.
    pub fn text(&self, name: &str) -> Result<&str, Problem> {
        let value = self.0.iter().find(|(known, _)| *known == name);
        value.map(|(_, value)| value.as_str()).ok_or_else(|| Problem::internal(format_args!("no {name} in the path")))
    }

    /// A user id.
    ///
    /// # Errors
    /// [`Code::InvalidField`] if it is too long.
    pub fn user_id(&self, name: &'static str) -> Result<&str, Problem> {
        let text = self.text(name)?;
        check_user_id(text).map_err(|why| Problem::invalid_field(name, format_args!("{why}.")))?;
        Ok(text)
    }

    /// The number of an id.
    ///
    /// # Errors
    /// [`Code::NotFound`] if it is not an id of this kind.
    pub fn number(&self, kind: Kind, name: &str) -> Result<i64, Problem> {
        let no_id = || Problem::new(Code::NotFound).detail(format!("Ids here begin with `{}`.", kind.prefix()));
        kind.number(self.text(name)?).ok_or_else(no_id)
    }
}

/// Whether a text can be a user id: 1 to 128 characters without control characters.
///
/// # Errors
/// What is wrong, as the rest of a sentence.
pub fn check_user_id(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("must not be empty");
    }
    if text.chars().any(char::is_control) {
        return Err("must not have control characters");
    }
    if matches!(text, "." | "..") {
        // Clients resolve them as steps in the path, also where they are percent-encoded.
        return Err("must not be `.` or `..`, which no address can hold");
    }
    if text.chars().count() > MAX_USER_ID {
        return Err("must have at most 128 characters");
    }
    Ok(())
}

/// The text of a percent-encoded part; `None` for what is not.
fn percent_decode(raw: &str) -> Option<String> {
    if !raw.contains('%') {
        return Some(raw.to_owned());
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (hex_digit(rest.next()?)?, hex_digit(rest.next()?)?);
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The parameters of a query string as one JSON object of strings.
pub(crate) fn parse_query(query: &str) -> Result<serde_json::Value, Problem> {
    let mut parameters = serde_json::Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| percent_decode(&text.replace('+', " "));
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            return Err(Problem::new(Code::InvalidField)
                .detail("The query string is not valid UTF-8 in percent-encoding.")
                .hint("Encode names and values with your language's URL functions."));
        };
        if parameters.contains_key(&name) {
            return Err(Problem::invalid_field(name, "appears twice in the query string."));
        }
        parameters.insert(name, value.into());
    }
    Ok(serde_json::Value::Object(parameters))
}

/// One part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Fixed(&'static str),
    Value(&'static str),
}

fn parts(template: &'static str) -> impl Iterator<Item = Part> {
    template.split('/').skip(1).map(|part| {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        name.map_or(Part::Fixed(part), Part::Value)
    })
}

/// The names of the values in a template, in their order.
pub(super) fn value_names(template: &'static str) -> Vec<&'static str> {
    let name = |part| match part {
        Part::Value(name) => Some(name),
        Part::Fixed(_) => None,
    };
    parts(template).filter_map(name).collect()
}

/// A node of the tree of paths.
#[derive(Debug, Default)]
struct Node {
    fixed: Vec<(&'static str, usize)>,
    value: Option<usize>,
    /// The rows of the table with this path.
    rows: Vec<usize>,
}

/// Finds the rows of a path. Encoded slashes do not divide.
#[derive(Debug)]
pub(super) struct Tree(Vec<Node>);

impl Tree {
    pub(super) fn new(templates: impl IntoIterator<Item = &'static str>) -> Self {
        let mut tree = Self(vec![Node::default()]);
        for (row, template) in templates.into_iter().enumerate() {
            let place = parts(template).fold(0, |node, part| tree.child(node, part));
            if let Some(node) = tree.0.get_mut(place) {
                node.rows.push(row);
            }
        }
        tree
    }

    fn child(&mut self, parent: usize, part: Part) -> usize {
        let next = self.0.len();
        let Some(node) = self.0.get_mut(parent) else { return parent };
        let known = match part {
            Part::Fixed(text) => node.fixed.iter().find(|(known, _)| *known == text).map(|(_, child)| *child),
            Part::Value(_) => node.value,
        };
        if let Some(child) = known {
            return child;
        }
        match part {
            Part::Fixed(text) => node.fixed.push((text, next)),
            Part::Value(_) => node.value = Some(next),
        }
        self.0.push(Node::default());
        next
    }

    /// The rows of a path and the raw values in it; no rows if there is no such path.
    pub(super) fn find<'p>(&self, path: &'p str) -> (&[usize], Vec<&'p str>) {
        let mut values = Vec::new();
        let rows = path.strip_prefix('/').and_then(|path| self.walk(0, Some(path), &mut values));
        (rows.unwrap_or_default(), values)
    }

    fn walk<'p>(&self, place: usize, rest: Option<&'p str>, values: &mut Vec<&'p str>) -> Option<&[usize]> {
        let node = self.0.get(place)?;
        let Some(rest) = rest else {
            return (!node.rows.is_empty()).then_some(&*node.rows);
        };
        let (part, rest) = rest.split_once('/').map_or((rest, None), |(part, rest)| (part, Some(rest)));
        let fixed = node.fixed.iter().find(|(text, _)| *text == part);
        if let Some(rows) = fixed.and_then(|(_, child)| self.walk(*child, rest, values)) {
            return Some(rows);
        }
        let child = node.value.filter(|_| !part.is_empty())?;
        values.push(part);
        let rows = self.walk(child, rest, values);
        if rows.is_none() {
            values.pop();
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_prefers_fixed_parts_and_goes_back() {
        let tree = Tree::new(["/", "/v1/wallets/{user}", "/v1/wallets/{user}/close", "/v1/wallets/all/{kind}", "/v1"]);
        for (path, rows, values) in [
            ("/", &[0][..], &[][..]),
            ("/v1", &[4], &[]),
            ("/v1/wallets/ann", &[1], &["ann"]),
            ("/v1/wallets/all", &[1], &["all"]),
            ("/v1/wallets/all/close", &[3], &["close"]),
            ("/v1/wallets/ann/close", &[2], &["ann"]),
            ("/v1/wallets/a%2Fb/close", &[2], &["a%2Fb"]),
            ("/v1/wallets/", &[], &[]),
            ("/v1/wallets//close", &[], &[]),
            ("/v1/", &[], &[]),
            ("//v1", &[], &[]),
            ("/v1/wallets/ann/open", &[], &[]),
            ("*", &[], &[]),
        ] {
            let found = tree.find(path);
            assert_eq!(found.0, rows, "{path}");
            assert_eq!(found.1, values, "{path}");
        }
    }

    #[test]
    fn values_are_decoded_strictly() {
        let value =
            |raw: &str| PathValues::decode(&["user"], &[raw]).map(|values| values.text("user").unwrap().to_owned());
        assert_eq!(value("a%2Fb%20%C3%BC+").unwrap(), "a/b ü+");
        for raw in ["%", "%2", "%zz", "%ff", "%00", "%0a", "a%C2%85", "%+1"] {
            assert_eq!(value(raw).unwrap_err().code(), Code::InvalidField, "{raw}");
        }
        let long = "ü".repeat(MAX_USER_ID);
        assert!(PathValues::decode(&["user"], &[&long]).unwrap().user_id("user").is_ok());
        let problem = PathValues::decode(&["user"], &[&format!("{long}x")]).unwrap();
        assert_eq!(problem.user_id("user").unwrap_err().param_text(), Some("user"));
    }

    #[test]
    fn queries_are_decoded_strictly() {
        let query = |text: &str| parse_query(text).map(|value| value.to_string());
        assert_eq!(query("").unwrap(), "{}");
        assert_eq!(query("a=1&b=x+y%2B&c").unwrap(), r#"{"a":"1","b":"x y+","c":""}"#);
        assert_eq!(query("a=1&a=2").unwrap_err().param_text(), Some("a"));
        assert_eq!(query("a=%ff").unwrap_err().code(), Code::InvalidField);
    }
}
