//! Programs for tests of checks, and the names of what is found in them.

use std::collections::BTreeSet;

use super::{CheckOptions, Finding, Mode, check};

pub(super) fn names_in(source: &str, mode: Mode) -> BTreeSet<&'static str> {
    let options = CheckOptions { mode: Some(mode), ..CheckOptions::default() };
    check(source, &options).iter().map(Finding::name).collect()
}

/// A logic signature that checks all there is, around `body`.
pub(super) fn signature(body: &str) -> String {
    format!(
        "#pragma version 8\ntxn RekeyTo; global ZeroAddress; ==; assert\ntxn CloseRemainderTo; global ZeroAddress; ==; \
         assert\ntxn AssetCloseTo; global ZeroAddress; ==; assert\ntxn AssetSender; global ZeroAddress; ==; assert\n\
         txn Fee; int 1000; <=; assert\n{body}\nint 1\nreturn"
    )
}

/// An application that does nothing but `body`, for plain calls only.
pub(super) fn application(body: &str) -> String {
    format!("#pragma version 9\ntxn OnCompletion; !; assert\n{body}\nint 1\nreturn")
}

/// An inner transaction with these fields, for which the caller pays.
pub(super) fn inner(fields: &str) -> String {
    format!("itxn_begin; {fields}; int 0; itxn_field Fee; itxn_submit")
}

/// A payment of the group that is accepted, with all checks but those of `without`.
pub(super) fn payment(without: &[&str]) -> String {
    let checks = [
        ("size", "global GroupSize; int 2; ==; assert"),
        ("index", "txn GroupIndex; int 1; ==; assert"),
        ("receiver", "gtxn 0 Receiver; global CurrentApplicationAddress; ==; assert"),
        ("close", "gtxn 0 CloseRemainderTo; global ZeroAddress; ==; assert"),
        ("rekey", "gtxn 0 RekeyTo; global ZeroAddress; ==; assert"),
        ("amount", "gtxn 0 Amount; int 1000; >=; assert"),
    ];
    let kept = checks.iter().filter(|(name, _)| !without.contains(name)).map(|(_, check)| *check);
    application(&kept.collect::<Vec<_>>().join("\n"))
}

/// The same with an asset transfer.
pub(super) fn transfer(without: &[&str]) -> String {
    let checks = [
        ("size", "global GroupSize; int 2; ==; assert\ntxn GroupIndex; int 1; ==; assert"),
        ("receiver", "gtxn 0 AssetReceiver; global CurrentApplicationAddress; ==; assert"),
        ("asset", "gtxn 0 XferAsset; byte \"asset\"; app_global_get; ==; assert"),
        ("sender", "gtxn 0 AssetSender; global ZeroAddress; ==; assert"),
        ("close", "gtxn 0 AssetCloseTo; global ZeroAddress; ==; assert"),
        ("rekey", "gtxn 0 RekeyTo; global ZeroAddress; ==; assert"),
        ("amount", "gtxn 0 AssetAmount; int 1000; >=; assert"),
    ];
    let kept = checks.iter().filter(|(name, _)| !without.contains(name)).map(|(_, check)| *check);
    application(&kept.collect::<Vec<_>>().join("\n"))
}

pub(super) fn on_action(number: u64, body: &str) -> String {
    format!(
        "#pragma version 9\ntxn ApplicationID; bz ok\ntxn OnCompletion; int {number}; ==; assert\n{body}\nok: int 1; return"
    )
}

/// Asserts that exactly these checks find something.
pub(super) fn found(source: &str, mode: Mode, expected: &[&str]) {
    assert_eq!(names_in(source, mode), expected.iter().copied().collect(), "{source}");
}
