//! Opcodes that take what is not on the stack.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "stack-underflow",
    level: Level::Medium,
    title: "an opcode takes more values than the stack holds, or of another type",
    why: "The program fails whenever it comes here.",
    fix: "Push what the opcode takes on every path that leads to it.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
callsub sum
return
sum:
+                            // no two integers were pushed
retsub
",
        "
#pragma version 11
int 1; int 2
callsub sum
return
sum:
+
retsub
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    let found: Vec<usize> = subject.seen.underflows.iter().copied().collect();
    for at in found {
        let name = subject.program.instructions().get(at).map_or("the end", |it| it.spec.name);
        let message = format!("`{name}` takes a value that is not on the stack");
        subject.report(Draft::new(&CHECK, at, message));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::found;

    /// What the assembler sees itself is reported too, and the rest of the program is still checked.
    #[test]
    fn values_of_another_type() {
        found("#pragma version 8\ntxn Fee; byte \"a\"; +; pop; int 1", Mode::Clear, &["stack-underflow"]);
    }
}
