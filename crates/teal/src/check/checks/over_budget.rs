//! Paths that cost more than one call may.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::is_global;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::GlobalField;
use pnp_types::consensus;

pub(in crate::check) static CHECK: Check = Check {
    name: "over-budget",
    level: Level::Medium,
    title: "a path costs more than the budget of one call",
    why: "Such a call fails unless other calls of its group, or inner ones, bring their budgets along.",
    fix: "Make the path cheaper, or let callers add calls to the group; `global OpcodeBudget` returns the remaining budget.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txna ApplicationArgs 0
keccak256; keccak256         // 130 each, six times in a row
keccak256; keccak256
keccak256; keccak256
btoi
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txna ApplicationArgs 0
keccak256; keccak256
keccak256; keccak256
keccak256; sha256            // 35
btoi
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    let params = consensus::LATEST.params;
    let one = match subject.mode {
        Mode::Signature => params.logic_sig_max_cost,
        Mode::Application | Mode::Clear => params.max_app_program_cost as u64,
    };
    // A clear-state program has its own budget, and others' calls bring theirs along for the others.
    let most = if subject.mode == Mode::Clear { one } else { one * params.max_tx_group_size as u64 };
    let watches = subject.program.instructions().iter().any(|it| is_global(it, GlobalField::OpcodeBudget));
    let dearest = subject.seen.approvals.iter().max_by_key(|approval| approval.cost).cloned();
    let Some(approval) = dearest.filter(|approval| approval.cost > one) else { return };
    let calls = approval.cost.div_ceil(one);
    let (level, message) = match approval.cost > most && !watches {
        true => (
            Level::Medium,
            format!("a path that ends here costs {} or more: over the budget of a whole group", approval.cost),
        ),
        false => {
            (Level::Low, format!("a path that ends here costs {} or more: the budget of {calls} calls", approval.cost))
        }
    };
    if watches && level == Level::Low {
        return;
    }
    let draft = Draft::new(&CHECK, approval.instruction, message).level(level);
    subject.report(draft.approved_by(&approval));
}

#[cfg(test)]
mod tests {
    use crate::check::testing::{application, found};
    use crate::check::{CheckOptions, Level, Mode, check};

    #[test]
    fn more_than_a_whole_group_can_spend_is_worse() {
        let hash = "byte \"a\"; keccak256; pop\n";
        found(&application(&hash.repeat(5)), Mode::Application, &[]);
        found(&application(&hash.repeat(6)), Mode::Application, &["over-budget"]);
        let level = |count: usize| {
            let options = CheckOptions { mode: Some(Mode::Application), ..CheckOptions::default() };
            let found = check(&application(&hash.repeat(count)), &options);
            found.first().map(|finding| finding.level)
        };
        assert_eq!((level(5), level(6), level(100)), (None, Some(Level::Low), Some(Level::Medium)));
    }
}
