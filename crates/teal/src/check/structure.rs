//! The shape of a program: code nobody reaches, stacks that do not fit, conditions that decide nothing.

use super::catalogue::Rule;
use super::finding::Level;
use super::subject::{Draft, Subject};
use crate::flow::{Block, Exit};
use pnp_opcodes::{Op, OpSpec};

pub(super) fn check(subject: &mut Subject<'_>) {
    unreachable(subject);
    heights(subject);
    underflows(subject);
    conditions(subject);
    scratch(subject);
}

/// Runs of blocks that no way leads to; a lone `err` guards, and is not reported.
fn unreachable(subject: &mut Subject<'_>) {
    let graph = subject.graph;
    let is_dead = |at: usize, block: &Block| !graph.is_reachable(at) && block.first < block.end;
    let mut at = 0;
    while let Some(block) = graph.blocks().get(at) {
        if !is_dead(at, block) {
            at += 1;
            continue;
        }
        let first = block.first;
        let mut end = block.end;
        while let Some(next) = graph.blocks().get(at).filter(|next| is_dead(at, next)) {
            end = next.end;
            at += 1;
        }
        let code = subject.program.instructions().get(first..end).unwrap_or_default();
        if code.iter().all(|instruction| instruction.op() == Op::Err || instruction.source.is_none()) {
            continue;
        }
        let start = (first..end).find(|at| subject.program.instructions()[*at].source.is_some()).unwrap_or(first);
        let mut draft = Draft::new(Rule::UnreachableCode, start, "no path leads here");
        if end - start > 1 {
            draft = draft.related(end - 1, "up to here");
        }
        subject.report(draft);
    }
}

fn heights(subject: &mut Subject<'_>) {
    let found: Vec<(usize, (usize, usize))> = subject.seen.heights.iter().map(|(at, found)| (*at, *found)).collect();
    for (block, (least, most)) in found {
        let Some(it) = subject.graph.blocks().get(block).filter(|it| it.first < it.end) else { continue };
        let first = it.first;
        if is_indifferent(subject, it) {
            continue;
        }
        let message = format!("paths meet here with {least} and with {most} values on the stack");
        subject.report(Draft::new(Rule::StackImbalance, first, message));
    }
    let ends: Vec<(usize, usize)> = subject.seen.bad_ends.iter().map(|(at, height)| (*at, *height)).collect();
    for (at, height) in ends {
        let message = match subject.program.instructions().get(at) {
            Some(_) => format!("the subroutine returns with {height} values where its proto promises more"),
            None => format!("the program ends with {height} values on the stack, and so fails: it must be one"),
        };
        subject.report(Draft::new(Rule::StackImbalance, at, message));
    }
}

/// Whether a block ends the program and takes nothing from the stack that it did not put there.
fn is_indifferent(subject: &Subject<'_>, block: &Block) -> bool {
    if !matches!(block.exit, Exit::Return | Exit::Err) {
        return false;
    }
    let mut height = 0_usize;
    for instruction in subject.program.instructions().get(block.first..block.end).unwrap_or_default() {
        let OpSpec { signature, op, .. } = instruction.spec;
        if matches!(op, Op::Err) {
            return true;
        }
        let Some(left) = height.checked_sub(signature.args.len()) else { return false };
        height = left + signature.returns.len();
    }
    true
}

fn underflows(subject: &mut Subject<'_>) {
    let found: Vec<usize> = subject.seen.underflows.iter().copied().collect();
    for at in found {
        let name = subject.program.instructions().get(at).map_or("the end", |it| it.spec.name);
        let message = format!("`{name}` takes a value that is not on the stack");
        subject.report(Draft::new(Rule::StackUnderflow, at, message));
    }
}

fn conditions(subject: &mut Subject<'_>) {
    if subject.seen.incomplete {
        return;
    }
    let found: Vec<_> = subject.seen.outcomes.iter().map(|(at, outcome)| (*at, *outcome)).collect();
    for (at, outcome) in found {
        if outcome.holds == outcome.fails {
            continue;
        }
        let is_assert = subject.program.instructions().get(at).is_some_and(|it| it.op() == Op::Assert);
        let (message, level) = match (is_assert, outcome.holds, outcome.constant) {
            (true, true, true) => ("the assertion is a constant and always holds", Level::Low),
            (true, false, true) => ("the assertion is a constant and always fails", Level::Medium),
            (true, false, false) => ("the assertion always fails: what was checked before rules it out", Level::Medium),
            (false, true, true) => ("the condition is a constant and never 0", Level::Low),
            (false, false, true) => ("the condition is a constant and always 0", Level::Low),
            // Checking again what is known already does no harm.
            (_, _, false) => continue,
        };
        subject.report(Draft::new(Rule::ConstantCondition, at, message).level(level));
    }
}

fn scratch(subject: &mut Subject<'_>) {
    let instructions = subject.program.instructions();
    let reads_any = |op: Op| matches!(op, Op::Loads);
    if !instructions.iter().any(|it| reads_any(it.op())) {
        let mut loaded = [false; 256];
        for load in instructions.iter().filter(|it| it.op() == Op::Load) {
            loaded[usize::from(load.byte(0))] = true;
        }
        let stores = instructions.iter().enumerate().filter(|(_, it)| it.op() == Op::Store);
        let unused: Vec<(usize, u8)> =
            stores.map(|(at, it)| (at, it.byte(0))).filter(|(_, slot)| !loaded[usize::from(*slot)]).collect();
        for (at, slot) in unused {
            let dead = subject.graph.block_of(at).is_none_or(|block| !subject.graph.is_reachable(block));
            if !dead {
                subject.report(Draft::new(Rule::UnusedScratch, at, format!("nothing loads slot {slot}")));
            }
        }
    }
    let loads: Vec<_> = subject.seen.loaded.iter().map(|(at, found)| (*at, *found)).collect();
    for (at, (slot, loaded)) in loads {
        if loaded.unset && !loaded.set && !subject.seen.incomplete {
            let message = format!("slot {slot} is loaded, but nothing has been stored in it: it is 0");
            subject.report(Draft::new(Rule::UnsetScratch, at, message));
        }
    }
}
