//! A store that was restored: the chain has accounts of keys that it has not given.

use super::*;

#[tokio::test]
async fn wallets_without_a_key_stop_where_their_accounts_may_be_on_the_chain() {
    let shop = Shop::new().await;
    let (waiting, empty) = (shop.wallet("waiting", "5").await, shop.wallet("empty", "0").await);
    let known = shop.wallet("known", "5").await;
    let first = shop.books.reserve_key().await.unwrap();
    shop.books.set_key(known, first, receiver(1)).await.unwrap();
    assert_eq!(shop.books.next_key().await.unwrap(), first + 1);
    // The next two numbers have accounts on the chain.
    assert_eq!(shop.books.stop_restored(first + 1..=first + 2).await.unwrap(), 1);
    assert_eq!(shop.read(waiting).await.stopped, Some(StopCause::LedgerBehindChain));
    assert_eq!((shop.read(known).await.stopped, shop.read(empty).await.stopped), (None, None));
    assert_eq!(shop.books.reserve_key().await.unwrap(), first + 3);
    // It is found once: what comes later goes on.
    let later = shop.wallet("later", "5").await;
    assert_eq!(shop.read(later).await.stopped, None);
    let shop = shop.restart();
    assert_eq!(shop.read(waiting).await.stopped, Some(StopCause::LedgerBehindChain));
}
