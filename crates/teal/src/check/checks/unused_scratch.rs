//! Slots that are stored and never loaded.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::Op;

pub(in crate::check) static CHECK: Check = Check {
    name: "unused-scratch",
    level: Level::Low,
    title: "a value is stored that nothing loads",
    why: "It costs bytes and budget, or another slot was meant.",
    fix: "Take the `store` away, or load the slot. Other applications of a group can read it with `gload`.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
txn Sender; store 3          // no load 3 anywhere
int 1
",
        "
#pragma version 11
txn Sender; store 3
load 3; log
int 1
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    let instructions = subject.program.instructions();
    if instructions.iter().any(|it| it.op() == Op::Loads) {
        return;
    }
    let mut loaded = [false; 256];
    for load in instructions.iter().filter(|it| it.op() == Op::Load) {
        loaded[usize::from(load.byte(0))] = true;
    }
    let stores = instructions.iter().enumerate().filter(|(_, it)| it.op() == Op::Store);
    for (at, slot) in stores.map(|(at, it)| (at, it.byte(0))).filter(|(_, slot)| !loaded[usize::from(*slot)]) {
        let is_reached = subject.graph.block_of(at).is_some_and(|block| subject.graph.is_reachable(block));
        if is_reached {
            subject.report(Draft::new(&CHECK, at, format!("nothing loads slot {slot}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found};

    #[test]
    fn a_computed_slot_may_be_any() {
        found(&application("int 1; store 4"), Mode::Application, &["unused-scratch"]);
        found(&application("int 1; store 4; load 4; pop"), Mode::Application, &[]);
        found(&application("int 1; store 4; txn NumAppArgs; loads; pop"), Mode::Application, &[]);
    }
}
