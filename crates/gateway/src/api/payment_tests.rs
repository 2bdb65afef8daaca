//! Payments that end in every way, through the routes.

use super::testing::World;
use serde_json::json;

#[tokio::test]
async fn a_chargeback_takes_what_is_there_and_leaves_a_debt() {
    let world = World::new().await;
    let paid = world.top_up(0, "anna", "5").await;
    assert_eq!(paid["status"], "succeeded");
    let id = paid["id"].as_str().unwrap().to_owned();
    let session = json!({"user_id": "anna", "content_id": "film", "price_per_minute": "1", "hold_ms": 60_000});
    let started = world.shop(0, "POST /v1/sessions", Some(session.clone())).await;
    let playing = started["id"].as_str().unwrap().to_owned();
    world.pass(60_000).await;
    assert_eq!(world.tick(0, &playing, "a", 60_000).await["charged"], "1");
    let reversal = format!("POST /v1/test/top_ups/{id}/reversal");
    let back = world.shop(0, &reversal, Some(json!({"total": "5"}))).await;
    assert_eq!(back["status"], "charged_back");
    let wallet = world.shop(0, "GET /v1/wallets/anna", None).await;
    assert_eq!((&wallet["balance"], &wallet["debt"]), (&json!("0"), &json!("1")));
    let ended = world.shop(0, &format!("GET /v1/sessions/{playing}"), None).await;
    assert_eq!(ended["close_reason"], "wallet_frozen");
    let refused = world.send("POST /v1/sessions", Some(&world.shops[0].secret), Some(session)).await;
    assert_eq!(refused.json()["code"], "WALLET_FROZEN", "{}", refused.text);
    // The same notice again changes nothing; a top-up pays the debt first.
    world.shop(0, &reversal, Some(json!({"total": "5"}))).await;
    world.top_up(0, "anna", "3").await;
    let wallet = world.shop(0, "GET /v1/wallets/anna", None).await;
    assert_eq!((&wallet["balance"], &wallet["debt"]), (&json!("2"), &json!("0")));
    world.verify().await;
}

#[tokio::test]
async fn totals_of_reversals_may_come_in_any_order() {
    let world = World::new().await;
    let paid = world.top_up(0, "anna", "10").await;
    let reversal = format!("POST /v1/test/top_ups/{}/reversal", paid["id"].as_str().unwrap());
    for (total, balance) in [("3", "7"), ("5", "5"), ("5", "5"), ("2", "8"), ("0", "10")] {
        let reply = world.shop(0, &reversal, Some(json!({"total": total}))).await;
        assert_eq!(reply["new_balance"], balance, "{reply}");
    }
    let more = world.send(&reversal, Some(&world.shops[0].secret), Some(json!({"total": "11"}))).await;
    assert_eq!(more.status, 400, "{}", more.text);
    world.verify().await;
}

#[tokio::test]
async fn payments_wait_fail_and_are_taken_back_by_their_amounts() {
    let world = World::new().await;
    let refused = world.top_up(0, "anna", "5.98").await;
    assert_eq!((&refused["status"], &refused["success"]), (&json!("failed"), &json!(false)));
    let pending = world.top_up(0, "anna", "5.97").await;
    assert_eq!((&pending["status"], &pending["new_balance"]), (&json!("pending"), &json!("0")));
    let pay = format!("POST /v1/test/top_ups/{}/pay", pending["id"].as_str().unwrap());
    for _ in 0..2 {
        let paid = world.shop(0, &pay, None).await;
        assert_eq!((&paid["status"], &paid["new_balance"]), (&json!("succeeded"), &json!("5.97")));
    }
    assert_eq!(world.top_up(0, "anna", "5.96").await["new_balance"], "11.93");
    world.shop(0, "POST /v1/test/clock", Some(json!({"advance_ms": 61_000}))).await;
    let wallet = world.shop(0, "GET /v1/wallets/anna", None).await;
    assert_eq!(wallet["balance"], "5.97");
    world.verify().await;
}

#[tokio::test]
async fn a_session_that_ends_with_its_last_tick_says_so() {
    let world = World::new().await;
    world.top_up(0, "anna", "5").await;
    let session = world.start(0, "anna", "film").await;
    world.pass(15_000).await;
    let last = json!({"tick_id": "a", "played_ms": 15_000, "final": true});
    let path = format!("POST /v1/sessions/{session}/heartbeats");
    let answer = world.shop(0, &path, Some(last)).await;
    assert_eq!((&answer["can_continue"], &answer["balance"]), (&json!(false), &json!("4.995")));
    let partner = world.shops[0].partner;
    let ends = world.gateway.read(move |connection| {
        Ok(connection.query_row(
            "SELECT COUNT(*) FROM entries WHERE partner_id = ?1 AND kind = 130 AND reason = 'stopped'",
            [partner],
            |row| row.get::<_, i64>(0),
        )?)
    });
    assert_eq!(ends.await.unwrap(), 1);
    world.verify().await;
}
