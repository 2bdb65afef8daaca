//! `block`: facts about a past block.

use super::unknown_field;
use crate::error::{Fault, fault};
use crate::value::Value;
use crate::vm::Vm;
use pnp_opcodes::{BlockField, Field};

/// `block F`: round
pub(crate) fn block(vm: &mut Vm<'_, '_>) -> Result<(), Fault> {
    let round = vm.available_round(vm.machine.uint(0)?)?;
    let byte = vm.machine.byte(0)?;
    let Some(field) = BlockField::from_byte(byte) else {
        fault!("invalid block field {}", unknown_field::<BlockField>("BlockField", byte));
    };
    if u64::from(field.spec().since) > vm.version() {
        fault!("invalid block field {}", field.spec().name);
    }
    let header = vm.block_header(round)?;
    let value: Value = match field {
        BlockField::Seed => header.seed.0.into(),
        BlockField::Timestamp => match u64::try_from(header.timestamp) {
            Ok(timestamp) => timestamp.into(),
            Err(_) => fault!("block({round}) timestamp {} < 0", header.timestamp),
        },
        BlockField::Proposer => (&header.proposer).into(),
        BlockField::FeesCollected => header.fees_collected.0.into(),
        BlockField::Bonus => header.bonus.0.into(),
        BlockField::Branch => header.branch.0.into(),
        BlockField::FeeSink => (&header.rewards.fee_sink).into(),
        BlockField::Protocol => header.upgrade_state.current_protocol.as_bytes().into(),
        BlockField::TxnCounter => header.txn_counter.into(),
        BlockField::ProposerPayout => header.proposer_payout.0.into(),
        BlockField::Branch512 => header.branch512.into(),
        BlockField::Sha512_256TxnCommitment => header.commitments.sha512_256.0.into(),
        BlockField::Sha256TxnCommitment => header.commitments.sha256.0.into(),
        BlockField::Sha512TxnCommitment => header.commitments.sha512.into(),
    };
    vm.machine.replace(1, value)
}
