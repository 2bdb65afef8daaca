//! Local values that are used as bytes, and that opting in leaves unset.

use std::collections::{BTreeSet, HashSet};

use crate::check::definition::{Check, Detect, Example};
use crate::check::engine::{MAX_NOTES, Note};
use crate::check::subject::actions::{self, OPT_IN};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use crate::flow::{Instruction, Operand};

pub(in crate::check) static CHECK: Check = Check {
    name: "missing-opt-in-value",
    level: Level::Medium,
    title: "a local value is used as bytes, but opting in does not set it",
    why: "A local value that was never set reads as the integer 0: comparing or joining it with bytes fails, every time.",
    fix: "Write the value, if only an empty byte string, where OnCompletion is OptIn; or read it with `app_local_get_ex`.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        r#"
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; switch call opt_in
err
call:
txn Sender; byte "last"; app_local_get // 0 if nothing was put there
txna ApplicationArgs 0; !=; assert
b approve
opt_in:
approve:
int 1
"#,
        r#"
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; switch call opt_in
err
call:
txn Sender; byte "last"; app_local_get
txna ApplicationArgs 0; !=; assert
b approve
opt_in:
txn Sender; byte "last"; byte ""; app_local_put
approve:
int 1
"#,
    ),
    detect: Detect::Approvals(find),
};

fn find(subject: &mut Subject<'_>) {
    let reads: Vec<_> = subject.seen.local_reads.iter().copied().collect();
    if reads.is_empty() {
        return;
    }
    let literals = literals(subject);
    let mut reported = BTreeSet::new();
    for approval in subject.approvals() {
        // A path whose list of notes is full may have done more.
        if approval.notes.len() >= MAX_NOTES || !actions::can_be(subject, approval.facts, OPT_IN) {
            continue;
        }
        for read in &reads {
            // A key that is put together, say in a loop, depends on more than a path shows.
            let key = subject.seen.logic.terms.as_bytes(read.key).filter(|key| literals.contains(&***key));
            let Some(key) = key else { continue };
            let name = String::from_utf8_lossy(key).into_owned();
            let put = approval.notes.iter().any(|note| matches!(note, Note::Put { key } if *key == read.key));
            if put || !reported.insert(read.instruction) {
                continue;
            }
            let message = format!("the local value {name:?} is used as bytes, but opting in does not set it");
            let draft = Draft::new(&CHECK, read.instruction, message);
            subject.report(draft.related(approval.instruction, "an opt-in is approved here").approved_by(&approval));
        }
    }
}

/// The byte strings the program writes down.
fn literals(subject: &Subject<'_>) -> HashSet<Box<[u8]>> {
    let program = subject.program;
    let of = |instruction: &Instruction| -> Vec<Box<[u8]>> {
        match &instruction.operand {
            Operand::Constant(place) => vec![program.constant(place).into()],
            Operand::Constants(places) => places.iter().map(|place| program.constant(place).into()).collect(),
            _ => Vec::new(),
        }
    };
    program.instructions().iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::found;

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
        let put_before = format!("{set}; txn Sender; byte \"last\"; {compare}");
        let after = |lines: &str| format!("pop; pop; {lines}");
        found(&program("", &after(&put_before)), Mode::Application, &[]);
        let deleted =
            put_before.replacen("app_local_put;", "app_local_put; txn Sender; byte \"last\"; app_local_del;", 1);
        found(&program("", &after(&deleted)), Mode::Application, &["missing-opt-in-value"]);
        let on_one_branch =
            format!("pop; pop; txna ApplicationArgs 0; btoi; bz get; {set}; get: txn Sender; byte \"last\"; {compare}");
        found(&program("", &on_one_branch), Mode::Application, &["missing-opt-in-value"]);
        let other = set.replace("last", "other");
        found(&program(&other, compare), Mode::Application, &["missing-opt-in-value"]);
    }
}
