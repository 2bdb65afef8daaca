//! Why the network refuses an operation for good, and what follows: by typed refusals and by state, never by a text.

use super::books::StopCause;
use super::ops::{ChainOp, Work};
use pnp_client::Rejection;
use pnp_types::Address;
use pnp_usage::{BasisPoints, GlobalState, TickId};
use std::cmp::Ordering;

/// What else follows from a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing.
    Nothing,
    /// The bill's tabs are blocked (`tabs.blocked`), and sessions at their price end.
    BlockTabs,
    /// The contract and all its tabs are blocked, one event, and the partner's sessions end.
    BlockContract,
    /// Nothing more is sent for the wallet.
    StopWallet(StopCause),
}

/// Why an operation was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The contract's fee is another one now.
    FeeChanged(BasisPoints),
    /// The price is outside the contract's limits.
    PriceOutside,
    /// There is no such contract any more.
    ContractGone,
    /// The application has another program, or other receivers, than the contract that was verified.
    ContractChanged,
    /// The asset is frozen for a party of the bill, or a receiver has not opted in to it.
    AssetStuck,
    /// The contract has the operation's own tick: it is charged.
    Charged,
    /// The contract has a greater tick.
    TickNotGreater,
    /// The wallet has too few Algos.
    AlgosShort,
    /// The wallet holds too little.
    HoldingShort,
    /// The treasury has too little of the asset, or too few Algos.
    TreasuryShort,
    /// The wallet has not joined the contract.
    NotJoined,
    /// The destination of a withdrawal cannot receive.
    DestinationNotReady,
    /// The withdrawal was not authorized.
    NotAuthorized,
    /// It was too late, or paid too little in fees: other bytes may pass.
    OtherBytes,
    /// Nothing that is known here.
    Unexplained,
}

/// What is read after a refusal.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The contract that a bill calls.
    pub contract: Option<ContractNow>,
    /// The wallet's newest tick in it.
    pub last_tick: Option<TickId>,
    /// Whether the asset cannot be moved between the parties: a frozen or missing holding.
    pub is_asset_stuck: bool,
    /// Whether a withdrawal's destination has no holding, or a frozen one.
    pub is_destination_stuck: bool,
}

/// A contract as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContractNow {
    /// It does not exist.
    Gone,
    /// Its program or its receivers are not those that were verified.
    Changed,
    /// It is the one that was verified, with these parameters.
    Same(GlobalState),
}

/// The accounts of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accounts {
    /// The wallet's.
    pub wallet: Address,
    /// The treasury's.
    pub treasury: Address,
}

/// Why an operation was refused, by the network's answer and what was read after it.
#[must_use]
pub(super) fn cause(rejection: &Rejection, op: &ChainOp, accounts: Accounts, facts: &Facts) -> Cause {
    let by_account = |account: Address, of_wallet: Cause| match account {
        account if account == accounts.treasury => Cause::TreasuryShort,
        account if account == accounts.wallet => of_wallet,
        _ => Cause::Unexplained,
    };
    match rejection {
        Rejection::Expired { .. } | Rejection::FeeTooSmall { .. } => return Cause::OtherBytes,
        Rejection::Overspend(short) | Rejection::BelowMinimum(short) => {
            return by_account(short.account, Cause::AlgosShort);
        }
        Rejection::AssetShort { .. } => {
            let by_treasury = matches!(op.work, Work::Delivery { .. });
            return if by_treasury { Cause::TreasuryShort } else { Cause::HoldingShort };
        }
        _ => {}
    }
    match &op.work {
        Work::Bill(bill) => {
            let asked = (bill.fee_pct, bill.unit_price);
            by_contract(facts, asked, &bill.tick).unwrap_or(match rejection {
                Rejection::NotOptedIn { .. } => Cause::NotJoined,
                _ if facts.is_asset_stuck => Cause::AssetStuck,
                _ => Cause::Unexplained,
            })
        }
        Work::Withdrawal(_) if facts.is_destination_stuck => Cause::DestinationNotReady,
        Work::Withdrawal(_) | Work::Return | Work::Delivery { .. } if facts.is_asset_stuck => Cause::AssetStuck,
        _ => Cause::Unexplained,
    }
}

/// What the contract's state says about a bill, where it says anything.
fn by_contract(facts: &Facts, (fee_pct, unit_price): (BasisPoints, u64), tick: &TickId) -> Option<Cause> {
    match facts.contract {
        Some(ContractNow::Gone) => return Some(Cause::ContractGone),
        Some(ContractNow::Changed) => return Some(Cause::ContractChanged),
        _ => {}
    }
    match facts.last_tick.as_ref().map(|last| last.partial_cmp(tick)) {
        Some(Some(Ordering::Equal)) => return Some(Cause::Charged),
        Some(Some(Ordering::Greater) | None) => return Some(Cause::TickNotGreater),
        _ => {}
    }
    let Some(ContractNow::Same(state)) = facts.contract else { return None };
    let parameters = state.parameters;
    if parameters.fee_pct() != fee_pct {
        return Some(Cause::FeeChanged(parameters.fee_pct()));
    }
    parameters.check_price(unit_price).is_err().then_some(Cause::PriceOutside)
}

/// What follows from a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// Another attempt now, with this fee where one is named.
    Again(Option<BasisPoints>),
    /// Another attempt later.
    Later,
    /// It is in a block.
    Charged,
    /// It ends refused.
    Refuse(Consequence),
}

/// What follows from a cause for an operation. A bill that may pass later ends refused and is planned again, so that the wallet's other
/// operations need not wait for it; every other operation waits.
#[must_use]
pub(super) const fn next_step(cause: Cause, op: &Work) -> NextStep {
    let is_bill = matches!(op, Work::Bill(_));
    match cause {
        Cause::OtherBytes => NextStep::Again(None),
        Cause::FeeChanged(fee_pct) => NextStep::Again(Some(fee_pct)),
        Cause::Charged => NextStep::Charged,
        Cause::PriceOutside => NextStep::Refuse(Consequence::BlockTabs),
        Cause::ContractGone | Cause::ContractChanged => NextStep::Refuse(Consequence::BlockContract),
        Cause::TickNotGreater => NextStep::Refuse(Consequence::StopWallet(StopCause::LedgerBehindChain)),
        Cause::HoldingShort if matches!(op, Work::Close | Work::Refill { .. }) => NextStep::Later,
        Cause::HoldingShort => NextStep::Refuse(Consequence::StopWallet(StopCause::Mismatch)),
        Cause::DestinationNotReady | Cause::NotAuthorized => NextStep::Refuse(Consequence::Nothing),
        // Planning refills first, and joins.
        Cause::AlgosShort | Cause::NotJoined | Cause::AssetStuck | Cause::Unexplained if is_bill => {
            NextStep::Refuse(Consequence::Nothing)
        }
        // A return has no postings to take back, and is planned again after a refill.
        Cause::AlgosShort if matches!(op, Work::Return) => NextStep::Refuse(Consequence::Nothing),
        Cause::AlgosShort | Cause::NotJoined | Cause::AssetStuck | Cause::Unexplained | Cause::TreasuryShort => {
            NextStep::Later
        }
    }
}

/// Whether a cause lies with the contract, so that other wallets' bills will be refused for it, too.
#[must_use]
pub(super) const fn is_of_contract(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::AssetStuck | Cause::Unexplained | Cause::ContractGone | Cause::ContractChanged | Cause::PriceOutside
    )
}

#[cfg(test)]
mod tests;
