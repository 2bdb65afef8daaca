//! Deletions that anybody may make.

use crate::check::definition::{Check, Detect, Example};
use crate::check::subject::{Subject, actions};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "unprotected-delete",
    level: Level::High,
    title: "anybody can delete the application",
    why: "What the application's account holds, and what others keep in its state, is lost with it.",
    fix: "For DeleteApplication compare `txn Sender` with `global CreatorAddress` or a stored address, or refuse.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; int DeleteApplication; ==; bnz delete
err
delete:                      // whoever sends the call
approve:
int 1
",
        "
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; int DeleteApplication; ==; bnz delete
err
delete:                      // check: allow(delete-allowed) until the audit is done
txn Sender; global CreatorAddress; ==; assert
approve:
int 1
",
    ),
    detect: Detect::Calls(actions::DELETE, find),
};

fn find(subject: &mut Subject<'_>) {
    actions::report(
        subject,
        &CHECK,
        actions::DELETE,
        false,
        "anybody can delete the application: no path here compares the sender",
    );
}
