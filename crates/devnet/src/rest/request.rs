//! What a client sent, read as algod reads it and refused in its words.

use axum::body::Bytes;

use super::Refusal;
use super::answer::Format;
use pnp_types::{Address, Digest};

/// One request, taken apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// The values of the path's `{names}`.
    pub(super) path: Vec<(String, String)>,
    /// The query's values in their order.
    pub(super) query: Vec<(String, String)>,
    /// Whether the client accepts msgpack and not JSON.
    pub(super) accepts_msgpack: bool,
    /// The whole body.
    pub(super) body: Bytes,
}

impl Request {
    /// A text in the path; empty only if the route does not have it.
    pub(super) fn text(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A number in the path.
    pub(super) fn number(&self, name: &str) -> Result<u64, Refusal> {
        parse_uint(self.text(name))
            .map_err(|problem| Refusal::parameter(name, &format!("error binding string parameter: {problem}")))
    }

    /// An address in the path.
    pub(super) fn address(&self, name: &str) -> Result<Address, Refusal> {
        let text = self.text(name);
        text.parse().map_err(|_| {
            let problem = address_problem(text);
            Refusal::parameter(name, &format!("error unmarshaling '{text}' text as *basics.Address: {problem}"))
        })
    }

    /// A transaction id in the path.
    pub(super) fn txid(&self, name: &str) -> Result<Digest, Refusal> {
        self.text(name).parse().map_err(|_| Refusal::bad("no valid transaction ID was specified"))
    }

    /// The first value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A list of a query parameter: `a,b` or the parameter several times.
    pub(super) fn query_list(&self, name: &str) -> Vec<&str> {
        let values = self.query.iter().filter(|(key, _)| key == name);
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).collect()
    }

    /// A number in the query, if it is there.
    pub(super) fn query_number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let parse = |text| {
            parse_uint(text)
                .map_err(|problem| Refusal::parameter(name, &format!("error binding string parameter: {problem}")))
        };
        self.query(name).map(parse).transpose()
    }

    /// A yes or no in the query; no, if it is not there.
    pub(super) fn query_flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.query(name) {
            None | Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            Some(text) => {
                let problem =
                    format!("error binding string parameter: strconv.ParseBool: parsing {text:?}: invalid syntax");
                Err(Refusal::parameter(name, &problem))
            }
        }
    }

    /// The format of the answer: `format=`, and without it what the client accepts.
    pub(super) fn format(&self) -> Result<Format, Refusal> {
        match self.query("format").map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Ok(Format::Json),
            Some("msgpack" | "msgp") => Ok(Format::Msgpack),
            None if self.accepts_msgpack => Ok(Format::Msgpack),
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
pub(super) fn parse_uint(text: &str) -> Result<u64, String> {
    if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(format!("strconv.ParseUint: parsing {text:?}: invalid syntax"));
    }
    text.parse().map_err(|_| format!("strconv.ParseUint: parsing {text:?}: value out of range"))
}

fn address_problem(text: &str) -> String {
    match data_encoding::BASE32_NOPAD.decode(text.as_bytes()) {
        Err(_) => format!("failed to decode address {text} from base 32"),
        Ok(bytes) if bytes.len() < 32 => format!("decoded bad addr: {text}"),
        Ok(_) => format!("address {text} is malformed, checksum verification failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_query(query: &[(&str, &str)]) -> Request {
        let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Request {
            path: own(&[("round", "abc"), ("big", "18446744073709551616"), ("n", "7")]),
            query: own(query),
            ..Request::default()
        }
    }

    #[test]
    fn numbers_are_refused_in_algods_words() {
        let request = with_query(&[("max", "-1")]);
        assert_eq!(request.number("n").unwrap(), 7);
        let text = |refusal: Refusal| format!("{refusal:?}");
        assert!(text(request.number("round").unwrap_err()).contains(r#"Invalid format for parameter round: error binding string parameter: strconv.ParseUint: parsing \"abc\": invalid syntax"#));
        assert!(text(request.number("big").unwrap_err()).contains("value out of range"));
        assert!(text(request.query_number("max").unwrap_err()).contains(r#"parsing \"-1\": invalid syntax"#));
        assert_eq!(request.query_number("min").unwrap(), None);
    }

    #[test]
    fn formats_and_lists() {
        assert_eq!(with_query(&[("format", "MSGP")]).format().unwrap(), Format::Msgpack);
        assert_eq!(with_query(&[]).format().unwrap(), Format::Json);
        assert!(with_query(&[("format", "xx")]).format().is_err());
        assert_eq!(with_query(&[("x", "a, b"), ("x", "c")]).query_list("x"), ["a", "b", "c"]);
        assert!(with_query(&[("f", "x")]).query_flag("f").is_err());
    }

    #[test]
    fn addresses_are_refused_in_algods_words() {
        assert_eq!(address_problem("abc"), "failed to decode address abc from base 32");
        assert!(address_problem(&"A".repeat(58)).ends_with("is malformed, checksum verification failed"));
        assert_eq!(address_problem("AAAA"), "decoded bad addr: AAAA");
    }
}
