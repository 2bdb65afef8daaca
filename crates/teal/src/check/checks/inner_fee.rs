//! Inner transactions whose fee the application pays.

use crate::check::definition::{Check, Detect, Example};
use crate::check::engine::{Fact, NOTHING, Note};
use crate::check::subject::{Draft, Subject, actions};
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "inner-fee",
    level: Level::Medium,
    title: "the application pays the fee of an inner transaction for any caller",
    why: "Fees of a group are pooled: what the caller does not pay, the application's account does. Calls in a row drain it.",
    fix: "Set `Fee` of the inner transaction to 0: the caller then pays it with the fee of its own transaction.",
    more: "Calls that only some accounts can make are not reported, nor those that look at the fee that the caller pays.",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn ApplicationID; bz ok
itxn_begin
int axfer; itxn_field TypeEnum
txn Sender; itxn_field AssetReceiver
txna Assets 0; itxn_field XferAsset
itxn_submit                  // who pays for it?
ok:
int 1
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn ApplicationID; bz ok
itxn_begin
int axfer; itxn_field TypeEnum
txn Sender; itxn_field AssetReceiver
txna Assets 0; itxn_field XferAsset
int 0; itxn_field Fee
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
        let fees = approval.notes.iter().filter_map(|note| match *note {
            Note::InnerFee { fee, instruction } => Some((fee, instruction)),
            _ => None,
        });
        let fees: Vec<_> = fees.collect();
        // A lower bound of what the caller pays itself.
        let is_paid = |subject: &Subject<'_>, fact: Fact| {
            let is_least = fact.low > 0 || !fact.bounded && fact.high == u64::MAX;
            fact.compared && is_least || subject.is_fixed_address(facts, fact)
        };
        if fees.is_empty()
            || !actions::is_anybodys(subject, &approval)
            || subject.own_field_holds(facts, TxnField::Fee, is_paid)
        {
            continue;
        }
        for (fee, instruction) in fees {
            let message = match (fee, subject.seen.logic.terms.as_int(fee)) {
                (NOTHING, _) => {
                    "Fee of this inner transaction is not set to 0: the application pays what the caller does not"
                        .to_owned()
                }
                (_, Some(fee)) => format!("the application pays {fee} microAlgos for this inner transaction"),
                (_, None) if subject.is_fixed_address(facts, subject.fact(facts, fee)) => continue,
                (_, None) => {
                    "the caller chooses the fee that the application pays for this inner transaction".to_owned()
                }
            };
            subject.report(Draft::new(&CHECK, instruction, message).approved_by(&approval));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found};

    #[test]
    fn who_pays() {
        let sends = |before: &str, fee: &str| {
            application(&format!(
                "{before}\nitxn_begin; int pay; itxn_field TypeEnum; global CreatorAddress; itxn_field Receiver\n{fee}\nitxn_submit"
            ))
        };
        for fee in ["", "int 1000; itxn_field Fee", "txna ApplicationArgs 0; btoi; itxn_field Fee"] {
            found(&sends("", fee), Mode::Application, &["inner-fee"]);
            found(&sends("txn Sender; global CreatorAddress; ==; assert", fee), Mode::Application, &[]);
        }
        found(&sends("", "int 0; itxn_field Fee"), Mode::Application, &[]);
        found(&sends("txn Fee; global MinTxnFee; int 2; *; >=; assert", ""), Mode::Application, &[]);
        found(&sends("txn Fee; int 2000; >=; assert", ""), Mode::Application, &[]);
    }

    /// Each transaction of an inner group has a fee of its own.
    #[test]
    fn each_of_a_group() {
        let group = |fee: &str| {
            application(&format!(
                "itxn_begin; int pay; itxn_field TypeEnum; int 0; itxn_field Fee\nitxn_next; int pay; itxn_field TypeEnum\n{fee}\n\
                 itxn_submit"
            ))
        };
        found(&group(""), Mode::Application, &["inner-fee"]);
        found(&group("int 0; itxn_field Fee"), Mode::Application, &[]);
        // What was never begun is not submitted.
        let maybe =
            "txn NumAppArgs; bz on; itxn_begin; int pay; itxn_field TypeEnum; int 0; itxn_field Fee\non: itxn_submit";
        found(&application(maybe), Mode::Application, &[]);
    }
}
