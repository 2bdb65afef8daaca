//! Programs that refuse nothing.

use crate::check::definition::{Check, Detect, Example, NOT_CLEAR};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "always-approves",
    level: Level::High,
    title: "the program approves everything",
    why: "A logic signature that approves everything gives its account away; an application can be replaced or deleted by anybody.",
    fix: "Check what is approved; for a clear-state program say so with `--mode clear`.",
    more: "",
    modes: NOT_CLEAR,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
int 1
",
        "
#pragma version 11
txn OnCompletion; !
",
    )
    .found_too(&["unprotected-update", "unprotected-delete"]),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    if subject.seen.refuses || subject.seen.incomplete {
        return;
    }
    let Some(approval) = subject.seen.approvals.first().cloned() else { return };
    let message = match subject.mode {
        Mode::Signature => "every transaction is approved: anyone can use the account",
        _ => "every call is approved",
    };
    subject.report(Draft::new(&CHECK, approval.instruction, message).approved_by(&approval));
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, names_in};

    #[test]
    fn clear_state_programs_may_approve_everything() {
        found("#pragma version 8\nint 1\nreturn", Mode::Clear, &[]);
        let approves = |source: &str| names_in(source, Mode::Signature).contains("always-approves");
        assert!(approves("#pragma version 8\ntxn Fee; pop; int 1"));
        assert!(!approves("#pragma version 8\ntxn Fee; int 5; <"));
    }
}
