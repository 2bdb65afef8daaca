//! Whether a text is an ABI method signature (ARC-4), as far as `method` warns about it.
//!
//! Only the spelling is checked, and only the first error is reported, in the words of the reference's ABI library.

use super::integer::{IntegerError, parse_decimal};
use super::quote::quoted;

/// What is wrong with a method signature, if anything.
pub(super) fn verify_method_signature(signature: &str) -> Result<(), String> {
    let (args, returns) = split_signature(signature)?;
    for (index, arg) in split_tuple(args)?.into_iter().enumerate() {
        if !is_argument_only(arg) {
            verify_type(arg, 0).map_err(|error| format!("Error parsing argument type at index {index}: {error}"))?;
        }
    }
    if returns != "void" {
        verify_type(returns, 0).map_err(|error| format!("Error parsing return type: {error}"))?;
    }
    Ok(())
}

/// The text between the outer parentheses, and what follows them.
fn split_signature(signature: &str) -> Result<(&str, &str), String> {
    let unpaired = || format!("Unpaired parenthesis in method signature: \"{signature}\"");
    let open = match signature.find('(') {
        None => return Err(format!("No parenthesis in method signature: \"{signature}\"")),
        Some(0) => return Err(format!("Method signature has no name: \"{signature}\"")),
        Some(open) => open,
    };
    let mut depth = 0_usize;
    for (at, byte) in signature.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Err(unpaired()),
            b')' if depth == 1 => return Ok((&signature[open + 1..at], &signature[at + 1..])),
            b')' => depth -= 1,
            _ => {}
        }
    }
    Err(unpaired())
}

/// Types that only arguments have: references and transactions.
fn is_argument_only(name: &str) -> bool {
    let references = ["account", "asset", "application"];
    let transactions = ["txn", "pay", "keyreg", "acfg", "axfer", "afrz", "appl"];
    references.contains(&name) || transactions.contains(&name)
}

/// The outermost, comma-separated parts of a tuple's content.
///
/// A part is what comes before its parentheses; only where that is nothing, the parentheses (and all up to the next
/// comma) are the part. So `byte(uint8)` reads as `byte`: the library does so, and its verdict is what is wanted here.
fn split_tuple(content: &str) -> Result<Vec<&str>, String> {
    if content.is_empty() {
        return Ok(Vec::new());
    }
    if content.starts_with(',') || content.ends_with(',') {
        return Err("parsing error: tuple content should not start or end with comma".into());
    }
    if content.contains(",,") {
        return Err("no consecutive commas".into());
    }
    let unpaired = || format!("unpaired parentheses: {content}");
    let bytes = content.as_bytes();
    let mut heads = Vec::new();
    let mut groups = Vec::new();
    let (mut start, mut head_end, mut depth, mut at) = (0, None, 0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'(' => {
                if depth == 0 {
                    head_end = Some(at);
                }
                depth += 1;
            }
            b')' => {
                depth = depth.checked_sub(1).ok_or_else(unpaired)?;
                if depth == 0 {
                    at = content[at..].find(',').map_or(content.len(), |comma| at + comma);
                    groups.push(&content[head_end.unwrap_or(start)..at]);
                    continue;
                }
            }
            b',' if depth == 0 => {
                heads.push(&content[start..head_end.take().unwrap_or(at)]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if depth != 0 {
        return Err(unpaired());
    }
    heads.push(&content[start..head_end.unwrap_or(content.len())]);
    let mut groups = groups.into_iter();
    Ok(heads.into_iter().map(|head| if head.is_empty() { groups.next().unwrap_or_default() } else { head }).collect())
}

/// Types nested deeper than this are refused; no real interface has them, and each level takes space on the stack of this process.
const MAX_DEPTH: usize = 256;

fn verify_type(name: &str, depth: usize) -> Result<(), String> {
    if depth == MAX_DEPTH {
        return Err("types are nested too deep".into());
    }
    let depth = depth + 1;
    if let Some(element) = name.strip_suffix("[]") {
        return verify_type(element, depth);
    }
    if name.ends_with(']') {
        let ill_formed = || format!("static array ill formated: \"{name}\"");
        let (element, length) = split_static_array(name).ok_or_else(ill_formed)?;
        small_number(length)?;
        return verify_type(element, depth);
    }
    if let Some(bits) = name.strip_prefix("uint") {
        let bits = small_number(bits).map_err(|_| format!("ill formed uint type: \"{name}\""))?;
        return verify_bits("uint", bits);
    }
    if let Some(sizes) = name.strip_prefix("ufixed") {
        let is_positive = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        let parts = sizes.split_once('x').filter(|(bits, precision)| {
            !bits.is_empty() && !precision.is_empty() && is_positive(bits) && is_positive(precision)
        });
        let (bits, precision) = parts.ok_or_else(|| format!("ill formed ufixed type: \"{name}\""))?;
        let (bits, precision) = (small_number(bits)?, small_number(precision)?);
        verify_bits("ufixed", bits)?;
        if precision > 160 {
            return Err(format!("unsupported ufixed type precision: {precision}"));
        }
        return Ok(());
    }
    if matches!(name, "byte" | "bool" | "address" | "string") {
        return Ok(());
    }
    if let Some(content) = name.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let parts = split_tuple(content)?;
        parts.iter().try_for_each(|part| verify_type(part, depth))?;
        if parts.len() >= usize::from(u16::MAX) {
            return Err("tuple type child type number larger than maximum uint16 error".into());
        }
        return Ok(());
    }
    Err(format!("cannot convert the string \"{name}\" to an ABI type"))
}

/// `T[N]` into `T` and `N`: `T` of lower-case letters, digits and `[](),`, `N` without leading zeros.
fn split_static_array(name: &str) -> Option<(&str, &str)> {
    let (element, length) = name.strip_suffix(']')?.rsplit_once('[')?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"[](),".contains(&byte);
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let plain = length == "0" || !length.starts_with('0');
    (!element.is_empty() && element.bytes().all(allowed) && is_number && plain).then_some((element, length))
}

/// A decimal number of 16 bits.
fn small_number(text: &str) -> Result<u16, String> {
    let number = parse_decimal(text).and_then(|number| u16::try_from(number).map_err(|_| IntegerError::Range));
    number.map_err(|error| format!("strconv.ParseUint: parsing {}: {error}", quoted(text)))
}

fn verify_bits(kind: &str, bits: u16) -> Result<(), String> {
    if bits.is_multiple_of(8) && (8..=512).contains(&bits) {
        return Ok(());
    }
    Err(format!("unsupported {kind} type bitSize: {bits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_signatures() {
        for good in [
            "add(uint64,uint64)uint128",
            "a()void",
            "f((uint8,(bool,string)),address[],byte[32])ufixed64x2",
            "g(account,asset,application,txn,pay,appl)(uint8,uint8)[3]",
            "h(byte(uint8),uint64)void",
        ] {
            assert_eq!(verify_method_signature(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn bad_signatures() {
        let cases = [
            ("add", "No parenthesis in method signature: \"add\""),
            ("()void", "Method signature has no name: \"()void\""),
            ("a(", "Unpaired parenthesis in method signature: \"a(\""),
            ("a)b(", "Unpaired parenthesis in method signature: \"a)b(\""),
            ("a(uint64,)void", "parsing error: tuple content should not start or end with comma"),
            ("a(uint7)void", "Error parsing argument type at index 0: unsupported uint type bitSize: 7"),
            ("a()", "Error parsing return type: cannot convert the string \"\" to an ABI type"),
            ("a(bool[01])void", "Error parsing argument type at index 0: static array ill formated: \"bool[01]\""),
        ];
        for (signature, error) in cases {
            assert_eq!(verify_method_signature(signature), Err(error.to_owned()), "{signature}");
        }
    }
}
