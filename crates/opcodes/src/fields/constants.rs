//! Integers TEAL knows by name: transaction types and on-completion actions.

/// Transaction types in the order of `TypeEnum`; 0 is the unknown type.
pub const TXN_TYPE_NAMES: [&str; 9] = ["unknown", "pay", "keyreg", "acfg", "axfer", "afrz", "appl", "stpf", "hb"];

/// The longer names of the same types. The last two cannot be written in a program, since they contain a space.
const TXN_TYPE_LONG_NAMES: [&str; 9] = [
    "",
    "Payment",
    "KeyRegistration",
    "AssetConfig",
    "AssetTransfer",
    "AssetFreeze",
    "ApplicationCall",
    "State Proof",
    "Consensus heartbeat",
];

/// On-completion actions in the order of their numbers.
pub const ON_COMPLETION_NAMES: [&str; 6] =
    ["NoOp", "OptIn", "CloseOut", "ClearState", "UpdateApplication", "DeleteApplication"];

/// The integer that a name means in `int NAME`.
pub fn named_constant(name: &str) -> Option<u64> {
    // Every name begins with a letter, most integers do not.
    if !name.bytes().next()?.is_ascii_alphabetic() {
        return None;
    }
    let position = |names: &[&str]| names.iter().position(|known| *known == name);
    position(&TXN_TYPE_NAMES)
        .or_else(|| position(&TXN_TYPE_LONG_NAMES))
        .or_else(|| position(&ON_COMPLETION_NAMES))
        .map(|at| at as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        assert_eq!(named_constant("pay"), Some(1));
        assert_eq!(named_constant("ApplicationCall"), Some(6));
        assert_eq!(named_constant("NoOp"), Some(0));
        assert_eq!(named_constant("DeleteApplication"), Some(5));
        assert_eq!(named_constant("unknown"), Some(0));
        assert_eq!(named_constant(""), None);
        assert_eq!(named_constant("7"), None);
    }
}
