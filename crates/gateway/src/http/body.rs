//! Reading bodies: within a size and a time, and of a known media type.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt as _;

use crate::problem::{Code, Problem};

/// How much of a body that is too large is read, so that the client reads the answer instead of a broken connection.
const MAX_DISCARDED: usize = 1 << 20;
/// How long that may take.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(2);

/// Reads a body.
pub(super) async fn read(body: Body, headers: &HeaderMap, limit: usize, timeout: Duration) -> Result<Bytes, Problem> {
    if headers.contains_key(CONTENT_ENCODING) {
        let detail = "The body must not be compressed.";
        return Err(Problem::new(Code::UnsupportedMediaType).detail(detail).hint("Omit `Content-Encoding`."));
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let mut body = body;
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large(body, limit).await);
    }
    let outcome = tokio::time::timeout(timeout, collect(&mut body, limit)).await;
    match outcome {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Fault::TooLarge)) => Err(too_large(body, limit).await),
        Ok(Err(Fault::Broken)) => Err(Problem::new(Code::InvalidBody).detail("The body ended early.")),
        Err(_) => Err(Problem::new(Code::RequestTimeout)),
    }
}

enum Fault {
    TooLarge,
    Broken,
}

async fn collect(body: &mut Body, limit: usize) -> Result<Bytes, Fault> {
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Fault::Broken)?.into_data() else { continue };
        if first.len().max(all.len()).saturating_add(data.len()) > limit {
            return Err(Fault::TooLarge);
        }
        // Most bodies are one piece, which needs no copy.
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

async fn too_large(mut body: Body, limit: usize) -> Problem {
    let discard = async {
        let mut read = 0_usize;
        while let Some(Ok(frame)) = body.frame().await {
            read = read.saturating_add(frame.data_ref().map_or(0, Bytes::len));
            if read > MAX_DISCARDED {
                break;
            }
        }
    };
    // Whether it was read in time does not matter: the answer is the same.
    let _ = tokio::time::timeout(DISCARD_TIMEOUT, discard).await;
    Problem::new(Code::BodyTooLarge).detail(format!("The body is larger than {limit} bytes."))
}

/// Checks the media type of a JSON body.
pub(super) fn check_json(headers: &HeaderMap, takes_text: bool) -> Result<(), Problem> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let value = values.next().map(|value| value.to_str().unwrap_or_default());
    let unsupported = |detail: String| {
        let problem = Problem::new(Code::UnsupportedMediaType).detail(detail).param("Content-Type");
        Err(if takes_text { problem.hint("Send `application/json`, or `text/plain` with JSON.") } else { problem })
    };
    let Some(value) = value else { return unsupported("The header `Content-Type` is missing.".to_owned()) };
    if values.next().is_some() {
        return unsupported("The header `Content-Type` appears twice.".to_owned());
    }
    let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
    let kind = kind.trim();
    let is_known =
        kind.eq_ignore_ascii_case("application/json") || (takes_text && kind.eq_ignore_ascii_case("text/plain"));
    if !is_known {
        let is_printable = kind.len() <= 100 && kind.bytes().all(|byte| byte.is_ascii_graphic());
        let kind = if is_printable { kind } else { "that" };
        return unsupported(format!("The body must be JSON, not `{kind}`."));
    }
    let charset = parameters.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let is_utf8 = |text: &str| matches!(text.trim_matches('"').to_ascii_lowercase().as_str(), "utf-8" | "utf8");
    let mut others = charset.filter(|(name, value)| name.eq_ignore_ascii_case("charset") && !is_utf8(value));
    if others.next().is_some() {
        return unsupported("The body must be in UTF-8.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_json_in_utf8() {
        let check = |value: &str, takes_text| {
            check_json(&[(CONTENT_TYPE, value.parse().unwrap())].into_iter().collect(), takes_text).is_ok()
        };
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=\"UTF-8\"; x=y"] {
            assert!(check(good, false), "{good}");
        }
        for bad in ["", "text/plain", "application/jsonp", "application/json; charset=latin1", "multipart/form-data"] {
            assert!(!check(bad, false), "{bad}");
        }
        assert!(check("text/plain;charset=UTF-8", true));
        assert!(!check("application/x-www-form-urlencoded", true));
        assert!(check_json(&HeaderMap::new(), true).is_err());
    }
}
