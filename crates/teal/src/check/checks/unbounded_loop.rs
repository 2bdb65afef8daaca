//! Loops whose rounds nothing but the budget bounds.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::is_global;
use crate::check::subject::rounds::rounds;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use crate::flow::{Instruction, Loop};
use pnp_opcodes::{Field as _, GlobalField, Op, TxnField};

pub(in crate::check) static CHECK: Check = Check {
    name: "unbounded-loop",
    level: Level::Low,
    title: "a loop whose number of rounds nothing bounds",
    why: "With the wrong input a call spends its budget and fails.",
    fix: "Count the rounds against a constant, or check the input before the loop.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
int 0
next:
int 1; +
dup; txna ApplicationArgs 0; btoi; < // as many rounds as the caller likes
bnz next
",
        "
#pragma version 11
int 0
next:
int 1; +
dup; int 60; <
bnz next
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    for found in rounds(subject).changing {
        if found.recursive || !is_open(subject, &found) {
            continue;
        }
        if let Some(first) = subject.first_instruction(&found.blocks) {
            let message = "nothing bounds the rounds of this loop but the budget";
            subject.report(Draft::new(&CHECK, first, message));
        }
    }
}

/// Whether the rounds of a loop could not be counted, and nothing in it looks like counting.
fn is_open(subject: &Subject<'_>, found: &Loop) -> bool {
    if !found.blocks.iter().any(|block| subject.seen.joined.contains(block)) {
        return false;
    }
    let blocks = found.blocks.iter().filter_map(|block| subject.graph.blocks().get(*block));
    let code: Vec<&Instruction> = blocks
        .flat_map(|block| subject.program.instructions().get(block.first..block.end).unwrap_or_default())
        .collect();
    let steps =
        code.windows(2).any(|pair| pair[0].op().is_integer_constant() && matches!(pair[1].op(), Op::Add | Op::Sub));
    let bounded =
        code.windows(2).any(|pair| (pair[0].op().is_integer_constant() || is_small(pair[0])) && is_order(pair[1].op()));
    let watches_budget = code.iter().any(|it| is_global(it, GlobalField::OpcodeBudget));
    !(steps && bounded || watches_budget)
}

/// Whether it gives an integer that the protocol keeps small.
fn is_small(instruction: &Instruction) -> bool {
    let counts = [TxnField::NumAppArgs, TxnField::NumAccounts, TxnField::NumAssets, TxnField::NumApplications];
    is_global(instruction, GlobalField::GroupSize)
        || instruction.op() == Op::Txn && counts.iter().any(|field| field.byte() == instruction.byte(0))
}

fn is_order(op: Op) -> bool {
    matches!(op, Op::Lt | Op::Gt | Op::Le | Op::Ge | Op::Eq | Op::Ne)
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found, names_in};

    #[test]
    fn rounds_that_are_counted_are_bounded() {
        let is_found = |body: &str| names_in(&application(body), Mode::Application).contains("unbounded-loop");
        let open = "txna ApplicationArgs 0; btoi\na: dup; txn LastValid; %; dup; txn FirstValid; <; bnz a; pop";
        assert!(is_found(open));
        assert!(!is_found("int 0\na: int 1; +; dup; int 900; <; bnz a; pop"));
        let of_arguments = "int 0; store 0\na: load 0; txnas ApplicationArgs; btoi; assert; load 0; int 1; +; dup; \
                            store 0; txn NumAppArgs; <; bnz a";
        found(&application(of_arguments), Mode::Application, &[]);
    }
}
