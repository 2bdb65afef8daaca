//! The lenient half: the members of an object, as go-codec reads JSON into a map of raw texts.
//!
//! What follows the object is ignored; numbers may start with `+`, be a bare sign or write `.5`; strings may hold
//! control characters, `\'`, and `\u` without hexadecimal digits; two surrogates in a row become a replacement
//! character. A member that is written twice is refused, unless the second one is `null`. Source: go-codec
//! `codec/json.go`, `decode.go`.

/// Deeper than this an object may not be nested, itself included.
const MAX_DEPTH: usize = 1023;

/// Why a text has no members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum MembersError {
    #[error("invalid json text, duplicate keys not allowed")]
    Duplicate,
    #[error("invalid json text, only json object is allowed")]
    NotAnObject,
    #[error("invalid json text")]
    Malformed,
}

use MembersError::{Duplicate, Malformed, NotAnObject};

/// A key as it is compared with others. Only strings are legal, but that is noticed at the very end.
#[derive(Debug, PartialEq)]
enum Key {
    Null,
    Bool(bool),
    Unsigned(u64),
    Negative(i64),
    Float(f64),
    String(Vec<u8>),
}

/// The members of an object with their texts, nothing for `null`.
#[derive(Debug)]
pub(super) struct Members<'t>(Vec<(Key, Option<&'t [u8]>)>);

impl<'t> Members<'t> {
    /// Reads the object that `text` begins with.
    pub(super) fn read(text: &'t [u8]) -> Result<Self, MembersError> {
        let mut reader = Reader { text, at: 0, token: 0 };
        if reader.null()? || reader.token()? != b'{' {
            return Err(NotAnObject);
        }
        reader.token = 0;
        let mut members = Self(Vec::new());
        while !matches!(reader.token()?, b'}' | b']') {
            reader.comma(members.0.is_empty())?;
            let key = reader.scalar()?.ok_or(Malformed)?;
            reader.expect(b':')?;
            let is_null = reader.null()?;
            // A second value is refused before it is read.
            if !is_null && members.place(&key).is_some() {
                return Err(Duplicate);
            }
            let text = if is_null { None } else { Some(reader.member()?) };
            match members.place(&key) {
                Some(known) => *known = text,
                None => members.0.push((key, text)),
            }
        }
        reader.expect(b'}')?;
        let only_strings = members.0.iter().all(|(key, _)| matches!(key, Key::String(_)));
        if only_strings { Ok(members) } else { Err(Malformed) }
    }

    fn place(&mut self, key: &Key) -> Option<&mut Option<&'t [u8]>> {
        self.0.iter_mut().find(|(known, _)| known == key).map(|(_, text)| text)
    }

    /// The text of the member of that name.
    pub(super) fn get(&self, name: &[u8]) -> Option<Option<&'t [u8]>> {
        let found = self.0.iter().find(|(key, _)| matches!(key, Key::String(key) if key == name));
        found.map(|(_, text)| *text)
    }
}

/// The text, and the character taken last if it has not been used yet. A zero means that there is none; so a
/// zero in the text is taken and forgotten, as if it were white space, but only by who asks for a character there.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    token: u8,
}

impl<'t> Reader<'t> {
    /// The character taken last, or the next one that is no white space.
    fn token(&mut self) -> Result<u8, MembersError> {
        while self.token == 0 {
            let byte = *self.text.get(self.at).ok_or(Malformed)?;
            self.at += 1;
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                self.token = byte;
                break;
            }
        }
        Ok(self.token)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), MembersError> {
        if self.token()? != wanted {
            return Err(Malformed);
        }
        self.token = 0;
        Ok(())
    }

    /// Before every element but the first there is a comma.
    fn comma(&mut self, first: bool) -> Result<(), MembersError> {
        if first { self.token().map(drop) } else { self.expect(b',') }
    }

    /// Takes `null`, if that is what comes.
    fn null(&mut self) -> Result<bool, MembersError> {
        if self.token()? != b'n' {
            return Ok(false);
        }
        self.rest_of_literal(b"ull")?;
        Ok(true)
    }

    fn rest_of_literal(&mut self, rest: &[u8]) -> Result<(), MembersError> {
        if !self.text.get(self.at..).is_some_and(|text| text.starts_with(rest)) {
            return Err(Malformed);
        }
        self.at += rest.len();
        self.token = 0;
        Ok(())
    }

    /// Takes a value that is no container. Of a container it takes nothing.
    fn scalar(&mut self) -> Result<Option<Key>, MembersError> {
        Ok(Some(match self.token()? {
            b'{' | b'[' => return Ok(None),
            b'"' => Key::String(self.string()?),
            b'n' => self.rest_of_literal(b"ull").map(|()| Key::Null)?,
            b't' => self.rest_of_literal(b"rue").map(|()| Key::Bool(true))?,
            b'f' => self.rest_of_literal(b"alse").map(|()| Key::Bool(false))?,
            _ => self.number()?,
        }))
    }

    /// The text of the value that comes.
    fn member(&mut self) -> Result<&'t [u8], MembersError> {
        if std::mem::take(&mut self.token) != 0 {
            self.at -= 1;
        }
        let start = self.at;
        self.skip(1)?;
        self.text.get(start..self.at).ok_or(Malformed)
    }

    /// Takes one value within `depth` containers.
    fn skip(&mut self, depth: usize) -> Result<(), MembersError> {
        if self.null()? {
            return Ok(());
        }
        match self.token()? {
            b'{' => self.skip_container(depth, b'}'),
            b'[' => self.skip_container(depth, b']'),
            _ => self.scalar().map(drop),
        }
    }

    fn skip_container(&mut self, depth: usize, end: u8) -> Result<(), MembersError> {
        if depth >= MAX_DEPTH {
            return Err(Malformed);
        }
        self.token = 0;
        let mut first = true;
        while !matches!(self.token()?, b'}' | b']') {
            self.comma(std::mem::take(&mut first))?;
            self.skip(depth + 1)?;
            if end == b'}' {
                self.expect(b':')?;
                self.skip(depth + 1)?;
            }
        }
        self.expect(end)
    }

    fn number(&mut self) -> Result<Key, MembersError> {
        let digits = if self.token()? == b'"' {
            // Only after a zero, which hid the quote.
            self.piece()?.split_last().map_or(&[][..], |(_, digits)| digits)
        } else {
            self.at -= 1;
            let rest = self.text.get(self.at..).unwrap_or_default();
            let is_digit = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'e' | b'E' | b'.' | b'+' | b'-');
            let length = rest.iter().take_while(is_digit).count();
            self.at += length;
            rest.get(..length).unwrap_or_default()
        };
        self.token = 0;
        match std::str::from_utf8(digits) {
            Ok(digits) if !digits.is_empty() => parse_number(digits),
            _ => Err(Malformed),
        }
    }

    /// Takes a string and undoes its escapes. The text is read up to the next quote, whatever comes before it, and each
    /// such piece is looked through on its own; that decides what escapes near a quote mean.
    fn string(&mut self) -> Result<Vec<u8>, MembersError> {
        self.token = 0;
        let mut decoded = Vec::new();
        let mut piece = self.piece()?;
        let mut at = 0;
        loop {
            if at == piece.len() {
                piece = self.piece()?;
                at = 0;
            }
            match *piece.get(at).ok_or(Malformed)? {
                b'"' => return Ok(decoded),
                b'\\' => at = unescape(piece, at + 1, &mut decoded)?,
                byte => {
                    decoded.push(byte);
                    at += 1;
                }
            }
        }
    }

    /// The text up to and with the next quote.
    fn piece(&mut self) -> Result<&'t [u8], MembersError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let quote = rest.iter().position(|byte| *byte == b'"').ok_or(Malformed)?;
        self.at += quote + 1;
        rest.get(..=quote).ok_or(Malformed)
    }
}

/// Decodes the escape whose letter is at `at`, and says where the text continues.
fn unescape(piece: &[u8], at: usize, decoded: &mut Vec<u8>) -> Result<usize, MembersError> {
    let plain = match *piece.get(at).ok_or(Malformed)? {
        byte @ (b'"' | b'\\' | b'/' | b'\'') => byte,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => {
            let (character, end) = unescape_unicode(piece, at)?;
            decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(end);
        }
        _ => return Err(Malformed),
    };
    decoded.push(plain);
    Ok(at + 1)
}

fn unescape_unicode(piece: &[u8], at: usize) -> Result<(char, usize), MembersError> {
    let digits = piece.get(at + 1..at + 5).ok_or(Malformed)?;
    let end = at + 5;
    let code = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let code = code.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    if let Some(character) = code.and_then(char::from_u32) {
        return Ok((character, end));
    }
    // What is no character becomes the replacement, and a surrogate takes the escape after it along.
    let second = code.is_some() && piece.len() > end && piece.get(end..end + 2) == Some(b"\\u");
    if second && piece.len() < end + 6 {
        return Err(Malformed);
    }
    Ok((char::REPLACEMENT_CHARACTER, if second { end + 6 } else { end }))
}

fn parse_number(digits: &str) -> Result<Key, MembersError> {
    let (negative, unsigned) = match digits.as_bytes().first() {
        Some(b'-') => (true, digits.get(1..).unwrap_or_default()),
        Some(b'+') => (false, digits.get(1..).unwrap_or_default()),
        _ => (false, digits),
    };
    // A sign alone is a zero.
    let whole = if unsigned.is_empty() {
        Some(0)
    } else if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        unsigned.parse::<u64>().ok()
    } else {
        None
    };
    match whole {
        Some(whole) if !negative => Ok(Key::Unsigned(whole)),
        Some(whole) if whole <= 1 << 63 => Ok(Key::Negative(0i64.wrapping_sub_unsigned(whole))),
        _ => match digits.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Key::Float(float)),
            _ => Err(Malformed),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(text: &str, name: &str) -> Result<Option<Option<String>>, MembersError> {
        let members = Members::read(text.as_bytes())?;
        let found = members.get(name.as_bytes());
        Ok(found.map(|text| text.map(|text| String::from_utf8_lossy(text).into_owned())))
    }

    #[test]
    fn texts_of_members_are_kept_as_written() {
        let text = r#" {"a": [1, {"b" :2}] , "c":+5, "d":null} and more"#;
        assert_eq!(get(text, "a"), Ok(Some(Some(r#"[1, {"b" :2}]"#.into()))));
        assert_eq!(get(text, "c"), Ok(Some(Some("+5".into()))));
        assert_eq!(get(text, "d"), Ok(Some(None)));
        assert_eq!(get(text, "e"), Ok(None));
    }

    #[test]
    fn a_second_null_replaces_and_anything_else_is_refused() {
        assert_eq!(get(r#"{"a":1,"a":null}"#, "a"), Ok(Some(None)));
        assert_eq!(get(r#"{"a":null,"a":1}"#, "a"), Err(Duplicate));
        assert_eq!(get(r#"{"a":{"b":1,"b":2}}"#, "a").map(|found| found.is_some()), Ok(true));
    }

    #[test]
    fn what_is_no_object_is_distinguished_from_what_is_no_json() {
        for text in ["[1]", "null", "nullx", "1", "\"a\"", "x"] {
            assert_eq!(get(text, "a"), Err(NotAnObject), "{text}");
        }
        for text in ["", "{", "nul", r#"{"a":1,}"#, r#"{1:2}"#, r#"{"a":1]"#] {
            assert_eq!(get(text, "a"), Err(Malformed), "{text}");
        }
    }
}
