//! Programs that approve an asset transfer whatever its `AssetSender` is.

use crate::check::definition::{Check, Detect, Example, NOT_CLEAR};
use crate::check::subject::Subject;
use crate::check::subject::open_fields::{self, OwningType};
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-asset-sender",
    level: Level::Medium,
    title: "an asset transfer is approved whatever its AssetSender is",
    why: "With AssetSender the transfer is a clawback: the asset comes from that account, not from the transaction's sender.",
    fix: "Approve only if `AssetSender` of the transfer equals `global ZeroAddress`.",
    more: "",
    modes: NOT_CLEAR,
    example: Example::new(
        Mode::Signature,
        "
#pragma version 11
txn TypeEnum; int axfer; ==; assert
txn AssetAmount; int 1000; <=; assert
txn RekeyTo; global ZeroAddress; ==; assert
txn AssetCloseTo; global ZeroAddress; ==; assert
txn Fee; global MinTxnFee; <=; assert
int 1                        // the asset may come from anybody
",
        "
#pragma version 11
txn TypeEnum; int axfer; ==; assert
txn AssetAmount; int 1000; <=; assert
txn RekeyTo; global ZeroAddress; ==; assert
txn AssetSender; global ZeroAddress; ==; assert
txn AssetCloseTo; global ZeroAddress; ==; assert
txn Fee; global MinTxnFee; <=; assert
int 1
",
    ),
    detect: Detect::Approvals(find),
};

fn find(subject: &mut Subject<'_>) {
    open_fields::report(subject, &CHECK, TxnField::AssetSender, Some(OwningType::AssetTransfers));
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, transfer};

    #[test]
    fn a_counted_transfer_is_looked_at_too() {
        found(&transfer(&["sender"]), Mode::Application, &["unchecked-asset-sender"]);
    }
}
