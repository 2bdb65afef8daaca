use super::*;
use crate::amount::Amount;
use crate::chain::ops::{BillOp, OpState, WithdrawalOp};
use crate::chain::terms::ContractTerms;
use pnp_client::{RefusingProgram, Shortage};
use pnp_types::{AppIndex, AssetIndex};
use pnp_usage::{Parameters, Units};

const ACCOUNTS: Accounts = Accounts { wallet: Address([1; 32]), treasury: Address([2; 32]) };

fn op(work: Work) -> ChainOp {
    let amount = Amount::MINOR_UNIT;
    ChainOp { id: 1, wallet: 1, work, amount, state: OpState::Sent, attempts: Vec::new(), not_before: 0 }
}

fn bill() -> ChainOp {
    let contract = ContractTerms {
        id: 1,
        app: AppIndex(9),
        asset: AssetIndex(7),
        provider: Address([3; 32]),
        platform: Address([4; 32]),
        fee_pct: BasisPoints(500),
        min_rate: 1,
        max_rate: 1000,
        is_blocked: false,
    };
    op(Work::Bill(Box::new(BillOp {
        contract,
        units: Units(10),
        unit_price: 2,
        fee_pct: BasisPoints(500),
        tick: "b".parse().unwrap(),
        is_rest: false,
        parts: Vec::new(),
    })))
}

fn withdrawal() -> ChainOp {
    op(Work::Withdrawal(WithdrawalOp { withdrawal: 1, destination: Address([8; 32]), mac: Vec::new() }))
}

fn logic() -> Rejection {
    Rejection::Logic {
        txid: String::new(),
        app: Some(AppIndex(9)),
        group_index: Some(0),
        pc: Some(1),
        what: "assert failed".to_owned(),
        reason: "assert failed".to_owned(),
        program: RefusingProgram::Approval,
        inner: Vec::new(),
    }
}

fn state(fee_pct: u64, min_rate: u64, max_rate: u64) -> Option<ContractNow> {
    let parameters = Parameters::new(BasisPoints(fee_pct), min_rate, max_rate).unwrap();
    let (provider, platform) = (Address([3; 32]), Address([4; 32]));
    Some(ContractNow::Same(GlobalState { provider, platform, parameters, asset: Some(AssetIndex(7)) }))
}

fn short(account: Address) -> Rejection {
    Rejection::Overspend(Shortage { account, has: 1, needs: 2 })
}

#[test]
fn each_cause_of_the_design_is_found_by_types_and_state_and_has_what_follows() {
    let facts = |contract| Facts { contract, last_tick: Some("a".parse().unwrap()), ..Facts::default() };
    let with_tick = |tick: &str| Facts { last_tick: Some(tick.parse().unwrap()), ..facts(state(500, 1, 1000)) };
    let stuck = Facts { is_asset_stuck: true, ..facts(state(500, 1, 1000)) };
    let other = Rejection::Other { text: "a text that nobody knows".to_owned() };
    let not_joined = Rejection::NotOptedIn { app: AppIndex(9), account: String::new() };
    let asset_short = Rejection::AssetShort { has: 1, needs: 2 };
    let refuse = NextStep::Refuse;
    for (rejection, facts, cause_of_it, follows) in [
        (
            logic(),
            facts(state(600, 1, 1000)),
            Cause::FeeChanged(BasisPoints(600)),
            NextStep::Again(Some(BasisPoints(600))),
        ),
        (logic(), facts(state(500, 3, 1000)), Cause::PriceOutside, refuse(Consequence::BlockTabs)),
        (logic(), facts(Some(ContractNow::Gone)), Cause::ContractGone, refuse(Consequence::BlockContract)),
        (logic(), facts(Some(ContractNow::Changed)), Cause::ContractChanged, refuse(Consequence::BlockContract)),
        (other.clone(), stuck.clone(), Cause::AssetStuck, refuse(Consequence::Nothing)),
        (logic(), with_tick("b"), Cause::Charged, NextStep::Charged),
        (logic(), with_tick("c"), Cause::TickNotGreater, refuse(Consequence::StopWallet(StopCause::LedgerBehindChain))),
        (short(ACCOUNTS.wallet), facts(state(500, 1, 1000)), Cause::AlgosShort, refuse(Consequence::Nothing)),
        (asset_short, stuck, Cause::HoldingShort, refuse(Consequence::StopWallet(StopCause::Mismatch))),
        (not_joined, facts(state(500, 1, 1000)), Cause::NotJoined, refuse(Consequence::Nothing)),
        (other, facts(state(500, 1, 1000)), Cause::Unexplained, refuse(Consequence::Nothing)),
        (Rejection::Expired { text: String::new() }, Facts::default(), Cause::OtherBytes, NextStep::Again(None)),
    ] {
        let found = cause(&rejection, &bill(), ACCOUNTS, &facts);
        assert_eq!(found, cause_of_it, "{rejection:?}");
        assert_eq!(next_step(found, &bill().work), follows, "{found:?}");
    }
}

#[test]
fn the_treasurys_shortage_lets_the_operation_wait() {
    let delivery = op(Work::Delivery { joins: None });
    for rejection in [short(ACCOUNTS.treasury), Rejection::AssetShort { has: 0, needs: 1 }] {
        let found = cause(&rejection, &delivery, ACCOUNTS, &Facts::default());
        assert_eq!((found, next_step(found, &delivery.work)), (Cause::TreasuryShort, NextStep::Later));
    }
}

#[test]
fn a_destination_that_cannot_receive_ends_the_withdrawal_and_a_close_never_ends_refused() {
    let facts = Facts { is_destination_stuck: true, ..Facts::default() };
    let rejection = Rejection::AssetNotHeld { asset: AssetIndex(7), account: String::new() };
    let found = cause(&rejection, &withdrawal(), ACCOUNTS, &facts);
    assert_eq!(found, Cause::DestinationNotReady);
    assert_eq!(next_step(found, &withdrawal().work), NextStep::Refuse(Consequence::Nothing));
    for cause in [Cause::AlgosShort, Cause::HoldingShort, Cause::Unexplained, Cause::AssetStuck, Cause::TreasuryShort] {
        assert_eq!(next_step(cause, &Work::Close), NextStep::Later, "{cause:?}");
    }
}
