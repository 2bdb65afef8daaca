//! What is inside the texts of nodes' refusals: structures as Go prints them, and the path to an inner transaction.

use crate::sentence::number_after;
use pnp_types::AppIndex;

/// How an application's program begins the text of its failure.
pub(crate) const PROGRAM_FAILED: &str = "logic eval error: ";
/// What stands before the place of a failure.
pub(crate) const DETAILS: &str = ". Details: ";

/// An instruction that failed, as a node names it after `Details:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedInstruction {
    /// The application whose program it is; `None` for a logic signature.
    pub app: Option<AppIndex>,
    /// The place in the program, in bytes from its start.
    pub pc: Option<u64>,
    /// The instructions around it, disassembled and separated by `; `.
    pub opcodes: Option<String>,
}

/// An inner transaction that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerFailure {
    /// Its place among those that were submitted together, from 0.
    pub index: u64,
    /// The application that it called, where that one's program failed.
    pub app: Option<AppIndex>,
    /// The place in that program.
    pub pc: Option<u64>,
}

/// The instructions that a text names, that of the innermost program first.
#[must_use]
pub fn failed_instructions(text: &str) -> Vec<FailedInstruction> {
    let places = text.split(DETAILS).skip(1).map(|details| {
        let (place, opcodes) = details.split_once("opcodes=").map_or((details, None), |(at, codes)| (at, Some(codes)));
        let opcodes = opcodes.map(|codes| codes.trim().to_owned()).filter(|codes| !codes.is_empty());
        FailedInstruction { app: number_after(place, "app=").map(AppIndex), pc: number_after(place, "pc="), opcodes }
    });
    places.collect()
}

/// The inner transactions that a failure went through, from the outermost, and what the innermost failed with. The text begins
/// after the first `logic eval error: `.
pub(crate) fn inner_failures<'t>(what: &'t str, whole: &str) -> (Vec<InnerFailure>, &'t str) {
    let mut places = failed_instructions(whole);
    // The outermost program is not that of an inner transaction.
    places.pop();
    let (mut path, mut rest) = (Vec::new(), what);
    while let Some((index, after)) = inner_index(rest) {
        let failed = after.strip_prefix(PROGRAM_FAILED);
        let place = failed.and_then(|_| places.pop()).unwrap_or_default();
        path.push(InnerFailure { index, app: place.app, pc: place.pc });
        rest = failed.unwrap_or(after);
    }
    (path, rest)
}

/// Takes `inner tx 0 failed: ` off.
fn inner_index(text: &str) -> Option<(u64, &str)> {
    let (index, rest) = text.strip_prefix("inner tx ")?.split_once(" failed: ")?;
    Some((index.parse().ok()?, rest))
}

/// The reason alone where a node printed the whole transaction before it: `transaction {…} invalid : REASON`.
#[must_use]
pub fn reason_of_invalid(text: &str) -> Option<&str> {
    const INVALID: &str = " invalid : ";
    let start = text.find("transaction {")?;
    let end = text.rfind(INVALID)?;
    (start < end).then(|| text.get(end.checked_add(INVALID.len())?..)).flatten()
}

/// A text without the structures that Go prints into it: accounts' data, transactions, lists of ids.
#[must_use]
pub fn without_structures(text: &str) -> String {
    let text = reason_of_invalid(text).unwrap_or(text);
    let mut text = cut(text, ", data {", &[", tried to spend", ", was going to receive"]);
    text = cut(&text, " []transactions.", &[DETAILS]);
    text = cut(&text, " ({{} [", &[DETAILS]);
    text = cut(&text, " ({_struct:", &[DETAILS]);
    while let Some(start) = text.find("{_struct:") {
        let end = balanced(text.get(start..).unwrap_or_default()).map_or(text.len(), |length| start + length);
        text.replace_range(start..end, "…");
    }
    bytes_in_hex(&without_fields(&text))
}

/// The text without structures of named fields: `{round:7 bits:5}`, `&{accounts:map[]}`.
fn without_fields(text: &str) -> String {
    let (mut rest, mut left) = (text, String::new());
    while let Some((before, after)) = rest.split_once('{') {
        let structure = rest.get(before.len()..).unwrap_or_default();
        let inside = balanced(structure).and_then(|length| structure.get(..length));
        let is_name = |name: &str| name.starts_with(char::is_alphabetic) && name.chars().all(char::is_alphanumeric);
        match inside.filter(|_| after.split_once(':').is_some_and(|(name, _)| is_name(name))) {
            Some(inside) => {
                left.push_str(before.strip_suffix('&').unwrap_or(before));
                left.push('…');
                rest = structure.get(inside.len()..).unwrap_or_default();
            }
            None => {
                left.push_str(before);
                left.push('{');
                rest = after;
            }
        }
    }
    left + rest
}

/// Bytes as people write them: `0x6162` for `[]byte{0x61, 0x62}`.
fn bytes_in_hex(text: &str) -> String {
    const BYTES: &str = "[]byte{";
    let Some((before, rest)) = text.split_once(BYTES) else { return text.to_owned() };
    let Some((bytes, after)) = rest.split_once('}') else { return text.to_owned() };
    let digits = bytes.split(", ").map(|byte| byte.trim_start_matches("0x"));
    let hex: String = digits.map(|digits| format!("{digits:0>2}")).collect();
    format!("{before}0x{}{}", if bytes.is_empty() { "" } else { &hex }, bytes_in_hex(after))
}

/// The text without what is between a beginning and the first of some ends, or the text's end.
fn cut(text: &str, beginning: &str, ends: &[&str]) -> String {
    let Some((before, rest)) = text.split_once(beginning) else { return text.to_owned() };
    let end = ends.iter().find_map(|end| rest.find(end)).unwrap_or(rest.len());
    format!("{before}{}", rest.get(end..).unwrap_or_default())
}

/// How long the structure at the start of a text is, to its closing brace.
fn balanced(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth = depth.checked_add(1)?,
            '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return at.checked_add(letter.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_are_cut_and_the_words_stay() {
        for (text, left) in [
            ("transaction {_struct:{} Sig:[0] Txn:{X:{} }} invalid : tx.Fee is odd", "tx.Fee is odd"),
            (
                "overspend (account A, data {B:{C:1} […] 0}}, tried to spend 1mA)",
                "overspend (account A, tried to spend 1mA)",
            ),
            ("fee too small []transactions.T{a:b{}}. Details: pc=1", "fee too small. Details: pc=1"),
            ("incomplete group: A != B ({{} [A C]})", "incomplete group: A != B"),
            ("non-zero tx.LocalStateSchema ({_struct:{} NumUint:1})", "non-zero tx.LocalStateSchema"),
            ("got {_struct:{} A:{B:1}} here", "got … here"),
            ("got {_struct:{} A:{B […]", "got …"),
            ("is not challenged by {round:7 seed:[1 2] bits:5}", "is not challenged by …"),
            ("unavailable Asset 5 during assignment &{a:map[] b:{c:1}}", "unavailable Asset 5 during assignment …"),
            ("invalid character '{' after object key:value pair", "invalid character '{' after object key:value pair"),
            ("[]byte{0x61, 0x2} is not a uint64", "0x6102 is not a uint64"),
            ("[]byte{} is not a uint64", "0x is not a uint64"),
            ("assert failed pc=4", "assert failed pc=4"),
        ] {
            assert_eq!(without_structures(text), left);
        }
    }

    #[test]
    fn each_program_of_a_path_has_its_place() {
        let what = "inner tx 0 failed: logic eval error: inner tx 2 failed: logic eval error: err opcode executed";
        let whole = format!(
            "{PROGRAM_FAILED}{what}. Details: app=30, pc=3, opcodes=err. Details: app=20, pc=9, opcodes=itxn_submit. \
             Details: app=10, pc=7, opcodes=itxn_submit"
        );
        let (path, rest) = inner_failures(what, &whole);
        let at = |index, app, pc| InnerFailure { index, app: Some(AppIndex(app)), pc: Some(pc) };
        assert_eq!((path, rest), (vec![at(0, 20, 9), at(2, 30, 3)], "err opcode executed"));
        let places = failed_instructions(&whole);
        assert_eq!(places.first().unwrap().opcodes.as_deref(), Some("err"));
        assert_eq!(places.last().unwrap().pc, Some(7));
    }
}
