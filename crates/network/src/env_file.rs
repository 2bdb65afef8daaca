//! The text of a `.env` file.
//!
//! It may hold mnemonics. So it is read by a reader of its own, which copies a value once, into memory that is wiped, where
//! a general one leaves copies of every line behind. The language is that of the dotenv programs: `NAME=value`, `export`
//! before it, `'as it is'`, `"with \n, \", \\ and $NAME"`, `# a note`.

use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Settings by name; the values are wiped when dropped.
pub(super) type Settings = BTreeMap<String, Zeroizing<String>>;

/// Reads a file's text; `outside` knows the values that `$NAME` has beside those of the file, and goes before them.
///
/// The error is the number of the offending line, counted from 1, and never its text: that may be half a mnemonic.
pub(super) fn parse(text: &str, outside: impl Fn(&str) -> Option<Zeroizing<String>>) -> Result<Settings, usize> {
    let mut settings = Settings::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line: usize = 1;
    while !rest.is_empty() {
        let mut entry = Entry { rest, settings: &settings, outside: &outside };
        let setting = entry.read().ok_or(line)?;
        let after = entry.rest;
        let read = rest.len().saturating_sub(after.len());
        let breaks = rest.as_bytes().get(..read).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        line = line.saturating_add(breaks);
        rest = after;
        settings.extend(setting.filter(|(name, _)| !name.is_empty()));
    }
    Ok(settings)
}

/// One entry: a line, or several where a quote spans them.
struct Entry<'t, 's, O> {
    rest: &'t str,
    settings: &'s Settings,
    outside: &'s O,
}

impl<O: Fn(&str) -> Option<Zeroizing<String>>> Entry<'_, '_, O> {
    /// The setting of the entry; the outer `None` is an error, the inner one an empty line or a note.
    #[expect(clippy::option_option, reason = "an error has nothing to tell but its line")]
    fn read(&mut self) -> Option<Option<(String, Zeroizing<String>)>> {
        self.skip_blanks();
        if self.at_end() {
            self.skip_line();
            return Some(None);
        }
        let mut name = self.name()?;
        self.skip_blanks();
        if name == "export" && !self.rest.starts_with('=') {
            name = self.name()?;
            self.skip_blanks();
        }
        self.rest = self.rest.strip_prefix('=')?;
        self.skip_blanks();
        if self.at_end() {
            self.skip_line();
            return Some(Some((name, Zeroizing::default())));
        }
        let value = self.value()?;
        Some(Some((name, value)))
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
    }

    /// At the end of the line, or at a note.
    fn at_end(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with(['\n', '#'])
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
    }

    fn name(&mut self) -> Option<String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let (name, rest) = self.rest.split_at(self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts_well.then(|| name.to_owned())
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// The value, to the end of its last line.
    fn value(&mut self) -> Option<Zeroizing<String>> {
        // Room for all there is, so that it never moves; what `$NAME` adds is rarely a secret.
        let mut value = Zeroizing::new(String::with_capacity(self.rest.len().min(4096)));
        loop {
            if self.at_value_end() {
                break;
            }
            match self.next()? {
                '\'' => loop {
                    match self.next()? {
                        '\'' => break,
                        c => value.push(c),
                    }
                },
                '"' => loop {
                    match self.next()? {
                        '"' => break,
                        '\\' => value.push(self.escaped()?),
                        '$' => self.substitute(&mut value)?,
                        c => value.push(c),
                    }
                },
                '\\' => value.push(self.escaped()?),
                '$' => self.substitute(&mut value)?,
                c => value.push(c),
            }
        }
        self.skip_blanks();
        if !self.at_end() {
            return None;
        }
        self.skip_line();
        Some(value)
    }

    /// At the blank or line break that ends a value.
    fn at_value_end(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with([' ', '\t', '\r', '\n'])
    }

    fn escaped(&mut self) -> Option<char> {
        match self.next()? {
            'n' => Some('\n'),
            c @ ('\\' | '\'' | '"' | '$' | ' ') => Some(c),
            _ => None,
        }
    }

    /// The value of `$NAME` or `${NAME}`; `None` if it is not set.
    fn substitute(&mut self, value: &mut String) -> Option<()> {
        let name = match self.rest.strip_prefix('{') {
            Some(rest) => {
                let (name, rest) = rest.split_once('}')?;
                self.rest = rest;
                name
            }
            None => {
                let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at(end);
                self.rest = rest;
                name
            }
        };
        match ((self.outside)(name), self.settings.get(name)) {
            (Some(outer), _) => value.push_str(&outer),
            (None, Some(own)) => value.push_str(own),
            (None, None) => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, usize> {
        let settings = parse(text, |name| (name == "OUTER").then(|| Zeroizing::new("outer".to_owned())))?;
        Ok(settings.into_iter().map(|(name, value)| (name, value.as_str().to_owned())).collect())
    }

    /// What the dotenvy crate, which read these files before, makes of a text.
    fn dotenvy(text: &str) -> Option<Vec<(String, String)>> {
        let read: Result<BTreeMap<_, _>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
        read.ok().map(|settings| settings.into_iter().collect())
    }

    const TEXTS: &[&str] = &[
        "A=1\nB=\"2\"\nC='3'\nD='fo ur'\nE=\"fi ve\"\nF=s\\ ix\nG=\nH=     \nI=   # note\nJ  =\"x\"\nK=    \"y\"\n",
        "export=\"a name\"\nexport   LOVER=1\n  export B = 2 # note\r\nC=3\r\n",
        "A=\"line 1\\nline 2\"\nB=\\$sweet\nC=\"a \\\"b\\\"\"\nD='s $\\f'\\''d'\nE=\"x\"y'z'\nF=\"lol\" #note\n",
        "A=one\nB=$A\nC=\"${A} two $A-three\"\nD='$A'\nE=$MISSING\nF=x${MISSING}y\nG=$A$B\n",
        "A='over\ntwo lines'\nB=2\n",
        "A=\"over\ntwo lines\"\nB=2",
        "# note\n   # another\n\n\nA=1#2\nA=2\nA.b=3\n_=4\n",
        "A=b c\n",
        "A\n",
        "=1\n",
        "1A=1\n",
        "A='open\n",
        "A=\"open\nB=1\n",
        "A=h\\8u\n",
        "A=${open\n",
        "word word word\n",
    ];

    #[test]
    fn files_mean_what_they_meant_before() {
        for text in TEXTS {
            assert_eq!(read(text).ok(), dotenvy(text), "{text:?}");
        }
    }

    #[test]
    fn what_the_process_has_goes_before_the_file() {
        assert_eq!(read("OUTER=inner\nA=$OUTER").unwrap()[0], ("A".to_owned(), "outer".to_owned()));
    }

    #[test]
    fn a_bad_line_is_named_by_number() {
        assert_eq!(read("A=1\n\n# note\nword word word\n"), Err(4));
        assert_eq!(read("A=1\nB='open\n"), Err(2));
        assert_eq!(read("A='two\nlines'\nB=x y"), Err(3));
    }
}
