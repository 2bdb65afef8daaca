//! Deletions that some may make.

use crate::check::definition::{Check, Detect, Example};
use crate::check::subject::{Subject, actions};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "delete-allowed",
    level: Level::Info,
    title: "the application can be deleted by accounts it authorizes",
    why: "What the application holds is out of reach once it is deleted.",
    fix: "Refuse DeleteApplication, or only allow it when nothing is left in the application's account.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; int DeleteApplication; ==; assert
txn Sender; global CreatorAddress; ==; assert
approve:
int 1
",
        "
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; int NoOp; ==; assert
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
        true,
        "whoever passes the checks on this path can delete the application",
    );
}
