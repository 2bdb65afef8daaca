//! Names of boxes as query parameters: `encoding:value`, goal's form of an application argument (avm-abi `apps.AppCallBytes`).

use data_encoding::{BASE32, BASE32_NOPAD, BASE64};

use super::request::parse_uint;
use pnp_types::{Address, sha512_256};

/// Reads `str:…`, `int:…`, `addr:…`, `b32:…`, `b64:…`, `abi:type:value` into bytes; the error is algod's text.
pub(super) fn parse(text: &[u8]) -> Result<Vec<u8>, String> {
    let form = "all arguments and box names should be of the form 'encoding:value'";
    let colon = text.iter().position(|byte| *byte == b':').ok_or(form)?;
    let (encoding, value) = text.split_at_checked(colon).ok_or(form)?;
    let bytes = value.get(1..).unwrap_or_default();
    let (encoding, value) = (String::from_utf8_lossy(encoding), &*String::from_utf8_lossy(bytes));
    match encoding.as_ref() {
        // Only here may a name be bytes that are no text.
        "str" | "string" => Ok(bytes.to_vec()),
        "int" | "integer" => parse_uint(bytes)
            .map(|number| number.to_be_bytes().to_vec())
            .map_err(|problem| format!("Could not parse uint64 from string ({value}): {problem}")),
        "addr" | "address" => address(value).map_err(|problem| {
            format!("Could not unmarshal checksummed address from string ({value}): cannot cast encoded address string ({value}) to address: {problem}")
        }),
        "b32" | "base32" | "byte base32" => BASE32.decode(value.as_bytes()).map_err(|error| {
            format!("Could not decode base32-encoded string ({value}): illegal base32 data at input byte {}", error.position)
        }),
        "b64" | "base64" | "byte base64" => BASE64.decode(value.as_bytes()).map_err(|error| {
            format!("Could not decode base64-encoded string ({value}): illegal base64 data at input byte {}", error.position)
        }),
        "abi" => super::abi_value::parse(value),
        _ => Err(format!("Unknown encoding: {encoding}")),
    }
}

/// The form a paging token has: the last name, so that the next page starts after it.
pub(super) fn token(name: &[u8]) -> String {
    format!("b64:{}", BASE64.encode(name))
}

fn address(text: &str) -> Result<Vec<u8>, String> {
    let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|error| {
        let strange = text.bytes().position(|byte| !matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
        format!("base32 decode error: illegal base32 data at input byte {}", strange.unwrap_or(error.position))
    })?;
    let (key, checksum) =
        bytes.split_first_chunk::<32>().ok_or("decoded byte length should equal 36 with address and checksum")?;
    let hash = sha512_256(key);
    match hash.last_chunk::<4>() {
        _ if checksum.len() != 4 => Err("decoded byte length should equal 36 with address and checksum".to_owned()),
        Some(expected) if expected != checksum => {
            Err(format!("decoded checksum mismatch, {} != {}", numbers(expected), numbers(checksum)))
        }
        _ => Ok(Address(*key).as_bytes().to_vec()),
    }
}

/// Bytes as Go prints them: `[1 2 3]`.
fn numbers(bytes: &[u8]) -> String {
    format!("{bytes:?}").replace(',', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<u8>, String> {
        super::parse(text.as_bytes())
    }

    #[test]
    fn every_encoding_gives_its_bytes() {
        assert_eq!(parse("str:a:b").unwrap(), b"a:b");
        assert_eq!(super::parse(b"str:\xff").unwrap(), b"\xff");
        assert_eq!(parse("int:258").unwrap(), [0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(parse(&format!("addr:{}", Address([9; 32]))).unwrap(), [9; 32]);
        assert_eq!(parse("b32:MJXXQMI=").unwrap(), b"box1");
        assert_eq!(parse("b64:Ym94MQ==").unwrap(), b"box1");
        assert_eq!(parse(&token(b"\xff\0")).unwrap(), b"\xff\0");
    }

    #[test]
    fn refusals_are_algods() {
        let refused = |text: &str| parse(text).unwrap_err();
        assert_eq!(refused("nope"), "all arguments and box names should be of the form 'encoding:value'");
        assert_eq!(refused("foo:bar"), "Unknown encoding: foo");
        assert_eq!(
            refused("b64:!!"),
            "Could not decode base64-encoded string (!!): illegal base64 data at input byte 0"
        );
        assert_eq!(
            refused("int:x"),
            "Could not parse uint64 from string (x): strconv.ParseUint: parsing \"x\": invalid syntax"
        );
        let text = Address([9; 32]).to_string().replacen('B', "C", 1);
        assert!(
            refused(&format!("addr:{text}")).contains("decoded checksum mismatch, ["),
            "{}",
            refused(&format!("addr:{text}"))
        );
    }
}
