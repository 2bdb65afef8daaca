//! The lines of a batch: CSV or JSON Lines, one at a time, each with its number and what is wrong with it.
//!
//! A line ends at a line break, and no field contains one. So a malformed line affects no other, line numbers are those of an
//! editor, and memory does not grow with the file.

use super::super::journal::InputDigest;
use super::super::{TickId, Units, UsageError};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

/// The longest line that is read, in bytes; four fields never come near.
const MAX_LINE_BYTES: usize = 4096;
/// The first number that is too large, 2^64.
const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `user,units,unit_price,tick_id`, the last two optional; a header may name the columns in another order. Semicolons or
    /// tabs may stand for the commas.
    Csv,
    /// An object with these names a line.
    JsonLines,
}

impl Format {
    /// The format that a file's name implies, if any.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("csv") => Some(Self::Csv),
            Some("jsonl" | "ndjson") => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// An account's name or address.
    pub user: String,
    /// Units of use.
    pub units: Units,
    /// The price of one; the least the contract allows if not given.
    pub unit_price: Option<u64>,
    /// The tick; a fresh one if not given.
    pub tick: Option<TickId>,
}

/// A line of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The input up to it.
    pub input: InputDigest,
    /// What it asks for, or why it cannot be read.
    pub row: Result<Row, String>,
}

/// An input that cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The operating system refused.
    #[error("the lines cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The text is in UTF-16.
    #[error("the lines are in UTF-16; they have to be in UTF-8")]
    Utf16,
    /// The header names an unknown column, or omits one.
    #[error("the header in line {line} {why}")]
    Header {
        /// Its line.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// The position of each field in a CSV line.
#[derive(Clone, Copy, Debug)]
struct Columns {
    user: usize,
    units: usize,
    unit_price: Option<usize>,
    tick: Option<usize>,
    count: usize,
}

impl Columns {
    const PLAIN: Self = Self { user: 0, units: 1, unit_price: Some(2), tick: Some(3), count: 4 };

    /// The columns a header names.
    fn named(fields: &csv::StringRecord) -> Result<Self, String> {
        let fields = || fields.iter().take(without_empty_end(fields));
        let (mut user, mut units, mut unit_price, mut tick) = (None, None, None, None);
        for (at, name) in fields().enumerate() {
            let column = match name.to_ascii_lowercase().as_str() {
                "user" => &mut user,
                "units" => &mut units,
                "unit_price" | "price" => &mut unit_price,
                "tick_id" | "tick" => &mut tick,
                _ => return Err(format!("names {name:?}: the columns are user, units, unit_price and tick_id")),
            };
            if column.replace(at).is_some() {
                return Err(format!("names {name:?} twice"));
            }
        }
        let user = user.ok_or("names no column user")?;
        let units = units.ok_or("names no column units")?;
        Ok(Self { user, units, unit_price, tick, count: fields().count() })
    }
}

/// How many fields there are before the empty ones at the end, which spreadsheets add.
fn without_empty_end(fields: &csv::StringRecord) -> usize {
    let last = |end, (at, field): (usize, &str)| if field.is_empty() { end } else { at.saturating_add(1) };
    fields.iter().enumerate().fold(0, last)
}

enum Source {
    Text {
        reader: Box<dyn BufRead + Send>,
        format: Option<Format>,
        separator: Option<u8>,
        columns: Option<Columns>,
        number: u64,
    },
    Same {
        row: Row,
        text: Vec<u8>,
        left: u64,
        number: u64,
    },
}

/// An input, read line by line.
pub struct Input {
    source: Source,
    digest: InputDigest,
    /// The digests of lines that may have been corrected since.
    corrected: BTreeMap<u64, InputDigest>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl Input {
    /// Lines of a file. Without a format the first line decides: JSON starts with a brace.
    #[must_use]
    pub fn new(reader: impl BufRead + Send + 'static, format: Option<Format>) -> Self {
        let source = Source::Text { reader: Box::new(reader), format, separator: None, columns: None, number: 0 };
        Self { source, digest: InputDigest::default(), corrected: BTreeMap::new() }
    }

    /// The same bill `count` times.
    #[must_use]
    pub fn same(row: Row, count: u64) -> Self {
        let price = row.unit_price.map(|price| price.to_string()).unwrap_or_default();
        let text = format!("{},{},{price}", row.user, row.units).into_bytes();
        Self {
            source: Source::Same { row, text, left: count, number: 0 },
            digest: InputDigest::default(),
            corrected: BTreeMap::new(),
        }
    }

    /// The same, where these lines may have another text than when these digests were made: lines behind them have the digest that
    /// they would have without the correction.
    #[must_use]
    pub(super) fn with_corrected(mut self, corrected: BTreeMap<u64, InputDigest>) -> Self {
        self.corrected = corrected;
        self
    }

    /// The input up to the last line read.
    #[must_use]
    pub const fn digest(&self) -> InputDigest {
        self.digest
    }

    /// The next line that is not empty; `None` after the last.
    ///
    /// # Errors
    /// An input that cannot be read, and a header that makes no sense.
    pub fn next_line(&mut self) -> Result<Option<Line>, InputError> {
        let Self { source, digest, corrected } = self;
        let mut advance = |number: u64, text: &[u8]| {
            let found = digest.then(text);
            *digest = corrected.get(&number).copied().unwrap_or(found);
            found
        };
        match source {
            Source::Same { left: 0, .. } => Ok(None),
            Source::Same { row, text, left, number } => {
                *left -= 1;
                *number += 1;
                Ok(Some(Line { number: *number, input: advance(*number, text), row: Ok(row.clone()) }))
            }
            Source::Text { reader, format, separator, columns, number } => loop {
                let Some(raw) = read_line(reader)? else { return Ok(None) };
                *number += 1;
                if *number == 1 && (raw.starts_with(&[0xff, 0xfe]) || raw.starts_with(&[0xfe, 0xff])) {
                    return Err(InputError::Utf16);
                }
                let text = if *number == 1 { raw.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&raw) } else { &raw };
                let input = advance(*number, text);
                if text.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                let header = |why| InputError::Header { line: *number, why };
                if *number == 1 && *format != Some(Format::JsonLines) && is_separator_line(text) {
                    *format = Some(Format::Csv);
                    *separator = Some(named_separator(text).map_err(header)?);
                    continue;
                }
                let format = *format.get_or_insert_with(|| guess_format(text));
                if format == Format::Csv && text.starts_with(b"#") {
                    continue;
                }
                let separator = *separator.get_or_insert_with(|| guess_separator(text));
                let row = match (format, *columns) {
                    _ if text.len() > MAX_LINE_BYTES => Err(format!("it is longer than {MAX_LINE_BYTES} bytes")),
                    (Format::JsonLines, _) => json_row(text),
                    (Format::Csv, Some(known)) => csv_row(text, separator, known),
                    (Format::Csv, None) => {
                        let fields = csv_fields(text, separator);
                        match &fields {
                            Ok(fields) if is_header(fields) => {
                                *columns = Some(Columns::named(fields).map_err(header)?);
                                continue;
                            }
                            _ => *columns = Some(Columns::PLAIN),
                        }
                        csv_row(text, separator, Columns::PLAIN)
                    }
                };
                return Ok(Some(Line { number: *number, input, row }));
            },
        }
    }
}

/// Whether a first line names columns: some field is a column's name, and none is a number or empty, as one at least is in
/// every line of data. If a header that omits `units` were taken for data, prices would be billed as units.
fn is_header(fields: &csv::StringRecord) -> bool {
    const NAMES: [&str; 6] = ["user", "units", "unit_price", "price", "tick_id", "tick"];
    let is_word = |field: &str| field.starts_with(|c: char| !c.is_ascii_digit() && !"+-.".contains(c));
    let named = without_empty_end(fields);
    named > 1
        && fields.iter().take(named).all(is_word)
        && fields.iter().any(|field| NAMES.iter().any(|name| field.eq_ignore_ascii_case(name)))
}

fn guess_format(text: &[u8]) -> Format {
    if text.trim_ascii_start().starts_with(b"{") { Format::JsonLines } else { Format::Csv }
}

/// Whether a first line is `sep=;`, which spreadsheets write to name the separator.
fn is_separator_line(text: &[u8]) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="))
}

fn named_separator(text: &[u8]) -> Result<u8, String> {
    match text.get(4..) {
        Some([separator @ (b',' | b';' | b'\t')]) => Ok(*separator),
        _ => Err("names a separator that is no comma, semicolon or tab".to_owned()),
    }
}

/// The separator of a first line: a comma if it has one, as in earlier versions, which knew no other.
fn guess_separator(text: &[u8]) -> u8 {
    [b',', b';', b'\t'].into_iter().find(|separator| text.contains(separator)).unwrap_or(b',')
}

/// A line without its break; of one that is too long, no more than shows that.
fn read_line(reader: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = MAX_LINE_BYTES as u64 + 8;
    if Read::take(&mut *reader, most).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    } else if line.len() > MAX_LINE_BYTES {
        // The rest counts for the input's digest, a piece at a time.
        let mut digest = InputDigest::default().then(&line);
        loop {
            let mut piece = Vec::new();
            let read = Read::take(&mut *reader, most).read_until(b'\n', &mut piece)?;
            digest = digest.then(&piece);
            if read == 0 || piece.last() == Some(&b'\n') {
                break;
            }
        }
        line.extend_from_slice(format!("{digest:?}").as_bytes());
    }
    Ok(Some(line))
}

fn csv_fields(text: &[u8], separator: u8) -> Result<csv::StringRecord, String> {
    const NO_TEXT: &str = "it is not text in UTF-8";
    if !text.contains(&b'"') {
        // Without quotes a comma is a comma; making a reader costs ten times as much as that.
        let text = std::str::from_utf8(text).map_err(|_| NO_TEXT)?;
        return Ok(text.split(char::from(separator)).map(str::trim).collect());
    }
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(separator).has_headers(false).flexible(true).trim(csv::Trim::All).buffer_capacity(256);
    let mut fields = csv::StringRecord::new();
    // A quote that is not closed would go on in the next line: here it ends with the bytes, as if it were closed.
    if text.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
        return Err("a quote in it is not closed".to_owned());
    }
    match reader.from_reader(text).read_record(&mut fields) {
        Ok(true) => Ok(fields),
        Ok(false) => Err("it is empty".to_owned()),
        Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => Err(NO_TEXT.to_owned()),
        Err(error) => Err(format!("it is not CSV ({error})")),
    }
}

fn csv_row(text: &[u8], separator: u8, columns: Columns) -> Result<Row, String> {
    let fields = csv_fields(text, separator)?;
    if without_empty_end(&fields) > columns.count {
        return Err(format!("it has {} fields, {} are expected", fields.len(), columns.count));
    }
    let field = |at: usize| fields.get(at).filter(|text| !text.is_empty());
    let optional = |at: Option<usize>| at.and_then(field);
    let units = field(columns.units).ok_or("it has no units")?;
    Ok(Row {
        user: field(columns.user).ok_or("it has no user")?.to_owned(),
        units: Units(number("units", units)?),
        unit_price: optional(columns.unit_price).map(|text| number("unit_price", text)).transpose()?,
        tick: optional(columns.tick).map(tick).transpose()?,
    })
}

fn number(name: &str, text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(number),
        _ if digits => Err(format!("{name} {text} is too large; the most is {}", u64::MAX)),
        _ => {
            let shown = text.chars().take(40).collect::<String>();
            let hint =
                if text.contains([',', '.', '_', ' ', '\'']) { ": write its digits alone, such as 1000" } else { "" };
            Err(format!("{name} {shown:?} is not a whole number{hint}"))
        }
    }
}

fn tick(text: &str) -> Result<TickId, String> {
    text.parse().map_err(|error: UsageError| error.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    user: String,
    units: Units,
    #[serde(default, alias = "price")]
    unit_price: Option<u64>,
    #[serde(default, alias = "tick")]
    tick_id: Option<String>,
}

fn json_row(text: &[u8]) -> Result<Row, String> {
    let object: Object = serde_json::from_slice(text).map_err(|_| json_fault(text))?;
    if object.user.trim().is_empty() {
        return Err("it has no user".to_owned());
    }
    Ok(Row {
        user: object.user.trim().to_owned(),
        units: object.units,
        unit_price: object.unit_price,
        tick: object.tick_id.as_deref().map(tick).transpose()?,
    })
}

/// What is wrong with a JSON line that is none of ours, in words.
fn json_fault(text: &[u8]) -> String {
    const FIELDS: &str = "user, units, unit_price and tick_id";
    let fields = match serde_json::from_slice(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return format!("it is not an object with {FIELDS}"),
        Err(error) if error.is_eof() => return "it ends in the middle of an object".to_owned(),
        Err(error) => return format!("it is not JSON from character {} on", error.column()),
    };
    for (name, value) in &fields {
        let fault = match (name.as_str(), value) {
            ("unit_price" | "price" | "tick_id" | "tick", Value::Null) => None,
            ("user" | "tick_id" | "tick", value) => {
                (!value.is_string()).then(|| format!("{name} is not a text in quotes"))
            }
            ("units" | "unit_price" | "price", Value::String(_)) => {
                Some(format!("{name} is in quotes: a number has none"))
            }
            ("units" | "unit_price" | "price", value) => json_number(name, value),
            _ => Some(format!("it has a field {name:?}: the fields are {FIELDS}")),
        };
        if let Some(fault) = fault {
            return fault;
        }
    }
    match ["user", "units"].into_iter().find(|name| !fields.contains_key(*name)) {
        Some(missing) => format!("it has no {missing}"),
        None => "it has a field twice".to_owned(),
    }
}

fn json_number(name: &str, value: &Value) -> Option<String> {
    match value {
        value if value.is_u64() => None,
        // What does not fit is read as a floating number.
        Value::Number(number) if number.as_f64().is_some_and(|number| number >= TOO_LARGE) => {
            Some(format!("{name} is too large; the most is {}", u64::MAX))
        }
        value => Some(format!("{name} {value} is not a whole number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static [u8], format: Option<Format>) -> Vec<Line> {
        let mut input = Input::new(text, format);
        std::iter::from_fn(|| input.next_line().unwrap()).collect()
    }

    fn row(user: &str, units: u64, unit_price: Option<u64>, tick: Option<&str>) -> Row {
        Row { user: user.to_owned(), units: Units(units), unit_price, tick: tick.map(|tick| tick.parse().unwrap()) }
    }

    #[test]
    fn csv_with_and_without_a_header() {
        let plain = lines(b"\xef\xbb\xbfuser,1\r\nbob, 20 ,300,t-1\r\n\r\n\"carol\",\"5\",,\"a,b\"", None);
        let rows: Vec<_> = plain.iter().map(|line| (line.number, line.row.clone().unwrap())).collect();
        assert_eq!(
            rows,
            [
                (1, row("user", 1, None, None)),
                (2, row("bob", 20, Some(300), Some("t-1"))),
                (4, row("carol", 5, None, Some("a,b"))),
            ]
        );
    }

    #[test]
    fn a_header_names_the_columns() {
        let named = lines(b"units,tick_id,user\n7,t1,alice\n8,,bob\n", None);
        let rows: Vec<_> = named.into_iter().map(|line| line.row.unwrap()).collect();
        assert_eq!(rows, [row("alice", 7, None, Some("t1")), row("bob", 8, None, None)]);
        for (text, why) in [
            (&b"user,units,colour\n"[..], "names \"colour\""),
            (b"units,price\n", "names no column user"),
            (b"user,units,user\n", "names \"user\" twice"),
            (b"user,unit_price\nalice,100\n", "names no column units"),
            (b"tick_id,user\n", "names no column units"),
            (b"user,amount\n", "names \"amount\""),
        ] {
            let error = Input::new(text, None).next_line().unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("line 1"), "{error}");
        }
    }

    #[test]
    fn json_lines() {
        let text = b"{\"user\":\"alice\",\"units\":18446744073709551615,\"unit_price\":2,\"tick_id\":\"0x6100\"}\n{\"user\":\"bob\",\"units\":1}\n";
        let rows: Vec<_> = lines(text, None).into_iter().map(|line| line.row.unwrap()).collect();
        assert_eq!(rows, [row("alice", u64::MAX, Some(2), Some("0x6100")), row("bob", 1, None, None)]);
        let bad = lines(b"{\"user\":\"a\",\"units\":1,\"colour\":2}\n[1]\n{\"user\":\"a\",\"units\":-1}\n", None);
        assert!(bad.iter().all(|line| line.row.is_err()));
        assert!(bad[0].row.as_ref().unwrap_err().contains("colour"));
        for (text, why) in [
            ("{\"user\":\"a\"", "ends in the middle"),
            ("{\"user\":\"a\",}", "not JSON from character 13 on"),
            ("[1]", "not an object"),
            ("{\"units\":1}", "it has no user"),
            ("{\"user\":\"a\"}", "it has no units"),
            ("{\"user\":1,\"units\":1}", "user is not a text"),
            ("{\"user\":\"a\",\"units\":\"1\"}", "units is in quotes"),
            ("{\"user\":\"a\",\"units\":-1}", "units -1 is not a whole number"),
            ("{\"user\":\"a\",\"units\":1.5}", "units 1.5 is not a whole number"),
            ("{\"user\":\"a\",\"units\":18446744073709551616}", "units is too large"),
            ("{\"user\":\"a\",\"units\":1,\"units\":2}", "a field twice"),
            ("{\"user\":\"a\",\"units\":1,\"price\":null,\"tick\":5}", "tick is not a text"),
        ] {
            let error = json_row(text.as_bytes()).unwrap_err();
            assert!(error.contains(why) && !error.contains("u64"), "{text}: {error}");
        }
    }

    #[test]
    fn files_of_spreadsheets() {
        let expected = [row("alice", 3, Some(100), None), row("bob", 4, None, Some("t1"))];
        for text in [
            &b"user;units;unit_price;tick_id\nalice;3;100;\nbob;4;;t1\n"[..],
            b"user\tunits\tunit_price\ttick_id\nalice\t3\t100\nbob\t4\t\tt1\n",
            b"\xef\xbb\xbfsep=;\r\nuser;units;unit_price;tick_id\r\nalice;3;100;\r\nbob;4;;t1\r\n",
            b"SEP=,\nalice,3,100\nbob,4,,t1\n",
            b"user,units,unit_price,tick_id,,\nalice,3,100,,,\nbob,4,,t1,,\n",
            b"# of june\nuser,units,unit_price,tick_id\n#alice,1\nalice,3,100,\nbob,4,,t1\n",
            b"\"user\";\"units\";\"unit_price\";\"tick_id\"\n\"alice\";\"3\";\"100\"\nbob;4;;\"t1\"\n",
        ] {
            let rows: Vec<_> = lines(text, None).into_iter().map(|line| line.row.unwrap()).collect();
            assert_eq!(rows, expected, "{}", String::from_utf8_lossy(text));
        }
        // A header without units is one with a comma at its end too.
        for (text, why) in [
            (&b"user,unit_price,\nalice,100,\n"[..], "names no column units"),
            (b"user;unit_price\n", "names no column units"),
            (b"sep=|\n", "names a separator"),
            (b"\xff\xfeu\0s\0", "UTF-16"),
            (b"\xfe\xff\0u\0s", "UTF-16"),
        ] {
            let error = Input::new(text, None).next_line().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        for text in [&b"alice,\"1,000\""[..], b"user;units\nalice;1,5", b"alice;1.000", b"alice;1 000"] {
            let error = lines(text, None).remove(0).row.unwrap_err();
            assert!(error.contains("digits alone, such as 1000"), "{error}");
        }
    }

    #[test]
    fn a_corrected_line_changes_no_digest_but_its_own() {
        let first = lines(b"alice,1\nbob,x\nalice,2\n", None);
        let corrected = Input::new(&b"alice,1\nbob,5\nalice,2\n"[..], None);
        let mut corrected = corrected.with_corrected([(2, first[1].input)].into());
        let again: Vec<_> = std::iter::from_fn(|| corrected.next_line().unwrap()).collect();
        let same = |at: usize| again[at].input == first[at].input;
        assert_eq!([same(0), same(1), same(2)], [true, false, true]);
    }

    #[test]
    fn bad_lines_spoil_no_others() {
        let mut text =
            b"alice,1\nalice\nalice,x\nalice,-1\nalice,1.5\nalice,99999999999999999999\n,1\nalice,1,2,t,5\n".to_vec();
        text.extend_from_slice(b"\"alice,1\n\xff,1\nalice,1,1,");
        text.extend(std::iter::repeat_n(b't', 65));
        text.push(b'\n');
        text.extend(std::iter::repeat_n(b'a', 10_000));
        text.extend_from_slice(b"\nbob,2\n");
        let lines = lines(text.leak(), None);
        let reasons: Vec<_> = lines.iter().map(|line| line.row.as_ref().err().map_or("", String::as_str)).collect();
        for (at, why) in [
            "",
            "no units",
            "not a whole number",
            "not a whole number",
            "not a whole number",
            "too large",
            "no user",
            "5 fields",
            "quote",
            "UTF-8",
            "1 to 64 bytes",
            "longer than",
            "",
        ]
        .iter()
        .enumerate()
        {
            assert!(
                reasons[at].contains(why) && reasons[at].is_empty() == why.is_empty(),
                "line {}: {}",
                at + 1,
                reasons[at]
            );
        }
        assert_eq!(lines.last().unwrap().number, 13);
    }

    #[test]
    fn equal_digests_mean_equal_inputs() {
        let last = |text: &'static [u8]| lines(text, None).last().unwrap().input;
        assert_eq!(last(b"a,1\nb,2\n"), last(b"a,1\r\nb,2"));
        assert_ne!(last(b"a,1\nb,2\n"), last(b"a,2\nb,2\n"));
        let long = |byte| {
            let text: Vec<u8> = std::iter::repeat_n(b'a', 9000).chain([byte, b'\n', b'b', b',', b'1']).collect();
            last(text.leak())
        };
        assert_ne!(long(b'x'), long(b'y'), "what is too long to be read counts too");
    }

    #[test]
    fn the_same_bill_many_times() {
        let mut input = Input::same(row("user", 2, None, None), 3);
        let all: Vec<_> = std::iter::from_fn(|| input.next_line().unwrap()).collect();
        assert_eq!(all.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(all[0].input != all[1].input && all[2].input == input.digest());
    }
}
