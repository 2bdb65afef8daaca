//! The close of a wallet, through the frame and without a network: what is refused, and what ends at once.

use super::testing::World;
use serde_json::json;

const CLOSE: &str = "POST /v1/wallets/anna/close";

async fn secret(world: &World) -> String {
    let body = json!({"partner_id": world.shops[0].id, "kind": "secret", "name": "w", "scopes": ["withdrawals:write"]});
    world.operator("POST /v1/api_keys", Some(body)).await["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_wallet_with_money_is_not_closed_without_a_destination() {
    let world = World::new().await;
    let key = secret(&world).await;
    let refused = world.send(CLOSE, Some(&key), None).await;
    assert_eq!((refused.status, refused.code().as_str()), (404, "NOT_FOUND"));
    world.top_up(0, "anna", "5").await;
    let body = json!({"user_id": "anna", "content_id": "film", "price_per_minute": "0.02"});
    let session = world.shop(0, "POST /v1/sessions", Some(body)).await["id"].as_str().unwrap().to_owned();
    let refused = world.send(CLOSE, Some(&key), None).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "WALLET_NOT_EMPTY"));
    assert_eq!(refused.json()["available"], "5");
    let path = format!("GET /v1/sessions/{session}");
    assert_eq!(world.shop(0, &path, None).await["state"], "open", "nothing has changed");
    assert_eq!(world.shop(0, "GET /v1/wallets/anna", None).await["state"], "open");
    // A key without the scope.
    let refused = world.send(CLOSE, Some(&world.shops[0].secret), None).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "FORBIDDEN"));
}

#[tokio::test]
async fn a_wallet_with_a_debt_is_not_closed() {
    let world = World::new().await;
    let key = secret(&world).await;
    world.top_up(0, "anna", "5").await;
    world.gateway.write(|write| Ok(write.execute("UPDATE wallets SET debt = -1000000", [])?)).await.unwrap();
    assert_eq!(world.send(CLOSE, Some(&key), None).await.code(), "WALLET_FROZEN");
}

#[tokio::test]
async fn an_empty_wallet_without_an_account_closes_at_once() {
    let world = World::new().await;
    let key = secret(&world).await;
    world.top_up(0, "anna", "5").await;
    // All of it is taken back.
    world
        .gateway
        .write(|write| {
            let top_up = write.row("SELECT id FROM top_ups", [], |row| row.get(0))?.unwrap();
            let top_up = crate::ledger::TopUp::find(write.connection(), top_up)?.unwrap();
            let wallet = crate::ledger::wallet(write.connection(), top_up.wallet)?;
            Ok(crate::ledger::charge_back(write, &wallet, &top_up, top_up.amount)?)
        })
        .await
        .unwrap();
    let with = |key: &'static str| [("idempotency-key", key)];
    let closed = world.send_with(CLOSE, Some(&key), None, &with("a")).await;
    assert_eq!(closed.status, 202);
    assert_eq!(
        closed.ok(),
        json!({"user_id": "anna", "state": "closed", "balance": "0", "unsettled": "0", "withdrawal_id": null, "withdrawn": "0"})
    );
    let replayed = world.send_with(CLOSE, Some(&key), None, &with("a")).await;
    assert_eq!((replayed.ok(), replayed.headers.contains_key("idempotency-replayed")), (closed.ok(), true));
    assert_eq!(world.send_with(CLOSE, Some(&key), None, &with("b")).await.code(), "WALLET_CLOSED");
    let body = json!({"amount": "1"});
    let refused = world.send("POST /v1/test/wallets/anna/fund", Some(&key), Some(body)).await;
    assert_eq!(refused.code(), "WALLET_CLOSED");
    world.verify().await;
}
