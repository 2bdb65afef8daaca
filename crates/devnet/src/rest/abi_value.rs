//! ABI values in box names: `type:json` to ARC-4 bytes, for `abi:(uint64,address):[7,"…"]` and the like.

use data_encoding::BASE64;
use serde_json::Value;

use pnp_types::Address;

/// The types that a name can consist of. Fixed-point numbers are left out: boxes are not named with them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Type {
    /// `uintN`, and `byte` as 8 bits; the width in bytes.
    Uint(usize),
    Bool,
    Address,
    String,
    /// `T[n]`.
    Fixed(Box<Self>, usize),
    /// `T[]`.
    List(Box<Self>),
    Tuple(Vec<Self>),
}

/// Types nested deeper than this are refused: each level takes room on our own stack, and no JSON value that we read
/// has so many.
const MAX_DEPTH: usize = 128;

/// Reads `type:json`; the error is a text for the client.
pub(super) fn parse(text: &str) -> Result<Vec<u8>, String> {
    let split = || format!("Could not decode abi string ({text}): should split abi-type and abi-value with colon");
    let (kind, value) = text.split_once(':').ok_or_else(split)?;
    let kind_of = Type::parse(kind, 0)
        .ok_or_else(|| format!("Could not decode abi type string ({kind}): not a type this network knows"))?;
    let cannot = |problem: String| format!("Could not decode abi value string ({value}): {problem} ");
    let json: Value =
        serde_json::from_str(value).map_err(|_| cannot(format!("cannot cast JSON encoded ({value}) to {kind}")))?;
    kind_of.encode(&json).ok_or_else(|| cannot(format!("cannot cast JSON encoded ({value}) to {kind}")))
}

impl Type {
    fn parse(text: &str, depth: usize) -> Option<Self> {
        if depth == MAX_DEPTH {
            return None;
        }
        let depth = depth + 1;
        if let Some(rest) = text.strip_suffix(']') {
            let (element, length) = rest.rsplit_once('[')?;
            let element = Box::new(Self::parse(element, depth)?);
            return Some(if length.is_empty() {
                Self::List(element)
            } else {
                Self::Fixed(element, length.parse().ok()?)
            });
        }
        if let Some(members) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            return split_members(members)?
                .into_iter()
                .map(|member| Self::parse(member, depth))
                .collect::<Option<_>>()
                .map(Self::Tuple);
        }
        match text {
            "byte" => Some(Self::Uint(1)),
            "bool" => Some(Self::Bool),
            "address" => Some(Self::Address),
            "string" => Some(Self::String),
            _ => {
                let bits: usize = text.strip_prefix("uint")?.parse().ok()?;
                (bits.is_multiple_of(8) && (8..=512).contains(&bits)).then_some(Self::Uint(bits / 8))
            }
        }
    }

    fn is_dynamic(&self) -> bool {
        match self {
            Self::String | Self::List(_) => true,
            Self::Fixed(element, _) => element.is_dynamic(),
            Self::Tuple(members) => members.iter().any(Self::is_dynamic),
            Self::Uint(_) | Self::Bool | Self::Address => false,
        }
    }

    fn encode(&self, value: &Value) -> Option<Vec<u8>> {
        match self {
            Self::Uint(width) => uint(value.as_u64()?, *width),
            Self::Bool => value.as_bool().map(|yes| vec![if yes { 0x80 } else { 0 }]),
            Self::Address => value.as_str()?.parse::<Address>().ok().map(|address| address.0.to_vec()),
            Self::String => counted(value.as_str()?.as_bytes().to_vec(), value.as_str()?.len()),
            Self::Fixed(element, length) => {
                let items = items(value, element)?;
                if items.len() != *length {
                    return None;
                }
                members(&vec![element.as_ref(); *length], &items)
            }
            Self::List(element) => {
                let items = items(value, element)?;
                counted(members(&vec![element.as_ref(); items.len()], &items)?, items.len())
            }
            Self::Tuple(types) => {
                let items = value.as_array()?;
                if items.len() != types.len() {
                    return None;
                }
                members(&types.iter().collect::<Vec<_>>(), items)
            }
        }
    }
}

/// The elements of an array; bytes may also be one base64 text.
fn items(value: &Value, element: &Type) -> Option<Vec<Value>> {
    match (value, element) {
        (Value::String(text), Type::Uint(1)) => {
            BASE64.decode(text.as_bytes()).ok().map(|bytes| bytes.into_iter().map(Value::from).collect())
        }
        (Value::Array(items), _) => Some(items.clone()),
        _ => None,
    }
}

fn uint(number: u64, width: usize) -> Option<Vec<u8>> {
    let bytes = number.to_be_bytes();
    match width.checked_sub(bytes.len()) {
        Some(missing) => Some([vec![0; missing], bytes.to_vec()].concat()),
        None => {
            let (over, kept) = bytes.split_at(bytes.len() - width);
            over.iter().all(|byte| *byte == 0).then(|| kept.to_vec())
        }
    }
}

fn counted(bytes: Vec<u8>, count: usize) -> Option<Vec<u8>> {
    Some([u16::try_from(count).ok()?.to_be_bytes().to_vec(), bytes].concat())
}

/// A tuple: heads first, the contents of dynamic members after them, neighbouring booleans packed into bits.
fn members(types: &[&Type], items: &[Value]) -> Option<Vec<u8>> {
    let mut heads: Vec<Option<Vec<u8>>> = Vec::new();
    let mut tails = Vec::new();
    let mut packed_bits = 0_u32;
    for (kind, item) in types.iter().zip(items) {
        let encoded = kind.encode(item)?;
        if **kind == Type::Bool && !packed_bits.is_multiple_of(8) {
            let bits = heads.last_mut()?.as_mut()?.first_mut()?;
            *bits |= encoded.first()? >> (packed_bits % 8);
        } else if kind.is_dynamic() {
            heads.push(None);
            tails.push(encoded);
        } else {
            heads.push(Some(encoded));
        }
        packed_bits = if **kind == Type::Bool { packed_bits + 1 } else { 0 };
    }
    let mut offset: usize = heads.iter().map(|head| head.as_ref().map_or(2, Vec::len)).sum();
    let mut out = Vec::new();
    let mut contents = tails.iter();
    for head in heads {
        match head {
            Some(bytes) => out.extend(bytes),
            None => {
                out.extend(u16::try_from(offset).ok()?.to_be_bytes());
                offset = offset.checked_add(contents.next()?.len())?;
            }
        }
    }
    out.extend(tails.concat());
    Some(out)
}

/// The members of a tuple type: split at commas outside of inner parentheses.
fn split_members(text: &str) -> Option<Vec<&str>> {
    let (mut members, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                members.push(text.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        members.push(text.get(start..)?);
    }
    (depth == 0).then_some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of py-algorand-sdk 2.12.0's `ABIType.encode`.
    #[test]
    fn values_are_encoded_as_the_sdks_do() {
        for (text, expected) in [
            ("uint64:5", "0000000000000005"),
            ("uint8:255", "ff"),
            ("uint128:1", "00000000000000000000000000000001"),
            ("string:\"hello\"", "000568656c6c6f"),
            ("(uint8,bool):[1,true]", "0180"),
            ("(bool,bool,uint8,bool):[true,true,2,true]", "c00280"),
            ("(uint8,string,(bool,byte[])):[7,\"ab\",[true,\"AQI=\"]]", "07000500090002616280000300020102"),
            ("bool[9]:[true,false,true,false,true,false,true,false,true]", "aa80"),
            ("string[]:[\"a\",\"bc\"]", "00020004000700016100026263"),
        ] {
            assert_eq!(hex::encode(parse(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in
            ["uint8:256", "uint7:1", "string:hello", "(uint8,bool):[1]", "uint64", "bool[2]:[true]", "address:\"abc\""]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn types_nested_without_end_are_refused_before_they_take_the_stack() {
        let nested = |depth: usize| format!("uint8{}:{}{}", "[]".repeat(depth), "[".repeat(depth), "]".repeat(depth));
        // Each list but the innermost: its length, where its member begins.
        assert_eq!(parse(&nested(100)).unwrap().len(), 99 * 4 + 2);
        for text in [
            nested(20_000),
            format!("{}uint8{}:1", "(".repeat(20_000), ")".repeat(20_000)),
            format!("uint8{}:1", "[1]".repeat(20_000)),
        ] {
            assert!(parse(&text).unwrap_err().starts_with("Could not decode abi type string"));
        }
    }
}
