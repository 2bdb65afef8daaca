//! For every check a program that has what it finds, and one that looks alike and has not.

mod loops;
mod twins;

use std::collections::BTreeSet;

use super::*;
use crate::template::TemplateValue;

fn names_in(source: &str, mode: Mode) -> BTreeSet<&'static str> {
    let options = CheckOptions { mode: Some(mode), ..CheckOptions::default() };
    check(source, &options).iter().map(Finding::name).collect()
}

/// A logic signature that checks all there is, around `body`.
fn signature(body: &str) -> String {
    format!(
        "#pragma version 8\ntxn RekeyTo; global ZeroAddress; ==; assert\ntxn CloseRemainderTo; global ZeroAddress; ==; \
         assert\ntxn AssetCloseTo; global ZeroAddress; ==; assert\ntxn AssetSender; global ZeroAddress; ==; assert\n\
         txn Fee; int 1000; <=; assert\n{body}\nint 1\nreturn"
    )
}

/// An application that does nothing but `body`, for plain calls only.
fn application(body: &str) -> String {
    format!("#pragma version 9\ntxn OnCompletion; !; assert\n{body}\nint 1\nreturn")
}

/// A payment of the group that is counted, with all checks but those of `without`.
fn payment(without: &[&str]) -> String {
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
fn transfer(without: &[&str]) -> String {
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

fn on_action(number: u64, body: &str) -> String {
    format!(
        "#pragma version 9\ntxn ApplicationID; bz ok\ntxn OnCompletion; int {number}; ==; assert\n{body}\nok: int 1; return"
    )
}

/// Asserts that exactly these checks find something.
fn found(source: &str, mode: Mode, expected: &[&str]) {
    assert_eq!(names_in(source, mode), expected.iter().copied().collect(), "{source}");
}

#[test]
fn signatures_that_check_everything_are_clean() {
    found(&signature(""), Mode::Signature, &[]);
    for (line, name) in [
        ("txn RekeyTo", "unchecked-rekey-to"),
        ("txn CloseRemainderTo", "unchecked-close-to"),
        ("txn AssetCloseTo", "unchecked-asset-close-to"),
        ("txn AssetSender", "unchecked-asset-sender"),
        ("txn Fee", "unchecked-fee"),
    ] {
        let source: Vec<String> = signature("").lines().filter(|it| !it.starts_with(line)).map(str::to_owned).collect();
        found(&source.join("\n"), Mode::Signature, &[name]);
    }
}

#[test]
fn checks_of_a_signature_count_in_whatever_form_they_are_made() {
    let without = |line: &str, instead: &str| {
        let source = signature("");
        source.lines().map(|it| if it.starts_with(line) { instead } else { it }).collect::<Vec<_>>().join("\n")
    };
    for instead in [
        "global ZeroAddress; txn RekeyTo; ==; assert",
        "txn RekeyTo; global ZeroAddress; !=; bnz bad; b good\nbad: err\ngood:",
        "txn RekeyTo; store 3; load 3; global ZeroAddress; ==; assert",
        "txn RekeyTo; txn CloseRemainderTo; concat; int 64; bzero; ==; assert",
        "txn RekeyTo; callsub is_zero; assert; b on\nis_zero: proto 1 1; frame_dig -1; global ZeroAddress; ==; retsub\non:",
        "txn GroupIndex; int 1; ==; assert; gtxn 1 RekeyTo; global ZeroAddress; ==; assert; global GroupSize; int 2; ==; assert",
        "txn GroupIndex; gtxns RekeyTo; global ZeroAddress; ==; assert",
        "int 0; store 0\nnext: load 0; gtxns RekeyTo; global ZeroAddress; ==; assert; load 0; int 1; +; dup; store 0; \
         global GroupSize; <; bnz next",
        "txn RekeyTo; global ZeroAddress; ==; txn FirstValid; int 7; >; &&; assert",
        "txn RekeyTo; global ZeroAddress; ==; !; !; assert",
    ] {
        let names = names_in(&without("txn RekeyTo", instead), Mode::Signature);
        let rest: Vec<_> = names.iter().filter(|name| **name != "self-access").collect();
        assert!(rest.is_empty(), "{instead}: {rest:?}");
    }
    for instead in [
        "txn RekeyTo; global ZeroAddress; !=; assert",
        "txn RekeyTo; arg 0; ==; assert",
        "txn RekeyTo; global ZeroAddress; ==; txn FirstValid; int 7; >; ||; assert",
        "txn FirstValid; int 7; >; bnz skip; txn RekeyTo; global ZeroAddress; ==; assert\nskip:",
        "global GroupSize; int 3; ==; assert; gtxn 0 RekeyTo; global ZeroAddress; ==; assert",
        "txn RekeyTo; global ZeroAddress; ==; pop",
    ] {
        let names = names_in(&without("txn RekeyTo", instead), Mode::Signature);
        assert!(names.contains("unchecked-rekey-to"), "{instead}: {names:?}");
    }
}

#[test]
fn types_that_cannot_be_need_no_check_of_their_fields() {
    let source = "#pragma version 8\ntxn RekeyTo; global ZeroAddress; ==; assert\ntxn Fee; int 1000; <=; assert\n\
                  txn TypeEnum; int pay; ==; assert\ntxn CloseRemainderTo; global ZeroAddress; ==; assert\nint 1";
    found(source, Mode::Signature, &[]);
    found(&source.replace("txn TypeEnum; int pay", "txn Type; byte \"pay\""), Mode::Signature, &[]);
    let either = source.replace("int pay; ==", "int pay; ==; txn TypeEnum; int axfer; ==; ||");
    found(&either, Mode::Signature, &["unchecked-asset-close-to", "unchecked-asset-sender"]);
    // What is checked for one type need not be for the other.
    let each = "#pragma version 8\ntxn RekeyTo; global ZeroAddress; ==; assert\ntxn Fee; int 1000; <=; assert\n\
                txn TypeEnum; int pay; ==; txn CloseRemainderTo; global ZeroAddress; ==; &&\n\
                txn TypeEnum; int keyreg; ==; ||; assert\nint 1";
    found(each, Mode::Signature, &[]);
}

#[test]
fn fees_may_be_bounded_in_many_ways() {
    let with = |check: &str| signature("").replace("txn Fee; int 1000; <=; assert", check);
    for check in [
        "txn Fee; global MinTxnFee; <=; assert",
        "txn Fee; !; assert",
        "txn Fee; int 2000; <; assert",
        "int 2000; txn Fee; >=; assert",
        "global GroupSize; int 2; ==; assert; txn GroupIndex; !; assert; txn Fee; gtxn 1 Fee; +; int 2000; <=; assert",
    ] {
        found(&with(check), Mode::Signature, &[]);
    }
    for check in ["txn Fee; int 1000; >=; assert", "txn Fee; int 1000000000; <; assert", "txn Fee; pop"] {
        found(&with(check), Mode::Signature, &["unchecked-fee"]);
    }
}

#[test]
fn groups() {
    found(&payment(&[]), Mode::Application, &[]);
    found(&payment(&["size", "index"]), Mode::Application, &["unchecked-group-size"]);
    found(&payment(&["size"]), Mode::Application, &["unchecked-group-size"]);
    found(&payment(&["index"]), Mode::Application, &["absolute-group-index"]);
    found(&payment(&["receiver"]), Mode::Application, &["unchecked-receiver"]);
    found(&payment(&["close"]), Mode::Application, &["unchecked-close-to"]);
    found(&payment(&["rekey"]), Mode::Application, &["unchecked-rekey-to"]);
    found(&payment(&["amount", "close", "rekey", "receiver"]), Mode::Application, &[]);
    let relative = payment(&["size", "index"]).replace("gtxn 0", "txn GroupIndex; int 1; -; gtxns");
    found(&relative, Mode::Application, &[]);
    found(&transfer(&[]), Mode::Application, &[]);
    found(&transfer(&["asset"]), Mode::Application, &["unchecked-asset"]);
    found(&transfer(&["sender"]), Mode::Application, &["unchecked-asset-sender"]);
    found(&transfer(&["close"]), Mode::Application, &["unchecked-asset-close-to"]);
}

#[test]
fn self_payments() {
    let to = |receiver: &str| payment(&[]).replace("global CurrentApplicationAddress", receiver);
    found(&to("txna Accounts 1"), Mode::Application, &["self-payment"]);
    found(&to("txna ApplicationArgs 0"), Mode::Application, &["self-payment"]);
    found(&to("byte \"owner\"; app_global_get"), Mode::Application, &[]);
    let apart =
        to("txna Accounts 1").replace("gtxn 0 RekeyTo", "gtxn 0 Sender; gtxn 0 Receiver; !=; assert\ngtxn 0 RekeyTo");
    found(&apart, Mode::Application, &[]);
}

#[test]
fn updates_and_deletions() {
    let creator = "txn Sender; global CreatorAddress; ==; assert";
    for (number, open, closed) in
        [(4, "unprotected-update", "update-allowed"), (5, "unprotected-delete", "delete-allowed")]
    {
        found(&on_action(number, ""), Mode::Application, &[open]);
        found(&on_action(number, creator), Mode::Application, &[closed]);
        let admin = "txn Sender; byte \"admin\"; app_global_get; ==; assert";
        found(&on_action(number, admin), Mode::Application, &[closed]);
        let role = "txn Sender; byte \"role\"; app_local_get; int 7; ==; assert";
        found(&on_action(number, role), Mode::Application, &[closed]);
        let chosen = "txn Sender; txna Accounts 1; ==; assert";
        found(&on_action(number, chosen), Mode::Application, &[open]);
        let cosigned = "gtxn 0 Sender; global CreatorAddress; ==; assert; global GroupSize; int 2; ==; assert; \
                        txn GroupIndex; int 1; ==; assert";
        found(&on_action(number, cosigned), Mode::Application, &[closed]);
        let other = "txn Sender; global CreatorAddress; !=; assert";
        found(&on_action(number, other), Mode::Application, &[open]);
    }
    found(&on_action(2, ""), Mode::Application, &[]);
    // A switch tells actions apart as well as comparisons do.
    let switched = "#pragma version 9\ntxn ApplicationID; bz ok\ntxn OnCompletion; switch ok ok ok no own own\nno: err\n\
                    own: txn Sender; global CreatorAddress; ==; return\nok: int 1; return";
    found(switched, Mode::Application, &["update-allowed", "delete-allowed"]);
}

#[test]
fn programs_that_approve_everything() {
    found(
        "#pragma version 8\nint 1\nreturn",
        Mode::Application,
        &["always-approves", "unprotected-update", "unprotected-delete"],
    );
    found("#pragma version 8\nint 1\nreturn", Mode::Clear, &[]);
    assert!(names_in("#pragma version 8\ntxn Fee; pop; int 1", Mode::Signature).contains("always-approves"));
    assert!(!names_in("#pragma version 8\ntxn Fee; int 5; <", Mode::Signature).contains("always-approves"));
}

#[test]
fn local_values_that_opting_in_does_not_set() {
    let program = |opt_in: &str, read: &str| {
        format!(
            "#pragma version 9\ntxn ApplicationID; bz ok\ntxn OnCompletion; switch call opt_in\nerr\n\
             call: txn Sender; byte \"last\"; {read}; assert; b ok\nopt_in: {opt_in}\nok: int 1; return"
        )
    };
    let compare = "app_local_get; byte \"x\"; !=";
    let set = "txn Sender; byte \"last\"; byte \"\"; app_local_put";
    found(&program("", compare), Mode::Application, &["missing-opt-in-value"]);
    found(&program(set, compare), Mode::Application, &[]);
    found(&program("", "app_local_get; len"), Mode::Application, &["missing-opt-in-value"]);
    found(&program("", "app_local_get; int 3; <"), Mode::Application, &[]);
    found(&program("", "int 0; swap; app_local_get_ex; swap; pop"), Mode::Application, &[]);
    let other = set.replace("last", "other");
    found(&program(&other, compare), Mode::Application, &["missing-opt-in-value"]);
}

#[test]
fn stacks() {
    let imbalance = |body: &str| names_in(&application(body), Mode::Application).contains("stack-imbalance");
    assert!(imbalance("txn NumAppArgs; bz a; int 7\na: int 2; ==; assert; int 1; int 2"));
    assert!(!imbalance("txn NumAppArgs; bz a; int 7; pop\na: int 2; pop"));
    assert!(!imbalance("int 7; txn NumAppArgs; bz no; pop; b on\nno: err\non:"));
    found("#pragma version 8\nint 1; int 1", Mode::Clear, &["stack-imbalance"]);
    found("#pragma version 8\ntxn Fee; bz a; int 1; int 1; b b\na: int 1\nb:", Mode::Clear, &["stack-imbalance"]);
    found("#pragma version 8\ncallsub f; return\nf: proto 0 1; retsub", Mode::Clear, &["stack-imbalance"]);
    found("#pragma version 8\ncallsub f; return\nf: proto 0 1; int 1; retsub", Mode::Clear, &[]);
    found("#pragma version 8\ncallsub f; return\nf: +; retsub", Mode::Clear, &["stack-underflow"]);
    // What the assembler sees itself is reported too, and the rest is looked at all the same.
    let source = "#pragma version 8\ntxn Fee; byte \"a\"; +; pop; int 1";
    found(source, Mode::Clear, &["stack-underflow"]);
}

#[test]
fn conditions_that_are_none() {
    for body in ["int 1; assert", "int 3; int 4; <; assert", "int 0; bnz a\na:", "byte \"a\"; byte \"a\"; ==; assert"] {
        found(&application(body), Mode::Application, &["constant-condition"]);
    }
    for body in [
        "pushint 1; assert",
        "pushint 0; bnz a\na:",
        "pushint TMPL_A; assert",
        "int TMPL_A; bz a\na:",
        "txn NumAppArgs; assert; txn NumAppArgs; assert",
        "int 0; store 0\na: load 0; int 1; +; dup; store 0; int 3; <; bnz a",
    ] {
        found(&application(body), Mode::Application, &[]);
    }
    let ruled_out = "txn NumAppArgs; int 1; ==; assert; txn NumAppArgs; int 2; ==; assert";
    found(&application(ruled_out), Mode::Application, &["constant-condition"]);
}

#[test]
fn code_nobody_reaches() {
    let source = "#pragma version 8\ntxn Fee; bz a; int 1; return\nint 7; pop\na: int 1; return\nerr";
    let findings = check(source, &CheckOptions { mode: Some(Mode::Clear), ..CheckOptions::default() });
    assert_eq!(findings.iter().map(|it| (it.name(), it.line)).collect::<Vec<_>>(), [("unreachable-code", 3)]);
    found("#pragma version 8\ncallsub f; int 1; return\nf: err", Mode::Clear, &["unreachable-code"]);
}

#[test]
fn scratch_space() {
    found(&application("int 1; store 4"), Mode::Application, &["unused-scratch"]);
    found(&application("int 1; store 4; load 4; pop"), Mode::Application, &[]);
    found(&application("int 1; store 4; txn NumAppArgs; loads; pop"), Mode::Application, &[]);
    found(&application("load 4; pop"), Mode::Application, &["unset-scratch"]);
    found(&application("txn NumAppArgs; bz a; int 1; store 4\na: load 4; pop"), Mode::Application, &[]);
}

#[test]
fn loops() {
    found(&application("txn NumAppArgs; bz on\na: b a\non:"), Mode::Application, &["endless-loop"]);
    let open = "txna ApplicationArgs 0; btoi\na: dup; sha256; btoi; dup; txn FirstValid; <; bnz a; pop";
    assert!(
        names_in(&application(&open.replace("sha256; btoi", "txn LastValid; %")), Mode::Application)
            .contains("unbounded-loop")
    );
    let counted = "int 0\na: int 1; +; dup; int 900; <; bnz a; pop";
    assert!(!names_in(&application(counted), Mode::Application).contains("unbounded-loop"));
    let of_arguments = "int 0; store 0\na: load 0; txnas ApplicationArgs; btoi; assert; load 0; int 1; +; dup; store 0; \
                        txn NumAppArgs; <; bnz a";
    found(&application(of_arguments), Mode::Application, &[]);
}

#[test]
fn budgets() {
    let hash = "byte \"a\"; keccak256; pop\n";
    found(&application(&hash.repeat(5)), Mode::Application, &[]);
    found(&application(&hash.repeat(6)), Mode::Application, &["over-budget"]);
    let level = |count: usize| {
        let options = CheckOptions { mode: Some(Mode::Application), ..CheckOptions::default() };
        let found = check(&application(&hash.repeat(count)), &options);
        found.first().map(|finding| finding.level)
    };
    assert_eq!((level(5), level(6), level(100)), (None, Some(Level::Low), Some(Level::Medium)));
}

#[test]
fn resources() {
    found(&application("txna ApplicationArgs 16; pop"), Mode::Application, &["unavailable-resource"]);
    found(&application("txna ApplicationArgs 15; pop"), Mode::Application, &[]);
    found(&application("byte \"b\"; box_get; assert; pop"), Mode::Application, &["needs-reference"]);
    let asset = "txn Sender; byte \"asset\"; app_global_get; asset_holding_get AssetBalance; assert; pop";
    found(&application(asset), Mode::Application, &["needs-reference"]);
    found(&application(&asset.replace("byte \"asset\"; app_global_get", "txna Assets 0")), Mode::Application, &[]);
}

#[test]
fn style() {
    let checked = "global GroupSize; int 2; ==; assert; txn GroupIndex; !; assert;";
    found(&application(&format!("{checked} int 1; gtxns Fee; pop")), Mode::Application, &["constant-gtxn"]);
    found(&application("txn GroupIndex; gtxns Fee; pop"), Mode::Application, &["self-access"]);
    found(&application("txna Accounts 0; pop"), Mode::Application, &["sender-access"]);
}

#[test]
fn allowing() {
    let source = |comment: &str| application(&format!("int 1; store 4 {comment}"));
    found(&source("// check: allow(unused-scratch) another application reads it"), Mode::Application, &[]);
    found(&source("// check: allow(unused-scratch)"), Mode::Application, &["allow-without-reason"]);
    found(
        &source("// check: allow(unset-scratch) why"),
        Mode::Application,
        &["unused-scratch", "allow-without-effect"],
    );
    found(&source("// check: allow(unused) why"), Mode::Application, &["unused-scratch", "allow-unknown-name"]);
    let above =
        source("").replace("int 1; store 4", "// check: allow(unused-scratch) it is read elsewhere\nint 1; store 4");
    found(&above, Mode::Application, &[]);
    let options = CheckOptions { mode: Some(Mode::Application), ..CheckOptions::default() };
    let examination = examine(&above, &options);
    assert_eq!(examination.allowed.len(), 1);
    assert_eq!(examination.allowed[0].1, "it is read elsewhere");
}

#[test]
fn modes_are_guessed() {
    let mode = |source: &str, name: Option<&str>| {
        let options = CheckOptions { name: name.map(str::to_owned), ..CheckOptions::default() };
        let examination = examine(source, &options);
        (examination.mode, examination.mode_source)
    };
    let one = "#pragma version 8\nint 1";
    assert_eq!(mode(one, None), (Mode::Signature, ModeSource::Guess));
    assert_eq!(mode(one, Some("a/my_clear.teal")), (Mode::Clear, ModeSource::Name));
    assert_eq!(mode(one, Some("approval.teal")), (Mode::Application, ModeSource::Name));
    let opcodes = |source: &str| mode(&format!("#pragma version 8\n{source}"), None);
    assert_eq!(opcodes("arg 0; btoi"), (Mode::Signature, ModeSource::Opcodes));
    assert_eq!(opcodes("txn OnCompletion; !"), (Mode::Application, ModeSource::Opcodes));
    assert_eq!(opcodes("txn ApplicationID; txn Fee; <"), (Mode::Signature, ModeSource::Opcodes));
    assert_eq!(opcodes("int 1 // check: mode(application)"), (Mode::Application, ModeSource::Comment));
}

#[test]
fn templates_with_and_without_values() {
    let source = on_action(
        4,
        "pushint TMPL_UPDATABLE; assert // check: allow(update-allowed) as deployed\n\
                               txn Sender; global CreatorAddress; ==; assert",
    );
    let names = |value: Option<u64>| {
        let templates = value.map(|value| ("UPDATABLE".to_owned(), TemplateValue::Uint(value))).into_iter().collect();
        let options = CheckOptions { templates, ..CheckOptions::default() };
        check(&source, &options).iter().map(|it| (it.name(), it.line)).collect::<Vec<_>>()
    };
    // The finding is where the path becomes one for updates, a line higher than the comment.
    assert_eq!(names(None), names(Some(1)));
    assert!(names(Some(0)).iter().all(|(name, _)| *name != "update-allowed"));
}

#[test]
fn sources_that_do_not_assemble_say_so() {
    let findings = check("#pragma version 8\nfoo\nint x", &CheckOptions::default());
    assert_eq!(
        findings.iter().map(|it| (it.name(), it.line)).collect::<Vec<_>>(),
        [("does-not-assemble", 2), ("does-not-assemble", 3)]
    );
}

/// What a source without its mistakes would approve is reported beside them.
#[test]
fn mistakes_hide_nothing() {
    let source = "#pragma version 3\nint 7; pop; frob; b on // check: allow(unchecked-fee) never used\non: txn RekeyTo; \
                  global ZeroAddress; ==; assert\ntxn FirstValidTime; pop; int 1; return";
    let examination = examine(source, &CheckOptions::default());
    let names: BTreeSet<_> = examination.findings.iter().map(Finding::name).collect();
    assert!(names.contains("does-not-assemble") && names.contains("unchecked-fee"), "{names:?}");
    assert!(!names.contains("unchecked-rekey-to") && !names.contains("stack-underflow"), "{names:?}");
    assert!(!names.contains("allow-without-effect"), "{names:?}");
    assert_eq!(examination.version, 0);
}

/// What a constant condition keeps from being reached is reported too, as something that is not so bad today.
#[test]
fn constant_conditions_hide_nothing() {
    let source = "#pragma version 8\ntxn ApplicationID; bz ok\nint 0; bnz admin\ntxn OnCompletion; !; assert\nok: int 1; \
                  return\nadmin: txn OnCompletion; int UpdateApplication; ==; assert; int 1; return";
    let options = CheckOptions { mode: Some(Mode::Application), ..CheckOptions::default() };
    let findings = check(source, &options);
    let shown: Vec<_> = findings.iter().map(|it| (it.name(), it.line, it.level)).collect();
    assert_eq!(shown, [("constant-condition", 3, Level::Low), ("unprotected-update", 6, Level::Low)]);
    assert!(findings[1].related.iter().any(|it| it.line == 3), "{:?}", findings[1].related);
    // Rounds that are counted are counted.
    found(&application("int 0; store 0\na: load 0; int 1; +; dup; store 0; int 3; <; bnz a"), Mode::Application, &[]);
}

/// A hash proves something of who knows what was hashed, not of a value out of nowhere.
#[test]
fn hashes_protect_if_something_is_hashed() {
    let lock = "txna ApplicationArgs 0; sha256; byte \"lock\"; app_global_get; ==; assert";
    found(&on_action(4, lock), Mode::Application, &["update-allowed"]);
    let nothing = names_in("#pragma version 2\nsha512_256; ==", Mode::Application);
    assert!(nothing.contains("unprotected-update"), "{nothing:?}");
}

/// What lies behind more paths than can be told apart is found all the same.
#[test]
fn many_paths_hide_nothing() {
    let mut source = "#pragma version 8\n".to_owned();
    for at in 0..200 {
        source.push_str(&format!(
            "txn FirstValid; pushint {at}; %; bz l{at}; pushint {at}; store {}\nl{at}:\n",
            at % 256
        ));
    }
    source.push_str("txn OnCompletion; int DeleteApplication; ==; bnz yes; err\nyes: int 1; return");
    let names = names_in(&source, Mode::Application);
    assert!(names.contains("unprotected-delete") && !names.contains("unprotected-update"), "{names:?}");
    assert!(!names.contains("analysis-incomplete"), "{names:?}");
}

/// Programs made to have as many paths as possible end all the same, and say that they were not followed to the end.
#[test]
fn hostile_programs_end() {
    let options = CheckOptions::default();
    let mut forks = "#pragma version 8\n".to_owned();
    for at in 0..120 {
        forks.push_str(&format!("txn Fee; pushint {at}; %; bz l{at}; pushint {at}; store {}\nl{at}:\n", at % 256));
    }
    let mut nested = "#pragma version 8\ncallsub f0; int 1; return\n".to_owned();
    for at in 0..200 {
        nested.push_str(&format!(
            "f{at}: callsub f{}; txn Fee; bz g{at}; callsub f{}\ng{at}: retsub\n",
            at + 1,
            at + 1
        ));
    }
    nested.push_str("f200: retsub\n");
    let deep = format!("#pragma version 8\ntxn Fee\n{}return", "!\n".repeat(20_000));
    let growing = "#pragma version 8\na: txn Fee; dup2; dup2; txn LastValid; bnz a; return".to_owned();
    for source in [forks, nested, deep, growing] {
        let findings = check(&source, &options);
        assert!(!findings.is_empty() && findings.iter().all(|it| it.name() != "does-not-assemble"), "{findings:?}");
    }
}

const CONTRACT: &str = include_str!("../../../../teal/usage_approval.teal");

fn of_contract(source: &str, values: Option<[u64; 3]>) -> Examination {
    let names = ["UPDATABLE", "DELETABLE", "ORDERED_TICKS"];
    let values = values.into_iter().flat_map(|values| names.into_iter().zip(values));
    let templates = values.map(|(name, value)| (name.to_owned(), TemplateValue::Uint(value))).collect();
    examine(source, &CheckOptions { templates, ..CheckOptions::default() })
}

#[test]
fn the_contract_is_clean_for_all_its_templates() {
    assert_eq!(of_contract(CONTRACT, None).findings, []);
    assert_eq!(of_contract(CONTRACT, None).allowed.len(), 2);
    for bits in 0..8_u64 {
        let values = [bits & 1, bits >> 1 & 1, bits >> 2];
        assert_eq!(of_contract(CONTRACT, Some(values)).findings, [], "{values:?}");
        // Filled in by somebody else, it is the same program.
        let mut filled = CONTRACT.to_owned();
        for (name, value) in ["TMPL_UPDATABLE", "TMPL_DELETABLE", "TMPL_ORDERED_TICKS"].iter().zip(values) {
            filled = filled.replace(&format!("pushint {name}"), &format!("pushint {value}"));
        }
        assert_eq!(of_contract(&filled, None).findings, [], "{values:?}");
    }
    let clear = include_str!("../../../../teal/usage_clear.teal");
    let options = CheckOptions { name: Some("teal/usage_clear.teal".to_owned()), ..CheckOptions::default() };
    assert_eq!(check(clear, &options), []);
}

/// Which checks notice when an assertion of the contract is taken away, by the comment that says what it is for.
#[test]
fn assertions_of_the_contract_are_missed() {
    let noticed: &[(&str, &[&str])] = &[
        ("bill: the group must have exactly 3", &["unchecked-group-size"]),
        ("bill: the application call must come first", &["absolute-group-index"]),
        ("bill: no rekey", &["unchecked-rekey-to", "unchecked-asset-sender", "unchecked-asset-close-to"]),
        ("bill: the first transfer must go", &["unchecked-receiver"]),
        ("bill: the second transfer must go", &["unchecked-receiver"]),
        ("bill: the provider's transfer must be of", &["unchecked-asset"]),
        ("bill: the platform's transfer must be of", &["unchecked-asset"]),
        ("parameters: only the creator", &["unprotected-update"]),
        ("only the creator may do this", &["unprotected-update", "unprotected-delete"]),
    ];
    let mut count = 0;
    for (at, line) in CONTRACT.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("assert")) {
        let without: Vec<&str> =
            CONTRACT.lines().enumerate().map(|(other, text)| if other == at { "    pop" } else { text }).collect();
        let names: BTreeSet<&str> = of_contract(&without.join("\n"), None).findings.iter().map(Finding::name).collect();
        let comment = line.split("// ").nth(1).unwrap_or_default();
        if let Some((_, expected)) = noticed.iter().find(|(start, _)| comment.starts_with(start)) {
            assert!(expected.iter().all(|name| names.contains(name)), "{comment}: {names:?}");
            count += 1;
        }
    }
    assert_eq!(count, noticed.len());
    let unset = CONTRACT.replace("    byte \"\"\n    app_local_put", "    pop\n    pop");
    assert!(of_contract(&unset, None).findings.iter().any(|finding| finding.name() == "missing-opt-in-value"));
}
