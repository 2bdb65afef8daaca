//! Bills in blocks and their rows: what differs is found, and what a node does not keep is a gap.

use super::network::{settler, shop_on};
use super::*;
use crate::chain::WalletKeys as _;
use crate::chain::testing::{Keys, Stage};
use crate::settlement::Matched;

async fn played(shop: &Shop, stage: &Stage, user: &str) {
    let session = shop.open_session(user, "film").await.unwrap();
    shop.play(session, 60_000).await;
    shop.stop(session).await;
    settler(shop, stage).run_until_idle().await.unwrap();
}

async fn tip(stage: &Stage) -> Round {
    stage.algod.node_status().await.unwrap().last_round
}

async fn matched(shop: &Shop, stage: &Stage) -> Matched {
    let newest = tip(stage).await;
    let mut all = Matched::default();
    loop {
        let one = shop.books.match_blocks(&stage.algod, newest).await.unwrap();
        all.blocks += one.blocks;
        all.missing_blocks += one.missing_blocks;
        all.bills += one.bills;
        all.differences += one.differences;
        if !one.has_more {
            return all;
        }
    }
}

#[tokio::test]
async fn every_bill_in_a_block_has_its_row_and_the_reverse() {
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    let wallet = shop.wallet("anna", "10").await;
    for _ in 0..3 {
        played(&shop, &stage, "anna").await;
    }
    let found = matched(&shop, &stage).await;
    assert_eq!((found.bills, found.differences, found.missing_blocks), (3, 0, 0));
    assert_eq!(matched(&shop, &stage).await, Matched::default(), "each block once");

    // Somebody else bills with the wallet's key.
    let key = Keys.wallet(shop.read(wallet).await.key_number.unwrap()).unwrap();
    stage.usage().bill(&key, Units(1), 2).await.unwrap();
    let found = matched(&shop, &stage).await;
    assert_eq!((found.bills, found.differences), (1, 1));
    let reasons = shop.text("SELECT reason FROM entries WHERE kind = 312").await;
    assert!(reasons.len() == 1 && reasons[0].contains("tick"), "{reasons:?}");

    // A row says that a bill is in a block that has none.
    let round = tip(&stage).await;
    shop.sql(
        "UPDATE chain_ops SET round = ?1 WHERE id = (SELECT MAX(id) FROM chain_ops WHERE kind = 'bill')",
        i64::try_from(round.0).unwrap(),
    )
    .await;
    shop.sql("UPDATE matched SET round = ?1 - 1", i64::try_from(round.0).unwrap()).await;
    let found = matched(&shop, &stage).await;
    assert_eq!(found.differences, 2, "the foreign bill again, and the row");
    assert_eq!(shop.text("SELECT reason FROM entries WHERE kind = 313").await.len(), 1);
}

#[tokio::test]
async fn what_the_node_does_not_keep_is_a_gap() {
    let stage = Stage::new().await;
    let shop = shop_on(&stage).await;
    shop.wallet("anna", "10").await;
    played(&shop, &stage, "anna").await;
    // The node is asked for blocks that it never had, as one that has thrown its own away.
    let newest = tip(&stage).await;
    let later = Round(newest.0 + 5);
    let found = shop.books.match_blocks(&stage.algod, later).await.unwrap();
    assert_eq!(found.differences, 0);
    let found = shop.books.match_blocks(&stage.algod, later).await.unwrap();
    assert_eq!((found.missing_blocks, found.has_more), (5, false));
    let gaps = shop.text("SELECT first_round || '-' || last_round FROM unmatched_rounds").await;
    assert_eq!(gaps, [format!("{}-{}", newest.0 + 1, later.0)]);
    assert_eq!(shop.text("SELECT reason FROM entries WHERE kind = 314").await.len(), 1);
}
