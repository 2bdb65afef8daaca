//! Comments that allow what no check is called.

use super::check_named;
use crate::check::allow::Allow;
use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "allow-unknown-name",
    level: Level::Medium,
    title: "no check has the name that is allowed",
    why: "It silences nothing.",
    fix: "Use a name that `check --list` prints.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
txn Sender; store 3          // check: allow(unused) the vault application reads it
int 1
",
        "
#pragma version 11
txn Sender; store 3          // check: allow(unused-scratch) the vault application reads it
int 1
",
    )
    .found_too(&["unused-scratch"]),
    detect: Detect::Comment(find),
};

fn find(allow: &Allow, _used: bool) -> Option<String> {
    check_named(&allow.name).is_none().then(|| format!("there is no check {:?}", allow.name))
}
