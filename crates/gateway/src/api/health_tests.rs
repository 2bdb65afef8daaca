//! Whether the gateway can do its work, through the frame.

use super::testing::World;
use crate::settlement::StoreBooks;
use serde_json::json;

#[tokio::test]
async fn readiness_says_what_is_missing() {
    let world = World::new().await;
    assert_eq!(world.operator("GET /healthz", None).await, json!({"status": "alive"}));
    let reply = world.send("GET /readyz", None, None).await;
    assert_eq!(
        (reply.status, &*reply.code(), &reply.headers["retry-after"]),
        (503, "NOT_READY", &"5".parse().unwrap())
    );
    assert_eq!(reply.json()["missing"], json!(["settler", "chain"]));
    assert_eq!(reply.json()["detail"], "Not ready: the settler does not run, the chain does not answer.");
    world.gateway.health.settler_runs(StoreBooks::new(world.gateway.store.clone()));
    world.gateway.health.chain_answered(1);
    // An answer is kept for a second, so that nobody makes the store write by asking.
    assert_eq!(world.send("GET /readyz", None, None).await.status, 503);
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    assert_eq!(world.operator("GET /readyz", None).await, json!({"status": "ready"}));
    for _ in 0..50 {
        world.operator("GET /readyz", None).await;
    }
    let checks: i64 = world
        .gateway
        .read(|connection| {
            Ok::<_, crate::problem::Problem>(connection.query_row("SELECT checks FROM store", [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    assert!((2..=3).contains(&checks), "{checks}");
    world.stop.stop();
    assert_eq!(world.send("GET /readyz", None, None).await.json()["missing"], json!(["stopping"]));
    assert_eq!(world.send("GET /healthz", None, None).await.status, 200);
}

#[tokio::test]
async fn answers_of_idempotency_keys_are_forgotten_after_30_days() {
    const DAY: i64 = 86_400_000;
    let world = World::new().await;
    let count = async || {
        let read = |connection: &rusqlite::Connection| {
            Ok::<i64, crate::problem::Problem>(connection.query_row(
                "SELECT COUNT(*) FROM idempotency_keys",
                [],
                |row| row.get(0),
            )?)
        };
        world.gateway.read(read).await.unwrap()
    };
    let body = json!({"user_id": "anna", "amount": "5", "payment_method": "card"});
    let secret = Some(world.shops[0].secret.as_str());
    let key = [("idempotency-key", "once")];
    world.send_with("POST /v1/top_ups", secret, Some(body.clone()), &key).await.ok();
    world.pass(DAY).await;
    // More than one step's worth, a day younger.
    world
        .gateway
        .write(|write| {
            let now = write.now();
            for number in 0..1_000_i64 {
                write.execute(
                    "INSERT INTO idempotency_keys (partner_id, key_hash, request, body_hash, status, answer, created_at) \
                     VALUES (0, ?1, 'POST /', x'00', 200, '{}', ?2)",
                    (&number.to_be_bytes()[..], now),
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    world.pass(29 * DAY - 60_000).await;
    crate::gateway::sweep(&world.gateway).await.unwrap();
    assert_eq!(count().await, 1_001);
    let again = world.send_with("POST /v1/top_ups", secret, Some(body.clone()), &key).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    world.pass(120_000).await;
    crate::gateway::sweep(&world.gateway).await.unwrap();
    assert_eq!(count().await, 1_000);
    world.pass(DAY).await;
    crate::gateway::sweep(&world.gateway).await.unwrap();
    assert_eq!(count().await, 0);
    world.verify().await;
}
