//! Updates that some may make.

use crate::check::definition::{Check, Detect, Example};
use crate::check::subject::{Subject, actions};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "update-allowed",
    level: Level::Info,
    title: "the application's programs can be replaced by accounts it authorizes",
    why: "Users trust the account that can replace the programs, not the programs.",
    fix: "Refuse UpdateApplication once the application is in use, or say who may do it and why.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn ApplicationID; bz approve
txn OnCompletion; int UpdateApplication; ==; assert
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
    detect: Detect::Calls(actions::UPDATE, find),
};

fn find(subject: &mut Subject<'_>) {
    actions::report(
        subject,
        &CHECK,
        actions::UPDATE,
        true,
        "whoever passes the checks on this path can replace the programs",
    );
}
