//! Every text that our own network, our client and the reference can refuse with is explained, and no other.

use super::*;
use pnp_client::Rejection;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Texts of the sources with an example of the values that a word does not stand for.
const EXAMPLES: &[(&str, &str)] = &[
    ("cannot destroy asset: account 7 7", "cannot destroy asset: account 7 holds no assets"),
    ("cannot 7 key, 7 has not opted in to app 7", "cannot fetch key, 7 has not opted in to app 7"),
    ("check failed on 7: 7", "check failed on ApprovalProgram: pc= 12 static cost budget of 20000 exceeded"),
    (
        "unable to change global schema: 7",
        "unable to change global schema: store bytes count 7 exceeds schema bytes count 5",
    ),
    ("7 heartbeat is not allowed for 7 7", "free heartbeat is not allowed for Offline 7"),
    (
        "7 heartbeat is not allowed when not IncentiveEligible 7",
        "cheap heartbeat is not allowed when not IncentiveEligible 7",
    ),
    ("7 heartbeat for 7 is not allowed with no challenge", "free heartbeat for 7 is not allowed with no challenge"),
    (
        "7 heartbeat for 7 is not challenged by {round:7 seed:7 bits:7",
        "free heartbeat for 7 is not challenged by {round:7 seed:[1 2] bits:7}",
    ),
    ("tx.7 is empty", "tx.HbSeed is empty"),
    ("7 in state-proof transaction", "fee must be zero in state-proof transaction"),
    ("tx.7 is too large. 7 > 7", "tx.GlobalStateSchema is too large. 65 > 64"),
    ("7 reference 7 outside tx.Access", "holding Address reference 7 outside tx.Access"),
    ("7 reference 7 is not an 7", "locals App reference 7 is not an App"),
    ("pc=7 7", "pc=  7 illegal opcode"),
    ("7: unavailable Holding 7+7 would be accessible", "axfer Sender: unavailable Holding 7+7 would be accessible"),
    (
        "7: unavailable Local State 7+7 would be accessible",
        "appl ForeignApps: unavailable Local State 7+7 would be accessible",
    ),
    ("7 at 7 does not answer: 7", "algod at http://localhost:4001 does not answer: connection refused"),
    ("7 at 7 gave no answer: 7", "kmd at http://localhost:4002 gave no answer: it took too long"),
    (
        "7 at 7 takes no more requests for now (status 77)",
        "indexer at https://a.example takes no more requests for now (status 429, wait 5 s)",
    ),
    ("7 at 7 cannot be trusted: 7", "algod at https://a.example cannot be trusted: its certificate is out of date"),
    ("7 at 7 refuses the token", "algod at http://localhost:4001 refuses the token"),
    ("7 answers 7: 7", "algod answers 404: application does not exist"),
    (
        "7 at 7 answers something else than expected: 7",
        "algod at http://localhost:80 answers something else than expected: no JSON",
    ),
    (
        "transaction 7: rejected by logic",
        "transaction 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA: rejected by logic",
    ),
    (
        "transaction 7: should have been authorized by 7 but was actually authorized by 7",
        "transaction 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA: should have been authorized by 7 but was actually \
         authorized by 7",
    ),
    ("invalid 7: 7", "invalid prefix: Unknown encoding: x"),
];

/// What is no sentence of its own: around another one, or a part of one.
const WITHOUT: &[&str] = &[
    "transaction 7: 7",
    "decoded byte length should equal 36 with address and checksum",
    "decoded checksum mismatch, 7 != 7",
    "invalid URL escape 7",
    "application/json",
    "application/msgpack",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.to_string_lossy().contains("test") || path.ends_with("memory_ledger");
        if path.is_dir() && !is_test {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            found.push(path);
        }
    }
}

/// The string at the start of a source, as a compiler reads it.
fn literal(source: &str) -> Option<String> {
    let mut letters = source.trim_start().strip_prefix('"')?.chars();
    let mut text = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(text),
            '\\' => match letters.next()? {
                '\n' => letters = letters.as_str().trim_start().chars(),
                letter => text.push(letter),
            },
            letter => text.push(letter),
        }
    }
}

/// A format's text with 7 for each value.
fn filled(format: &str) -> String {
    let format = format.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let (mut text, mut depth) = (String::new(), 0_usize);
    for letter in format.chars() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                text.push('7');
            }
            _ if depth == 0 => text.push(letter),
            _ => {}
        }
    }
    text.replace('\u{1}', "{").replace('\u{2}', "}").trim().to_owned()
}

/// The texts that stand after some words in a crate's sources, without tests.
fn texts(folder: &str, before: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), &mut files);
    let mut found = Vec::new();
    for path in files {
        let source = std::fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for words in before {
            let after = source.split(words).skip(1).map(str::trim_start);
            let formats = after.filter_map(|rest| literal(rest.strip_prefix("format!(").unwrap_or(rest)));
            found.extend(formats.map(|format| filled(&format)).filter(|text| text.contains(char::is_lowercase)));
        }
    }
    found
}

fn is_explained(text: &str, said: TextContext) -> bool {
    let is_refusal =
        || Rejection::parse(text, &Value::Null).is_some_and(|found| !matches!(found, Rejection::Other { .. }));
    meaning_of(text, said).is_some() || (said != TextContext::Program && is_refusal())
}

#[test]
fn every_text_of_our_own_network_and_client_is_explained() {
    const ATTRIBUTE: &[&str] = &["#[error("];
    const FAULTS: &[&str] = &["#[error(", "fault!(", "Fault::new(", "Fault::from(", "ok_or(", "Err("];
    const REST: &[&str] = &[
        "Refusal::bad(",
        "Refusal::missing(",
        "Refusal::internal(",
        "Refusal::unsupported(",
        "Self::missing(",
        "StatusCode::METHOD_NOT_ALLOWED,",
        "StatusCode::PAYLOAD_TOO_LARGE,",
        "StatusCode::UNAUTHORIZED,",
        "Err(",
        ": &str =",
    ];
    let mut left = Vec::new();
    for (folder, before, at_least, contexts) in [
        ("ledger/src", ATTRIBUTE, 180, &[TextContext::Transaction, TextContext::Program, TextContext::Unknown][..]),
        ("avm/src", FAULTS, 200, &[TextContext::Program]),
        ("devnet/src", ATTRIBUTE, 9, &[TextContext::Unknown]),
        ("devnet/src/rest", REST, 40, &[TextContext::Unknown]),
        ("client/src", ATTRIBUTE, 10, &[TextContext::Unknown]),
    ] {
        let all = texts(folder, before);
        assert!(all.len() >= at_least, "{folder}: {} texts", all.len());
        for text in all {
            let example =
                EXAMPLES.iter().find(|(known, _)| *known == text).map_or(text.as_str(), |(_, example)| example);
            if !WITHOUT.contains(&example) && !contexts.iter().any(|said| is_explained(example, *said)) {
                left.push(format!("{folder}: {text}"));
            }
        }
    }
    assert!(left.is_empty(), "no explanation: {left:#?}");
}

#[test]
fn every_sentence_of_the_reference_is_explained() {
    let samples = include_str!("../../../../../tests/vectors/explain/node_texts.tsv");
    let mut count = 0;
    for line in samples.lines().filter(|line| !line.starts_with('#')) {
        let (kind, text) = line.split_once('\t').unwrap();
        let text = pnp_client::without_structures(text);
        let explained = |said| is_explained(&text, said);
        match kind {
            "program" => assert!(explained(TextContext::Program), "{line}"),
            "transaction" => assert!(explained(TextContext::Transaction), "{line}"),
            "request" => assert!(explained(TextContext::Unknown), "{line}"),
            _ => assert!(!explained(TextContext::Unknown) && !explained(TextContext::Transaction), "{line}"),
        }
        count += 1;
    }
    assert!(count > 600, "{count}");
}

#[test]
fn a_text_that_only_has_the_words_is_not_explained() {
    for text in [
        "the cart is empty",
        "the list is empty: add a product",
        "a reference 12 to the book",
        "at most 5 blocks of wood",
        "Page Not Found",
        "Not Found in the archive",
        "the totals of June are missing from the table",
        "asset 7 is missing from the report",
        "my app 7 does not exist in the store",
        "your asset 12 does not exist",
        "the lease of the office is over",
        "genesis of a project",
        "error: genesis file missing",
        "the camera is frozen in the snow",
        "the ticket costs 100 in fees",
        "he paid a fee too small to notice",
        "offline key registration desk",
        "participating shops take no heartbeat monitors",
        "the state proof of residence is malformed",
        "is damaged: the parcel",
        "group size is 12 people",
        "the door is not in the wall",
        "max group size is twelve",
        "max group size is 16 and a half",
        "rejected by logic and by feeling",
        "1 / 0",
        "a bad length. Expected 7",
        "password must be 8 bytes",
        "the value is too long",
        "value is too long",
        "invalid signature",
        "empty input",
        "stack overflow",
        "it was rejected by ApprovalProgram of the bank",
        "a transaction {of mine} was odd",
        "Bob at work does not answer: he is out",
    ] {
        assert_eq!(meaning_of(text, TextContext::Unknown), None, "{text}");
        assert_eq!(Rejection::parse(text, &Value::Null), None, "{text}");
    }
}

#[test]
fn every_shape_is_read_whole() {
    let lists = [KNOWN, programs::REASONS, transactions::SENTENCES, transactions::VAGUE, requests::SENTENCES];
    let own = services::SENTENCES.iter().map(|(_, list)| *list);
    for (shapes, why, way) in lists.into_iter().chain(own).flatten() {
        assert!(!shapes.is_empty() && !why.ends_with('.') && !way.ends_with('.'), "{shapes:?}");
        for shape in *shapes {
            // A shape fits its own sample: its parts are of known kinds.
            let sample = shape.replace("{n}", "7").replace("{w}", "w").replace("{*}", "some words");
            assert!(sentence_parts(shape, &sample).is_some(), "{shape}");
            let literal: usize = shape.replace("{n}", "").replace("{w}", "").replace("{*}", "").trim().len();
            assert!(literal >= 3, "{shape} fits nearly everything");
        }
    }
}
