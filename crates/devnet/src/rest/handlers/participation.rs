//! Participation keys, of which this network has none: nobody votes on it.
//!
//! Every request that a node without keys would refuse is refused in algod's words. What would add a key is answered with
//! 501 and the reason.

use serde_json::Value;

use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::Answer;
use crate::rest::request::Request;
use crate::rest::unsupported::KEYS;

/// How many characters the text of a participation id has.
const ID_LENGTH: usize = 52;
/// What a file of keys begins with: algod keeps keys in databases of SQLite.
const DATABASE: &[u8] = b"SQLite format 3\0";

/// `GET /v2/participation`: a list without entries, which algod writes as `null`.
pub(in crate::rest) fn list(_: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    Ok(Answer::value(Value::Null))
}

/// `GET /v2/participation/{participation-id}`.
pub(in crate::rest) fn get(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    check_id(request)?;
    Err(not_found())
}

/// `DELETE /v2/participation/{participation-id}`.
pub(in crate::rest) fn delete(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    check_id(request)?;
    Err(Refusal::missing("participation id not found"))
}

/// `POST /v2/participation/{participation-id}`: state proof keys for a key that is there.
pub(in crate::rest) fn append(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    check_id(request)?;
    let problem = match request.body.first() {
        None => "EOF",
        // A list, or a map, of none; or nil.
        Some(0x80 | 0x90 | 0xc0) => {
            return Err(Refusal::bad("empty request, please attach keys to request body"));
        }
        Some(0x81..=0x8f | 0x91..=0x9f | 0xdc..=0xdf) => return Err(not_found()),
        Some(_) => "msgpack decode error [pos 1]: only encoded map or array can be decoded into a slice (0)",
    };
    Err(Refusal::bad(format!("unable to parse keys from body: {problem}")))
}

/// `POST /v2/participation`: a file of keys.
pub(in crate::rest) fn add(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    Err(match request.body.as_ref() {
        [] => Refusal::bad("payload was of zero length"),
        file if !file.starts_with(DATABASE) => Refusal::bad("file is not a database"),
        _ => Refusal::unsupported(KEYS),
    })
}

/// `POST /v2/participation/generate/{address}`.
pub(in crate::rest) fn generate(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    request.address("address")?;
    request.query_number("dilution")?;
    for name in ["first", "last"] {
        if request.query_number(name)?.is_none() {
            return Err(Refusal::parameter(name, &format!("query parameter '{name}' is required")));
        }
    }
    Err(Refusal::unsupported(KEYS))
}

fn not_found() -> Refusal {
    Refusal::internal("the participation ID was not found")
}

/// Refuses an id that is no base32, or too short or too long.
fn check_id(request: &Request) -> Result<(), Refusal> {
    let text = request.text("participation-id");
    // Go's decoder passes over line ends.
    let letters: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if let Some(at) = letters.iter().position(|byte| !matches!(byte, b'A'..=b'Z' | b'2'..=b'7')) {
        return Err(Refusal::bad(format!("illegal base32 data at input byte {at}")));
    }
    if letters.len() != ID_LENGTH {
        return Err(Refusal::bad(format!("attempted to decode a string which was not a participation id: \"{text}\"")));
    }
    Ok(())
}
