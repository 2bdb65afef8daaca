//! Inner transactions by which anybody may take what the application holds.

use crate::check::definition::{Check, Detect, Example};
use crate::check::engine::{Approval, FactsId, NOTHING, Note, Term, TermId, TransactionRef};
use crate::check::subject::{Draft, Subject, actions};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "unprotected-transfer",
    level: Level::High,
    title: "anybody can have the application's account send what it holds, or rekey it",
    why: "The caller names the account that receives, and how much: nothing keeps it from taking everything.",
    fix: "Compare `txn Sender` with who may do this, or send no more than state says that the receiver has.",
    more: "An amount that was compared with something else than a constant, or that was paid in by the same group, is the caller's own; \
           so is a receiver that the application's state is about. Where another call of the group, or an amount paid there, \
           is looked at, amounts are not reported: it may be a loan that is paid back.",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn ApplicationID; bz ok
itxn_begin
int pay; itxn_field TypeEnum
int 0; itxn_field Fee
txna ApplicationArgs 0; btoi; itxn_field Amount
txn Sender; itxn_field Receiver // any caller
itxn_submit
ok:
int 1
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn ApplicationID; bz ok
txn Sender; global CreatorAddress; ==; assert
itxn_begin
int pay; itxn_field TypeEnum
int 0; itxn_field Fee
txna ApplicationArgs 0; btoi; itxn_field Amount
txn Sender; itxn_field Receiver
itxn_submit
ok:
int 1
",
    ),
    detect: Detect::Approvals(find),
};

fn find(subject: &mut Subject<'_>) {
    for approval in subject.approvals() {
        let facts = approval.facts;
        let sent: Vec<Note> = approval.notes.iter().filter(|note| matches!(note, Note::Sent { .. })).copied().collect();
        if sent.is_empty() || !actions::is_anybodys(subject, &approval) {
            continue;
        }
        for note in sent {
            let Note::Sent { field, to, amount, instruction } = note else { continue };
            let is_known = subject.is_fixed_address(facts, subject.fact(facts, to)) || subject.is_in_state(facts, to);
            if is_known || amount != NOTHING && (is_limited(subject, facts, amount) || relies_on_group(&approval)) {
                continue;
            }
            let name = Subject::field_name(field);
            let message = match amount {
                NOTHING => format!("the caller chooses {name} of an inner transaction, and nothing says who may call"),
                _ => format!(
                    "the caller chooses {name} and the amount of an inner transaction, and nothing says who may call"
                ),
            };
            subject.report(Draft::new(&CHECK, instruction, message).approved_by(&approval));
        }
    }
}

/// Whether a path looks at another call of the group, or at what is paid there: a loan may be paid back by these.
fn relies_on_group(approval: &Approval) -> bool {
    approval.notes.iter().any(|note| matches!(note, Note::Call { .. } | Note::Amount { .. }))
}

/// Whether an amount is at most something that is no constant, or is what others of the group pay.
fn is_limited(subject: &Subject<'_>, facts: FactsId, amount: TermId) -> bool {
    let fact = subject.fact(facts, amount);
    if fact.bounded || fact.high == 0 || subject.is_fixed_address(facts, fact) {
        return true;
    }
    match *subject.seen.logic.terms.get(amount) {
        Term::Field { transaction, .. } => transaction != TransactionRef::Own,
        Term::Made { args, .. } => args.iter().any(|arg| *arg != NOTHING && is_limited(subject, facts, *arg)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found, inner};

    #[test]
    fn who_takes_what() {
        let pays = |to: &str, amount: &str, before: &str| {
            application(&format!(
                "{before}\n{}",
                inner(&format!("int pay; itxn_field TypeEnum; {to}; itxn_field Receiver; {amount}; itxn_field Amount"))
            ))
        };
        let argument = "txna ApplicationArgs 0; btoi";
        for to in ["txn Sender", "txna Accounts 1", "txna ApplicationArgs 1"] {
            found(&pays(to, argument, ""), Mode::Application, &["unprotected-transfer"]);
        }
        let creator = "txn Sender; global CreatorAddress; ==; assert";
        let balance = "txn Sender; byte \"balance\"; app_local_get";
        let of_state = "byte \"owner\"; app_global_get";
        for (to, amount, before) in [
            ("txn Sender", argument, creator),
            (of_state, argument, ""),
            ("global CreatorAddress", argument, ""),
            ("txn Sender", balance, ""),
            ("txn Sender", argument, &format!("{balance}; {argument}; >=; assert")),
            ("txn Sender", argument, &format!("{balance}; {argument}; -; pop")),
            ("txna Accounts 1", argument, "txna Accounts 1; byte \"owner\"; app_global_get; ==; assert"),
            (
                "txna Accounts 1",
                argument,
                "txna Accounts 1; int 0; byte \"member\"; app_local_get_ex; swap; pop; assert",
            ),
            ("txn Sender", argument, &format!("{argument}; !; assert")),
            (
                "txn Sender",
                argument,
                "gtxn 0 ApplicationID; int 9; ==; gtxn 0 OnCompletion; !; &&; assert; global GroupSize; int 2; ==; assert; txn GroupIndex; int 1; ==; assert",
            ),
        ] {
            found(&pays(to, amount, before), Mode::Application, &[]);
        }
    }

    #[test]
    fn everything_at_once() {
        for field in ["RekeyTo", "CloseRemainderTo", "AssetCloseTo"] {
            let sends =
                |to: &str| application(&inner(&format!("int pay; itxn_field TypeEnum; {to}; itxn_field {field}")));
            found(&sends("txna Accounts 1"), Mode::Application, &["unprotected-transfer"]);
            found(&sends("global CurrentApplicationAddress"), Mode::Application, &[]);
        }
    }

    /// Of two ways the one that is protected does not protect the other.
    #[test]
    fn each_way_by_itself() {
        let ways = |open: &str| {
            application(&format!(
                "txn NumAppArgs; bz other\ntxn Sender; global CreatorAddress; ==; assert\nb pay\nother: {open}\npay: {}",
                inner(
                    "int pay; itxn_field TypeEnum; txn Sender; itxn_field Receiver; txn LastValid; itxn_field Amount"
                )
            ))
        };
        found(&ways("txn NumAccounts; assert"), Mode::Application, &["unprotected-transfer"]);
        found(&ways("txn Sender; byte \"owner\"; app_global_get; ==; assert"), Mode::Application, &[]);
    }
}
