//! Values on the command line, refused in words that say what is wrong with them.

use pnp_types::{Address, MicroAlgos};

/// A whole number of minor units or units.
pub(crate) fn whole(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.replace('_', "");
    if let Ok(number) = digits.parse() {
        return Ok(number);
    }
    if digits.is_empty() {
        return Err("it is empty; a whole number is needed".to_owned());
    }
    if digits.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return Err("it is negative; amounts start at 0".to_owned());
    }
    if digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(format!("it is too large; the most is {}", u64::MAX));
    }
    if digits.parse::<f64>().is_ok() {
        return Err("it is not a whole number; amounts are counted in minor units".to_owned());
    }
    Err(format!("it is not a number: a whole number from 0 to {} is allowed", u64::MAX))
}

/// The id of an application or an asset, or a round.
pub(crate) fn id<Id: From<u64>>(text: &str) -> Result<Id, String> {
    whole(text).map(Id::from)
}

/// What an amount of Algos may be.
const ALGOS: &str = "digits with at most six after a point, such as 1.5, up to 18446744073709.551615";

/// An amount of Algos with at most six digits after the point.
pub(crate) fn algos(text: &str) -> Result<MicroAlgos, String> {
    let text = text.trim();
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    if after.len() > 6 {
        return Err(format!("an Algo has six digits after the point: {ALGOS} are allowed"));
    }
    if before.starts_with('-') {
        return Err(format!("it is negative: {ALGOS} are allowed"));
    }
    let too_large = || format!("it is too large: {ALGOS} are allowed");
    let number = |digits: &str| match digits {
        "" => Ok(0),
        _ if !digits.chars().all(|c| c.is_ascii_digit()) => {
            Err(format!("it is not an amount of Algos: {ALGOS} are allowed"))
        }
        _ => digits.parse::<u64>().map_err(|_| too_large()),
    };
    if before.is_empty() && after.is_empty() {
        return Err("it is empty; an amount of Algos is needed, such as 1.5".to_owned());
    }
    let fraction = number(&format!("{after:0<6}"))?;
    let whole = number(before)?.checked_mul(1_000_000).and_then(|micros| micros.checked_add(fraction));
    whole.map(MicroAlgos).ok_or_else(too_large)
}

/// An address.
pub(crate) fn address(text: &str) -> Result<Address, String> {
    text.trim().parse().map_err(|error: pnp_types::AddressError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_say_what_is_wrong_with_them() {
        assert_eq!(whole("1_000"), Ok(1000));
        assert_eq!(whole("18446744073709551615"), Ok(u64::MAX));
        for (text, reason) in [
            ("18446744073709551616", "too large"),
            ("-1", "negative"),
            ("1.5", "not a whole number"),
            ("1e3", "not a whole number"),
            ("one", "not a number: a whole number from 0 to 18446744073709551615 is allowed"),
            ("", "empty"),
            ("-", "not a number"),
        ] {
            assert!(whole(text).unwrap_err().contains(reason), "{text}");
        }
    }

    #[test]
    fn algos_have_six_digits() {
        assert_eq!(algos("1.5"), Ok(MicroAlgos(1_500_000)));
        assert_eq!(algos(".000001"), Ok(MicroAlgos(1)));
        assert_eq!(algos("18446744073709.551615"), Ok(MicroAlgos(u64::MAX)));
        for text in ["18446744073709.551616", "0.0000001", "-1", "x", "", ".", "1.-5", "99999999999999999999"] {
            let reason = algos(text).unwrap_err();
            assert!(reason.contains("such as 1.5"), "{text}: {reason}");
        }
    }
}
