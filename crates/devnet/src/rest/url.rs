//! Paths and queries as Go's `net/url` parses them: the text of an error response depends on it.

/// The path as algod's router matches it, or why it is malformed.
///
/// A path that is written as Go itself would write it is decoded first, any other one is compared as it came
/// (`url.URL.RawPath`, echo's `GetPath`).
pub(super) fn routed_path(raw: &str) -> Result<Vec<u8>, String> {
    let decoded = unescape(raw.as_bytes(), false)?;
    Ok(if escape_path(&decoded) == raw { decoded } else { raw.as_bytes().to_vec() })
}

/// Replaces `%41` by `A` and, in a query, `+` by a space; the error is Go's text.
pub(super) fn unescape(text: &[u8], in_query: bool) -> Result<Vec<u8>, String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'%' => {
                let digits = behind.first_chunk::<2>().and_then(|[high, low]| Some((hex(*high)? << 4) | hex(*low)?));
                let Some(byte) = digits else {
                    let shown = behind.iter().take(2).copied();
                    let escape: Vec<u8> = std::iter::once(b'%').chain(shown).collect();
                    return Err(format!("invalid URL escape {}", quote(&escape)));
                };
                decoded.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            b'+' if in_query => decoded.push(b' '),
            other => decoded.push(*other),
        }
    }
    Ok(decoded)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// A path in Go's own spelling (`url.URL.EscapedPath` of a path without a raw one).
fn escape_path(path: &[u8]) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path {
        match byte {
            b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'@' => {
                escaped.push(char::from(*byte));
            }
            _ if byte.is_ascii_alphanumeric() => escaped.push(char::from(*byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// A query's names and values in their order; a pair that cannot be read is left out, as in Go.
pub(super) fn query_pairs(query: &str) -> Vec<(String, Vec<u8>)> {
    let pair = |text: &str| {
        if text.is_empty() || text.contains(';') {
            return None;
        }
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let name = String::from_utf8(unescape(name.as_bytes(), true).ok()?).ok()?;
        Some((name, unescape(value.as_bytes(), true).ok()?))
    };
    query.split('&').filter_map(pair).collect()
}

/// Text between double quotes as Go's `strconv.Quote` writes it.
pub(super) fn quote(text: &[u8]) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for chunk in text.utf8_chunks() {
        for letter in chunk.valid().chars() {
            push_quoted(&mut quoted, letter);
        }
        for byte in chunk.invalid() {
            quoted.push_str(&format!("\\x{byte:02x}"));
        }
    }
    quoted.push('"');
    quoted
}

fn push_quoted(quoted: &mut String, letter: char) {
    match letter {
        '"' | '\\' => quoted.extend(['\\', letter]),
        '\n' => quoted.push_str("\\n"),
        '\r' => quoted.push_str("\\r"),
        '\t' => quoted.push_str("\\t"),
        '\x07' => quoted.push_str("\\a"),
        '\x08' => quoted.push_str("\\b"),
        '\x0b' => quoted.push_str("\\v"),
        '\x0c' => quoted.push_str("\\f"),
        _ if is_printable(letter) => quoted.push(letter),
        _ => {
            let code = u32::from(letter);
            quoted.push_str(&match code {
                ..0x80 => format!("\\x{code:02x}"),
                0x80..0x1_0000 => format!("\\u{code:04x}"),
                _ => format!("\\U{code:08x}"),
            });
        }
    }
}

fn is_printable(letter: char) -> bool {
    // Behind another letter, so that a mark that combines with it counts as printable, as it does in Go.
    let shown: String = ['a', letter].iter().collect();
    letter == '\'' || shown.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_or_refused_in_gos_words() {
        assert_eq!(unescape(b"a%20b+c%ff", false).unwrap(), b"a b+c\xff");
        assert_eq!(unescape(b"a%20b+c", true).unwrap(), b"a b c");
        assert_eq!(unescape(b"x%zz", false).unwrap_err(), "invalid URL escape \"%zz\"");
        assert_eq!(unescape(b"x%4", false).unwrap_err(), "invalid URL escape \"%4\"");
        assert_eq!(unescape(b"%", false).unwrap_err(), "invalid URL escape \"%\"");
    }

    #[test]
    fn only_a_path_in_gos_own_spelling_is_compared_decoded() {
        let path = |raw| routed_path(raw).unwrap();
        assert_eq!(path("/v2/blocks/%FF"), b"/v2/blocks/\xff");
        assert_eq!(path("/v2/blocks/%ff"), b"/v2/blocks/%ff");
        assert_eq!(path("/v2/blocks/%2530"), b"/v2/blocks/%30");
        assert_eq!(path("/v2/sta%74us"), b"/v2/sta%74us");
        assert_eq!(path("/v2/a%2Fb"), b"/v2/a%2Fb");
    }

    #[test]
    fn pairs_of_a_query_that_cannot_be_read_are_left_out() {
        let own = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
        assert_eq!(query_pairs("a=1&b=%zz&&c;d=2&e&f=%ff+"), [own("a", b"1"), own("e", b""), own("f", b"\xff ")]);
    }

    #[test]
    fn quoted_text_is_what_go_writes() {
        assert_eq!(
            quote("a\n\"\u{0}ü\u{301}\u{2028}😀\u{e0001}\u{fffd}'".as_bytes()),
            "\"a\\n\\\"\\x00ü\u{301}\\u2028😀\\U000e0001\u{fffd}'\""
        );
        assert_eq!(quote(b"\xff\x7f"), "\"\\xff\\x7f\"");
    }
}
