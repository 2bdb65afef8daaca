//! Asset transfers that are accepted whatever asset they move.

use crate::check::definition::{Check, Detect, Example};
use crate::check::engine::{Fact, FactsId, NOTHING, Note};
use crate::check::subject::transfers;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-asset",
    level: Level::High,
    title: "an asset transfer of the group is accepted as payment whatever asset it moves",
    why: "A caller can create its own asset and pay with that.",
    fix: "Compare the transfer's `XferAsset` with the asset that must be paid.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        r#"
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; int 1; ==; assert
gtxn 0 TypeEnum; int axfer; ==; assert
gtxn 0 AssetReceiver; global CurrentApplicationAddress; ==; assert
gtxn 0 AssetSender; global ZeroAddress; ==; assert
gtxn 0 AssetCloseTo; global ZeroAddress; ==; assert
gtxn 0 RekeyTo; global ZeroAddress; ==; assert
gtxn 0 AssetAmount; int 1000; >= // 1000 of what?
"#,
        r#"
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; int 1; ==; assert
gtxn 0 TypeEnum; int axfer; ==; assert
gtxn 0 AssetReceiver; global CurrentApplicationAddress; ==; assert
gtxn 0 XferAsset; byte "asset"; app_global_get; ==; assert
gtxn 0 AssetSender; global ZeroAddress; ==; assert
gtxn 0 AssetCloseTo; global ZeroAddress; ==; assert
gtxn 0 RekeyTo; global ZeroAddress; ==; assert
gtxn 0 AssetAmount; int 1000; >=
"#,
    ),
    detect: Detect::Approvals(find),
};

fn find(subject: &mut Subject<'_>) {
    transfers::each(subject, |subject, approval, transfer| {
        if !transfer.asset {
            return;
        }
        let fact = subject.field_fact(approval.facts, transfer.transaction, TxnField::XferAsset);
        let asset = subject.field(transfer.transaction, TxnField::XferAsset);
        let counted = Note::Stored { transaction: transfer.transaction };
        if approval.notes.contains(&counted) {
            return;
        }
        if !is_known(subject, approval.facts, fact) && !subject.is_in_state(approval.facts, asset) {
            let name = subject.name_of(transfer.transaction);
            let message = format!("the amount of {name} is read, but not which asset it is of");
            subject.report(Draft::new(&CHECK, transfer.instruction, message).approved_by(approval));
        }
    });
}

/// Whether an integer was compared with something, not only tested for being set.
fn is_known(subject: &Subject<'_>, facts: FactsId, fact: Fact) -> bool {
    subject.is_fixed_address(facts, fact) || fact.equal != NOTHING || fact.bounded || fact.point().is_some()
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, transfer};

    /// What is counted by asset may be of any asset, and so may what state says something about.
    #[test]
    fn assets_that_are_counted_by_themselves() {
        let deposit = |more: &str| {
            format!("{}\n", transfer(&["asset"])).replace("gtxn 0 RekeyTo", &format!("{more}\ngtxn 0 RekeyTo"))
        };
        found(&deposit(""), Mode::Application, &["unchecked-asset"]);
        let credited = "txn Sender; gtxn 0 XferAsset; itob; gtxn 0 AssetAmount; app_local_put";
        found(&deposit(credited), Mode::Application, &[]);
        let listed = "gtxn 0 XferAsset; itob; app_global_get; assert";
        found(&deposit(listed), Mode::Application, &[]);
        let unrelated = "txn Sender; byte \"paid\"; gtxn 0 AssetAmount; app_local_put";
        found(&deposit(unrelated), Mode::Application, &["unchecked-asset"]);
    }
}
