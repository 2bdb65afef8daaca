//! Programs with more paths than are followed.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::{Finding, Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "analysis-incomplete",
    level: Level::Info,
    title: "the program has too many paths to follow all of them",
    why: "Something may be there that was not found.",
    fix: "Split the program, or use fewer branches.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
txn FirstValid; int 2@; %; bz a@
a@: txn LastValid; int 2@; %; bnz b@; int 1; return
b@:
int 1
",
        "
#pragma version 11
txn FirstValid; int 2@; %; pop
a@: txn LastValid; int 2@; %; bnz b@; int 1; return
b@:
int 1
",
    )
    .repeated(80),
    detect: Detect::Examination,
};

/// The finding that not all paths were distinguished or, if `incomplete`, that not all were followed.
pub(in crate::check) fn finding(incomplete: bool) -> Finding {
    let message = match incomplete {
        true => "the program has too many paths to follow all of them: something may be missed",
        false => "the program has too many paths to tell them apart: a finding may be of no single path",
    };
    Finding::new(&CHECK, message.to_owned(), 0, 0..0)
}
