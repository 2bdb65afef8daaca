//! Calls that update or delete the application: which approvals can be of one, and whether they look at who calls.

use std::rc::Rc;

use super::{Draft, Subject};
use crate::check::definition::Check;
use crate::check::engine::{Approval, FactsId, Note};
use pnp_opcodes::TxnField;

/// The on-completion action by which an account opts in.
pub(in crate::check) const OPT_IN: u64 = 1;
/// The on-completion action that runs no approval program.
pub(in crate::check) const CLEAR_STATE: u64 = 3;
/// The on-completion action that replaces the programs.
pub(in crate::check) const UPDATE: u64 = 4;
/// The on-completion action that deletes the application.
pub(in crate::check) const DELETE: u64 = 5;

/// Reports, as findings of `check`, the calls that can have that action and do, or do not, look at who calls.
pub(in crate::check) fn report(
    subject: &mut Subject<'_>,
    check: &'static Check,
    action: u64,
    protected: bool,
    message: &str,
) {
    for approval in approvals(subject, action, protected) {
        let start = start(&approval, action);
        subject.report(Draft::new(check, start, message).approved_by(&approval));
    }
}

/// The approvals of calls that can have that action and do, or do not, look at who calls.
fn approvals(subject: &mut Subject<'_>, action: u64, protected: bool) -> Vec<Rc<Approval>> {
    let mut approvals = subject.approvals();
    approvals.retain(|it| can_be(subject, it.facts, action) && subject.seen.logic.is_protected(it) == protected);
    approvals
}

/// Whether the call can be one with that action, of an application that exists.
pub(in crate::check) fn can_be(subject: &mut Subject<'_>, facts: FactsId, action: u64) -> bool {
    !creates(subject, facts) && subject.own_field_can_equal(facts, TxnField::OnCompletion, action)
}

/// Whether anybody can make the call: it does not create the application, and does not look at who calls.
pub(in crate::check) fn is_anybodys(subject: &mut Subject<'_>, approval: &Approval) -> bool {
    !creates(subject, approval.facts) && !subject.seen.logic.is_protected(approval)
}

/// Whether the call creates the application.
fn creates(subject: &mut Subject<'_>, facts: FactsId) -> bool {
    subject.own_field_holds(facts, TxnField::ApplicationId, |_, fact| fact.high == 0)
}

/// The instruction from which on a path is for that action alone, or the one that approves.
fn start(approval: &Approval, action: u64) -> usize {
    let dispatch = approval.notes.iter().rev().find_map(|note| match note {
        Note::Dispatch { action: found, instruction } if u64::from(*found) == action => Some(*instruction),
        _ => None,
    });
    dispatch.unwrap_or(approval.instruction)
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, names_in, on_action};

    #[test]
    fn updates_and_deletions_look_at_the_sender_in_many_ways() {
        let creator = "txn Sender; global CreatorAddress; ==; assert";
        for (number, open, closed) in
            [(4, "unprotected-update", "update-allowed"), (5, "unprotected-delete", "delete-allowed")]
        {
            found(&on_action(number, ""), Mode::Application, &[open]);
            found(&on_action(number, creator), Mode::Application, &[closed]);
            let admin = "txn Sender; byte \"admin\"; app_global_get; ==; assert";
            found(&on_action(number, admin), Mode::Application, &[closed]);
            let role = "txn Sender; byte \"role\"; app_local_get; int 7; ==; assert";
            found(&on_action(number, role), Mode::Application, &[closed]);
            let chosen = "txn Sender; txna Accounts 1; ==; assert";
            found(&on_action(number, chosen), Mode::Application, &[open]);
            let cosigned = "gtxn 0 Sender; global CreatorAddress; ==; assert; global GroupSize; int 2; ==; assert; \
                            txn GroupIndex; int 1; ==; assert";
            found(&on_action(number, cosigned), Mode::Application, &[closed]);
            let other = "txn Sender; global CreatorAddress; !=; assert";
            found(&on_action(number, other), Mode::Application, &[open]);
        }
        found(&on_action(2, ""), Mode::Application, &[]);
    }

    /// A switch tells actions apart as well as comparisons do.
    #[test]
    fn a_switch_leads_to_an_action() {
        let source = "#pragma version 9\ntxn ApplicationID; bz ok\ntxn OnCompletion; switch ok ok ok no own own\nno: err\n\
                      own: txn Sender; global CreatorAddress; ==; return\nok: int 1; return";
        found(source, Mode::Application, &["update-allowed", "delete-allowed"]);
    }

    /// A hash proves something of who knows what was hashed, not of a value out of nowhere.
    #[test]
    fn hashes_protect_if_something_is_hashed() {
        let lock = "txna ApplicationArgs 0; sha256; byte \"lock\"; app_global_get; ==; assert";
        found(&on_action(4, lock), Mode::Application, &["update-allowed"]);
        let nothing = names_in("#pragma version 2\nsha512_256; ==", Mode::Application);
        assert!(nothing.contains("unprotected-update"), "{nothing:?}");
    }
}
