//! What waits for the settler: exactly the wallets that have something to do, and tabs that are looked at in vain but once.

use super::*;

#[tokio::test]
async fn the_wallets_that_wait_are_named_and_no_others() {
    let shop = Shop::new().await;
    let partner = shop.books.write(|write| Ok(Partner::add(write, "no contract", &PartnerSettings::default())?)).await;
    let partner = partner.unwrap();
    let without = shop
        .books
        .write(move |write| {
            let wallet = open_wallet(write, partner, "zoe")?;
            credit(write, &wallet, eur("5"), "a gift")?;
            Ok(wallet.id)
        })
        .await
        .unwrap();

    let due = shop.wallet("due", "5").await;
    let stopped = shop.wallet("stopped", "5").await;
    shop.books.stop_wallet(stopped, StopCause::Mismatch, "less").await.unwrap();
    let idle = shop.funded("idle", "5").await;
    let waiting = shop.wallet("waiting", "5").await;
    let op = shop.plan(waiting, shop.delivery(waiting).await).await.unwrap();
    shop.books.wait(op.id, shop.books.now() + HOUR, "the treasury is short").await.unwrap();
    let under_way = shop.wallet("under way", "5").await;
    let op = shop.plan(under_way, shop.delivery(under_way).await).await.unwrap();
    shop.attempt(&op, 1).await;
    let closing = shop.funded("closing", "5").await;
    shop.sql("UPDATE wallets SET state = 'closing' WHERE id = ?1", closing).await;
    let leaving = shop.funded("leaving", "5").await;
    shop.withdraw(leaving, "5").await;
    let more = shop.wallet("never delivered", "0").await;

    let mut expected = vec![due, under_way, closing, leaving];
    expected.sort_unstable();
    assert_eq!(shop.candidates().await, expected, "not {without}, {stopped}, {idle}, {waiting}, {more}");
    shop.pass(2 * HOUR).await;
    expected.push(waiting);
    expected.sort_unstable();
    assert_eq!(shop.candidates().await, expected);
    for wallet in expected {
        let books = shop.read(wallet).await;
        let has_work = crate::chain::plan::has_work(&books, &|_| true, shop.books.now());
        assert!(has_work || books.op.is_some() || books.is_closing);
    }
}

async fn tab(shop: &Shop) -> (bool, bool) {
    let text = shop.text("SELECT (due_at IS NOT NULL) || ' ' || (lot_since IS NOT NULL) FROM tabs").await;
    (text[0].starts_with('1'), text[0].ends_with('1'))
}

#[tokio::test]
async fn tabs_are_looked_at_when_something_is_due_and_not_again_for_nothing() {
    let shop = Shop::new().await;
    let wallet = shop.funded("anna", "10").await;
    // 12.5 minutes: a lot after an hour, the rest after a day.
    let session = shop.open_session("anna", "film").await.unwrap();
    shop.play(session, 750_000).await;
    shop.stop(session).await;
    assert_eq!((shop.candidates().await, tab(&shop).await), (vec![], (true, true)));
    shop.pass(HOUR).await;
    assert_eq!(shop.candidates().await, [wallet]);
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 10)).await.unwrap();
    assert_eq!(tab(&shop).await, (true, false), "the rest is looked at after a day");
    assert!(shop.charge_chain(&op).await);
    assert_eq!(shop.candidates().await, [0_i64; 0]);

    // Another session moves the day on: what is looked at in vain gets its new time.
    shop.pass(22 * HOUR).await;
    let session = shop.open_session("anna", "film").await.unwrap();
    shop.play(session, 15_000).await;
    shop.pass(2 * HOUR).await;
    assert_eq!(shop.candidates().await, [0_i64; 0]);
    shop.stop(session).await;
    shop.pass(24 * HOUR).await;
    assert_eq!(shop.candidates().await, [wallet]);
    let op = shop.plan(wallet, bill(&shop.read(wallet).await, 2)).await.unwrap();
    assert!(shop.charge_chain(&op).await);
    // 45 seconds are left, 1.5 cents: one more bill.
    assert_eq!(shop.candidates().await, [wallet]);
    let books = shop.read(wallet).await;
    assert!(crate::chain::plan::has_work(&books, &|_| true, shop.books.now()));
    let mut rest = bill(&books, 1);
    rest.amount = Amount::MINOR_UNIT;
    if let Work::Bill(bill) = &mut rest.work {
        (bill.is_rest, bill.unit_price, bill.parts[0].amount) = (true, 1, Amount::MINOR_UNIT);
    }
    let op = shop.plan(wallet, rest).await.unwrap();
    assert!(shop.charge_chain(&op).await);
    // Half a cent is never billed alone, and never looked at.
    assert_eq!((shop.candidates().await, tab(&shop).await), (vec![], (false, false)));
    shop.verify().await;
}

#[tokio::test]
async fn a_contract_that_rests_names_a_few_wallets_when_its_rest_is_over() {
    let shop = Shop::new().await;
    let mut wallets = Vec::new();
    for number in 0..20 {
        let user = format!("user {number}");
        wallets.push(shop.funded(&user, "10").await);
        let session = shop.open_session(&user, "film").await.unwrap();
        shop.play(session, 1_200_000).await;
        shop.stop(session).await;
    }
    shop.pass(2 * HOUR).await;
    assert_eq!(shop.candidates().await, wallets);
    let until = shop.books.now() + HOUR;
    let rests = Notice::ContractRests { app: AppIndex(7), cause: Cause::AssetStuck, until };
    shop.books.notice(&rests).await.unwrap();
    let named = |now| shop.books.candidates(now, 0, 1000);
    assert_eq!(named(until - 1).await.unwrap(), [0_i64; 0]);
    assert_eq!(named(until).await.unwrap(), wallets[..16], "some of them");
    assert_eq!(named(until).await.unwrap(), wallets[16..], "then the others");
    assert_eq!(named(until).await.unwrap(), [0_i64; 0]);
    assert_eq!(named(until).await.unwrap(), wallets[..16], "and again from the first");
    shop.books.notice(&Notice::ContractWorks { app: AppIndex(7) }).await.unwrap();
    assert_eq!(named(until).await.unwrap(), wallets);
}

#[tokio::test]
async fn what_was_compared_is_written_with_the_next_search() {
    let shop = Shop::new().await;
    let wallet = shop.funded("anna", "10").await;
    shop.books.reconciled(wallet, Round(17)).await.unwrap();
    shop.candidates().await;
    assert_eq!(shop.text("SELECT CAST(compared_round AS TEXT) FROM wallets").await, ["17"]);
}

/// A million wallets, a hundredth of which has something to do: how long a search and a read of one wallet take.
#[tokio::test]
#[ignore = "a measurement"]
async fn measure_a_million_wallets() {
    let shop = Shop::new().await;
    let (partner, contract) = (shop.contract.partner, shop.contract.id);
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)";
    shop.books
        .write(move |write| {
            write.execute(
                &format!(
                    "{numbers} INSERT INTO wallets (id, partner_id, user_id, created_at, has_account, available, unsettled, \
                     in_account) SELECT i, ?1, 'user ' || i, 0, 1, 960000000, 40000000, 1000000000 FROM n"
                ),
                [partner],
            )?;
            let now = write.now();
            write.execute(
                &format!(
                    "{numbers} INSERT INTO tabs (id, wallet_id, contract_id, price, unsettled, last_tick_at, lot_since, due_at) \
                     SELECT i, i, ?1, 2, 40000000, ?2, ?2, ?2 + CASE WHEN i % 100 = 0 THEN 3600000 ELSE 864000000 END FROM n"
                ),
                (contract, now),
            )?;
            Ok(())
        })
        .await
        .unwrap();
    shop.pass(2 * HOUR).await;
    let mut measured = Vec::new();
    for limit in [128, 4096] {
        let begun = std::time::Instant::now();
        let found = shop.books.candidates(shop.books.now(), 0, limit).await.unwrap();
        measured.push(format!("candidates, {limit} of 10000: {} in {:?}", found.len(), begun.elapsed()));
    }
    let begun = std::time::Instant::now();
    let (mut after, mut all) = (0, 0);
    loop {
        let page = shop.books.candidates(shop.books.now(), after, 4096).await.unwrap();
        all += page.len();
        let Some(last) = page.last().filter(|_| page.len() == 4096) else { break };
        after = *last;
    }
    measured.push(format!("all {all} candidates in {:?}", begun.elapsed()));
    let begun = std::time::Instant::now();
    for wallet in 1..=5000 {
        assert!(shop.books.wallet(wallet * 97).await.unwrap().is_some());
    }
    measured.push(format!("a wallet in {:?}", begun.elapsed() / 5000));
    for (name, step) in [("different wallets", 97), ("one wallet", 0)] {
        let read = move |connection: &rusqlite::Connection| -> Result<_, SettlementError> {
            let (begun, parsed) = (cpu_time(), crate::settlement::parsed::Parsed::default());
            for number in 0..5000 {
                assert!(crate::settlement::books::read(connection, 1 + number * step, &parsed)?.is_some());
            }
            Ok((cpu_time() - begun) / 5000)
        };
        let nanoseconds = shop.books.store.read(read).await.unwrap();
        measured.push(format!("of it, statements of {name}: {nanoseconds} ns of processor time"));
    }
    panic!("{measured:#?}");
}

/// Nanoseconds that this thread has run, whatever else the machine does.
fn cpu_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}
