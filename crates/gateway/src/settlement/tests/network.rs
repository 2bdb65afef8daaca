//! The settler over the store, on a network in this process: what the chain has is what the books say, also after crashes.

use super::*;
use crate::chain::testing::{Keys, Stage};
use crate::chain::{Settler, SettlerSettings, WalletKeys as _};
use crate::ledger::TopUpState;
use crate::sessions::close_sessions_of;
use std::sync::Arc;

/// Usual on the embedded network: a stop makes due, and bills are of minutes.
fn embedded() -> PartnerSettings {
    PartnerSettings { lots: false, stop_makes_due: true, ..PartnerSettings::default() }
}

pub(super) async fn shop_on(stage: &Stage) -> Shop {
    let terms = &stage.contract;
    let contract = Contract {
        id: 0,
        partner: 0,
        app: terms.app.0,
        asset: terms.asset.0,
        provider: terms.provider.to_string(),
        platform: terms.platform.to_string(),
        fee_pct: terms.fee_pct.0,
        min_rate: terms.min_rate,
        max_rate: terms.max_rate,
        state: ContractState::InForce,
    };
    Shop::with_contract(embedded(), contract).await
}

pub(super) fn settler(shop: &Shop, stage: &Stage) -> Settler<StoreBooks, Keys> {
    let settings = SettlerSettings { poll: Duration::from_millis(10), ..SettlerSettings::SINGLE_NODE };
    Settler::new(shop.books.clone(), stage.algod.clone(), Arc::clone(&stage.signer), settings)
}

/// Laws 1 to 3 and the third book: the accounts on the chain are what the books say.
pub(super) async fn check(shop: &Shop, stage: &Stage, wallets: &[i64]) {
    shop.verify().await;
    let mut due = 0;
    for wallet in wallets {
        let books = shop.read(*wallet).await;
        assert_eq!(books.op, None);
        let address = Keys.wallet(books.key_number.unwrap()).unwrap().address();
        let held = stage.holding(address).await.unwrap_or(0);
        assert_eq!(Some(held), books.holding().map(Amount::minor_units), "law 2 of wallet {wallet}");
        let algos = stage.algod.account(address).await.unwrap().balance.0;
        assert_eq!(i64::try_from(algos), Ok(books.algos));
        due += books.due.0;
    }
    let number = |text: Vec<String>| text[0].parse::<i64>().unwrap();
    let treasury = number(shop.text("SELECT CAST(treasury + reserved AS TEXT) FROM books").await);
    let held = stage.holding(stage.signer.parties().treasury).await.unwrap();
    assert_eq!(Amount(treasury + due).minor_units(), held, "law 2 of the treasury");
    let partner = number(shop.text("SELECT CAST(partner AS TEXT) FROM partners").await);
    let platform = number(shop.text("SELECT CAST(platform AS TEXT) FROM partners").await);
    assert_eq!(stage.holding(stage.provider.address()).await, Some(Amount(partner).minor_units()));
    assert_eq!(stage.holding(stage.platform.address()).await, Some(Amount(platform).minor_units()));
}

#[tokio::test]
async fn what_is_played_is_paid_on_the_chain() {
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "10").await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    check(&shop, &stage, &[wallet]).await;
    let session = shop.open_session("anna", "film").await.unwrap();
    let tick = shop.play(session, 330_000).await;
    shop.stop(session).await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    check(&shop, &stage, &[wallet]).await;
    // 5.5 minutes: five, and one cent of the half.
    let all = shop.books.store.read(move |connection| settlements_of_session(connection, session)).await.unwrap();
    assert_eq!(all.iter().map(|bill| bill.gross.to_string()).collect::<Vec<_>>(), ["0.1", "0.01"]);
    assert!(all.iter().all(|bill| bill.state == OpState::Done && bill.txid.is_some()));
    let first = shop.books.store.read(move |connection| settlement_of(connection, tick)).await.unwrap().unwrap();
    assert_eq!(first, all[0]);
    let txid: pnp_types::Txid = first.txid.unwrap().parse().unwrap();
    assert!(matches!(stage.algod.outcome(txid, None).await, Ok(pnp_client::Outcome::InBlock(_))));
    assert_eq!(shop.candidates().await, [0_i64; 0]);

    // The wallet closes: the rest is withdrawn, and the account is gone.
    let to = stage.provider.address();
    assert_eq!(close(&shop, wallet, to).await.to_string(), "9.89");
    let before = stage.holding(to).await.unwrap();
    let key = shop.read(wallet).await.key_number.unwrap();
    settler(&shop, &stage).run_until_idle().await.unwrap();
    shop.verify().await;
    assert_eq!(shop.books.wallet(wallet).await.unwrap(), None, "it is closed");
    assert_eq!(stage.holding(to).await, Some(before + 989));
    let account = stage.algod.account(Keys.wallet(key).unwrap().address()).await.unwrap();
    assert_eq!(account.balance.0, 0);
    assert_eq!(shop.text("SELECT CAST(algos AS TEXT) FROM wallets").await, ["0"]);
}

/// A wallet begins to close, and what can leave is withdrawn; how much that is.
pub(super) async fn close(shop: &Shop, wallet: i64, to: Address) -> Amount {
    let settings = shop.settings.clone();
    shop.books
        .write(move |write| {
            close_sessions_of(write, wallet, CloseReason::WalletClosed, &settings)?;
            let wallet = ledger::wallet(write.connection(), wallet)?;
            let wallet = ledger::begin_close(write, &wallet)?;
            let amount = wallet.available.whole_minor_units();
            if amount > Amount::ZERO {
                let claim = |withdrawal| crate::chain::WithdrawalClaim {
                    withdrawal,
                    wallet: wallet.id,
                    amount,
                    destination: to,
                };
                begin_withdrawal(write, &wallet, amount, &to.to_string(), |id| Keys::mac(&claim(id)))?;
            }
            Ok(amount)
        })
        .await
        .unwrap()
}

/// The account of a wallet's key is gone, and the treasury has its Algos back.
async fn assert_gone(shop: &Shop, stage: &Stage, wallet: i64, key: u64) {
    shop.verify().await;
    assert_eq!(shop.books.wallet(wallet).await.unwrap(), None, "it is closed");
    let account = stage.algod.account(Keys.wallet(key).unwrap().address()).await.unwrap();
    assert_eq!(account.balance.0, 0);
}

#[tokio::test]
async fn less_than_the_contract_bills_is_given_back_at_the_close() {
    let mut stage = Stage::new().await;
    stage.contract.min_rate = 2;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "1").await;
    let session = shop.open_session("anna", "film").await.unwrap();
    // A minute is billed, a cent and parts of one cannot be: the close ends the session, and gives them back.
    shop.play(session, 105_000).await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    let key = shop.read(wallet).await.key_number.unwrap();
    let (to, before) = (stage.provider.address(), stage.holding(stage.provider.address()).await.unwrap());
    assert_eq!(close(&shop, wallet, to).await.to_string(), "0.98");
    assert_eq!(session_end(&shop, session).await.as_deref(), Some("wallet_closed"));
    settler(&shop, &stage).run_until_idle().await.unwrap();
    assert_gone(&shop, &stage, wallet, key).await;
    // 0.98 are withdrawn, 0.02 are billed, whose fee is less than a cent.
    assert_eq!(stage.holding(to).await, Some(before + 100));
}

#[tokio::test]
async fn a_closed_wallet_that_gets_money_closes_once_more() {
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "1").await;
    let session = shop.open_session("anna", "film").await.unwrap();
    shop.play(session, 60_000).await;
    shop.stop(session).await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    let key = shop.read(wallet).await.key_number.unwrap();
    // A payment is under way: the wallet does not close before it has ended.
    let top_up = shop.begin_top_up(wallet, "2").await;
    let to = stage.provider.address();
    close(&shop, wallet, to).await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    let books = shop.read(wallet).await;
    assert!(books.is_closing && books.has_open_top_up && books.has_account);
    shop.end_top_up(top_up, TopUpState::Expired).await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    assert_gone(&shop, &stage, wallet, key).await;
    // It is paid late: the money is delivered to a new account of the same key, whose contract knows no ticks, and leaves.
    shop.end_top_up(top_up, TopUpState::Succeeded).await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    let books = shop.read(wallet).await;
    assert_eq!((books.is_closing, books.stopped, books.in_account.to_string()), (true, None, "2".to_owned()));
    let before = stage.holding(to).await.unwrap();
    assert_eq!(close(&shop, wallet, to).await.to_string(), "2");
    settler(&shop, &stage).run_until_idle().await.unwrap();
    assert_gone(&shop, &stage, wallet, key).await;
    assert_eq!(stage.holding(to).await, Some(before + 200));
}

async fn session_end(shop: &Shop, session: i64) -> Option<String> {
    let find = move |connection: &rusqlite::Connection| -> Result<_, SettlementError> {
        Ok(find_session(connection, session)?.and_then(|session| session.close_reason))
    };
    shop.books.store.read(find).await.unwrap().map(|reason| reason.name().to_owned())
}

#[tokio::test]
async fn crashes_and_restarts_change_nothing() {
    let stage = Stage::new().await;
    let mut shop = shop_on(&stage).await;
    let mut wallets = Vec::new();
    for user in ["anna", "ben", "cleo", "dan"] {
        wallets.push(shop.wallet(user, "10").await);
    }
    for round in 0..12_u64 {
        for user in ["anna", "ben", "cleo", "dan"] {
            let session = shop.open_session(user, "film").await.unwrap();
            shop.play(session, 90_000).await;
            shop.stop(session).await;
        }
        let settler = settler(&shop, &stage);
        let killed = tokio::spawn(async move { settler.run_until_idle().await });
        tokio::time::sleep(Duration::from_millis(3 + 7 * round)).await;
        killed.abort();
        if let Ok(ended) = killed.await {
            ended.unwrap();
        }
        shop = reopen(shop).await;
        shop.verify().await;
    }
    settler(&shop, &stage).run_until_idle().await.unwrap();
    check(&shop, &stage, &wallets).await;
    // 12 times 1.5 minutes each, nothing twice.
    assert_eq!(shop.text("SELECT CAST(SUM(partner + platform) AS TEXT) FROM partners").await, ["144000000"]);
}

/// Opens the store again as soon as every task that had it has ended.
async fn reopen(shop: Shop) -> Shop {
    let Shop { books, settings, contract, folder } = shop;
    drop(books);
    let network = StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() };
    for _ in 0..500 {
        if let Ok(store) = Store::open(folder.path(), &network) {
            return Shop { books: StoreBooks::new(store), settings, contract, folder };
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the store is still in use");
}
