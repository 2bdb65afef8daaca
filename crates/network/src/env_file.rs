//! The text of a `.env` file.
//!
//! It may hold mnemonics. So it is read by a reader of its own, which keeps values in memory that is wiped, where a general one
//! leaves copies of every line behind. Its language is that of python-dotenv, with which AlgoKit reads these files:
//! `NAME=a value # a note`, `export` before it, `'a value'` with `\'` and `\\`, `"a value"` with `\n` and the like, quoted values
//! over several lines, and `${NAME}` or `${NAME:-default}` in any value. `tests/vectors/env` has what python-dotenv and the
//! dotenv of npm read.

use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

/// Settings by name; the values are wiped when dropped.
pub(super) type Settings = BTreeMap<String, Zeroizing<String>>;

/// What a file says.
#[derive(Default)]
pub(super) struct EnvFile {
    pub(super) settings: Settings,
    /// Lines, from 1, that are neither a setting nor a note. Their text is not kept: it may be half a mnemonic.
    pub(super) skipped: Vec<usize>,
}

/// Reads a file's text; `outside` knows the values that `${NAME}` has beside those of the file, and goes before them.
///
/// A line that cannot be read is skipped, for these files belong to other programs too. The error is the number, from 1, of such
/// a line that names a setting of this program.
pub(super) fn parse(text: &str, outside: impl Fn(&str) -> Option<Zeroizing<String>>) -> Result<EnvFile, usize> {
    let mut file = EnvFile::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text, line: 1 };
    let mut names_alone = BTreeSet::new();
    loop {
        reader.skip(is_space);
        if reader.rest.is_empty() {
            return Ok(file);
        }
        let (line, start) = (reader.line, reader.rest);
        match reader.entry() {
            Ok(Entry::Note) => {}
            Ok(Entry::Setting(name, value)) => {
                let value = expand(value, |name| match outside(name) {
                    Some(outer) => Some(outer),
                    None if names_alone.contains(name) => Some(Zeroizing::default()),
                    None => file.settings.get(name).cloned(),
                });
                names_alone.remove(name.as_str());
                file.settings.insert(name, value);
            }
            Ok(Entry::NameAlone(name)) if name.contains(':') && names_own_setting(name) => return Err(line),
            Ok(Entry::NameAlone(name)) => {
                file.settings.remove(name);
                names_alone.insert(name);
            }
            Err(Malformed) if names_own_setting(start) => return Err(line),
            Err(Malformed) => {
                reader.skip(|c| !is_line_break(c));
                file.skipped.push(line);
            }
        }
    }
}

/// What python-dotenv takes for white space.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

const fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

fn is_blank(c: char) -> bool {
    is_space(c) && !is_line_break(c)
}

/// Whether a line that cannot be read has the name of a setting of this program where its name would be.
fn names_own_setting(line: &str) -> bool {
    const PREFIXES: [&str; 4] = ["PNP_", "ALGOD_", "INDEXER_", "KMD_"];
    const NAMES: [&str; 4] = ["PROVIDER_ADDR", "PLATFORM_ADDR", "APP_ID", "ASA_ID"];
    let name = line.split(|c| is_line_break(c) || "=:".contains(c)).next().unwrap_or_default();
    let mut words = name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.any(|word| {
        PREFIXES.iter().any(|prefix| word.starts_with(prefix))
            || NAMES.contains(&word)
            || word.ends_with("_MNEMONIC")
            || word.ends_with("_SENDER")
    })
}

/// A line that is neither a setting nor a note.
struct Malformed;

/// A line, or several where a quote spans them.
enum Entry<'t> {
    Note,
    Setting(String, Zeroizing<String>),
    /// A name without a value takes back what was said of it before.
    NameAlone(&'t str),
}

/// The rest of the text, and the number of the line it begins in.
struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next()?;
        self.rest = chars.as_str();
        // `\r\n` is one line break.
        if next == '\n' || (next == '\r' && !self.rest.starts_with('\n')) {
            self.line = self.line.saturating_add(1);
        }
        Some(next)
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        while self.rest.starts_with(&skipped) {
            self.next();
        }
    }

    /// What goes up to the first character that does not belong to it; of one line.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let (taken, rest) = self.rest.split_at(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn entry(&mut self) -> Result<Entry<'t>, Malformed> {
        if let Some(rest) = self.rest.strip_prefix("export").filter(|rest| rest.starts_with(is_blank)) {
            self.rest = rest.trim_start_matches(is_blank);
        }
        let name = if self.rest.starts_with('#') { None } else { Some(self.name()?) };
        self.skip(is_blank);
        let value = match self.rest.strip_prefix('=') {
            Some(rest) => {
                self.rest = rest;
                Some(self.value()?)
            }
            None => None,
        };
        self.end_of_line()?;
        Ok(match (name, value) {
            (None, _) => Entry::Note,
            (Some(name), None) => Entry::NameAlone(name),
            (Some(name), Some(value)) => Entry::Setting(name.to_owned(), value),
        })
    }

    fn name(&mut self) -> Result<&'t str, Malformed> {
        let name = match self.rest.strip_prefix('\'') {
            Some(rest) => {
                let (name, rest) = rest.split_once('\'').ok_or(Malformed)?;
                self.line = self.line.saturating_add(name.matches('\n').count());
                self.rest = rest;
                name
            }
            None => self.take(|c| !is_space(c) && !"=#".contains(c)),
        };
        if name.is_empty() { Err(Malformed) } else { Ok(name) }
    }

    fn value(&mut self) -> Result<Zeroizing<String>, Malformed> {
        let blanks = self.take(is_blank);
        match self.rest.chars().next() {
            Some('#') if !blanks.is_empty() => Ok(Zeroizing::default()),
            Some('\'') => self.quoted('\'', |c| matches!(c, '\\' | '\'').then_some(c)),
            Some('"') => self.quoted('"', |c| {
                Some(match c {
                    '\\' | '\'' | '"' => c,
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\u{b}',
                    _ => return None,
                })
            }),
            _ => Ok(Zeroizing::new(without_note(self.take(|c| !is_line_break(c))).to_owned())),
        }
    }

    /// A value in quotes; a backslash goes before what `escaped` knows, and stands for itself before anything else.
    fn quoted(&mut self, quote: char, escaped: fn(char) -> Option<char>) -> Result<Zeroizing<String>, Malformed> {
        let (line, start) = (self.line, self.rest);
        let mut value = with_room(start.len());
        self.next();
        while let Some(c) = self.next() {
            match c {
                c if c == quote => return Ok(value),
                '\\' => match self.next() {
                    Some(c) => match escaped(c) {
                        Some(meant) => value.push(meant),
                        None => {
                            value.push('\\');
                            self.push(&mut value, c);
                        }
                    },
                    None => break,
                },
                c => self.push(&mut value, c),
            }
        }
        // It is not closed: only the line that it begins in is not understood.
        (self.line, self.rest) = (line, start);
        Err(Malformed)
    }

    /// Adds a character of a quoted value; every line break is `\n`.
    fn push(&self, value: &mut String, c: char) {
        match c {
            '\r' if self.rest.starts_with('\n') => {}
            '\r' => value.push('\n'),
            c => value.push(c),
        }
    }

    /// Nothing but blanks and a note are left of the line.
    fn end_of_line(&mut self) -> Result<(), Malformed> {
        self.skip(is_blank);
        if self.rest.starts_with('#') {
            self.skip(|c| !is_line_break(c));
        }
        if self.rest.is_empty() || self.rest.starts_with(is_line_break) { Ok(()) } else { Err(Malformed) }
    }
}

/// An empty value that does not move while it grows to `most` bytes, so that it leaves no copies behind.
fn with_room(most: usize) -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(most.min(1 << 16)))
}

/// A value without quotes, up to its note: a `#` behind a blank.
fn without_note(line: &str) -> &str {
    let note = line.char_indices().zip(line.chars().skip(1)).find(|((_, c), next)| is_space(*c) && *next == '#');
    let value = note.and_then(|((at, _), _)| line.get(..at)).unwrap_or(line);
    value.trim_end_matches(is_space)
}

/// The value with `${NAME}` and `${NAME:-default}` replaced; a name that nobody knows is its default, or nothing.
fn expand(value: Zeroizing<String>, known: impl Fn(&str) -> Option<Zeroizing<String>>) -> Zeroizing<String> {
    if !value.contains("${") {
        return value;
    }
    let mut expanded = with_room(value.len().saturating_mul(4));
    let mut rest = value.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        match reference(after) {
            Some((name, default, behind)) => {
                match known(name) {
                    Some(known) => expanded.push_str(&known),
                    None => expanded.push_str(default),
                }
                rest = behind;
            }
            None => {
                expanded.push_str("${");
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    expanded
}

/// Behind `${`: the name, its default, and what comes after the brace; `None` if it is no such thing.
fn reference(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_at(text.find(['}', ':'])?);
    let (default, behind) = match rest.strip_prefix(":-") {
        Some(rest) => rest.split_once('}')?,
        None => ("", rest.strip_prefix('}')?),
    };
    Some((name, default, behind))
}
