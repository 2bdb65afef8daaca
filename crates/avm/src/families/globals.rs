//! `global`: facts about the network, the group and the running program.

use super::unknown_field;
use crate::error::{Fault, fault};
use crate::value::Value;
use crate::vm::Vm;
use pnp_opcodes::{Field, GlobalField};
use pnp_types::{Address, AppIndex};

impl Vm<'_, '_> {
    /// Who created the running application.
    pub(crate) fn creator(&mut self) -> Result<Address, Fault> {
        if let Some(creator) = self.creator {
            return Ok(creator);
        }
        match self.ledger()?.app_params(self.app) {
            Ok(Some((_, creator))) => {
                self.creator = Some(creator);
                Ok(creator)
            }
            Ok(None) | Err(_) => Err("No params for current app".into()),
        }
    }

    fn global(&mut self, field: GlobalField) -> Result<Value, Fault> {
        let params = self.group.params;
        Ok(match field {
            GlobalField::MinTxnFee => params.min_txn_fee.into(),
            GlobalField::MinBalance | GlobalField::AssetCreateMinBalance | GlobalField::AssetOptInMinBalance => {
                params.min_balance.into()
            }
            GlobalField::MaxTxnLife => params.max_txn_life.into(),
            GlobalField::ZeroAddress => (&Address::ZERO).into(),
            GlobalField::GroupSize => (self.group.transactions.len() as u64).into(),
            GlobalField::LogicSigVersion => params.logic_sig_version.into(),
            GlobalField::Round => self.ledger()?.round().0.into(),
            GlobalField::LatestTimestamp => {
                let timestamp = self.ledger()?.previous_timestamp();
                match u64::try_from(timestamp) {
                    Ok(timestamp) => timestamp.into(),
                    Err(_) => fault!("latest timestamp {timestamp} < 0"),
                }
            }
            GlobalField::CurrentApplicationId => self.app.0.into(),
            GlobalField::CurrentApplicationAddress => (&self.group.app_address(self.app)).into(),
            GlobalField::CreatorAddress => (&self.creator()?).into(),
            GlobalField::GroupId => self.transaction().header.group.0.into(),
            GlobalField::OpcodeBudget => self.remaining_budget().into(),
            GlobalField::CallerApplicationId => {
                self.group.callers().last().map_or(AppIndex::NONE, |caller| caller.app).0.into()
            }
            GlobalField::CallerApplicationAddress => match self.group.callers().last().map(|caller| caller.app) {
                Some(app) => (&self.group.app_address(app)).into(),
                None => (&Address::ZERO).into(),
            },
            GlobalField::GenesisHash => self.genesis_hash().0.into(),
            GlobalField::PayoutsEnabled => params.payouts.enabled.into(),
            GlobalField::PayoutsGoOnlineFee => params.payouts.go_online_fee.into(),
            GlobalField::PayoutsPercent => params.payouts.percent.into(),
            GlobalField::PayoutsMinBalance => params.payouts.min_balance.into(),
            GlobalField::PayoutsMaxBalance => params.payouts.max_balance.into(),
        })
    }
}

/// `global F`
pub(crate) fn global(vm: &mut Vm<'_, '_>) -> Result<(), Fault> {
    let byte = vm.machine.byte(0)?;
    let Some(field) = GlobalField::from_byte(byte) else {
        fault!("invalid global field {}", unknown_field::<GlobalField>("GlobalField", byte));
    };
    let spec = field.spec();
    if u64::from(spec.since) > vm.version() {
        fault!("invalid global field {}", spec.name);
    }
    if !vm.mode.allows(spec.modes) {
        fault!("global[{}] not allowed in current mode", spec.name);
    }
    let value = vm.global(field)?;
    vm.machine.push(value);
    Ok(())
}
