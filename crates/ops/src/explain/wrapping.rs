//! What goal, SDKs and their utilities print around a node's error.

use pnp_client::sentence_parts;

/// How nodes begin a refusal.
const REFUSAL_PREFIXES: [&str; 3] = ["TransactionPool.Remember: ", "transaction {", "logic eval error: "];

/// What ends the words before a node's: names of errors, statuses of answers.
const WRAPPINGS: [&str; 8] = [
    "Couldn't broadcast tx with algod: ",
    "Network request error. ",
    "AlgodHTTPError: ",
    "IndexerHTTPError: ",
    "URLTokenBaseHTTPError: ",
    "HTTPError: ",
    "LogicError: ",
    "Error: ",
];

/// Sentences with a number before the node's words, from their beginning to the `: ` after the status.
const STATUSES: [&str; 4] =
    ["Error resolving execution info via simulate in transaction ", "Received status ", "HTTP Error ", "HTTP "];

/// The node's error, without what is printed before and after it.
pub(super) fn taken_off(text: &str) -> String {
    let starts = REFUSAL_PREFIXES.iter().filter_map(|beginning| text.get(text.find(beginning)?..));
    // What begins first has the transaction's id.
    let started = starts.chain(transaction(text).map(|(_, found)| found)).max_by_key(|found| found.len());
    let rewritten = || by_utilities(text).or_else(|| by_application_client(text)).or_else(|| by_this_program(text));
    match started {
        Some(found) if !found.starts_with("logic eval error: ") || by_utilities(text).is_none() => {
            // An application's client names the transaction before it gives the reason without the usual words.
            let plain = transaction(found).is_some_and(|(_, at)| at.len() == found.len()) && !is_reasoned(found);
            if let (true, Some(text)) = (plain, rewritten()) { text } else { first_line(found).to_owned() }
        }
        _ => rewritten().unwrap_or_else(|| unwrapped(text).to_owned()),
    }
}

/// Whether a text has the words with which nodes refuse.
fn is_reasoned(text: &str) -> bool {
    ["logic eval error: ", "rejected by "].iter().any(|words| text.contains(words))
}

/// The first transaction that a text names, with the text from `transaction ID: ` on.
pub(super) fn transaction(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        let at = rest.find("transaction ")?;
        let found = rest.get(at..)?;
        let word = found.strip_prefix("transaction ")?.split(':').next()?;
        if is_txid(word) {
            return Some((word, found));
        }
        rest = found.get("transaction ".len()..)?;
    }
}

fn is_txid(word: &str) -> bool {
    word.len() == 52 && word.chars().all(|c| c.is_ascii_alphanumeric())
}

/// `Txn ID had error 'assert failed pc=8' at PC 8 and Source Line 5:` of AlgoKit's utilities, in a node's words.
fn by_utilities(text: &str) -> Option<String> {
    let (before, rest) = text.split_once(" had error ")?;
    let txid = before.rsplit(' ').next().filter(|word| is_txid(word))?;
    let (what, place) = rest.split_once(" at PC ")?;
    let what = what.trim_matches(['\'', '"']);
    let what = what.strip_prefix("logic eval error: ").unwrap_or(what).split(" pc=").next().unwrap_or(what);
    let pc: String = place.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("transaction {txid}: logic eval error: {what} pc={pc}"))
}

/// `Runtime error when executing NAME (appId: 7) in transaction ID: the reason` of AlgoKit's application clients, in a node's
/// words.
fn by_application_client(text: &str) -> Option<String> {
    let (app, rest) = text.split_once("Runtime error when executing ")?.1.split_once("(appId: ")?.1.split_once(')')?;
    let app: u64 = app.trim().parse().ok()?;
    let (txid, found) = transaction(rest)?;
    let what = first_line(found).split_once(": ")?.1;
    Some(format!("transaction {txid}: logic eval error: {what}. Details: app={app}"))
}

/// An error as this program prints it, where the node's words are in its second line or its first one has the place.
fn by_this_program(text: &str) -> Option<String> {
    const REFUSED: [&str; 3] = [
        "the network refused the transaction",
        "the fee is too small for the network just now",
        "the transaction is outside its validity",
    ];
    let mut lines = text.lines();
    let message = lines.find_map(|line| line.trim().strip_prefix("error: "))?.trim();
    if let Some([app, what, pc]) = sentence_parts("application {n} refused the call: {*} at pc {n}", message).as_deref()
    {
        return Some(format!("logic eval error: {what}. Details: app={app}, pc={pc}"));
    }
    let why = lines.next()?.trim().strip_prefix("why:")?.trim();
    REFUSED.contains(&message).then(|| why.to_owned())
}

/// What stands after the last wrapping of the last line that has one; else the first line.
fn unwrapped(text: &str) -> &str {
    let mut lines = text.lines().rev().filter_map(|line| {
        // In the middle of a line these words are a node's: `receiver error: …`.
        let begun = line.trim_start().strip_prefix("error: ");
        let line = begun.unwrap_or(line);
        let start = WRAPPINGS.iter().filter_map(|words| line.rfind(words)?.checked_add(words.len())).max();
        let is_status = |at: &usize, words: &str| line.get(at + words.len()..).is_some_and(starts_with_digit);
        let status = STATUSES.iter().find_map(|words| line.find(words).filter(|at| is_status(at, words)));
        let start = match status {
            Some(at) => line.get(at..)?.find(": ").and_then(|end| at.checked_add(end)?.checked_add(2)).or(start)?,
            None => start.or(begun.map(|_| 0))?,
        };
        line.get(start..).filter(|rest| !rest.trim().is_empty())
    });
    first_line(lines.next().unwrap_or(text))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// One line: SDKs print where in their own code they were, too.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text).trim().trim_end_matches(['"', '\'']).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TXID: &str = "7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA";

    #[test]
    fn wrappings_are_taken_off_errors_of_requests() {
        for text in [
            "application does not exist",
            "error: application does not exist",
            "ValueError: Error resolving execution info via simulate in transaction 0: application does not exist",
            "error: Couldn't broadcast tx with algod: HTTP 404 Not Found: application does not exist",
            "algosdk.error.AlgodHTTPError: application does not exist",
            "Error: Network request error. Received status 404 (Not Found): application does not exist",
            "URLTokenBaseHTTPError: Network request error. Received status 404 (Not Found): application does not exist\n    at a.js:1",
            "Couldn't broadcast tx with algod: HTTP 404 Not Found: application does not exist",
            "Traceback (most recent call last):\n  File \"a.py\", line 3\nalgosdk.error.AlgodHTTPError: application does not exist",
        ] {
            assert_eq!(taken_off(text), "application does not exist", "{text}");
        }
    }

    #[test]
    fn words_of_a_node_are_no_wrapping() {
        for text in ["receiver error: must optin, asset 7 missing from A", "see the HTTP pages: box not found"] {
            assert_eq!(taken_off(text), text);
        }
    }

    #[test]
    fn utilities_errors_become_a_node_s_words() {
        let refused = format!("transaction {TXID}: logic eval error: assert failed pc=8");
        for text in [
            format!(
                "algokit_utils.errors.logic_error.LogicError: Txn {TXID} had error 'assert failed pc=8' at PC 8 and Source Line 5:\n\n    txn Fee\n    assert\t\t<-- Error\n"
            ),
            format!("LogicError: Txn {TXID} had error 'logic eval error: assert failed pc=8' at PC 8:"),
            format!("Error: Txn {TXID} had error 'assert failed' at PC 8 and Source Line 5"),
        ] {
            assert_eq!(taken_off(&text), refused, "{text}");
        }
        let ours = "error: the network refused the transaction\n  why: it is odd: max group size is 16\n  next: no\n";
        assert_eq!(taken_off(ours), "it is odd: max group size is 16");
        assert_eq!(
            taken_off("error: application 7 refused the call: assert failed at pc 9\n  why: x"),
            "logic eval error: assert failed. Details: app=7, pc=9"
        );
        assert_eq!(
            taken_off(&format!(
                "Error: Runtime error when executing Hello (appId: 7) in transaction {TXID}: not the owner"
            )),
            format!("transaction {TXID}: logic eval error: not the owner. Details: app=7")
        );
    }
}
