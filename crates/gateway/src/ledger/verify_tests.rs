//! Verification finds what somebody changes behind the ledger's back: each kind in a copy of the same store.

use super::*;
use crate::amount::Amount;
use crate::sessions::tests::Fixture;
use crate::sessions::{Claim, SessionError, find_session, tick_batch};
use rusqlite::Connection;

/// A copy of a store in which something of each kind has happened, and is partly under way.
struct Copy {
    file: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Copy {
    fn connection(&self, change: &str) -> Connection {
        let file = self.file.with_extension("changed");
        std::fs::copy(&self.file, &file).unwrap();
        let connection = Connection::open(&file).unwrap();
        // Who changes the file is not stopped by the table's checks.
        connection.pragma_update(None, "ignore_check_constraints", true).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        if !change.is_empty() {
            let changed = connection.execute(change, []).unwrap_or_else(|error| panic!("{change}: {error}"));
            assert!(changed > 0, "{change} changed nothing");
        }
        connection
    }

    fn findings(&self, change: &str) -> Vec<Finding> {
        verify(&self.connection(change)).unwrap().findings
    }

    fn is_found(&self, change: &str) {
        assert_ne!(self.findings(change), Vec::new(), "nobody noticed: {change}");
    }
}

async fn op(shop: &Fixture, user: &'static str, kind: &'static str, amount: Amount) -> i64 {
    let partner = shop.contract.partner;
    shop.write(move |write| {
        let wallet = find_wallet(write.connection(), partner, user)?.unwrap();
        let (id, now) = (write.next_id(), write.now());
        write.execute(
            "INSERT INTO chain_ops (id, kind, state, partner_id, wallet_id, amount, created_at) \
             VALUES (?1, ?2, 'planned', ?6, ?3, ?4, ?5)",
            (id, kind, wallet.id, amount, now, partner),
        )?;
        Ok(id)
    })
    .await
    .unwrap()
}

/// Does something to a user's wallet.
async fn with(
    shop: &Fixture,
    user: &'static str,
    mut job: impl FnMut(&mut crate::store::Write<'_>, &Wallet) -> Result<(), LedgerError> + Send + 'static,
) {
    let partner = shop.contract.partner;
    shop.write(move |write| {
        let wallet = open_wallet(write, partner, user)?;
        Ok(job(write, &wallet)?)
    })
    .await
    .unwrap();
}

async fn done(shop: &Fixture, op: i64) {
    shop.write(move |write| Ok(write.execute("UPDATE chain_ops SET state = 'done' WHERE id = ?1", [op])?))
        .await
        .unwrap();
}

async fn deliver_all(shop: &Fixture, user: &'static str, amount: Amount) {
    let id = op(shop, user, "delivery", amount).await;
    with(shop, user, move |write, wallet| deliver(write, wallet, id).map(drop)).await;
    with(shop, user, move |write, wallet| {
        write.execute("UPDATE wallets SET has_account = 1 WHERE id = ?1", [wallet.id])?;
        delivered(write, wallet, id, amount)
    })
    .await;
    done(shop, id).await;
}

async fn seal_now(shop: &Fixture) {
    let next = shop
        .store
        .read(|connection| -> Result<_, SessionError> { Ok(Seal::next(connection, 7)?) })
        .await
        .unwrap()
        .unwrap();
    assert!(shop.write(move |write| Ok(seal(write, &next)?)).await.unwrap());
}

async fn play(shop: &Fixture, session: i64, name: &str, ticks: i64) {
    for number in 0..ticks {
        shop.pass(15_000).await;
        shop.tick(session, &format!("{name}{number}"), 15_000).await.unwrap();
    }
}

/// Anna plays and has bills, one in flight; Ben has a debt and a withdrawal; Carl's wallet was closed.
async fn busy_store() -> Copy {
    let shop = Fixture::new().await;
    let eur: Amount = "5".parse().unwrap();
    for user in ["anna", "ben", "carl"] {
        shop.fund(user, "5").await;
        deliver_all(&shop, user, eur).await;
    }
    let session = shop.start("anna", "film").await.unwrap().session;
    play(&shop, session.id, "a", 12).await;
    seal_now(&shop).await;
    for _ in 0..2 {
        let gross: Amount = "0.02".parse().unwrap();
        let part = BillPart { tab: session.tab, amount: gross };
        let id = op(&shop, "anna", "bill", gross).await;
        with(&shop, "anna", move |write, wallet| bill_planned(write, wallet, id, &[part]).map(drop)).await;
        if shop.wallet("anna").await.settling == gross && shop.bills_done().await == 0 {
            with(&shop, "anna", move |write, wallet| bill_charged(write, wallet, id, gross, Amount::ZERO)).await;
            done(&shop, id).await;
        }
    }
    with(&shop, "anna", |write, wallet| {
        let id = begin_top_up(write, wallet, Amount::MINOR_UNIT, ("card", "test"), 1_000)?;
        let top_up = TopUp::find(write.connection(), id)?.ok_or(LedgerError::Conflict("none"))?;
        top_up_succeeded(write, &top_up, "p1")
    })
    .await;
    with(&shop, "ben", |write, wallet| {
        let id = begin_top_up(write, wallet, Amount::MINOR_UNIT, ("card", "test"), 1_000)?;
        let top_up = TopUp::find(write.connection(), id)?.ok_or(LedgerError::Conflict("none"))?;
        top_up_succeeded(write, &top_up, "p2")
    })
    .await;
    with(&shop, "ben", |write, wallet| {
        begin_withdrawal(write, wallet, wallet.available, "D", |id| id.to_be_bytes().to_vec()).map(drop)
    })
    .await;
    with(&shop, "ben", |write, wallet| {
        let id = write.row("SELECT id FROM top_ups WHERE wallet_id = ?1", [wallet.id], |row| row.get(0))?;
        let top_up = TopUp::find(write.connection(), id.unwrap_or_default())?.ok_or(LedgerError::Conflict("none"))?;
        charge_back(write, wallet, &top_up, Amount::MINOR_UNIT)
    })
    .await;
    close_carl(&shop, eur).await;
    seal_now(&shop).await;
    play(&shop, session.id, "b", 2).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    shop.store.backup(file.clone()).await.unwrap();
    Copy { file, _folder: folder }
}

/// Carl plays 90 seconds, in two tabs; a cent of them stays and goes to the platform.
async fn close_carl(shop: &Fixture, funded: Amount) {
    let session = shop.start("carl", "film").await.unwrap().session;
    shop.pass(90_000).await;
    let claims = [Claim { tick_id: "c".to_owned(), played_ms: 8_000, is_final: true }];
    let (request, settings) = (shop.request(session.id), shop.settings.clone());
    shop.write(move |write| tick_batch(write, &request, &claims, &settings)).await.unwrap();
    let kept = shop.wallet("carl").await.unsettled;
    assert!(kept > Amount::ZERO && kept < Amount::MINOR_UNIT);
    let leaves = Amount(funded.0 - Amount::MINOR_UNIT.0);
    let id = op(shop, "carl", "withdrawal", leaves).await;
    with(shop, "carl", move |write, wallet| {
        let payout = begin_withdrawal(write, wallet, leaves, "D", |id| id.to_be_bytes().to_vec())?;
        let now = super::wallet(write.connection(), wallet.id)?;
        withdrawal_planned(write, &now, payout, leaves)?;
        withdrawal_done(write, &now, payout, leaves)
    })
    .await;
    done(shop, id).await;
    let id = op(shop, "carl", "close", Amount::MINOR_UNIT).await;
    with(shop, "carl", move |write, wallet| {
        close_wallet(write, wallet, Some(id))?;
        close_account(write, &super::wallet(write.connection(), wallet.id)?, id)
    })
    .await;
    done(shop, id).await;
    let closed = shop
        .write(move |write| find_session(write.connection(), session.id)?.ok_or(SessionError::NotFound))
        .await
        .unwrap();
    assert_eq!(closed.late, Amount::ZERO);
}

impl Fixture {
    async fn wallet(&self, user: &'static str) -> Wallet {
        let partner = self.contract.partner;
        let found = self
            .store
            .read(move |connection| -> Result<_, SessionError> { Ok(find_wallet(connection, partner, user)?) });
        found.await.unwrap().unwrap()
    }

    async fn bills_done(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM chain_ops WHERE kind = 'bill' AND state = 'done'";
        let count = self.store.read(move |connection| -> Result<_, SessionError> {
            Ok(connection.query_row(sql, [], |row| row.get(0))?)
        });
        count.await.unwrap()
    }
}

#[tokio::test]
async fn a_store_that_nobody_changed_is_whole() {
    let copy = busy_store().await;
    assert_eq!(copy.findings(""), Vec::new());
    let found = verify(&copy.connection("")).unwrap();
    assert_eq!((found.seals, found.wallets), (2, 3));
    let open =
        copy.connection("").query_row("SELECT COUNT(*) FROM chain_ops WHERE state = 'planned'", [], |row| row.get(0));
    assert_eq!(open, Ok(1), "one bill is under way");
}

#[tokio::test]
async fn a_changed_balance_is_found() {
    let copy = busy_store().await;
    for account in [
        "available",
        "held",
        "unsettled",
        "settling",
        "withdrawing",
        "debt",
        "due",
        "sending",
        "in_account",
        "leaving",
        "to_return",
    ] {
        copy.is_found(&format!("UPDATE wallets SET {account} = {account} + 1000000 WHERE user_id = 'anna'"));
    }
    for account in
        ["loss", "world_card", "world_paypal", "world_chain", "world_operator", "treasury", "reserved", "outside"]
    {
        copy.is_found(&format!("UPDATE books SET {account} = {account} + 1000000"));
    }
    for account in ["partner", "platform"] {
        copy.is_found(&format!("UPDATE partners SET {account} = {account} + 1"));
    }
    // Law 1 still holds.
    copy.is_found(
        "UPDATE wallets SET available = available + 1000000, in_account = in_account + 1000000 WHERE user_id = 'anna'",
    );
    copy.is_found("DELETE FROM wallets WHERE user_id = 'ben'");
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    let copy = busy_store().await;
    let tick = "(SELECT MAX(id) FROM entries WHERE kind = 110)";
    let sealed = "(SELECT MIN(id) FROM entries WHERE kind = 110)";
    for id in [tick, sealed] {
        copy.is_found(&format!("DELETE FROM entries WHERE id = {id}"));
        // Its own sum is still nothing.
        copy.is_found(&format!(
            "UPDATE entries SET available = available - 1, unsettled = unsettled + 1 WHERE id = {id}"
        ));
        copy.is_found(&format!("UPDATE entries SET credited_ms = credited_ms + 1 WHERE id = {id}"));
        copy.is_found(&format!("UPDATE entries SET session_id = NULL WHERE id = {id}"));
        copy.is_found(&format!(
            "UPDATE entries SET wallet_id = (SELECT id FROM wallets WHERE user_id = 'ben') WHERE id = {id}"
        ));
        copy.is_found(&format!("UPDATE entries SET tab_id = 1 WHERE id = {id}"));
        copy.is_found(&format!("UPDATE entries SET partner_id = 1 WHERE id = {id}"));
    }
    // What balances do not show is in the seals.
    for column in ["at", "played_ms", "balance", "paid_ms", "tick_hash", "cause", "corrects"] {
        copy.is_found(&format!("UPDATE entries SET {column} = COALESCE({column}, 0) + 1 WHERE id = {sealed}"));
    }
    copy.is_found(&format!("UPDATE entries SET tick = 'another' WHERE id = {sealed}"));
    copy.is_found(&format!("UPDATE entries SET reason = 'another' WHERE id = {sealed}"));
    copy.is_found(&format!("UPDATE entries SET kind = 112 WHERE id = {sealed}"));
    // A new one between those that are sealed, that moves nothing.
    copy.is_found(&format!(
        "INSERT INTO entries (id, at, kind) SELECT id + 1, at, 300 FROM entries WHERE id = {sealed}"
    ));
}

#[tokio::test]
async fn a_changed_seal_is_found() {
    let copy = busy_store().await;
    for seal in [1, 2] {
        for column in ["at", "first_entry", "last_entry", "entries"] {
            copy.is_found(&format!("UPDATE seals SET {column} = {column} + 1 WHERE number = {seal}"));
        }
        copy.is_found(&format!("UPDATE seals SET hash = zeroblob(32) WHERE number = {seal}"));
    }
    copy.is_found("UPDATE seals SET number = 3 WHERE number = 2");
    copy.is_found("DELETE FROM seals WHERE number = 1");
}

#[tokio::test]
async fn a_changed_session_is_found() {
    let copy = busy_store().await;
    for column in ["charged", "held", "credited_ms", "prepaid_ms", "ticks", "price"] {
        copy.is_found(&format!("UPDATE sessions SET {column} = {column} + 1"));
    }
    // As much as that time costs.
    copy.is_found("UPDATE sessions SET credited_ms = credited_ms + 60000, charged = charged + price * 1000000");
    copy.is_found("DELETE FROM sessions");
}

#[tokio::test]
async fn a_changed_tab_or_bill_is_found() {
    let copy = busy_store().await;
    copy.is_found("UPDATE tabs SET unsettled = unsettled + 1");
    for user in ["anna", "carl"] {
        let of = format!("wallet_id = (SELECT id FROM wallets WHERE user_id = '{user}')");
        copy.is_found(&format!("UPDATE tabs SET unsettled = unsettled + 1 WHERE {of}"));
        copy.is_found(&format!("DELETE FROM tabs WHERE {of}"));
    }
    copy.is_found("UPDATE bill_parts SET amount = amount + 1");
    copy.is_found("DELETE FROM bill_parts");
    copy.is_found("DELETE FROM bill_parts WHERE op_id = (SELECT MIN(op_id) FROM bill_parts)");
    copy.is_found("UPDATE bill_parts SET tab_id = (SELECT MAX(id) FROM tabs)");
    copy.is_found("UPDATE chain_ops SET amount = amount + 1000000 WHERE kind = 'bill' AND state = 'done'");
    copy.is_found("UPDATE chain_ops SET amount = amount + 1000000 WHERE state = 'planned'");
    copy.is_found("UPDATE chain_ops SET state = 'done' WHERE state = 'planned'");
    copy.is_found("UPDATE chain_ops SET state = 'refused' WHERE kind = 'bill' AND state = 'done'");
}

#[tokio::test]
async fn changed_algos_are_found() {
    let copy = busy_store().await;
    copy.is_found("UPDATE wallets SET algos = algos + 1");
    copy.is_found(
        "INSERT INTO algo_entries (id, at, wallet_id, wallet, fees) SELECT 1, 1, id, -1, 1 FROM wallets WHERE user_id = 'anna'",
    );
}
