//! Mistakes in files that people write, YAML and TOML: which field, and what may stand there.

/// What a reader's message about a value says, with the name of the field and what is allowed; `line` and `column` are the
/// value's place, from 1. A message that names the field already stays as it is.
///
/// ```
/// use pnp_types::file_mistake::described;
///
/// let text = "contract:\n  max_rate: 1.5\n";
/// assert_eq!(
///     described(text, 2, 13, "invalid u64"),
///     "`max_rate` is a whole number from 0 to 18446744073709551615, not 1.5"
/// );
/// assert_eq!(described(text, 2, 3, "unknown field `max_rate`"), "unknown field `max_rate`");
/// ```
#[must_use]
pub fn described(text: &str, line: usize, column: usize, message: &str) -> String {
    let names_field = ["unknown field", "missing field", "duplicate"].iter().any(|words| message.contains(words));
    let Some(field) = field_at(text, line, column).filter(|_| !names_field) else { return message.to_owned() };
    match allowed(message) {
        Some(allowed) => format!("`{field}` is {allowed}{}", found(text, line, column)),
        None => format!("`{field}`: {message}"),
    }
}

/// What a reader wants where it says only the type.
fn allowed(message: &str) -> Option<String> {
    let whole = |most: String| format!("a whole number from 0 to {most}");
    Some(match message.strip_prefix("invalid ")? {
        "u8" => whole(u8::MAX.to_string()),
        "u16" => whole(u16::MAX.to_string()),
        "u32" => whole(u32::MAX.to_string()),
        "u64" | "usize" => whole(u64::MAX.to_string()),
        "i64" | "i128" | "isize" => "a whole number".to_owned(),
        "bool" | "boolean" => "true or false".to_owned(),
        _ => return None,
    })
}

/// The value at a place, where it is short and in one piece.
fn found(text: &str, line: usize, column: usize) -> String {
    let value = line_from(text, line, column).map(|rest| {
        let end = rest.find([',', '}', ']', '#']).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().trim()
    });
    match value {
        Some(value) if !value.is_empty() && value.len() <= 40 => format!(", not {value}"),
        _ => String::new(),
    }
}

fn line_from(text: &str, line: usize, column: usize) -> Option<&str> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    let (start, _) = line.char_indices().nth(column.checked_sub(1)?)?;
    line.get(start..)
}

/// The name of the field whose value is at a place: the last one before it.
fn field_at(text: &str, line: usize, column: usize) -> Option<&str> {
    let last = line.checked_sub(1)?;
    let here = text.lines().nth(last)?;
    let start = here.char_indices().nth(column.saturating_sub(1)).map_or(here.len(), |(start, _)| start);
    let before = text.lines().take(last).collect::<Vec<_>>().into_iter().rev();
    std::iter::once(here.get(..start)?).chain(before).find_map(last_name)
}

/// The last name of a field in a line: a word before `:` or `=`.
fn last_name(line: &str) -> Option<&str> {
    let line = line.split(" #").next().unwrap_or(line);
    let before = line.rfind([':', '=']).and_then(|end| line.get(..end))?.trim_end();
    let before = before.trim_end_matches(['"', '\'']);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = before.rfind(|c: char| !is_name(c)).map_or(0, |at| {
        at.saturating_add(before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))
    });
    before.get(start..).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_a_value_is_the_last_name_before_it() {
        let text =
            "- scenario: x # 5: no\n  contract: { fee_pct: 5, max_rate: lots }\n  steps:\n    - 12\nquoted = 5\n";
        for (line, column, field) in
            [(1, 13, "scenario"), (2, 24, "fee_pct"), (2, 37, "max_rate"), (4, 7, "steps"), (5, 10, "quoted")]
        {
            assert_eq!(field_at(text, line, column), Some(field), "{line}:{column}");
        }
        assert_eq!(field_at("12\n", 1, 1), None);
        assert_eq!(field_at("", 3, 1), None);
        assert_eq!(described(text, 2, 37, "invalid bool"), "`max_rate` is true or false, not lots");
        assert_eq!(described(text, 5, 10, "invalid type: integer"), "`quoted`: invalid type: integer");
        assert_eq!(described("é: ü\n", 1, 4, "invalid u8"), "`é` is a whole number from 0 to 255, not ü");
    }
}
