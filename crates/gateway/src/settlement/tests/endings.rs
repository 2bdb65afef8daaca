//! Each kind of operation with each of its endings, and the conditions of planning.

use super::*;

async fn balances(shop: &Shop, wallet: i64) -> [String; 7] {
    let books = shop.read(wallet).await;
    let unsettled = books.unsettled().unwrap();
    [books.available, unsettled, books.settling, books.due, books.sending, books.in_account, books.leaving]
        .map(|amount| amount.to_string())
}

/// A wallet that has played so many minutes at 0.02 of 10.00.
async fn played(shop: &Shop, minutes: i64) -> (i64, i64) {
    let wallet = shop.funded("anna", "10").await;
    let session = shop.open_session("anna", "film").await.unwrap();
    shop.play(session, minutes * 60_000).await;
    shop.stop(session).await;
    (wallet, session)
}

#[tokio::test]
async fn a_delivery_is_planned_void_and_planned_again() {
    let shop = Shop::new().await;
    let wallet = shop.wallet("anna", "10").await;
    assert_eq!(shop.books.reserve_key().await.unwrap(), 0);
    assert_eq!(shop.books.reserve_key().await.unwrap(), 1);
    shop.books.set_key(wallet, 1, receiver(3)).await.unwrap();
    // Another process was faster.
    shop.books.set_key(wallet, 0, receiver(4)).await.unwrap();
    assert_eq!(shop.read(wallet).await.key_number, Some(1));
    assert_eq!(shop.text("SELECT address FROM wallets").await, [receiver(3).to_string()]);

    let delivery = shop.delivery(wallet).await;
    let op = shop.plan(wallet, delivery.clone()).await.unwrap();
    assert_eq!(balances(&shop, wallet).await, ["10", "0", "0", "0", "10", "0", "0"]);
    assert_eq!(shop.plan(wallet, delivery.clone()).await, None, "one in flight a wallet");

    shop.attempt(&op, 1).await;
    let void = VoidAttempt { attempt: 1, was_refused: false, reason: "late".to_owned(), fee_pct: None, not_before: 77 };
    assert!(shop.books.void_attempt(op.id, &void).await.unwrap());
    assert!(!shop.books.void_attempt(op.id, &void).await.unwrap());
    let again = shop.read(wallet).await.op.unwrap();
    assert_eq!((again.state, again.not_before, again.next_attempt()), (OpState::Planned, 77, 2));
    assert_eq!(again.attempts[0].state, AttemptState::Void);
    shop.books.wait(op.id, 99, "fees").await.unwrap();
    assert_eq!(shop.read(wallet).await.op.unwrap().not_before, 99);
    shop.attempt(&op, 2).await;
    // Too late: the second attempt is on its way.
    assert!(!shop.books.void_attempt(op.id, &void).await.unwrap());
    let reason = "late".to_owned();
    let stale = Ending::Refused { attempt: 1, cause: Cause::AssetStuck, reason, then: Consequence::Nothing };
    assert!(!shop.end(&op, &stale).await);
    assert!(!shop.end(&op, &Ending::Doubtful { attempt: 1, reason: "late".to_owned() }).await);
    assert_eq!(shop.read(wallet).await.op.unwrap().state, OpState::Sent);

    let reason = "a frozen treasury".to_owned();
    let refused = Ending::Refused { attempt: 2, cause: Cause::AssetStuck, reason, then: Consequence::Nothing };
    assert!(shop.end(&op, &refused).await);
    assert_eq!(balances(&shop, wallet).await, ["10", "0", "0", "10", "0", "0", "0"]);
    assert!(!shop.read(wallet).await.has_account);

    let op = shop.plan(wallet, delivery).await.unwrap();
    assert!(shop.charge_chain(&op).await);
    assert_eq!(balances(&shop, wallet).await, ["10", "0", "0", "0", "0", "10", "0"]);
    let books = shop.read(wallet).await;
    assert_eq!((books.has_account, books.algos, books.last_round.0), (true, 3000, op.id.unsigned_abs()));
    assert_eq!(books.op, None);
}

#[tokio::test]
async fn a_bill_is_charged_with_its_fee_and_covers_its_ticks() {
    let shop = Shop::new().await;
    let wallet = shop.funded("anna", "10").await;
    let session = shop.open_session("anna", "film").await.unwrap();
    let early = shop.play(session, 25 * 60_000).await;
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await.unwrap();
    assert_eq!(balances(&shop, wallet).await, ["9.495", "0.1", "0.4", "0", "0", "9.6", "0.4"]);
    let late = shop.play(session, 5 * 60_000).await;
    let of = |entry| shop.books.store.read(move |connection| settlement_of(connection, entry));
    assert_eq!(of(early).await.unwrap().map(|bill| (bill.id, bill.state)), Some((op.id, OpState::Planned)));
    assert_eq!(of(late).await.unwrap(), None);

    assert!(shop.charge_chain(&op).await);
    let books = shop.read(wallet).await;
    let Work::Bill(first) = &op.work else { panic!("{op:?}") };
    assert_eq!(books.last_ticks.get(&shop.contract.id), Some(&first.tick));
    let paid = shop.text("SELECT partner || ' ' || platform FROM partners").await;
    assert_eq!(paid, ["38000000 2000000"], "5 % of 0.40");
    let bill_of = of(early).await.unwrap().unwrap();
    assert_eq!([bill_of.gross, bill_of.fee, bill_of.net].map(|amount| amount.to_string()), ["0.4", "0.02", "0.38"]);
    assert_eq!((bill_of.units, bill_of.unit_price, bill_of.app), (Some(20), Some(2), Some(7)));
    assert_eq!((bill_of.txid, bill_of.round), (Some(Digest([1; 32]).to_string()), Some(op.id.unsigned_abs())));
    assert_eq!(bill_of.user_id, "anna");

    // A tick that is not greater than the last one is not planned.
    let stale = bill(&WalletBooks { last_ticks: std::collections::BTreeMap::new(), ..books.clone() }, 10);
    let Work::Bill(mut stale_bill) = stale.work else { panic!() };
    stale_bill.tick = first.tick.clone();
    assert_eq!(shop.plan(wallet, PlannedOp { work: Work::Bill(stale_bill), amount: stale.amount }).await, None);

    let next = shop.plan(wallet, bill(&books, 10)).await.unwrap();
    assert!(shop.charge_chain(&next).await);
    assert_eq!(of(late).await.unwrap().unwrap().id, next.id);
    assert_eq!(of(early).await.unwrap().unwrap().id, op.id);
    let all = shop.books.store.read(move |connection| settlements_of_session(connection, session)).await.unwrap();
    assert_eq!(all.iter().map(|bill| bill.id).collect::<Vec<_>>(), [op.id, next.id]);

    let partner = shop.contract.partner;
    let filter = SettlementFilter { wallet: None, kind: Some(OpKind::Bill) };
    let page = move |before, filter| {
        let store = shop.books.store.clone();
        async move { store.read(move |connection| list_settlements(connection, partner, filter, before, 1)).await.unwrap() }
    };
    assert_eq!(page(None, filter).await[0].id, next.id);
    assert_eq!(page(Some(next.id), filter).await[0].id, op.id);
    assert_eq!(page(Some(op.id), filter).await, []);
    let of_wallet = SettlementFilter { wallet: Some(wallet), kind: None };
    assert_eq!(page(Some(op.id), of_wallet).await[0].kind, OpKind::Delivery);
}

#[tokio::test]
async fn a_refused_bill_goes_back_and_is_due_again() {
    let shop = Shop::new().await;
    let (wallet, session) = played(&shop, 20).await;
    assert_eq!(shop.candidates().await, [0_i64; 0]);
    shop.pass(2 * HOUR).await;
    assert_eq!(shop.candidates().await, [wallet]);
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await.unwrap();
    assert_eq!(shop.candidates().await, [wallet], "its operation");
    assert!(shop.refuse(&op, Consequence::Nothing).await);
    assert_eq!(balances(&shop, wallet).await, ["9.6", "0.4", "0", "0", "0", "10", "0"]);
    assert_eq!(shop.candidates().await, [wallet], "at once");
    let books = shop.read(wallet).await;
    assert!(crate::chain::plan::has_work(&books, &|_| true, shop.books.now()));
    let all = shop.books.store.read(move |connection| settlements_of_session(connection, session)).await.unwrap();
    assert_eq!(all, [], "a refused bill covers nothing");
}

#[tokio::test]
async fn another_fee_is_noted_for_the_bill_and_the_contract() {
    let shop = Shop::new().await;
    let (wallet, _) = played(&shop, 20).await;
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await.unwrap();
    shop.attempt(&op, 1).await;
    let fee_pct = Some(BasisPoints(1000));
    let void = VoidAttempt { attempt: 1, was_refused: true, reason: "fee".to_owned(), fee_pct, not_before: 0 };
    shop.books.void_attempt(op.id, &void).await.unwrap();
    let books = shop.read(wallet).await;
    let Some(ChainOp { work: Work::Bill(bill), attempts, .. }) = &books.op else { panic!("{books:?}") };
    assert_eq!((bill.fee_pct, books.contracts[0].fee_pct), (BasisPoints(1000), BasisPoints(1000)));
    assert_eq!(attempts[0].state, AttemptState::Refused);
    assert!(shop.charge_chain(books.op.as_ref().unwrap()).await);
    assert_eq!(shop.text("SELECT partner || ' ' || platform FROM partners").await, ["36000000 4000000"]);
}

#[tokio::test]
async fn a_doubtful_operation_stops_its_wallet_until_it_is_known() {
    let shop = Shop::new().await;
    let (wallet, _) = played(&shop, 20).await;
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await.unwrap();
    shop.attempt(&op, 1).await;
    let doubtful = Ending::Doubtful { attempt: 1, reason: "no blocks".to_owned() };
    assert!(shop.end(&op, &doubtful).await);
    assert!(!shop.end(&op, &doubtful).await);
    let books = shop.read(wallet).await;
    assert_eq!((books.stopped, books.op.unwrap().state), (Some(StopCause::Doubtful), OpState::Doubtful));
    shop.pass(30 * HOUR).await;
    assert_eq!(shop.candidates().await, [0_i64; 0]);
    assert_eq!(balances(&shop, wallet).await, ["9.6", "0", "0.4", "0", "0", "9.6", "0.4"]);
    let algos = AlgoPosting { treasury: 0, wallet: -3000, fees: 3000, outside: 0 };
    assert!(shop.end(&op, &Ending::InBlock { attempt: 1, round: None, algos }).await);
    let books = shop.read(wallet).await;
    assert_eq!((books.stopped, books.op, books.algos), (None, None, 0));
}

#[tokio::test]
async fn withdrawals_are_sent_once_refused_or_done() {
    let shop = Shop::new().await;
    let wallet = shop.funded("anna", "10").await;
    let first = shop.withdraw(wallet, "3").await;
    let second = shop.withdraw(wallet, "2").await;
    let books = shop.read(wallet).await;
    assert_eq!(books.withdrawals.iter().map(|pending| pending.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!(shop.candidates().await, [wallet]);
    let of = |withdrawal, destination, amount| PlannedOp {
        work: Work::Withdrawal(WithdrawalOp { withdrawal, destination, mac: vec![5; 32] }),
        amount: eur(amount),
    };
    assert_eq!(shop.plan(wallet, of(first, receiver(1), "3")).await, None, "another destination");
    assert_eq!(shop.plan(wallet, of(first, receiver(9), "2")).await, None, "another amount");
    let op = shop.plan(wallet, of(first, receiver(9), "3")).await.unwrap();
    assert!(shop.charge_chain(&op).await);
    assert_eq!(shop.plan(wallet, of(first, receiver(9), "3")).await, None, "it is done");
    let op = shop.plan(wallet, of(second, receiver(9), "2")).await.unwrap();
    assert!(shop.refuse(&op, Consequence::Nothing).await);
    assert_eq!(balances(&shop, wallet).await, ["7", "0", "0", "0", "0", "7", "0"]);
    assert_eq!(shop.text("SELECT state FROM withdrawals ORDER BY id").await, ["done", "refused"]);
    assert_eq!(shop.candidates().await, [0_i64; 0]);
}

#[tokio::test]
async fn returns_and_refills_end_in_both_ways() {
    let shop = Shop::new().await;
    let wallet = shop.funded("anna", "10").await;
    let refill = PlannedOp { work: Work::Refill { joins: None }, amount: Amount::ZERO };
    let op = shop.plan(wallet, refill.clone()).await.unwrap();
    assert!(shop.charge_chain(&op).await);
    let op = shop.plan(wallet, refill).await.unwrap();
    assert!(shop.refuse(&op, Consequence::StopWallet(StopCause::Mismatch)).await);
    assert_eq!(shop.read(wallet).await.stopped, Some(StopCause::Mismatch));
    let giving = PlannedOp { work: Work::Return, amount: eur("1") };
    assert_eq!(shop.plan(wallet, giving.clone()).await, None, "a wallet that stands still");
    shop.sql("UPDATE wallets SET stopped = NULL WHERE id = ?1", wallet).await;
    assert_eq!(shop.plan(wallet, giving.clone()).await, None, "there is nothing to return");
    shop.books
        .write(move |write| {
            let wallet = ledger::wallet(write.connection(), wallet)?;
            // A debt, which what is in the account pays.
            let debt = ledger::Posting { world_card: 100_000_000, debt: -100_000_000, ..ledger::Posting::default() };
            let entry = ledger::Entry {
                partner: Some(wallet.partner),
                wallet: Some(wallet.id),
                posting: debt,
                ..ledger::Entry::new(ledger::EntryKind::ChargedBack)
            };
            ledger::post(write, entry)?;
            let wallet = ledger::wallet(write.connection(), wallet.id)?;
            assert_eq!(ledger::collect_debt(write, &wallet)?, Amount(100_000_000));
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(shop.candidates().await, [wallet]);
    let op = shop.plan(wallet, giving.clone()).await.unwrap();
    assert!(shop.refuse(&op, Consequence::Nothing).await);
    let op = shop.plan(wallet, giving).await.unwrap();
    assert!(shop.charge_chain(&op).await);
    assert_eq!((shop.read(wallet).await.returning, shop.candidates().await), (Amount::ZERO, vec![]));
    assert_eq!(balances(&shop, wallet).await, ["9", "0", "0", "0", "0", "9", "0"]);
}

#[tokio::test]
async fn a_wallet_closes_when_nothing_is_left_of_it() {
    let shop = Shop::new().await;
    let wallet = shop.funded("anna", "1").await;
    let session = shop.open_session("anna", "film").await.unwrap();
    shop.play(session, 10_000).await;
    let close = |amount| PlannedOp { work: Work::Close, amount: eur(amount) };
    shop.sql("UPDATE wallets SET state = 'closing' WHERE id = ?1", wallet).await;
    assert!(!shop.read(wallet).await.is_closing, "a session is open");
    shop.stop(session).await;
    assert!(shop.read(wallet).await.is_closing);
    assert_eq!(shop.candidates().await, [wallet]);
    assert_eq!(shop.plan(wallet, close("1")).await, None, "it is not empty");
    let withdrawal = shop.withdraw(wallet, "0.99").await;
    assert_eq!(shop.plan(wallet, close("1")).await, None, "a withdrawal is pending");
    let work = Work::Withdrawal(WithdrawalOp { withdrawal, destination: receiver(9), mac: vec![5; 32] });
    let op = shop.plan(wallet, PlannedOp { work, amount: eur("0.99") }).await.unwrap();
    assert!(shop.charge_chain(&op).await);
    let op = shop.plan(wallet, close("0.01")).await.unwrap();
    assert_eq!(balances(&shop, wallet).await, ["0", "0", "0", "0", "0", "0", "0"]);
    let books = shop.read(wallet).await;
    assert_eq!((books.returning.to_string(), books.op.unwrap().amount.to_string()), ("0.01".into(), "0.01".into()));
    let reason = "no".to_owned();
    let refused = Ending::Refused { attempt: 0, cause: Cause::Unexplained, reason, then: Consequence::Nothing };
    assert!(shop.books.end(op.id, &refused).await.is_err(), "a close is not given up");
    // Its last group takes all Algos with it.
    shop.attempt(&op, 1).await;
    let algos = AlgoPosting { treasury: 3000, wallet: -6000, fees: 3000, outside: 0 };
    assert!(shop.end(&op, &Ending::InBlock { attempt: 1, round: Some(Round(9)), algos }).await);
    assert_eq!(shop.books.wallet(wallet).await.unwrap(), None);
    assert_eq!(shop.candidates().await, [0_i64; 0]);
    let row = shop.text("SELECT state || ' ' || has_account || ' ' || algos FROM wallets").await;
    assert_eq!(row, ["closed 0 0"]);
    assert!(matches!(shop.open_session("anna", "film").await, Err(SessionError::WalletClosed)));
}

#[tokio::test]
async fn a_wallet_without_an_account_closes_at_once() {
    let shop = Shop::new().await;
    let wallet = shop.wallet("anna", "0").await;
    shop.books
        .write(move |write| {
            let wallet = ledger::wallet(write.connection(), wallet)?;
            Ok(ledger::close_wallet(write, &wallet, None)?)
        })
        .await
        .unwrap();
    shop.verify().await;
    assert_eq!(shop.books.wallet(wallet).await.unwrap(), None);
}

#[tokio::test]
async fn blocked_tabs_end_their_sessions_alone() {
    let shop = Shop::new().await;
    let (wallet, _) = played(&shop, 20).await;
    let film = shop.open_session("anna", "film").await.unwrap();
    let ben = shop.funded("ben", "10").await;
    let bens = shop.open_session("ben", "film").await.unwrap();
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await.unwrap();
    assert!(shop.refuse(&op, Consequence::BlockTabs).await);
    assert_eq!(balances(&shop, wallet).await, ["9.6", "0.4", "0", "0", "0", "10", "0"]);
    assert!(shop.read(wallet).await.tabs[0].is_blocked);
    assert_eq!(session(&shop, film).await, Some(CloseReason::ContractUnavailable));
    assert_eq!(session(&shop, bens).await, None);
    let started = shop.open_session("anna", "film").await;
    assert!(matches!(started, Err(SessionError::ContractUnavailable(why)) if why == "price_outside"));
    shop.pass(30 * HOUR).await;
    assert_eq!(shop.candidates().await, [0_i64; 0]);
    assert_eq!(shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await, None);
    assert_eq!(shop.read(ben).await.tabs, []);
}

async fn session(shop: &Shop, id: i64) -> Option<CloseReason> {
    let read =
        move |connection: &rusqlite::Connection| -> Result<_, SettlementError> { Ok(find_session(connection, id)?) };
    shop.books.store.read(read).await.unwrap().unwrap().close_reason
}

#[tokio::test]
async fn a_blocked_contract_ends_every_session_of_it_also_after_a_restart() {
    let mut shop = Shop::new().await;
    let (wallet, _) = played(&shop, 20).await;
    let anna = shop.open_session("anna", "film").await.unwrap();
    shop.funded("ben", "10").await;
    let ben = shop.open_session("ben", "film").await.unwrap();
    shop.play(ben, 600_000).await;
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await.unwrap();
    shop.attempt(&op, 1).await;
    let reason = "gone".to_owned();
    let ending = Ending::Refused { attempt: 1, cause: Cause::ContractGone, reason, then: Consequence::BlockContract };
    // The process ends before the sessions do.
    let id = op.id;
    shop.books.write(move |write| crate::settlement::endings::end(write, id, &ending)).await.unwrap();
    assert_eq!((session(&shop, anna).await, session(&shop, ben).await), (None, None));
    shop = shop.restart();
    shop.pass(30 * HOUR).await;
    assert_eq!(shop.candidates().await, [0_i64; 0]);
    for id in [anna, ben] {
        assert_eq!(session(&shop, id).await, Some(CloseReason::ContractUnavailable));
    }
    assert_eq!(shop.text("SELECT DISTINCT blocked FROM tabs").await, ["contract_gone"]);
    assert_eq!(shop.text("SELECT state FROM contracts").await, ["blocked"]);
    let events = shop.text("SELECT reason FROM entries WHERE kind = 300").await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await, None);
    shop.verify().await;

    // It was repaired, and verified again.
    let contract = shop.contract.clone();
    shop.books.write(move |write| Ok(Contract::put_in_force(write, &contract)?)).await.unwrap();
    assert_eq!(shop.candidates().await.len(), 2);
    assert!(shop.plan(wallet, bill(&shop.read(wallet).await, 20)).await.is_some());
}

#[tokio::test]
async fn conditions_of_a_bill() {
    let shop = Shop::new().await;
    let (wallet, _) = played(&shop, 20).await;
    let books = shop.read(wallet).await;
    assert_eq!(shop.plan(wallet, bill(&books, 21)).await, None, "more than the tab has");
    let changed = |change: fn(&mut BillOp)| {
        let mut op = bill(&books, 20);
        if let Work::Bill(bill) = &mut op.work {
            change(bill);
        }
        op
    };
    assert_eq!(shop.plan(wallet, changed(|bill| bill.units = Units(19))).await, None, "not what its parts are");
    assert_eq!(shop.plan(wallet, changed(|bill| bill.parts.clear())).await, None, "no parts");
    assert_eq!(shop.plan(wallet, changed(|bill| bill.contract.id += 1)).await, None, "another contract's");
    shop.books.stop_wallet(wallet, StopCause::LedgerBehindChain, "a foreign tick").await.unwrap();
    shop.books.stop_wallet(wallet, StopCause::Mismatch, "less than the books say").await.unwrap();
    assert_eq!(shop.plan(wallet, bill(&books, 20)).await, None, "a wallet that stands still");
    assert_eq!(shop.read(wallet).await.stopped, Some(StopCause::LedgerBehindChain), "the first cause stays");
    assert_eq!(shop.text("SELECT reason FROM entries WHERE kind = 310").await.len(), 1);
    shop.verify().await;
}

#[tokio::test]
async fn deposits_are_booked_while_nothing_moves() {
    let shop = Shop::new().await;
    let wallet = shop.funded("anna", "10").await;
    assert!(!shop.books.found(wallet, eur("9"), eur("1"), 0).await.unwrap());
    assert!(shop.books.found(wallet, eur("10"), eur("1"), 500).await.unwrap());
    assert!(!shop.books.found(wallet, eur("10"), eur("1"), 0).await.unwrap(), "once");
    let books = shop.read(wallet).await;
    assert_eq!(
        (books.available.to_string(), books.in_account.to_string(), books.algos),
        ("11".into(), "11".into(), 3500)
    );
    let op = PlannedOp { work: Work::Refill { joins: None }, amount: Amount::ZERO };
    shop.plan(wallet, op).await.unwrap();
    assert!(!shop.books.found(wallet, eur("11"), eur("1"), 0).await.unwrap(), "something is in flight");
    shop.verify().await;
}

#[tokio::test]
async fn notices_are_events_and_are_said_once() {
    let shop = Shop::new().await;
    for op in [1, 2, 3] {
        shop.books.notice(&Notice::TreasuryShort { op, cause: Cause::TreasuryShort }).await.unwrap();
    }
    let (fee, limit) = (MicroAlgos(9), MicroAlgos(8));
    shop.books.notice(&Notice::FeesHigh { fee, limit }).await.unwrap();
    shop.books.notice(&Notice::NetworkAway { reason: "refused".to_owned() }).await.unwrap();
    shop.books.notice(&Notice::NetworkBack).await.unwrap();
    shop.books.notice(&Notice::ContractWorks { app: AppIndex(7) }).await.unwrap();
    shop.books.notice(&Notice::NotSigned { op: 4, reason: "why".to_owned() }).await.unwrap();
    let kinds = shop.text("SELECT CAST(kind AS TEXT) FROM entries WHERE kind >= 300 ORDER BY id").await;
    assert_eq!(kinds, ["320", "322", "322", "322", "300", "321"]);
    let works = shop.text("SELECT partner_id || reason FROM entries WHERE kind = 300").await;
    assert_eq!(works, [format!("{}{{\"state\":\"works\",\"app_id\":7}}", shop.contract.partner)]);
    shop.pass(601_000).await;
    shop.books.notice(&Notice::TreasuryShort { op: 1, cause: Cause::TreasuryShort }).await.unwrap();
    assert_eq!(shop.text("SELECT reason FROM entries WHERE kind = 320").await.len(), 2);
}
