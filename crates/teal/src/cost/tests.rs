//! Entries, bounds and ways on small programs.

use super::*;
use crate::template::{TemplateValue, Templates};

fn of(source: &str) -> CostReport {
    cost(source, &CostOptions::default()).unwrap()
}

/// Name, best and worst of each entry.
fn figures(source: &str) -> Vec<(String, u64, Option<u64>)> {
    of(&format!("#pragma version 11\n{source}"))
        .entries
        .into_iter()
        .map(|entry| (entry.name, entry.best, entry.worst))
        .collect()
}

fn only(source: &str) -> (u64, Option<u64>) {
    let found = figures(source);
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].1, found[0].2)
}

#[test]
fn branches_on_what_is_unknown_go_both_ways() {
    assert_eq!(only("txn Fee; bz cheap; pushint 1; pushint 1; pop; return; cheap: pushint 1; return"), (4, Some(6)));
    // A way that cannot approve does not count, and neither does one that is not open.
    assert_eq!(only("txn Fee; bz bad; pushint 1; return; bad: dup; pop; dup; pop; err"), (4, Some(4)));
    assert_eq!(only("pushint 0; bz on; pushbytes 0x01; sha256; pop; on: pushint 1"), (3, Some(3)));
    assert_eq!(figures("pushint 0; return"), []);
    assert_eq!(figures("txn Fee; pushint 0; &&; assert; pushint 1"), []);
}

#[test]
fn loops_with_a_known_counter_are_counted() {
    let counted = "pushint 0; store 0; again: load 0; pushint 1; +; dup; store 0; pushint 5; <; bnz again; pushint 1";
    assert_eq!(only(counted), (2 + 5 * 8 + 1, Some(43)));
    let open = "txn Fee; again: pushint 1; -; dup; bnz again; pushint 1; return";
    assert_eq!(only(open), (7, None));
    let report = of(&format!("#pragma version 11\n{}", open.replace("; again:", "\nagain:")));
    assert_eq!(report.entries[0].unbounded.and_then(|step| step.line), Some(3));
    assert!(report.entries[0].worst_path.is_empty());
    let arguments = "pushint 0; again: pushint 1; +; dup; txn NumAppArgs; <; bnz again; pushint 1; return";
    assert_eq!(only(arguments).1, None, "a counter with an unknown end has no bound");
}

#[test]
fn subroutines_are_followed_into_every_call() {
    let source = "pushint 2; callsub twice; callsub twice; pushint 8; ==; return\n\
                  twice: proto 1 1; frame_dig -1; pushint 2; *; retsub";
    assert_eq!(only(source), (4 + 2 + 2 * 5, Some(16)));
    let wrong = source.replace("pushint 8", "pushint 9");
    assert_eq!(figures(&wrong), [], "values come back from subroutines");
    assert_eq!(only("callsub a; pushint 1; return; a: txn Fee; bz out; callsub a; out: retsub"), (6, None));
}

#[test]
fn costs_by_length_have_the_longest_and_the_shortest() {
    let source = "txna ApplicationArgs 0; txna ApplicationArgs 1; json_ref JSONUint64; return";
    assert_eq!(only(source), (3 + 25, Some(3 + 25 + 2 * 4096_u64.div_ceil(7))));
    let found = of(&format!("#pragma version 11\n{source}")).entries.remove(0);
    assert_eq!((found.by_length.len(), found.by_length[0].opcode, found.by_length[0].best), (1, "json_ref", 25));
    let known = "pushbytes \"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\"; base64_decode StdEncoding; len; return";
    assert_eq!(only(known), (3 + 1 + 3, Some(7)), "a known length");
    assert_eq!(only("txna ApplicationArgs 0; ecdsa_pk_decompress Secp256k1; pop; len; return").1, Some(4 + 650));
}

#[test]
fn calls_are_distinguished_by_what_the_program_compares() {
    let source = "txn ApplicationID; bz create; txn OnCompletion; switch call join; err\n\
                  call: txna ApplicationArgs 0; pushbytess \"add\" \"sub\"; uncover 2; match add sub; err\n\
                  add: pushint 1; return\nsub: pushint 1; dup; pop; return\njoin: create: pushint 1; return";
    let source = source.replace("join: create:", "join:\ncreate:");
    let names: Vec<String> = figures(&source).into_iter().map(|entry| entry.0).collect();
    assert_eq!(names, ["create", "add", "sub", "opt-in"]);
    let methods = "txna ApplicationArgs 0; method \"pay(uint64)void\"; ==; bnz pay; txna ApplicationArgs 0\n\
                   method \"stop()void\"; ==; assert; pushint 1; return; pay: pushint 1; pushint 1; &&; return";
    let found = of(&format!("#pragma version 11\n{methods}"));
    let calls: Vec<_> = found.entries.iter().map(|entry| (entry.name.as_str(), entry.when.join(", "))).collect();
    assert_eq!(calls[0], ("pay", "the method is pay(uint64)void".to_owned()));
    assert_eq!(calls[1], ("stop", "the method is stop()void".to_owned()));
    // What makes no difference is one call.
    let any = "txn OnCompletion; pushint 1; ==; bnz in; pushint 1; return; in: pushint 1; dup; pop; return";
    let found = of(&format!("#pragma version 11\n{any}"));
    let names: Vec<_> = found.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["no-op, close-out, clear, update, delete", "opt-in"], "{:?}", found.entries[0].when);
}

#[test]
fn variables_without_a_value_may_have_any() {
    let source = "#pragma version 11\npushint TMPL_ON\nbz off\npushint 1\nreturn\noff:\npushint 1\ndup\npop\nreturn";
    let found = of(source);
    assert_eq!(
        (found.unset.as_slice(), found.entries[0].best, found.entries[0].worst),
        (&["TMPL_ON".to_owned()][..], 4, Some(6))
    );
    let templates = Templates::from_iter([("ON", TemplateValue::Uint(0))]);
    let found = cost(source, &CostOptions { templates }).unwrap();
    assert_eq!((found.unset.len(), found.entries[0].best, found.entries[0].worst), (0, 6, Some(6)));
}

#[test]
fn paths_are_printed_step_by_step() {
    let found =
        of("#pragma version 11\ntxn Fee\nbz end\ntxn Sender\nlen\npop\nend:\npushint 1\nreturn").entries.remove(0);
    let lines = |path: &[Step]| path.iter().filter_map(|step| step.line).collect::<Vec<_>>();
    assert_eq!(lines(&found.best_path), [2, 3, 8, 9]);
    assert_eq!(lines(&found.worst_path), [2, 3, 4, 5, 6, 8, 9]);
    assert_eq!(found.worst_path.iter().map(|step| step.cost).sum::<u64>(), 7);
    assert_eq!((found.best_bytes, found.worst_bytes), (2 + 3 + 2 + 1, Some(12)));
}

#[test]
fn a_program_with_too_many_paths_is_reported_as_a_whole() {
    // Each line doubles what may be on the stack.
    let doubling = "txn Fee; bz l@; pushint 1; b r@; l@: pushint 2; r@: store @\n";
    let source: String = (0..16).map(|at| doubling.replace('@', &at.to_string())).collect();
    let found = of(&format!("#pragma version 11\n{source}pushint 1"));
    assert_eq!(found.entries.len(), 1);
    assert!(found.entries[0].worst.is_some_and(|worst| worst >= 16 * 5), "{:?}", found.entries[0].worst);
    let calls: String = (1..40).map(|at| format!("s{at}: callsub s{0}; callsub s{0}; retsub\n", at + 1)).collect();
    let deep = format!("#pragma version 11\ncallsub s1; pushint 1; return\n{calls}s40: retsub");
    assert_eq!(cost(&deep, &CostOptions::default()), Err(CostError::TooManyWays));
}

#[test]
fn results_are_what_lies_right_above_the_arguments() {
    // The subroutine returns 1, whatever lies above it: the expensive path is never taken.
    let source = "#pragma version 11\ncallsub f\nbz dear\npushint 1\nreturn\ndear:\nbyte \"x\"\nsha256\nlen\nreturn\n\
                  f:\nproto 0 1\npushint 1\npushint 0\nretsub";
    let found = of(source);
    assert_eq!((found.entries[0].best, found.entries[0].worst), (8, Some(8)));
    // The other way round, the way that is taken is the dear one.
    let found = of(&source.replace("pushint 1\npushint 0\nretsub", "pushint 0\npushint 1\nretsub"));
    assert_eq!((found.entries[0].best, found.entries[0].worst), (44, Some(44)));
    // The caller's values lie as it left them.
    let below = "#pragma version 11\npushint 0\npushint 7\ncallsub f\npop\nbz dear\npushint 1\nreturn\ndear:\nbyte \"x\"\n\
                 sha256\nlen\nreturn\nf:\nproto 1 1\npushint 1\npushint 2\npushint 3\nretsub";
    let found = of(below);
    assert_eq!((found.entries[0].best, found.entries[0].worst), (48, Some(48)));
}

#[test]
fn a_recursion_that_is_not_followed_leaves_nothing_known_of_its_frames() {
    // `f` calls itself as often as Fee says; a frame slot read after it may hold anything.
    let source = "#pragma version 11\npushint 5\ncallsub f\nbz dear\npushint 1\nreturn\ndear:\nbyte \"x\"\nsha256\nlen\n\
                  return\nf:\nproto 1 1\nframe_dig -1\ntxn Fee\nbz out\npushint 9\ncallsub f\npop\nout:\npushint 0\nretsub";
    let found = of(source);
    assert!(found.entries[0].best >= 9, "{:?}", found.entries[0].best);
    assert_eq!(found.entries[0].worst, None);
}

#[test]
fn constants_of_a_block_are_open_where_a_variable_stands() {
    let source = "#pragma version 10\nintcblock 0 1 TMPL_X\nbytecblock TMPL_B 0x61\nintc_2\nbnz long\nintc_0\nbnz long\n\
                  bytec_0\nlen\nbnz long\nintc_1\nreturn\nlong:\nbytec_1\nsha256\npop\nintc_1";
    let both = |source: &str, assignments: &[&str]| {
        let mut templates = Templates::default();
        assignments.iter().for_each(|text| templates.assign(text).unwrap());
        let entries = cost(source, &CostOptions { templates }).unwrap().entries;
        entries.first().map(|entry| (entry.best, entry.worst))
    };
    let (short, long) = (2 + 2 + 2 + 3 + 2, 2 + 2 + 1 + 35 + 1 + 1);
    assert_eq!(both(source, &["X=0", "B="]), Some((short, Some(short))));
    assert_eq!(both(source, &["X=1"]), Some((long, Some(long))));
    assert_eq!(both(source, &[]), Some((short, Some(long + 5))));
    // In a macro, or moved by one.
    let by_macro = source.replace("intcblock 0 1 TMPL_X", "#define Y TMPL_X\n#define Z Y\nintcblock 0 1 Z");
    assert_eq!(both(&by_macro, &[]).map(|it| it.0), Some(short));
    assert_eq!(both(&by_macro, &["X=1", "B="]), Some((long, Some(long))));
    let whole =
        "#pragma version 8\n#define SWITCH int TMPL_X\nSWITCH\nbz off\nint 1\nreturn\noff:\nint 1\ndup\npop\nreturn";
    assert_eq!(both(whole, &[]), Some((5, Some(7))));
}

#[test]
fn values_moved_by_a_variable_are_unknown() {
    let end = "bz off; pushint 1; return; off: pushint 1; dup; pop; return";
    let both = |start: &str| {
        let source = format!("#pragma version 8\n{start}; {end}").replace("; off:", "\noff:");
        let entries = cost(&source, &CostOptions::default()).unwrap().entries;
        let entry = entries.first().unwrap();
        entry.worst.unwrap() - entry.best
    };
    for start in [
        "pushint 1; store 1; pushint 0; store TMPL_SLOT; load 1",
        "pushint 1; store 1; load TMPL_SLOT",
        "pushint 0; pushint 1; dig TMPL_DEPTH",
        "pushint 0; pushint 1; cover TMPL_DEPTH",
        "pushint 0; pushint 1; pushint 1; popn TMPL_COUNT",
        "pushint 1; pushints 1 TMPL_X",
        "intcblock 5 1; intc TMPL_INDEX",
    ] {
        assert_eq!(both(start), 2, "{start}");
    }
    assert_eq!(both("pushints TMPL_X 1"), 0);
}

#[test]
fn a_clear_state_program_may_ask_for_the_action() {
    let found = of("#pragma version 10\ntxn OnCompletion\npushint 3\n==");
    let calls: Vec<_> = found.entries.iter().map(|it| (it.name.as_str(), it.when.join(", "), it.best)).collect();
    assert_eq!(calls, [("clear", "OnCompletion is ClearState".to_owned(), 3)]);
}

#[test]
fn recursion_may_end_the_program() {
    let deep = |start: &str| {
        format!(
            "{start}; callsub f; err; f: proto 1 0; frame_dig -1; bz done; frame_dig -1; pushint 1; -; callsub f; err\n\
             done: pushint 1; return"
        )
    };
    let (least, most) = only(&deep("pushint 20"));
    let run = 1 + 1 + 20 * (1 + 1 + 1 + 1 + 1 + 1 + 1) + 1 + 1 + 1 + 1 + 1;
    assert!(least <= run && most.is_none_or(|most| run <= most), "{least} {most:?}");
    assert_eq!(only(&deep("txn Fee")).1, None);
}

#[test]
fn merged_calls_are_said_in_full() {
    let said = |source: &str| {
        let found = of(&format!("#pragma version 10\n{source}"));
        found.entries.iter().map(|it| (it.name.clone(), it.when.join("; "))).collect::<Vec<_>>()
    };
    let no_difference = "txn NumAppArgs\nbz a\na:\nint 1\nreturn";
    assert_eq!(said(no_difference), [("a".to_owned(), String::new())]);
    let either = "txn ApplicationID\nbz a\na:\nint 1\nreturn";
    assert_eq!(said(either), [("create, program".to_owned(), String::new())]);
}
