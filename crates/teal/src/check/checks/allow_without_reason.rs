//! Comments that silence a finding without a reason.

use crate::check::allow::Allow;
use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "allow-without-reason",
    level: Level::Medium,
    title: "a finding is silenced without a reason",
    why: "Who reads the program later cannot tell whether it was thought about.",
    fix: "Write the reason after the parenthesis: `// check: allow(NAME) reason`.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
txn Sender; store 3          // check: allow(unused-scratch)
int 1
",
        "
#pragma version 11
txn Sender; store 3          // check: allow(unused-scratch) the vault application reads it
int 1
",
    ),
    detect: Detect::Comment(find),
};

fn find(allow: &Allow, used: bool) -> Option<String> {
    (used && allow.reason.is_empty()).then(|| format!("{} is allowed without a reason", allow.name))
}
