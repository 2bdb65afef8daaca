//! Comments that allow what is not found.

use super::check_named;
use crate::check::allow::Allow;
use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "allow-without-effect",
    level: Level::Medium,
    title: "nothing is found where it is allowed",
    why: "It would hide a finding that comes later and was never thought about.",
    fix: "Take the comment away, or put it on the finding's line.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
txn Sender; store 3
load 3; log                  // check: allow(unused-scratch) the vault application reads it
int 1
",
        "
#pragma version 11
txn Sender; store 3
load 3; log
int 1
",
    ),
    detect: Detect::Comment(find),
};

fn find(allow: &Allow, used: bool) -> Option<String> {
    let is_known = check_named(&allow.name).is_some();
    (is_known && !used).then(|| format!("{} is not found here", allow.name))
}
