use super::*;
use crate::chain::reconcile::WalletOnChain;
use pnp_types::{Address, AppIndex, AssetIndex, Round};
use pnp_usage::Split;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

const NOW: i64 = 1_800_000_000_000;
const HOUR: i64 = 3_600_000;

fn price(cents: i64) -> Price {
    Price::cents(cents).unwrap()
}

fn terms() -> ContractTerms {
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

fn tab(cents: i64, unsettled: i64) -> Tab {
    Tab {
        id: cents,
        contract: 1,
        price: price(cents),
        unsettled: Amount(unsettled),
        lot_since: Some(NOW - 60_000),
        last_tick_at: NOW - 60_000,
        has_open_session: true,
        is_blocked: false,
        is_asked: false,
    }
}

/// A wallet whose account is on the chain, with everything unsettled in it.
fn books(tabs: Vec<Tab>) -> WalletBooks {
    let unsettled: i64 = tabs.iter().map(|tab| tab.unsettled.0).sum();
    let in_account = (unsettled + 999_999) / 1_000_000 * 1_000_000;
    WalletBooks {
        id: 1,
        key_number: Some(1),
        has_account: true,
        is_closing: false,
        has_open_top_up: false,
        stopped: None,
        available: Amount(in_account - unsettled),
        held: Amount::ZERO,
        settling: Amount::ZERO,
        withdrawing: Amount::ZERO,
        debt: Amount::ZERO,
        due: Amount::ZERO,
        sending: Amount::ZERO,
        in_account: Amount(in_account),
        leaving: Amount::ZERO,
        returning: Amount::ZERO,
        algos: 370_000,
        tabs,
        contracts: vec![terms()],
        contract_in_force: Some(1),
        last_ticks: BTreeMap::new(),
        withdrawals: Vec::new(),
        op: None,
        last_round: Round(5),
        rules: PlanRules::USUAL,
    }
}

fn chain(spendable: u64) -> WalletOnChain {
    WalletOnChain {
        round: Round(5),
        holding: Some(0),
        is_frozen: false,
        algos: MicroAlgos(350_000 + spendable),
        spendable: MicroAlgos(spendable),
        is_rekeyed: false,
        last_ticks: BTreeMap::from([(AppIndex(9), None)]),
    }
}

fn next_at(books: &WalletBooks, now: i64) -> Option<PlannedOp> {
    next(books, &chain(20_000), &|_| true, MicroAlgos(1000), now).unwrap()
}

fn bill_at(books: &WalletBooks, now: i64) -> Option<(u64, u64, bool)> {
    let planned = next_at(books, now)?;
    let Work::Bill(bill) = planned.work else { return None };
    assert_eq!(bill.parts.iter().map(|part| part.amount.0).sum::<i64>(), planned.amount.0);
    assert_eq!(bill.split().unwrap().gross, planned.amount.minor_units());
    Some((bill.units.get(), bill.unit_price, bill.is_rest))
}

#[test]
fn a_lot_is_the_least_minutes_with_a_whole_fee() {
    let above = PlanRules::USUAL.settle_above;
    for (cents, fee_pct, minutes) in [(2, 500, 10), (1, 500, 20), (20, 500, 1), (3, 250, 40), (7, 0, 1), (1, 10_000, 1)]
    {
        assert_eq!(lot(price(cents), BasisPoints(fee_pct), above), minutes, "{cents} at {fee_pct}");
    }
    // 33.33 % of one cent would be 10,000 minutes: 5.00 buys 500.
    assert_eq!(lot(price(1), BasisPoints(3333), above), 500);
    assert_eq!(lot(price(1000), BasisPoints(3333), above), 1);
}

#[test]
fn nothing_is_due_before_its_time() {
    let with_lot = books(vec![tab(2, 20_000_000)]);
    assert_eq!(bill_at(&with_lot, NOW), None);
    assert_eq!(bill_at(&with_lot, NOW + HOUR - 60_001), None);
    assert_eq!(bill_at(&with_lot, NOW + HOUR - 60_000), Some((10, 2, false)));
    // Less than a lot waits, however old, while ticks come.
    let less = books(vec![tab(2, 19_000_000)]);
    assert_eq!(bill_at(&less, NOW + HOUR), None);
    assert_eq!(bill_at(&less, NOW + DAY), Some((9, 2, false)));
    // A stop alone makes nothing due.
    let mut stopped = less;
    stopped.tabs[0].has_open_session = false;
    assert_eq!(bill_at(&stopped, NOW + HOUR), None);
}

#[test]
fn much_is_due_at_once_and_is_cut_in_lots() {
    let much = books(vec![tab(2, 515_000_000)]);
    assert_eq!(bill_at(&much, NOW), Some((250, 2, false)));
    let delayed = WalletBooks { rules: PlanRules { payout_delay: DAY, ..PlanRules::USUAL }, ..much };
    assert_eq!(bill_at(&delayed, NOW), None);
    assert_eq!(bill_at(&delayed, NOW + DAY), Some((250, 2, false)));
}

#[test]
fn parts_of_a_minute_are_billed_after_a_day_as_one_unit() {
    // 1.5 cents and 2.4 cents are 3 cents and a rest.
    let idle = books(vec![tab(2, 1_500_000), tab(3, 2_400_000)]);
    assert_eq!(bill_at(&idle, NOW + HOUR), None);
    assert_eq!(bill_at(&idle, NOW + DAY), Some((1, 3, true)));
    let mut one_goes_on = idle.clone();
    one_goes_on.tabs[1].last_tick_at = NOW + DAY;
    assert_eq!(bill_at(&one_goes_on, NOW + DAY), None);
    let mut dear = idle.clone();
    dear.contracts[0].min_rate = 4;
    assert_eq!(bill_at(&dear, NOW + DAY), None);
    let mut cheap = idle;
    cheap.contracts[0].max_rate = 2;
    assert_eq!(bill_at(&cheap, NOW + DAY), Some((1, 2, true)));
}

#[test]
fn on_the_embedded_network_a_stop_makes_everything_due() {
    let mut shown = books(vec![tab(2, 5_000_000)]);
    shown.rules = PlanRules::EMBEDDED;
    assert_eq!(bill_at(&shown, NOW), None);
    shown.tabs[0].has_open_session = false;
    assert_eq!(bill_at(&shown, NOW), Some((2, 2, false)));
    shown.tabs[0].unsettled = Amount(1_000_000);
    assert_eq!(bill_at(&shown, NOW), Some((1, 1, true)));
}

#[test]
fn deliveries_come_first_and_refills_before_what_needs_them() {
    let mut new = books(vec![tab(2, 600_000_000)]);
    (new.has_account, new.due, new.in_account) = (false, new.in_account, Amount::ZERO);
    let delivery = next_at(&new, NOW).unwrap();
    assert_eq!(delivery, PlannedOp { work: Work::Delivery { joins: Some(terms()) }, amount: new.due });
    new.contract_in_force = None;
    assert_eq!(next_at(&new, NOW), None);

    let due = books(vec![tab(2, 600_000_000)]);
    let kind = |chain: &WalletOnChain| next(&due, chain, &|_| true, MicroAlgos(1000), NOW).unwrap().map(|op| op.work);
    assert_eq!(kind(&chain(14_999)), Some(Work::Refill { joins: None }));
    assert!(matches!(kind(&chain(15_000)), Some(Work::Bill(_))));
    let not_joined = WalletOnChain { last_ticks: BTreeMap::new(), ..chain(20_000) };
    assert_eq!(kind(&not_joined), Some(Work::Refill { joins: Some(terms()) }));
    assert_eq!(refill_amount(MicroAlgos(14_000), MicroAlgos(1000)), MicroAlgos(22_000));
    assert_eq!(refill_amount(MicroAlgos(1_000_000), MicroAlgos(1000)), MicroAlgos(3_000));
    assert_eq!(next(&due, &chain(20_000), &|_| false, MicroAlgos(1000), NOW), Ok(None));
}

#[test]
fn blocked_tabs_and_contracts_are_left_alone() {
    let mut blocked = books(vec![tab(2, 600_000_000)]);
    blocked.tabs[0].is_blocked = true;
    assert_eq!(next_at(&blocked, NOW + DAY), None);
    let mut gone = books(vec![tab(2, 600_000_000)]);
    gone.contracts[0].is_blocked = true;
    assert!(!has_work(&gone, &|_| true, NOW + DAY));
}

#[test]
fn a_close_comes_last() {
    let mut closing = books(vec![tab(2, 600_000)]);
    closing.is_closing = true;
    closing.available = Amount(400_000);
    let close = next_at(&closing, NOW).unwrap();
    assert_eq!(close, PlannedOp { work: Work::Close, amount: Amount::MINOR_UNIT });
    closing.returning = Amount::MINOR_UNIT;
    assert_eq!(next_at(&closing, NOW).unwrap().work, Work::Return);
    closing.returning = Amount::ZERO;
    closing.available = Amount(1_400_000);
    closing.in_account = Amount(2_000_000);
    assert_eq!(next_at(&closing, NOW), None, "the user's money is still there");
}

/// Plays every bill that is due at a time; what each was, and what is left.
fn play(mut books: WalletBooks, now: i64) -> (Vec<Split>, WalletBooks) {
    let mut bills = Vec::new();
    while let Some(PlannedOp { work: Work::Bill(bill), amount }) = next_at(&books, now) {
        for part in &bill.parts {
            let tab = books.tabs.iter_mut().find(|tab| tab.id == part.tab).unwrap();
            assert!(part.amount.0 > 0 && tab.unsettled >= part.amount, "more than unsettled");
            tab.unsettled.0 -= part.amount.0;
        }
        books.in_account.0 -= amount.0;
        books.last_ticks.insert(1, bill.tick.clone());
        bills.push(bill.split().unwrap());
        assert!(bills.len() < 1000);
    }
    (bills, books)
}

proptest! {
    #[test]
    fn the_fee_of_a_bill_is_within_a_minor_unit_of_its_share(
        cents in 1i64..=2000, fee_pct in 0u64..=10_000, unsettled in 0i64..20_000_000_000, age in 0..2 * DAY
    ) {
        let mut books = books(vec![tab(cents, unsettled)]);
        books.contracts[0].fee_pct = BasisPoints(fee_pct);
        books.contracts[0].max_rate = 2000;
        let (bills, left) = play(books, NOW + age);
        for split in &bills {
            // fee ≤ gross × share < fee + 1.
            let exact = u128::from(split.gross) * u128::from(fee_pct);
            let fee = u128::from(split.fee) * 10_000;
            prop_assert!(fee <= exact && exact < fee + 10_000);
        }
        let billed: i64 = bills.iter().map(|split| i64::try_from(split.gross).unwrap() * 1_000_000).sum();
        prop_assert_eq!(billed + left.tabs[0].unsettled.0, unsettled);
    }

    #[test]
    fn a_whole_lot_has_a_whole_fee(cents in 1i64..=2000, fee_pct in 0u64..=10_000, lots in 1u64..50) {
        let minutes = crate::amount::lot_minutes(price(cents), fee_pct) * lots;
        prop_assert_eq!(minutes * cents.unsigned_abs() * fee_pct % 10_000, 0);
        let fewer = (1..crate::amount::lot_minutes(price(cents), fee_pct))
            .find(|minutes| minutes * cents.unsigned_abs() * fee_pct % 10_000 == 0);
        prop_assert_eq!(fewer, None);
    }

    #[test]
    fn after_the_rest_bills_less_than_a_cent_is_left(
        tabs in prop::collection::vec((1i64..=100, 0i64..3_000_000_000), 1..5), closes: bool
    ) {
        let tabs: BTreeMap<_, _> = tabs.into_iter().collect();
        let tabs: Vec<_> = tabs.into_iter().map(|(cents, unsettled)| tab(cents, unsettled)).collect();
        let before: i64 = tabs.iter().map(|tab| tab.unsettled.0).sum();
        let mut books = books(tabs);
        books.is_closing = closes;
        let (bills, left) = play(books, if closes { NOW } else { NOW + DAY });
        let unsettled = left.unsettled().unwrap();
        prop_assert!(unsettled < Amount::MINOR_UNIT, "{}", unsettled);
        let billed: i64 = bills.iter().map(|split| i64::try_from(split.gross).unwrap() * 1_000_000).sum();
        prop_assert_eq!(billed + unsettled.0, before);
    }
}
