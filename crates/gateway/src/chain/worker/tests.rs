//! Wallets on a network in this process: every kind of operation, crashes between any two steps, and refusals.

use super::*;
use crate::amount::Amount;
use crate::chain::books::{PendingWithdrawal, StopCause};
use crate::chain::keys::WithdrawalClaim;
use crate::chain::ops::{AttemptState, ChainOp, OpKind, OpState};
use crate::chain::reconcile::Comparison;
use crate::chain::refusals::Cause;
use crate::chain::rules::PlanRules;
use crate::chain::store::{Ending, VoidAttempt};
use crate::chain::testing::{Keys, Point, Stage};
use pnp_types::{Address, MicroAlgos, SigningKey, Transaction};
use pnp_usage::{BasisPoints, Parameters, Units, calls};

fn eur(text: &str) -> Amount {
    text.parse().unwrap()
}

/// A stage with wallet 1, which has 10.00 in its account.
async fn with_wallet() -> Stage {
    let stage = Stage::new().await;
    stage.store.add_wallet(1, &stage.contract, PlanRules::USUAL);
    stage.store.top_up(1, eur("10"));
    stage.settle().await;
    assert_eq!(stage.holding(stage.address(1)).await, Some(1000));
    stage
}

/// Somebody outside who can receive PLY.
async fn destination(stage: &Stage) -> SigningKey {
    let key = SigningKey::generate().unwrap();
    let opt_in = Transaction::asset_opt_in(key.address(), stage.asset()).build();
    let payment = Transaction::payment(stage.creator.address(), key.address(), MicroAlgos::algos(1)).build();
    stage.send(&stage.creator, payment).await;
    stage.send(&key, opt_in).await;
    key
}

fn withdrawal(id: i64, destination: Address, amount: Amount) -> PendingWithdrawal {
    let mac = Keys::mac(&WithdrawalClaim { withdrawal: id, wallet: 1, amount, destination });
    PendingWithdrawal { id, amount, destination, mac }
}

async fn set_parameters(stage: &Stage, fee_pct: u64, min_rate: u64, max_rate: u64) {
    let parameters = Parameters::new(BasisPoints(fee_pct), min_rate, max_rate).unwrap();
    let params = stage.algod.suggested_params().await.unwrap();
    let call = calls::set_parameters(stage.creator.address(), stage.contract.app, &parameters, &params);
    stage.send(&stage.creator, call).await;
}

#[tokio::test]
async fn a_whole_life_moves_exactly_what_the_books_say() {
    let stage = Stage::new().await;
    let before = stage.treasury_algos().await;
    stage.store.add_wallet(1, &stage.contract, PlanRules::USUAL);
    stage.settle().await;
    assert_eq!(stage.store.state().ops.len(), 0, "a wallet without money costs nothing");
    stage.store.top_up(1, eur("10"));
    stage.settle().await;
    stage.check_chain(before).await;
    let account = stage.algod.account(stage.address(1)).await.unwrap();
    assert_eq!((account.balance.0, account.min_balance.0), (370_000, 350_000));

    stage.store.charge(1, eur("5.155"));
    stage.settle().await;
    stage.check_chain(before).await;
    let paid = (stage.holding(stage.provider.address()).await, stage.holding(stage.platform.address()).await);
    assert_eq!(paid, (Some(475), Some(25)), "250 minutes at 0.02 are 5.00, 5 % of it the platform's");
    assert_eq!(stage.last_tick(1).await, stage.store.books(1).last_ticks.get(&1).cloned());
    stage.settle().await;
    assert_eq!(stage.store.done(OpKind::Bill), 1, "less than a lot waits");

    let outside = destination(&stage).await;
    stage.store.withdraw(1, withdrawal(7, outside.address(), eur("3")));
    stage.settle().await;
    stage.check_chain(before).await;
    assert_eq!(stage.holding(outside.address()).await, Some(300));
    assert_eq!(stage.store.state().withdrawals.get(&7), Some(&"done"));

    stage.store.refund(1, eur("0.50"));
    stage.settle().await;
    stage.check_chain(before).await;
    assert_eq!((stage.store.done(OpKind::Return), stage.store.books(1).returning), (1, Amount::ZERO));

    // 1.345 and 0.155 are left: 1.34 are withdrawn, 7 minutes and 1 cent are billed, and 1 cent of both rests is the treasury's.
    stage.store.change(1, |_, books| books.is_closing = true);
    stage.store.withdraw(1, withdrawal(8, outside.address(), eur("1.34")));
    stage.settle().await;
    stage.check_chain(before).await;
    assert_eq!((stage.store.done(OpKind::Bill), stage.store.done(OpKind::Close)), (3, 1));
    assert_eq!(stage.holding(outside.address()).await, Some(434));
    let account = stage.algod.account(stage.address(1)).await.unwrap();
    assert_eq!((account.balance.0, stage.store.books(1).algos), (0, 0));
    assert!(stage.store.state().closed.contains(&1));
    // 1.00 less 5.155 used and 4.34 withdrawn and 0.50 refunded: the treasury has 0.01 of it back, and the refund.
    let treasury = stage.holding(stage.signer.parties().treasury).await.unwrap();
    assert_eq!(treasury, 100_000_000 - 1000 + 50 + 1);
}

/// Starts a settler that stops at a point as if it were killed there, and lets it go.
async fn crash_at(stage: &Stage, point: Point) {
    stage.store.stop_at(Some(point));
    let settler = stage.settler();
    let killed = tokio::spawn(async move { settler.run_until_idle().await });
    stage.store.until_reached().await;
    if point == Point::Sent {
        // Handed over beside it: wait until the group has arrived.
        let op = stage.store.op_of(1).unwrap();
        let txid = op.attempts.last().unwrap().txid;
        while !matches!(stage.algod.outcome(txid, None).await, Ok(pnp_client::Outcome::InBlock(_))) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    killed.abort();
    assert!(killed.await.unwrap_err().is_cancelled());
    stage.store.stop_at(None);
}

#[tokio::test]
async fn a_crash_between_any_two_steps_changes_nothing() {
    for point in [Point::Planned, Point::Stored, Point::Sent, Point::Ended] {
        let stage = Stage::new().await;
        let before = stage.treasury_algos().await;
        let outside = destination(&stage).await;
        stage.store.add_wallet(1, &stage.contract, PlanRules::USUAL);
        stage.store.top_up(1, eur("10"));
        crash_at(&stage, point).await;
        assert!(stage.store.op_of(1).is_some(), "{point:?}");
        stage.settle().await;
        stage.check_chain(before).await;
        assert_eq!(stage.holding(stage.address(1)).await, Some(1000), "{point:?}");

        stage.store.charge(1, eur("5"));
        crash_at(&stage, point).await;
        let op = stage.store.op_of(1).unwrap();
        stage.settle().await;
        stage.check_chain(before).await;
        assert_eq!(stage.holding(stage.provider.address()).await, Some(475), "{point:?}");
        assert_eq!(stage.store.state().ops.get(&op.id).unwrap().attempts.len(), 1, "the stored bytes are sent again");

        stage.store.withdraw(1, withdrawal(7, outside.address(), eur("3")));
        crash_at(&stage, point).await;
        stage.settle().await;
        stage.check_chain(before).await;
        assert_eq!(stage.holding(outside.address()).await, Some(300), "{point:?}");

        stage.store.change(1, |_, books| books.is_closing = true);
        stage.store.withdraw(1, withdrawal(8, outside.address(), eur("2")));
        stage.settle_withdrawals().await;
        crash_at(&stage, point).await;
        stage.settle().await;
        stage.check_chain(before).await;
        assert!(stage.store.state().closed.contains(&1), "{point:?}");
        assert_eq!(stage.store.state().ops.len(), 5, "{point:?}");
    }
}

impl Stage {
    /// Works on wallet 1 until its withdrawals are done, and no further.
    async fn settle_withdrawals(&self) {
        self.store.change(1, |_, books| books.is_closing = false);
        self.settle().await;
        self.store.change(1, |_, books| books.is_closing = true);
    }
}

/// Lets a process stop with signed bytes in hand, another one give it up too early and do it again, and the first one go on.
async fn wake_with_old_bytes(stage: &Stage) -> ChainOp {
    crash_at(stage, Point::Stored).await;
    let op = stage.store.op_of(1).unwrap();
    let old = op.open_attempt().unwrap().clone();
    // What this program never does: the window of the first attempt is still open.
    let void = VoidAttempt {
        attempt: old.number,
        was_refused: false,
        reason: "a test".to_owned(),
        fee_pct: None,
        not_before: 0,
    };
    stage.store.void_attempt(op.id, &void).await.unwrap();
    // A group of the same round would be the same group.
    let nothing = Transaction::payment(stage.creator.address(), stage.creator.address(), MicroAlgos::ZERO).build();
    stage.send(&stage.creator, nothing).await;
    stage.settle().await;
    let done = stage.store.state().ops.get(&op.id).unwrap().clone();
    assert_eq!((done.state, done.attempts.len()), (OpState::Done, 2));
    assert_ne!(done.attempts[0].txid, done.attempts[1].txid);
    let error = stage.algod.submit_bytes(&old.group).await.unwrap_err();
    assert!(error.rejection().is_some(), "{error}");
    done
}

#[tokio::test]
async fn old_bytes_have_no_second_effect() {
    let stage = Stage::new().await;
    let before = stage.treasury_algos().await;
    stage.store.add_wallet(1, &stage.contract, PlanRules::USUAL);
    stage.store.top_up(1, eur("10"));
    let made = wake_with_old_bytes(&stage).await;
    assert_eq!(made.work.kind(), OpKind::Delivery);
    stage.store.top_up(1, eur("5"));
    let delivered = wake_with_old_bytes(&stage).await;
    assert_eq!(delivered.work.kind(), OpKind::Delivery);
    assert_eq!(stage.holding(stage.address(1)).await, Some(1500));
    stage.store.charge(1, eur("6"));
    let billed = wake_with_old_bytes(&stage).await;
    assert_eq!(billed.work.kind(), OpKind::Bill);
    assert_eq!(stage.holding(stage.provider.address()).await, Some(570));
    stage.check_chain(before).await;
}

#[tokio::test]
async fn another_attempt_is_made_when_the_window_of_the_first_is_over() {
    let stage = with_wallet().await;
    stage.store.charge(1, eur("5"));
    stage.store.stop_at(Some(Point::Stored));
    let settings = SettlerSettings { validity: 3, ..SettlerSettings::SINGLE_NODE };
    let settler = Settler::new(stage.store.clone(), stage.algod.clone(), Arc::clone(&stage.signer), settings);
    let killed = tokio::spawn(async move { settler.run_until_idle().await });
    stage.store.until_reached().await;
    killed.abort();
    stage.store.stop_at(None);
    for _ in 0..5 {
        let nothing = Transaction::payment(stage.creator.address(), stage.creator.address(), MicroAlgos::ZERO).build();
        stage.send(&stage.creator, nothing).await;
    }
    let (tick, old) = match stage.store.op_of(1).unwrap() {
        ChainOp { work: crate::chain::Work::Bill(bill), attempts, .. } => (bill.tick, attempts[0].clone()),
        op => panic!("{op:?}"),
    };
    stage.settle().await;
    let op = stage.store.last_op();
    let states: Vec<_> = op.attempts.iter().map(|attempt| attempt.state).collect();
    assert_eq!((op.state, states), (OpState::Done, vec![AttemptState::Void, AttemptState::InBlock]));
    assert_eq!(stage.last_tick(1).await, Some(tick), "all attempts of a bill have one tick");
    assert!(stage.algod.submit_bytes(&old.group).await.unwrap_err().rejection().is_some());
    assert_eq!(stage.holding(stage.provider.address()).await, Some(475));
}

#[tokio::test]
async fn a_restored_backup_stops_what_moved_since() {
    let stage = with_wallet().await;
    stage.store.charge(1, eur("5"));
    let backup = stage.store.backup();
    stage.settle().await;
    stage.store.restore(backup);
    stage.settle().await;
    assert_eq!(stage.store.books(1).stopped, Some(StopCause::LedgerBehindChain));
    assert_eq!(stage.holding(stage.provider.address()).await, Some(475), "billed once");

    // Neither a delivery nor an account is taken for a deposit, and nothing is delivered again.
    for has_account in [false, true] {
        let stage = Stage::new().await;
        stage.store.add_wallet(1, &stage.contract, PlanRules::USUAL);
        if has_account {
            stage.store.top_up(1, eur("1"));
            stage.settle().await;
        }
        stage.store.top_up(1, eur("10"));
        let mut backup = stage.store.backup();
        stage.settle().await;
        let held = stage.holding(stage.address(1)).await;
        // Its key is derived from the same number again.
        backup.wallets.get_mut(&1).unwrap().key_number = stage.store.books(1).key_number;
        stage.store.restore(backup);
        stage.settle().await;
        assert_eq!(stage.store.books(1).stopped, Some(StopCause::LedgerBehindChain), "{has_account}");
        assert_eq!(stage.holding(stage.address(1)).await, held);
        assert_eq!(stage.store.books(1).available, eur(if has_account { "11" } else { "10" }));
    }
}

#[tokio::test]
async fn a_settler_that_sleeps_after_its_look_pays_nothing_that_a_copy_has_paid() {
    for (point, withdraws) in [Point::Compared, Point::Planned].into_iter().flat_map(|at| [(at, false), (at, true)]) {
        let stage = with_wallet().await;
        let outside = destination(&stage).await;
        if withdraws {
            stage.store.withdraw(1, withdrawal(7, outside.address(), eur("3")));
        } else {
            stage.store.charge(1, eur("5"));
        }
        stage.store.stop_at(Some(point));
        let sleeper = stage.settler();
        let sleeping = tokio::spawn(async move { sleeper.run_until_idle().await });
        stage.store.until_reached().await;
        let copy = stage.store.copy();
        copy.stop_at(None);
        stage.settler_on(&copy).run_until_idle().await.unwrap();
        stage.store.stop_at(None);
        sleeping.await.unwrap().unwrap();
        stage.settle().await;
        let paid = (stage.holding(stage.provider.address()).await, stage.holding(outside.address()).await);
        let once = if withdraws { (Some(0), Some(300)) } else { (Some(475), Some(0)) };
        assert_eq!(paid, once, "{point:?}, {withdraws}");
        // What was planned before the copy was taken is one operation of both, and a withdrawal is paid by either's.
        let is_stopped = stage.store.books(1).stopped.is_some();
        assert_eq!(is_stopped, point == Point::Compared && !withdraws, "{point:?}, {withdraws}");
    }
}

#[tokio::test]
async fn somebody_elses_bill_stops_the_wallet_and_a_missing_coin_is_a_mismatch() {
    let stage = with_wallet().await;
    stage.usage().bill(&stage.key(1), Units(1), 2).await.unwrap();
    stage.store.charge(1, eur("5"));
    stage.settle().await;
    assert_eq!(stage.store.books(1).stopped, Some(StopCause::LedgerBehindChain));

    let stage = with_wallet().await;
    let provider = stage.provider.address();
    let taken = Transaction::asset_transfer(stage.address(1), provider, stage.asset(), 1).build();
    stage.send(&stage.key(1), taken).await;
    stage.store.charge(1, eur("5"));
    stage.settle().await;
    assert_eq!(stage.store.books(1).stopped, Some(StopCause::Mismatch));
    assert_eq!(stage.store.done(OpKind::Bill), 0);
}

#[tokio::test]
async fn what_strangers_send_is_found() {
    let stage = with_wallet().await;
    let transfer = Transaction::asset_transfer(stage.signer.parties().treasury, stage.address(1), stage.asset(), 250);
    stage.send(&crate::chain::WalletKeys::treasury(&Keys).unwrap(), transfer.build()).await;
    let dust = Transaction::payment(stage.creator.address(), stage.address(1), MicroAlgos(1)).build();
    stage.send(&stage.creator, dust).await;
    stage.store.charge(1, eur("5"));
    stage.settle().await;
    let books = stage.store.books(1);
    assert_eq!((books.available, books.algos), (eur("7.5"), 370_001 - 3_000));
    assert_eq!(stage.store.done(OpKind::Bill), 1);
}

#[tokio::test]
async fn a_changed_fee_is_billed_with_the_same_tick() {
    let stage = with_wallet().await;
    set_parameters(&stage, 1000, 1, 1000).await;
    stage.store.charge(1, eur("5"));
    stage.settle().await;
    let op = stage.store.last_op();
    let states: Vec<_> = op.attempts.iter().map(|attempt| attempt.state).collect();
    assert_eq!((op.state, states), (OpState::Done, vec![AttemptState::Refused, AttemptState::InBlock]));
    assert_eq!(stage.holding(stage.platform.address()).await, Some(50));
    assert_eq!(stage.store.books(1).contracts[0].fee_pct, BasisPoints(1000));
}

#[tokio::test]
async fn a_price_outside_the_limits_blocks_the_tab_and_gives_the_money_back_to_it() {
    let stage = with_wallet().await;
    set_parameters(&stage, 500, 3, 1000).await;
    stage.store.charge(1, eur("5"));
    stage.settle().await;
    stage.settle().await;
    let books = stage.store.books(1);
    assert!(books.tabs[0].is_blocked);
    assert_eq!((books.tabs[0].unsettled, books.in_account, books.stopped), (eur("5"), eur("10"), None));
    assert_eq!(stage.store.state().ops.len(), 2, "a delivery and one bill");
    let outside = destination(&stage).await;
    stage.store.withdraw(1, withdrawal(7, outside.address(), eur("5")));
    stage.settle().await;
    assert_eq!(stage.holding(outside.address()).await, Some(500), "withdrawals go on");
}

#[tokio::test]
async fn a_contract_that_is_gone_is_blocked() {
    let stage = with_wallet().await;
    let params = stage.algod.suggested_params().await.unwrap();
    let deletion = calls::delete(stage.creator.address(), stage.contract.app, &params);
    stage.send(&stage.creator, deletion).await;
    stage.store.charge(1, eur("5"));
    stage.settle().await;
    assert!(stage.store.state().blocked_contracts.contains(&1));
    assert!(stage.store.books(1).contracts[0].is_blocked);
    assert_eq!(stage.store.books(1).tabs[0].unsettled, eur("5"));
}

#[tokio::test]
async fn a_frozen_asset_lets_the_contracts_bills_rest_with_one_notice() {
    let stage = Stage::new().await;
    for wallet in 1..=6 {
        stage.store.add_wallet(wallet, &stage.contract, PlanRules::USUAL);
        stage.store.top_up(wallet, eur("10"));
    }
    stage.settle().await;
    let treasury = crate::chain::WalletKeys::treasury(&Keys).unwrap();
    let freeze =
        |frozen| Transaction::asset_freeze(treasury.address(), stage.provider.address(), stage.asset(), frozen).build();
    stage.send(&treasury, freeze(true)).await;
    for wallet in 1..=6 {
        stage.store.charge(wallet, eur("5"));
    }
    let settings = SettlerSettings { parallel: 1, ..SettlerSettings::SINGLE_NODE };
    let settler = Settler::new(stage.store.clone(), stage.algod.clone(), Arc::clone(&stage.signer), settings);
    for _ in 0..3 {
        settler.run_until_idle().await.unwrap();
    }
    let notices = stage.store.state().notices.clone();
    let rests = |notice: &Notice| matches!(notice, Notice::ContractRests { cause: Cause::AssetStuck, .. });
    assert_eq!((notices.len(), notices.iter().filter(|notice| rests(notice)).count()), (1, 1), "{notices:?}");
    assert_eq!(stage.store.state().ops.len(), 6 + 3, "three bills were refused, and no more sent");
    stage.send(&treasury, freeze(false)).await;
    stage.store.advance(600_001);
    settler.run_until_idle().await.unwrap();
    settler.run_until_idle().await.unwrap();
    assert_eq!(stage.store.done(OpKind::Bill), 6);
    assert_eq!(stage.store.state().notices.len(), 2);
}

#[tokio::test]
async fn a_wallet_gets_algos_before_it_runs_out_of_them() {
    let stage = with_wallet().await;
    let before = stage.treasury_algos().await;
    let posted = stage.store.state().algos.treasury;
    stage.store.top_up(1, eur("200"));
    for _ in 0..20 {
        stage.store.charge(1, eur("5"));
        stage.settle().await;
    }
    assert_eq!(stage.store.done(OpKind::Bill), 20);
    assert!((1..=4).contains(&stage.store.done(OpKind::Refill)));
    let booked = stage.store.state().algos.treasury - posted;
    stage.check_treasury_algos(before, stage.treasury_algos().await, booked);
}

#[tokio::test]
async fn withdrawals_that_cannot_be_paid_give_the_money_back() {
    let stage = with_wallet().await;
    let nobody = SigningKey::generate().unwrap().address();
    stage.store.withdraw(1, withdrawal(7, nobody, eur("1")));
    stage.settle().await;
    let outside = destination(&stage).await;
    let mut forged = withdrawal(8, outside.address(), eur("1"));
    forged.amount = eur("9");
    stage.store.withdraw(1, forged);
    stage.settle().await;
    let states = stage.store.state().withdrawals.clone();
    assert_eq!((states.get(&7), states.get(&8)), (Some(&"refused"), Some(&"refused")));
    let books = stage.store.books(1);
    assert_eq!((books.available, books.in_account, books.stopped), (eur("10"), eur("10"), None));
    assert_eq!(stage.holding(outside.address()).await, Some(0));
}

#[tokio::test]
async fn fees_over_the_limit_let_a_group_wait() {
    let stage = with_wallet().await;
    stage.store.charge(1, eur("5"));
    let settings = SettlerSettings { max_fee: MicroAlgos(2_999), ..SettlerSettings::SINGLE_NODE };
    let settler = Settler::new(stage.store.clone(), stage.algod.clone(), Arc::clone(&stage.signer), settings);
    settler.run_until_idle().await.unwrap();
    let op = stage.store.op_of(1).unwrap();
    assert_eq!((op.state, op.attempts.len()), (OpState::Planned, 0));
    assert!(matches!(stage.store.state().notices.as_slice(), [Notice::FeesHigh { .. }]));
    stage.settle().await;
    assert_eq!(stage.store.done(OpKind::Bill), 0);
    stage.store.advance(10_000);
    stage.settle().await;
    assert_eq!(stage.store.done(OpKind::Bill), 1);
}

#[tokio::test]
async fn a_settler_stops_at_once_and_a_network_that_is_away_loses_nothing() {
    let stage = with_wallet().await;
    let stop = StopSignal::new();
    let settler = stage.settler();
    let wake = settler.wake();
    let asked = stop.clone();
    let running = tokio::spawn(async move { settler.run(&asked).await });
    stage.store.charge(1, eur("5"));
    wake.wallet(1);
    while stage.store.done(OpKind::Bill) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let Stage { node, store, .. } = stage;
    let Some(node) = node else { return };
    node.stop().unwrap();
    store.charge(1, eur("5"));
    while store.state().notices.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(matches!(store.state().notices.first(), Some(Notice::NetworkAway { .. })));
    let asked_at = std::time::Instant::now();
    stop.stop();
    running.await.unwrap().unwrap();
    assert!(asked_at.elapsed() < Duration::from_secs(8), "{:?}", asked_at.elapsed());
    assert_eq!(store.books(1).tabs[0].unsettled, eur("5"));
}

#[tokio::test]
async fn an_outcome_that_was_not_known_stops_the_wallet_until_it_is() {
    let stage = with_wallet().await;
    stage.store.charge(1, eur("5"));
    crash_at(&stage, Point::Sent).await;
    let op = stage.store.op_of(1).unwrap();
    let ending = Ending::Doubtful { attempt: 1, reason: "a test".to_owned() };
    assert!(stage.store.end(op.id, &ending).await.unwrap());
    stage.settle().await;
    assert_eq!(stage.store.books(1).stopped, Some(StopCause::Doubtful));
    assert_eq!(stage.store.books(1).settling, eur("5"), "nothing moves");
    let review = stage.settler().review(1).await.unwrap().unwrap();
    assert_eq!(review.comparison, Comparison::Agrees);
    assert_eq!((stage.store.books(1).stopped, stage.store.done(OpKind::Bill)), (None, 1));
    assert!(!stage.store.end(op.id, &ending).await.unwrap(), "it has ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_settlers_of_one_store_do_nothing_twice() {
    const WALLETS: i64 = 20;
    let stage = Stage::new().await;
    let before = stage.treasury_algos().await;
    for wallet in 1..=WALLETS {
        stage.store.add_wallet(wallet, &stage.contract, PlanRules::USUAL);
    }
    for _ in 0..3 {
        for wallet in 1..=WALLETS {
            stage.store.top_up(wallet, eur("10"));
            stage.store.charge(wallet, eur("5"));
        }
        // A changed fee makes them void attempts at the same time, too.
        let fee_pct = stage.store.books(1).contracts[0].fee_pct.get() + 100;
        set_parameters(&stage, fee_pct, 1, 1000).await;
        let (one, other) = (stage.settler(), stage.settler());
        let ended = tokio::join!(one.run_until_idle(), other.run_until_idle());
        ended.0.unwrap();
        ended.1.unwrap();
        stage.store.advance(600_001);
        stage.settle().await;
        stage.check_chain(before).await;
    }
    assert_eq!(stage.store.done(OpKind::Bill), 60);
    assert!(stage.store.state().wallets.values().all(|books| books.stopped.is_none()));
}

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % bound.unsigned_abs()).unwrap()
    }
}

#[tokio::test]
async fn random_days_with_crashes_keep_every_law() {
    const WALLETS: i64 = 3;
    let stage = Stage::new().await;
    let before = stage.treasury_algos().await;
    let outside = destination(&stage).await;
    let mut dice = Dice(20_261_130);
    for wallet in 1..=WALLETS {
        let rules = if wallet == 2 { PlanRules::EMBEDDED } else { PlanRules::USUAL };
        stage.store.add_wallet(wallet, &stage.contract, rules);
    }
    let mut withdrawn = 0;
    for step in 0..80 {
        let wallet = 1 + dice.below(WALLETS);
        let books = stage.store.books(wallet);
        let whole = books.available.whole_minor_units().0 / 1_000_000;
        match dice.below(6) {
            0 => stage.store.top_up(wallet, Amount((1 + dice.below(2500)) * 1_000_000)),
            1 | 2 if books.available.0 > 0 => stage.store.charge(wallet, Amount(1 + dice.below(books.available.0))),
            3 if whole > 0 => {
                let amount = Amount((1 + dice.below(whole)) * 1_000_000);
                let (id, destination) = (1000 + step, outside.address());
                let mac = Keys::mac(&WithdrawalClaim { withdrawal: id, wallet, amount, destination });
                stage.store.withdraw(wallet, PendingWithdrawal { id, amount, destination, mac });
                withdrawn += amount.minor_units();
            }
            4 if whole > 0 && books.in_account.0 >= 1_000_000 => stage.store.refund(wallet, Amount::MINOR_UNIT),
            _ => stage.store.advance(dice.below(90_000_000)),
        }
        let point = [Point::Planned, Point::Stored, Point::Sent, Point::Ended][usize::try_from(dice.below(4)).unwrap()];
        if dice.below(3) == 0 {
            stage.store.stop_at(Some(point));
            let settler = stage.settler();
            let killed = tokio::spawn(async move { settler.run_until_idle().await });
            tokio::time::sleep(Duration::from_millis(u64::try_from(dice.below(40)).unwrap())).await;
            killed.abort();
            // An error says that it was cut off, which is what is wanted.
            let _ = killed.await;
            stage.store.stop_at(None);
        }
        stage.settle().await;
        // What another operation of the same wallet was waited for by.
        stage.settle().await;
        stage.check_chain(before).await;
        assert!(stage.store.state().wallets.values().all(|books| books.stopped.is_none()), "step {step}");
    }
    assert_eq!(stage.holding(outside.address()).await, Some(withdrawn));
    assert!(stage.store.done(OpKind::Bill) > 10 && stage.store.done(OpKind::Return) > 2);
}

#[tokio::test]
async fn the_sweep_finds_what_nobody_announces() {
    let stage = with_wallet().await;
    let settings = SettlerSettings { sweep: Duration::from_millis(1), ..SettlerSettings::SINGLE_NODE };
    let settler = Settler::new(stage.store.clone(), stage.algod.clone(), Arc::clone(&stage.signer), settings);
    let stop = StopSignal::new();
    let asked = stop.clone();
    let running = tokio::spawn(async move { settler.run(&asked).await });
    let treasury = crate::chain::WalletKeys::treasury(&Keys).unwrap();
    let transfer = Transaction::asset_transfer(treasury.address(), stage.address(1), stage.asset(), 250).build();
    stage.send(&treasury, transfer).await;
    while stage.store.books(1).available != eur("12.5") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.stop();
    running.await.unwrap().unwrap();
}

/// Rounds that come without anybody's transactions, as on a public network.
fn other_peoples_rounds(stage: &Stage) -> tokio::task::JoinHandle<()> {
    let (algod, key) = (stage.algod.clone(), stage.creator.clone());
    tokio::spawn(async move {
        for amount in 0.. {
            let params = algod.suggested_params().await.unwrap();
            let payment = calls::payment(key.address(), key.address(), MicroAlgos(amount), &params);
            algod.submit(&[key.sign_transaction(&payment)]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    })
}

fn several_nodes(stage: &Stage) -> Settler<crate::chain::testing::MemoryStore, Keys> {
    let recheck_delay = Duration::from_millis(100);
    let settings = SettlerSettings { validity: 10, recheck_delay, ..SettlerSettings::PUBLIC };
    Settler::new(stage.store.clone(), stage.algod.clone(), Arc::clone(&stage.signer), settings)
}

#[tokio::test]
async fn where_several_nodes_may_answer_blocks_decide() {
    let stage = with_wallet().await;
    let rounds = other_peoples_rounds(&stage);
    stage.store.charge(1, eur("5"));
    several_nodes(&stage).run_until_idle().await.unwrap();
    assert_eq!((stage.store.done(OpKind::Bill), stage.store.last_op().attempts.len()), (1, 1));

    // A refusal counts when the window is over, and is still explained by what it said first.
    set_parameters(&stage, 1000, 1, 1000).await;
    stage.store.charge(1, eur("5"));
    several_nodes(&stage).run_until_idle().await.unwrap();
    let op = stage.store.last_op();
    let states: Vec<_> = op.attempts.iter().map(|attempt| attempt.state).collect();
    assert_eq!((op.state, states), (OpState::Done, vec![AttemptState::Void, AttemptState::InBlock]));
    assert!(op.attempts[1].window.first_valid.0 + 3 > op.attempts[0].window.last_valid.0);
    assert_eq!(stage.holding(stage.platform.address()).await, Some(25 + 50));
    rounds.abort();
}

/// How many groups a second are settled. `cargo test --release -p pnp-gateway how_fast -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn how_fast() {
    const WALLETS: i64 = 2000;
    let stage = Stage::new().await;
    let before = stage.treasury_algos().await;
    for wallet in 1..=WALLETS {
        stage.store.add_wallet(wallet, &stage.contract, PlanRules::USUAL);
        stage.store.top_up(wallet, eur("20"));
    }
    let measured = |what: &str, start: std::time::Instant| {
        let rate = f64::from(u32::try_from(WALLETS).unwrap()) / start.elapsed().as_secs_f64();
        println!("{what}: {rate:.0} groups a second");
    };
    let start = std::time::Instant::now();
    stage.settle().await;
    measured("accounts created", start);
    for wallet in 1..=WALLETS {
        stage.store.charge(wallet, eur("5"));
    }
    let start = std::time::Instant::now();
    stage.settle().await;
    measured("bills", start);
    for wallet in 1..=WALLETS {
        stage.store.top_up(wallet, eur("1"));
    }
    let start = std::time::Instant::now();
    stage.settle().await;
    measured("deliveries", start);
    stage.check_chain(before).await;
}
