//! Loops that never end, beside loops that look alike and end, or of which that cannot be known.

use crate::check::testing::{application, found, names_in, signature};
use crate::check::{CheckOptions, Mode, check};

/// Asserts that the check of endless loops finds something in the first program alone, and no other one in either.
fn twins(endless: &str, ends: &str) {
    let names = |body: &str| names_in(&application(body), Mode::Application).into_iter().collect::<Vec<_>>();
    assert_eq!(names(endless), ["endless-loop"], "{endless}");
    assert_eq!(names(ends), Vec::<&str>::new(), "{ends}");
}

/// A loop that counts to three in slot 0 and is left by another condition too, which a round may change.
fn counted(body: &str) -> String {
    format!("int 0; store 0\na: {body}\nload 0; int 1; +; store 0; load 0; int 3; <; assert\n")
}

#[test]
fn conditions_of_what_a_call_is_given() {
    for condition in [
        "txn NumAppArgs",
        "txna ApplicationArgs 0; btoi",
        "txn FirstValid; txn LastValid; <",
        "global GroupSize; int 1; >",
        "global LatestTimestamp; int 7; %",
        "gtxn 1 Fee; txn Fee; >=",
        "byte \"open\"; app_global_get",
        "txn Sender; balance; int 7; >",
        "txn NumAppArgs; txn Fee; &&",
        "txn NumAppArgs; txn Fee; ||",
    ] {
        let bnz = format!("a: {condition}; bnz a");
        let bz = format!("a: {condition}; bz on; b a\non:");
        let asserted = format!("a: {condition}; assert; txn Fee; bnz a");
        let checked = "global GroupSize; int 2; ==; assert; txn GroupIndex; !; assert\n";
        for endless in [bnz, bz, asserted] {
            let ends = counted("").replace("assert\n", &format!("{condition}; &&; bnz a\n"));
            twins(&format!("{checked}{endless}"), &format!("{checked}{ends}"));
        }
    }
}

#[test]
fn switches() {
    twins("a: txn NumAppArgs; switch on a\non:", "txn NumAppArgs; switch on a\na:\non:");
    twins("int 0; store 0\na: load 0; switch a on\non:", "int 0; store 0\na: load 0; int 1; store 0; switch a on\non:");
    let matched = |next: &str| {
        format!("byte \"x\"; store 0\na: load 0; {next}; store 0; byte \"x\"; byte \"y\"; load 0; match a on\nerr\non:")
    };
    twins(&matched("byte \"\"; concat"), &matched("pop; byte \"y\""));
}

#[test]
fn arguments_of_a_signature() {
    let names = |body: &str| {
        let names = names_in(&signature(body), Mode::Signature);
        names.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(names("a: arg 0; btoi; bnz a"), ["endless-loop"]);
    assert_eq!(names("arg 0; btoi; bnz a\na:"), Vec::<&str>::new());
    let searched = |step: &str| {
        format!("int 0; store 0\na: load 0; args; btoi; load 0; int 1; +; {step}; load 0; int 3; <; &&; bnz a")
    };
    assert_eq!(names(&searched("pop")), ["endless-loop"]);
    assert_eq!(names(&searched("store 0")), Vec::<&str>::new());
}

/// What is written and read again is another value, or may be.
#[test]
fn state_that_a_round_changes() {
    let of = |body: &str| names_in(&application(body), Mode::Application);
    let put = "byte \"n\"; byte \"n\"; app_global_get; int 1; -; app_global_put";
    let read = "byte \"n\"; app_global_get; bnz a";
    assert!(!of(&format!("a: {put}; {read}")).contains("endless-loop"));
    assert!(of(&format!("a: byte \"n\"; app_global_get; pop; {read}")).contains("endless-loop"));
    let inner = "itxn_begin; int pay; itxn_field TypeEnum; itxn_submit; itxn Fee; bnz a";
    assert!(!of(&format!("a: {inner}")).contains("endless-loop"));
    assert!(of("itxn_begin; int pay; itxn_field TypeEnum; itxn_submit\na: itxn Fee; bnz a").contains("endless-loop"));
    assert!(!of("a: global OpcodeBudget; int 100; >; bnz a").contains("endless-loop"));
    assert!(of("global OpcodeBudget; store 0\na: load 0; int 100; >; bnz a").contains("endless-loop"));
    assert!(!of("a: int 3; gloads 1; bnz a").contains("constant-condition"));
}

/// A round that is right the first time can be without end later, and one path through a loop may be while others end.
#[test]
fn ways_round_that_only_some_calls_take() {
    let search = |step: &str| {
        format!(
            "int 0; store 0\na: load 0; txn NumAppArgs; <; bz on; load 0; txnas ApplicationArgs; len; bz skip\n{step}\nb \
             a\nskip: load 0; int 1; +; store 0; b a\non:"
        )
    };
    twins(&search(""), &search("load 0; int 1; +; store 0"));
    let two_slots = |slot: u8| {
        format!("txn NumAppArgs; store 0; int 0; store 1\na: load {slot}; int 1; +; store 1; load 1; load 0; <=; bnz a")
    };
    assert!(names_in(&application(&two_slots(0).replace("<=", ">")), Mode::Application).contains("endless-loop"));
    assert!(!names_in(&application(&two_slots(1)), Mode::Application).contains("endless-loop"));
}

#[test]
fn subroutines_that_call_themselves() {
    let down = |next: &str| {
        format!(
            "int 5; callsub f; pop; b on\nf: proto 1 1; frame_dig -1; bz out; frame_dig -1{next}; callsub f; retsub\nout: int 1; retsub\non:"
        )
    };
    let names = |body: &str| names_in(&application(body), Mode::Application);
    assert!(names(&down("").replace("int 5", "txn NumAppArgs")).contains("endless-loop"));
    assert!(!names(&down("; int 1; -").replace("int 5", "txn NumAppArgs")).contains("endless-loop"));
    assert!(!names(&down("; int 1; -")).contains("endless-loop"));
    let plain = |before: &str| format!("callsub f; b on\nf: {before}; bz out; callsub f\nout: retsub\non:");
    assert!(names(&plain("txn NumAppArgs")).contains("endless-loop"));
    assert!(!names(&plain("load 0; int 1; +; dup; store 0; int 3; <")).contains("endless-loop"));
    // By way of another one.
    let mutual = |step: &str| {
        format!("callsub f; b on\nf: txn NumAppArgs; bz out; callsub g; retsub\ng: {step}; callsub f\nout: retsub\non:")
    };
    assert!(names(&mutual("int 1; store 0; load 0; pop")).contains("endless-loop"));
    assert!(!names(&mutual("load 0; int 1; +; dup; store 0; int 3; <; bz out")).contains("endless-loop"));
    // Called again with the same, but not from within.
    let again = "int 0; store 0\na: txn NumAppArgs; callsub f; pop; load 0; int 1; +; dup; store 0; int 3; <; bnz a; b on\n\
                 f: proto 1 1; frame_dig -1; retsub\non:";
    twins("a: txn NumAppArgs; callsub f; bnz a; b on\nf: proto 1 1; frame_dig -1; retsub\non:", again);
}

#[test]
fn the_conditions_are_named() {
    let source = "#pragma version 8\ntxn ApplicationID; pop\na: txn Fee; pop\ntxn NumAppArgs\nbnz a\nint 1";
    let options = CheckOptions { mode: Some(Mode::Clear), ..CheckOptions::default() };
    let findings = check(source, &options);
    let shown = findings.iter().map(|it| (it.name(), it.line, it.related.iter().map(|it| it.line).collect::<Vec<_>>()));
    assert_eq!(shown.collect::<Vec<_>>(), [("endless-loop", 3, vec![5])]);
}

#[test]
fn a_loop_without_a_way_out() {
    found(&application("txn NumAppArgs; bz on\na: b a\non:"), Mode::Application, &["endless-loop"]);
}
