//! Slots that are loaded and never stored.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "unset-scratch",
    level: Level::Low,
    title: "a slot is loaded that nothing has been stored in",
    why: "It is always the integer 0, which is hardly what was meant.",
    fix: "Store a value on every path that leads here, or write `int 0`.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
load 3; itob; log            // no store 3 before it
int 1
",
        "
#pragma version 11
int 7; store 3
load 3; itob; log
int 1
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    let loads: Vec<_> = subject.seen.loaded.iter().map(|(at, found)| (*at, *found)).collect();
    for (at, (slot, loaded)) in loads {
        if loaded.unset && !loaded.set && !subject.seen.incomplete {
            let message = format!("slot {slot} is loaded, but nothing has been stored in it: it is 0");
            subject.report(Draft::new(&CHECK, at, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found};

    #[test]
    fn one_path_that_stores_is_enough() {
        found(&application("load 4; pop"), Mode::Application, &["unset-scratch"]);
        found(&application("txn NumAppArgs; bz a; int 1; store 4\na: load 4; pop"), Mode::Application, &[]);
    }
}
