use super::*;
use crate::chain::books::WalletBooks;
use crate::chain::ops::{BillOp, ChainOp, OpState};
use crate::chain::rules::PlanRules;
use crate::chain::terms::ContractTerms;
use pnp_types::Address;
use pnp_usage::{BasisPoints, Units};

fn tick(text: &str) -> TickId {
    text.parse().unwrap()
}

fn cents(cents: u64) -> Amount {
    Amount::cents(cents).unwrap()
}

fn contract() -> ContractTerms {
    ContractTerms {
        id: 1,
        app: AppIndex(9),
        asset: AssetIndex(7),
        provider: Address([3; 32]),
        platform: Address([4; 32]),
        fee_pct: BasisPoints(500),
        min_rate: 1,
        max_rate: 1000,
        is_blocked: false,
    }
}

/// 5.00 in the account, 1.00 of it the treasury's, and the tick `b`.
fn books() -> WalletBooks {
    WalletBooks {
        id: 1,
        key_number: Some(1),
        has_account: true,
        is_closing: false,
        has_open_top_up: false,
        stopped: None,
        available: cents(400),
        held: Amount::ZERO,
        settling: Amount::ZERO,
        withdrawing: Amount::ZERO,
        debt: Amount::ZERO,
        due: Amount::ZERO,
        sending: Amount::ZERO,
        in_account: cents(400),
        leaving: Amount::ZERO,
        returning: cents(100),
        algos: 360_000,
        tabs: Vec::new(),
        contracts: vec![contract()],
        contract_in_force: Some(1),
        last_ticks: BTreeMap::from([(1, tick("b"))]),
        withdrawals: Vec::new(),
        op: None,
        last_round: Round(50),
        rules: PlanRules::USUAL,
    }
}

fn chain() -> WalletOnChain {
    WalletOnChain {
        round: Round(50),
        holding: Some(500),
        is_frozen: false,
        algos: MicroAlgos(360_000),
        spendable: MicroAlgos(10_000),
        is_rekeyed: false,
        last_ticks: BTreeMap::from([(AppIndex(9), Some(tick("b")))]),
    }
}

fn with_tick(text: &str) -> WalletOnChain {
    WalletOnChain { last_ticks: BTreeMap::from([(AppIndex(9), Some(tick(text)))]), ..chain() }
}

fn with_op(work: Work, amount: u64) -> WalletBooks {
    let amount = cents(amount);
    let op = ChainOp { id: 1, wallet: 1, work, amount, state: OpState::Sent, attempts: Vec::new(), not_before: 0 };
    WalletBooks { op: Some(op), ..books() }
}

#[test]
fn what_agrees_agrees() {
    assert_eq!(compare(&books(), &chain()), Comparison::Agrees);
}

#[test]
fn a_surplus_is_a_deposit_or_a_strangers_algos() {
    let more = WalletOnChain { holding: Some(507), algos: MicroAlgos(360_001), ..chain() };
    assert_eq!(compare(&books(), &more), Comparison::Surplus { deposit: cents(7), algos: 1 });
    // With something in flight it says nothing.
    assert_eq!(compare(&with_op(Work::Return, 100), &more), Comparison::Agrees);
}

#[test]
fn a_deficit_and_a_foreign_tick_are_for_a_person() {
    let less = WalletOnChain { holding: Some(499), ..chain() };
    let short = Mismatch::HoldingShort { expected: 500, found: 499 };
    assert_eq!(compare(&books(), &less), Comparison::Mismatch(short));
    let closed = WalletOnChain { holding: None, ..chain() };
    assert!(matches!(compare(&books(), &closed), Comparison::Mismatch(Mismatch::HoldingShort { found: 0, .. })));
    let poor = WalletOnChain { algos: MicroAlgos(359_999), ..chain() };
    assert!(matches!(compare(&books(), &poor), Comparison::Mismatch(Mismatch::AlgosShort { .. })));
    assert_eq!(
        compare(&books(), &WalletOnChain { is_rekeyed: true, ..chain() }),
        Comparison::Mismatch(Mismatch::Rekeyed)
    );
    let foreign = Mismatch::ForeignTick { app: AppIndex(9), tick: tick("c") };
    assert_eq!(compare(&books(), &with_tick("c")), Comparison::Mismatch(foreign));
    let without = WalletBooks { last_ticks: BTreeMap::new(), ..books() };
    assert!(matches!(compare(&without, &with_tick("a")), Comparison::Mismatch(Mismatch::ForeignTick { .. })));
    // Ids that differ in trailing zeros alone are two ids.
    assert!(matches!(compare(&books(), &with_tick("0x6200")), Comparison::Mismatch(Mismatch::ForeignTick { .. })));
}

#[test]
fn what_an_old_copy_of_the_books_does_not_know_is_no_deposit() {
    let new = WalletBooks { has_account: false, last_ticks: BTreeMap::new(), ..books() };
    assert_eq!(compare(&new, &chain()), Comparison::Mismatch(Mismatch::UnknownAccount));
    let due = WalletBooks { due: cents(250), ..books() };
    let delivered = WalletOnChain { holding: Some(750), ..chain() };
    assert_eq!(compare(&due, &delivered), Comparison::Mismatch(Mismatch::UnknownDelivery(250)));
    let deposited = WalletOnChain { holding: Some(751), ..chain() };
    assert_eq!(compare(&due, &deposited), Comparison::Surplus { deposit: cents(251), algos: 0 });
}

#[test]
fn an_old_answer_says_nothing() {
    assert_eq!(compare(&books(), &WalletOnChain { round: Round(49), holding: Some(0), ..chain() }), Comparison::Stale);
    assert_eq!(compare(&books(), &with_tick("a")), Comparison::Stale);
    let none = WalletOnChain { last_ticks: BTreeMap::new(), ..chain() };
    assert_eq!(compare(&books(), &none), Comparison::Stale);
}

/// Ten minutes at two cents.
fn a_bill() -> BillOp {
    BillOp {
        contract: contract(),
        units: Units(10),
        unit_price: 2,
        fee_pct: BasisPoints(500),
        tick: tick("c"),
        is_rest: false,
        parts: Vec::new(),
    }
}

#[test]
fn what_is_in_flight_may_have_happened_or_not() {
    let mut withdrawal = with_op(Work::Return, 100);
    for (holding, agrees) in [(500, true), (400, true), (399, false)] {
        let found = compare(&withdrawal, &WalletOnChain { holding: Some(holding), ..chain() });
        assert_eq!(found == Comparison::Agrees, agrees, "{holding}");
    }
    withdrawal.op.as_mut().unwrap().work = Work::Delivery { joins: None };
    assert_eq!(compare(&withdrawal, &WalletOnChain { holding: Some(600), ..chain() }), Comparison::Agrees);
    let billing = with_op(Work::Bill(Box::new(a_bill())), 20);
    let charged = WalletOnChain { holding: Some(480), ..with_tick("c") };
    assert_eq!(compare(&billing, &charged), Comparison::Agrees);
    assert!(matches!(compare(&billing, &with_tick("d")), Comparison::Mismatch(Mismatch::ForeignTick { .. })));
}

#[test]
fn what_was_never_handed_over_has_not_happened() {
    let planned = |work: Work, amount: u64| {
        let books = with_op(work, amount);
        let op = ChainOp { state: OpState::Planned, ..books.op.clone().unwrap() };
        (books, op)
    };
    let (books, op) = planned(Work::Delivery { joins: None }, 250);
    let books = WalletBooks { sending: cents(250), ..books };
    assert_eq!(compare_before(&books, &chain(), &op), Comparison::Agrees);
    let delivered = WalletOnChain { holding: Some(750), ..chain() };
    assert_eq!(compare_before(&books, &delivered, &op), Comparison::Mismatch(Mismatch::UnknownDelivery(250)));
    let (books, op) = planned(Work::Return, 100);
    let returned = WalletOnChain { holding: Some(400), ..chain() };
    assert_eq!(compare(&books, &returned), Comparison::Agrees);
    let short = Mismatch::HoldingShort { expected: 500, found: 400 };
    assert_eq!(compare_before(&books, &returned, &op), Comparison::Mismatch(short));
    let (books, op) = planned(Work::Bill(Box::new(a_bill())), 20);
    let charged = WalletOnChain { holding: Some(480), ..with_tick("c") };
    assert!(matches!(compare_before(&books, &charged, &op), Comparison::Mismatch(Mismatch::ForeignTick { .. })));
}
