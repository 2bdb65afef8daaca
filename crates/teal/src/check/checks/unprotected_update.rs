//! Updates that anybody may make.

use crate::check::definition::{Check, Detect, Example};
use crate::check::subject::{Subject, actions};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "unprotected-update",
    level: Level::High,
    title: "anybody can replace the application's programs",
    why: "Whoever can replace the programs controls everything the application holds.",
    fix: "For UpdateApplication compare `txn Sender` with `global CreatorAddress` or a stored address, or refuse.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; int UpdateApplication; ==; bnz update
err
update:                      // whoever sends the call
approve:
int 1
",
        "
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; int UpdateApplication; ==; bnz update
err
update:                      // check: allow(update-allowed) until the audit is done
txn Sender; global CreatorAddress; ==; assert
approve:
int 1
",
    ),
    detect: Detect::Calls(actions::UPDATE, find),
};

fn find(subject: &mut Subject<'_>) {
    actions::report(
        subject,
        &CHECK,
        actions::UPDATE,
        false,
        "anybody can replace the programs: no path here compares the sender",
    );
}
