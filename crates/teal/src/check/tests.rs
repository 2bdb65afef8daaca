//! Whole examinations: allowed findings, template variables, sources with mistakes, many paths, and the contract.

use std::collections::BTreeSet;

use super::testing::{application, found, names_in, on_action};
use super::*;
use crate::template::TemplateValue;

#[test]
fn comments_allow() {
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
fn templates_with_and_without_values() {
    let source = on_action(
        4,
        "pushint TMPL_UPDATABLE; assert // check: allow(update-allowed) as deployed\n\
                               txn Sender; global CreatorAddress; ==; assert",
    );
    let names = |value: Option<u64>| {
        let templates = value.map(|value| ("UPDATABLE", TemplateValue::Uint(value))).into_iter().collect();
        let options = CheckOptions { templates, ..CheckOptions::default() };
        check(&source, &options).iter().map(|it| (it.name(), it.line)).collect::<Vec<_>>()
    };
    // The finding is where the path becomes one for updates, a line higher than the comment.
    assert_eq!(names(None), names(Some(1)));
    assert!(names(Some(0)).iter().all(|(name, _)| *name != "update-allowed"));
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

/// With values for its variables a source has other columns; a mistake is shown where it is in the source.
#[test]
fn mistakes_beside_variables_keep_their_places() {
    let source = "#pragma version 8\nint TMPL_A; pop; frob\n    foo\nint 1";
    let findings = check(source, &CheckOptions::default());
    let refused = findings.iter().filter(|finding| finding.name() == "does-not-assemble");
    assert_eq!(refused.map(|finding| &source[finding.span.clone()]).collect::<Vec<_>>(), ["frob", "foo"]);
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

/// Findings behind more paths than can be distinguished are found too.
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

/// What a path knows of its transaction outlives whatever it computes, in loops and in the subroutines they call.
#[test]
fn what_a_path_knows_outlives_what_it_computes() {
    let source = "#pragma version 9\ntxn OnCompletion; int NoOp; ==; assert\ncallsub sweep\nint 1; return\n\
                  sweep: txna ApplicationArgs 1; btoi; store 1\nnext: load 1; load 2; >; bz done\ncallsub one\n\
                  load 2; int 1; +; store 2; b next\ndone: retsub\none: load 2; itob; box_del; assert; retsub";
    let names = names_in(source, Mode::Application);
    assert!(!names.iter().any(|name| name.starts_with("unprotected")), "{names:?}");
    // The same of a logic signature, and with conditions on more values than are kept.
    let mut body = "txn Lease; byte \"lease of thirty-two bytes, exact\"; ==; assert\n".to_owned();
    for at in 0..500 {
        body.push_str(&format!("txn FirstValid; pushint {}; %; int 1; <; assert\n", at + 2));
    }
    found(&super::testing::signature(&body), Mode::Signature, &[]);
}

/// Where paths are joined, what is known of the creation does not become what is known of a call.
#[test]
fn creations_and_calls_are_not_joined() {
    let source = "#pragma version 9\ntxn ApplicationID; bz made\ntxn OnCompletion; int NoOp; ==; assert\n\
                  txna ApplicationArgs 1; btoi; store 0\nnext: load 0; bz made\n\
                  txna ApplicationArgs 2; load 0; getbyte; int 7; !=; assert\nload 0; int 1; -; store 0; b next\n\
                  made: int 1";
    let names = names_in(source, Mode::Application);
    assert!(!names.iter().any(|name| name.starts_with("unprotected")), "{names:?}");
    // Two ways of showing who calls are one thing that both paths have shown.
    let mut either =
        "#pragma version 9\ntxn ApplicationID; bz made\ntxn Sender; global CreatorAddress; ==; bnz known\n\
                      txn Sender; byte \"member\"; app_local_get; assert\nknown:\n"
            .to_owned();
    for at in 0..60 {
        either.push_str(&format!(
            "txn FirstValid; int {}; %; bz l{at}; int 1; store {at}; load {at}; pop\nl{at}:\n",
            at + 2
        ));
    }
    either.push_str("made: int 1");
    let names = names_in(&either, Mode::Application);
    assert!(names.contains("update-allowed") && !names.contains("unprotected-update"), "{names:?}");
}

/// A finding on a path that was joined with others says where: here on paths of which none leaves RekeyTo open.
#[test]
fn joined_paths_are_said() {
    let mut body = "txn FirstValid; bz a; txn RekeyTo; global ZeroAddress; ==; assert; int 1; store 70; b on\n\
                    a: int 0; store 70\non:\n"
        .to_owned();
    for at in 0..60 {
        body.push_str(&format!(
            "txn LastValid; pushint {}; %; bz l{at}; int 1; store {at}; load {at}; pop\nl{at}:\n",
            at + 2
        ));
    }
    body.push_str("load 70; assert");
    let source =
        super::testing::signature(&body).replace("txn RekeyTo; global ZeroAddress; ==; assert\ntxn Close", "txn Close");
    let options = CheckOptions { mode: Some(Mode::Signature), ..CheckOptions::default() };
    let findings = check(&source, &options);
    let rekey = findings.iter().find(|it| it.name() == "unchecked-rekey-to").unwrap();
    assert!(rekey.related.iter().any(|it| it.text.contains("taken together") && it.line > 2), "{:?}", rekey.related);
}

/// Programs made to have as many paths as possible end too, and say that they were not followed to the end.
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
    let templates = values.map(|(name, value)| (name, TemplateValue::Uint(value))).collect();
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

/// Which checks notice when an assertion of the contract is removed, by the comment that says what it is for.
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
