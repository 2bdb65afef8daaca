//! Stopped wallets that go on, and what the books take over from the chain; caps of a day.

use super::network::{check, close, settler, shop_on};
use super::*;
use crate::chain::testing::{Keys, Stage};
use crate::chain::{Caps, Settler, SettlerSettings, ShapeLimits, Signer, WalletKeys as _};
use crate::settlement::{Correction, NotReleased, Released};
use pnp_types::{SigningKey, Transaction};
use std::sync::Arc;

const DAY: i64 = 24 * HOUR;

/// Somebody whom no book knows, with an account that holds PLY.
async fn stranger(stage: &Stage) -> Address {
    let key = SigningKey::from_seed(&[77; 32]);
    let algos = Transaction::payment(stage.creator.address(), key.address(), MicroAlgos(1_000_000)).build();
    stage.send(&stage.creator, algos).await;
    stage.send(&key, Transaction::asset_opt_in(key.address(), stage.asset()).build()).await;
    key.address()
}

async fn key_of(shop: &Shop, wallet: i64) -> SigningKey {
    Keys.wallet(shop.read(wallet).await.key_number.unwrap()).unwrap()
}

async fn release(
    shop: &Shop,
    stage: &Stage,
    wallet: i64,
    corrections: &[Correction],
) -> Result<Vec<Correction>, NotReleased> {
    let settler = Arc::new(settler(shop, stage));
    let look = |wallet| {
        let settler = Arc::clone(&settler);
        async move { settler.review(wallet).await.map_err(|error| SettlementError::Session(error.to_string())) }
    };
    let released = shop.books.release(wallet, corrections.to_vec(), "a person has looked".to_owned(), look).await;
    released.unwrap().map(|Released { corrections }| corrections)
}

/// A wallet that was played from, so that something is due, and what is sent for it is compared before.
async fn played(shop: &Shop, stage: &Stage, minutes: i64) {
    let session = shop.open_session("anna", "film").await.unwrap();
    shop.play(session, minutes * 60_000).await;
    shop.stop(session).await;
    settler(shop, stage).run_until_idle().await.unwrap();
}

#[tokio::test]
async fn missing_coins_are_taken_from_the_wallet_or_replaced() {
    use Correction::{AcceptAlgos, ReplaceMissing, TakeMissing};
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "10").await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    assert_eq!(release(&shop, &stage, wallet, &[]).await, Err(NotReleased::NotStopped));
    let stranger = stranger(&stage).await;
    let key = key_of(&shop, wallet).await;
    let taken = |amount| Transaction::asset_transfer(key.address(), stranger, stage.asset(), amount).build();
    stage.send(&key, taken(300)).await;
    played(&shop, &stage, 1).await;
    assert_eq!(shop.read(wallet).await.stopped, Some(StopCause::Mismatch));
    let short = crate::chain::Mismatch::HoldingShort { expected: 1000, found: 700 };
    assert_eq!(release(&shop, &stage, wallet, &[]).await, Err(NotReleased::Differs(short.clone())));
    assert_eq!(release(&shop, &stage, wallet, &[AcceptAlgos]).await, Err(NotReleased::Differs(short)));
    assert_eq!(shop.read(wallet).await.stopped, Some(StopCause::Mismatch), "it stays stopped");
    let released = release(&shop, &stage, wallet, &[TakeMissing, AcceptAlgos]).await;
    assert_eq!(released, Ok(vec![TakeMissing, AcceptAlgos]));
    settler(&shop, &stage).run_until_idle().await.unwrap();
    let books = shop.read(wallet).await;
    assert_eq!(
        (books.stopped, books.in_account.to_string(), books.available.to_string()),
        (None, "6.98".into(), "6.98".into())
    );
    check(&shop, &stage, &[wallet]).await;

    // Another time the operator makes it good, out of the treasury.
    stage.send(&key, taken(200)).await;
    played(&shop, &stage, 1).await;
    let released = release(&shop, &stage, wallet, &[ReplaceMissing, AcceptAlgos]).await;
    assert_eq!(released, Ok(vec![ReplaceMissing, AcceptAlgos]));
    settler(&shop, &stage).run_until_idle().await.unwrap();
    assert_eq!(shop.read(wallet).await.in_account.to_string(), "6.96");
    check(&shop, &stage, &[wallet]).await;
    let reasons = shop.text("SELECT reason FROM entries WHERE kind = 311 ORDER BY id").await;
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains("a person has looked") && reasons[0].contains("take_missing"), "{reasons:?}");
}

#[tokio::test]
async fn a_tick_of_somebody_else_is_taken_over() {
    use Correction::{AcceptAlgos, AcceptTick, TakeMissing};
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "10").await;
    settler(&shop, &stage).run_until_idle().await.unwrap();
    let key = key_of(&shop, wallet).await;
    stage.usage().bill(&key, Units(1), 2).await.unwrap();
    played(&shop, &stage, 1).await;
    assert_eq!(shop.read(wallet).await.stopped, Some(StopCause::LedgerBehindChain));
    // It has billed the minute that is in the tab: the user does not pay for it once more.
    assert_eq!(
        release(&shop, &stage, wallet, &[AcceptTick, TakeMissing, AcceptAlgos]).await,
        Ok(vec![AcceptTick, AcceptAlgos])
    );
    settler(&shop, &stage).run_until_idle().await.unwrap();
    assert_eq!(shop.read(wallet).await.in_account.to_string(), "9.98");
    check(&shop, &stage, &[wallet]).await;
    // Later bills follow its tick.
    played(&shop, &stage, 1).await;
    assert_eq!(shop.read(wallet).await.in_account.to_string(), "9.96");
    check(&shop, &stage, &[wallet]).await;
    // A bill of more than was played: the rest is missing.
    stage.usage().bill(&key, Units(3), 2).await.unwrap();
    played(&shop, &stage, 1).await;
    let all = [AcceptTick, TakeMissing, AcceptAlgos];
    assert_eq!(release(&shop, &stage, wallet, &all).await, Ok(all.to_vec()));
    settler(&shop, &stage).run_until_idle().await.unwrap();
    assert_eq!(shop.read(wallet).await.in_account.to_string(), "9.9");
    shop.verify().await;
}

/// What an old copy of the store does not know: an account, and a delivery to it.
#[tokio::test]
async fn an_account_and_a_delivery_of_a_later_store_are_taken_over() {
    use Correction::{AcceptAccount, AcceptDelivery};
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "10").await;
    let number = shop.books.reserve_key().await.unwrap();
    shop.books.set_key(wallet, number, Keys.wallet(number).unwrap().address()).await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    let to = copy.path().join("gateway.db");
    crate::store::StoreReader::open(shop.folder.path()).unwrap().unwrap().backup(&to).unwrap();
    settler(&shop, &stage).run_until_idle().await.unwrap();
    check(&shop, &stage, &[wallet]).await;
    let Shop { settings, contract, .. } = shop;
    let old = Shop { books: StoreBooks::new(open(&copy)), settings, contract, folder: copy };
    settler(&old, &stage).run_until_idle().await.unwrap();
    assert_eq!(old.read(wallet).await.stopped, Some(StopCause::LedgerBehindChain));
    let all = [AcceptAccount, AcceptDelivery];
    assert_eq!(release(&old, &stage, wallet, &all).await, Ok(all.to_vec()));
    // Its Algos are found as a stranger's.
    played(&old, &stage, 1).await;
    check(&old, &stage, &[wallet]).await;
    assert_eq!(old.read(wallet).await.in_account.to_string(), "9.98");
    close(&old, wallet, stage.provider.address()).await;
}

/// The stage's network with a signer that has caps.
fn capped(shop: &Shop, stage: &Stage, caps: Caps) -> (Settler<StoreBooks, Keys>, Arc<Signer<Keys>>) {
    let ShapeLimits { genesis_hash, max_fee, max_refill } = *stage.signer.limits();
    let limits = ShapeLimits { genesis_hash, max_fee, max_refill };
    let signer = Arc::new(Signer::new(Keys, stage.signer.parties(), limits, caps).unwrap());
    let app = stage.contract.app;
    signer.allow_contract(app, stage.signer.contract(app).unwrap());
    let settler =
        Settler::new(shop.books.clone(), stage.algod.clone(), Arc::clone(&signer), SettlerSettings::SINGLE_NODE);
    (settler, signer)
}

#[tokio::test]
async fn what_is_over_a_cap_waits_for_the_next_day_also_after_a_restart() {
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let caps = Caps { deliveries: 1000, ..Caps::NONE };
    let [anna, ben] = [shop.wallet("anna", "8").await, shop.wallet("ben", "9").await];
    let (settler, _) = capped(&shop, &stage, caps);
    settler.run_until_idle().await.unwrap();
    let delivered = [shop.read(anna).await.in_account, shop.read(ben).await.in_account];
    assert_eq!(delivered.iter().filter(|amount| amount.0 > 0).count(), 1, "{delivered:?}");
    let events = || shop.text("SELECT reason FROM entries WHERE kind = 323");
    assert_eq!(events().await.len(), 1);

    // A new process knows what was signed today.
    let cleo = shop.wallet("cleo", "3").await;
    let (settler, signer) = capped(&shop, &stage, caps);
    let signed = shop.books.signed_today().await.unwrap();
    assert_eq!(signed.ops.len(), 1);
    assert_eq!(signed.algos, 374_000, "an account and four fees");
    signer.resume(&signed);
    settler.run_until_idle().await.unwrap();
    assert_eq!(shop.read(cleo).await.in_account, Amount::ZERO);
    assert_eq!(events().await.len(), 1, "it is said once");
    let waits = shop.read(cleo).await.op.unwrap();
    assert_eq!((waits.state, waits.attempts.len(), waits.not_before % DAY), (OpState::Planned, 0, 0));

    for _ in 0..2 {
        shop.pass(DAY).await;
        settler.run_until_idle().await.unwrap();
    }
    for wallet in [anna, ben, cleo] {
        assert!(shop.read(wallet).await.in_account.0 > 0, "nothing is refused for good");
    }
}

#[tokio::test]
async fn the_treasurys_transfers_name_the_newest_seal() {
    use crate::chain::SealMark;
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "8").await;
    let seal = shop.books.store.read(|connection| ledger::Seal::next(connection, 5)).await.unwrap().unwrap();
    let kept = seal.clone();
    shop.books.write(move |write| Ok(ledger::seal(write, &kept)?)).await.unwrap();
    settler(&shop, &stage).run_until_idle().await.unwrap();
    let round = shop.read(wallet).await.last_round;
    let block = stage.algod.block(round).await.unwrap().unwrap();
    let notes: Vec<_> = block.payset.iter().map(|one| one.signed.transaction.header.note.clone()).collect();
    let marks: Vec<_> = notes.iter().filter_map(|note| SealMark::of_note(note)).collect();
    assert_eq!(marks, [SealMark { number: 1, hash: seal.hash.try_into().unwrap() }]);
}
