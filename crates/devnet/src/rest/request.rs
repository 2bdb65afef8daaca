//! A request, parsed as algod parses it and refused with its texts.

use std::borrow::Cow;

use hyper::body::Bytes;

use super::answer::Format;
use super::{Refusal, url};
use pnp_types::{Address, Digest};

/// One parsed request.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// The values of the path's `{names}`.
    path: Vec<(&'static str, Vec<u8>)>,
    /// The query's values in their order.
    query: Vec<(String, Vec<u8>)>,
    /// The body.
    pub(super) body: Bytes,
}

impl Request {
    /// A request from the values in its path, which algod unescapes (a second time, see [`url::routed_path`]), its
    /// query and its body.
    pub(super) fn new(values: Vec<(&'static str, Vec<u8>)>, query: &str, body: Bytes) -> Result<Self, Refusal> {
        let unescaped = |(name, value): (&'static str, Vec<u8>)| match url::unescape(&value, false) {
            Ok(value) if value.is_empty() => {
                Err(Refusal::parameter(name, &format!("parameter '{name}' is empty, can't bind its value")))
            }
            Ok(value) => Ok((name, value)),
            Err(problem) => {
                Err(Refusal::parameter(name, &format!("error unescaping path parameter '{name}': {problem}")))
            }
        };
        let path = values.into_iter().map(unescaped).collect::<Result<_, _>>()?;
        Ok(Self { path, query: url::query_pairs(query), body })
    }

    /// A value in the path; empty only if the route does not have it.
    fn value(&self, name: &str) -> &[u8] {
        self.path.iter().find(|(key, _)| *key == name).map_or(b"", |(_, value)| value)
    }

    /// A number in the path.
    pub(super) fn number<Number: From<u64>>(&self, name: &str) -> Result<Number, Refusal> {
        parse_uint(self.value(name))
            .map(Number::from)
            .map_err(|problem| Refusal::parameter(name, &format!("error binding string parameter: {problem}")))
    }

    /// A text in the path.
    pub(super) fn text(&self, name: &str) -> Cow<'_, str> {
        String::from_utf8_lossy(self.value(name))
    }

    /// An address in the path.
    pub(super) fn address(&self, name: &str) -> Result<Address, Refusal> {
        let text = String::from_utf8_lossy(self.value(name));
        text.parse().map_err(|_| {
            let problem = address_problem(&text);
            Refusal::parameter(name, &format!("error unmarshaling '{text}' text as *basics.Address: {problem}"))
        })
    }

    /// A transaction id in the path.
    pub(super) fn txid(&self, name: &str) -> Result<Digest, Refusal> {
        String::from_utf8_lossy(self.value(name))
            .parse()
            .map_err(|_| Refusal::bad("no valid transaction ID was specified"))
    }

    /// The value of a query parameter, as bytes: it may be no text.
    pub(super) fn query_bytes(&self, name: &str) -> Result<Option<&[u8]>, Refusal> {
        let mut values = self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_slice());
        match (values.next(), values.next()) {
            (first, None) => Ok(first),
            _ => Err(Refusal::parameter(name, &format!("multiple values for single value parameter '{name}'"))),
        }
    }

    /// The value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Result<Option<Cow<'_, str>>, Refusal> {
        Ok(self.query_bytes(name)?.map(String::from_utf8_lossy))
    }

    /// The entries of a query parameter that is a list: `a,b`.
    pub(super) fn query_list(&self, name: &str) -> Result<Vec<String>, Refusal> {
        match self.query(name) {
            Ok(value) => {
                Ok(value.iter().flat_map(|value| value.split(',')).map(|entry| entry.trim().to_owned()).collect())
            }
            Err(_) => {
                let problem = format!("parameter '{name}' is not exploded, but is specified multiple times");
                Err(Refusal::parameter(name, &problem))
            }
        }
    }

    /// A number in the query, if it is there.
    pub(super) fn query_number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let parse = |text| {
            parse_uint(text)
                .map_err(|problem| Refusal::parameter(name, &format!("error binding string parameter: {problem}")))
        };
        self.query_bytes(name)?.map(parse).transpose()
    }

    /// Checks a number in the query that may be negative.
    pub(super) fn query_signed(&self, name: &str) -> Result<(), Refusal> {
        let Some(text) = self.query_bytes(name)? else { return Ok(()) };
        let shown = url::quote(text);
        let text = std::str::from_utf8(text).ok().filter(|text| !text.is_empty());
        let digits = text.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
        let is_number =
            digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()));
        let what = match text.map(str::parse::<i64>) {
            Some(Ok(_)) => return Ok(()),
            _ if is_number => "value out of range",
            _ => "invalid syntax",
        };
        let problem = format!("error binding string parameter: strconv.ParseInt: parsing {shown}: {what}");
        Err(Refusal::parameter(name, &problem))
    }

    /// A yes or no in the query; no, if it is not there.
    pub(super) fn query_flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.query_bytes(name)? {
            None | Some(b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False") => Ok(false),
            Some(b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True") => Ok(true),
            Some(text) => {
                let text = url::quote(text);
                let problem =
                    format!("error binding string parameter: strconv.ParseBool: parsing {text}: invalid syntax");
                Err(Refusal::parameter(name, &problem))
            }
        }
    }

    /// The format of the answer: `format=`, and JSON without it, whatever the client accepts.
    pub(super) fn format(&self) -> Result<Format, Refusal> {
        match self.query("format")?.map(|name| name.to_ascii_lowercase()).as_deref() {
            Some("json") => Ok(Format::Json),
            Some("msgpack" | "msgp") => Ok(Format::Msgpack),
            None => Ok(Format::Json),
            Some(_) => Err(Refusal::bad("failed to parse the format option")),
        }
    }

    /// The body, unless it is longer than `limit` bytes.
    pub(super) fn body_within(&self, limit: usize) -> Result<&[u8], Refusal> {
        if self.body.len() > limit { Err(Refusal::bad("http: request body too large")) } else { Ok(&self.body) }
    }
}

/// Reads a decimal number of 64 bits; the error is the text clients of algod know.
pub(super) fn parse_uint(text: &[u8]) -> Result<u64, String> {
    let problem = |what| format!("strconv.ParseUint: parsing {}: {what}", url::quote(text));
    let digits = std::str::from_utf8(text).ok().filter(|text| !text.is_empty());
    let digits = digits.filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
    digits.ok_or_else(|| problem("invalid syntax"))?.parse().map_err(|_| problem("value out of range"))
}

fn address_problem(text: &str) -> String {
    // Go's decoder passes over line ends.
    let letters: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    match data_encoding::BASE32_NOPAD.decode(&letters) {
        Err(_) => format!("failed to decode address {text} from base 32"),
        Ok(bytes) if bytes.len() < 32 => format!("decoded bad addr: {text}"),
        Ok(_) => format!("address {text} is malformed, checksum verification failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_query(query: &str) -> Request {
        let values = [("round", "abc"), ("big", "18446744073709551616"), ("n", "%37"), ("odd", "%ff<")];
        let values = values.map(|(name, value)| (name, value.as_bytes().to_vec()));
        Request::new(values.to_vec(), query, Bytes::new()).unwrap()
    }

    /// The message of a refused reading.
    fn refused<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> String {
        outcome.unwrap_err().message().to_owned()
    }

    #[test]
    fn numbers_are_refused_in_algods_words() {
        let request = with_query("max=-1");
        assert_eq!(request.number::<u64>("n").unwrap(), 7);
        let problem = |name: &str, quoted: &str| {
            format!(
                "Invalid format for parameter {name}: error binding string parameter: strconv.ParseUint: parsing {quoted}"
            )
        };
        assert_eq!(refused(request.number::<u64>("round")), problem("round", r#""abc": invalid syntax"#));
        assert_eq!(refused(request.number::<u64>("odd")), problem("odd", r#""\xff<": invalid syntax"#));
        assert_eq!(
            refused(request.number::<u64>("big")),
            problem("big", r#""18446744073709551616": value out of range"#)
        );
        assert_eq!(refused(request.query_number("max")), problem("max", r#""-1": invalid syntax"#));
        assert_eq!(request.query_number("min").unwrap(), None);
    }

    #[test]
    fn formats_and_lists() {
        assert_eq!(with_query("format=MSGP").format().unwrap(), Format::Msgpack);
        assert_eq!(with_query("").format().unwrap(), Format::Json);
        assert!(with_query("format=xx").format().is_err());
        assert_eq!(with_query("x=a,%20b,c").query_list("x").unwrap(), ["a", "b", "c"]);
        assert!(with_query("f=x").query_flag("f").is_err());
    }

    #[test]
    fn a_parameter_given_twice_or_not_at_all_is_refused_in_algods_words() {
        let twice = with_query("max=1&max=1&exclude=all&exclude=all");
        assert_eq!(
            refused(twice.query_number("max")),
            "Invalid format for parameter max: multiple values for single value parameter 'max'"
        );
        assert_eq!(
            refused(twice.query_list("exclude")),
            "Invalid format for parameter exclude: parameter 'exclude' is not exploded, but is specified multiple times"
        );
        let in_path = |value: &[u8]| refused(Request::new(vec![("round", value.to_vec())], "", Bytes::new()));
        assert_eq!(
            in_path(b""),
            "Invalid format for parameter round: parameter 'round' is empty, can't bind its value"
        );
        assert_eq!(
            in_path(b"%zz"),
            "Invalid format for parameter round: error unescaping path parameter 'round': invalid URL escape \"%zz\""
        );
    }

    #[test]
    fn addresses_are_refused_in_algods_words() {
        assert_eq!(address_problem("abc"), "failed to decode address abc from base 32");
        assert!(address_problem(&"A".repeat(58)).ends_with("is malformed, checksum verification failed"));
        assert_eq!(address_problem("AAAA"), "decoded bad addr: AAAA");
    }
}
