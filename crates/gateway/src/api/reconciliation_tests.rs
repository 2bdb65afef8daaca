//! Whether ledger and chain agree, and settlement that is asked for, through the frame.

use super::testing::World;
use crate::ledger::{Entry, EntryKind, find_wallet};
use crate::problem::Problem;
use serde_json::{Value, json};

/// Stops the wallet of a user as the settler does.
async fn stop(world: &World, shop: usize, user: &'static str, cause: &'static str) {
    let partner = world.shops[shop].partner;
    world
        .gateway
        .write(move |write| -> Result<(), Problem> {
            let wallet = find_wallet(write.connection(), partner, user)?.unwrap();
            write.execute(
                "UPDATE wallets SET stopped = ?1, address = user_id || id WHERE id = ?2",
                (cause, wallet.id),
            )?;
            let reason = json!({"cause": cause, "detail": format!("{user} differs")}).to_string();
            let reason = Some(reason);
            let (partner, wallet) = (Some(partner), Some(wallet.id));
            Entry { partner, wallet, reason, ..Entry::new(EntryKind::Reconciliation) }.insert(write)?;
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn stopped_wallets_are_listed_with_their_cause_to_those_they_concern() {
    let world = World::new().await;
    let nothing = world.shop(0, "GET /v1/reconciliation", None).await;
    assert_eq!(
        (&nothing["stopped_wallets"], &nothing["data"], &nothing["as_of_round"]),
        (&json!(0), &json!([]), &Value::Null)
    );
    for (shop, user) in [(0, "anna"), (0, "bela"), (0, "carl"), (1, "dora")] {
        world.top_up(shop, user, "5").await;
    }
    for (shop, user, cause) in [(0, "anna", "mismatch"), (0, "bela", "ledger_behind_chain"), (1, "dora", "doubtful")] {
        stop(&world, shop, user, cause).await;
    }
    let now = world.gateway.store.clock().now();
    world
        .gateway
        .write(move |write| {
            write
                .execute("UPDATE wallets SET has_account = 1, compared_at = ?1, compared_round = 70", [now - 60_000])?;
            write.execute(
                "UPDATE wallets SET compared_at = ?1, compared_round = 50 WHERE user_id = 'anna'",
                [now - 90_000],
            )?;
            write.execute("UPDATE wallets SET compared_at = NULL, compared_round = NULL WHERE user_id = 'carl'", [])?;
            Ok(())
        })
        .await
        .unwrap();
    world.seal().await;
    let found = world.shop(0, "GET /v1/reconciliation", None).await;
    let figures =
        ["as_of_round", "accounts", "never_compared", "waiting_operations", "stopped_wallets", "blocked_tabs"];
    assert_eq!(figures.map(|name| found[name].as_i64()), [50, 3, 1, 0, 2, 0].map(Some), "{found}");
    let age = found["age_ms"].as_i64().unwrap();
    assert!((90_000..95_000).contains(&age), "{age}");
    let of = |found: &Value| -> Vec<(String, String)> {
        let wallets = found["data"].as_array().unwrap();
        wallets
            .iter()
            .map(|one| (one["user_id"].as_str().unwrap().into(), one["cause"].as_str().unwrap().into()))
            .collect()
    };
    let pair = |user: &str, cause: &str| (user.to_owned(), cause.to_owned());
    assert_eq!(of(&found), [pair("anna", "mismatch"), pair("bela", "ledger_behind_chain")]);
    let anna = &found["data"][0];
    assert_eq!(
        (&anna["detail"], &anna["balance"], &anna["partner_id"]),
        (&json!("anna differs"), &json!("5"), &json!(world.shops[0].id))
    );
    assert!(anna["stopped_at"].is_string() && anna["address"].is_string(), "{anna}");
    // In pages; a cursor of another list is refused.
    let first = world.shop(0, "GET /v1/reconciliation?limit=1", None).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.shop(0, &format!("GET /v1/reconciliation?limit=1&cursor={cursor}"), None).await;
    assert_eq!((of(&second), &second["next_cursor"]), (vec![pair("bela", "ledger_behind_chain")], &Value::Null));
    let path = format!("GET /v1/reconciliation?cursor={cursor}");
    assert_eq!(world.send(&path, Some(&world.shops[1].secret), None).await.code(), "INVALID_CURSOR");
    // The operator sees all, or one partner's; a partner nothing of another.
    let all = world.operator("GET /v1/reconciliation", None).await;
    assert_eq!((of(&all).len(), &all["accounts"], &all["stopped_wallets"]), (3, &json!(4), &json!(3)));
    let first = world.operator("GET /v1/reconciliation?limit=2", None).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = world.operator(&format!("GET /v1/reconciliation?limit=2&cursor={cursor}"), None).await;
    assert_eq!(of(&rest), [pair("dora", "doubtful")]);
    let named = format!("GET /v1/reconciliation?partner_id={}", world.shops[1].id);
    assert_eq!(of(&world.operator(&named, None).await), [pair("dora", "doubtful")]);
    assert_eq!(world.send(&named, Some(&world.shops[0].secret), None).await.code(), "NOT_FOUND");
    assert_eq!(world.send("GET /v1/reconciliation?partner_id=par_x", None, None).await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn what_can_be_billed_is_due_when_it_is_asked_for() {
    let world = World::new().await;
    world.top_up(0, "anna", "5").await;
    world.top_up(0, "bela", "5").await;
    world.top_up(1, "anna", "5").await;
    for (shop, user) in [(0, "anna"), (0, "bela"), (1, "anna")] {
        let session = world.start(shop, user, "film").await;
        // A minute and a quarter of one, and no stop: 0.02 and 0.005.
        let ticks = if user == "bela" { 1 } else { 5 };
        world.play(shop, &session, "t", ticks).await;
    }
    let due = async || {
        let read = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare(
                "SELECT w.partner_id, w.user_id, t.asked, COALESCE(t.due_at, 0) FROM tabs t JOIN wallets w ON w.id = t.wallet_id \
                 ORDER BY w.partner_id, w.user_id",
            )?;
            let rows = statement
                .query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?)))?;
            Ok::<_, Problem>(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        };
        world.gateway.read(read).await.unwrap()
    };
    assert!(due().await.iter().all(|(_, asked, _)| *asked == 0));
    let key = [("idempotency-key", "run")];
    let body = json!({"partner_id": world.shops[0].id});
    let first = world.send_with("POST /v1/settlements/run", None, Some(body.clone()), &key).await;
    assert_eq!(first.ok(), json!({"tabs_due": 1, "wallets": 1, "has_more": false}));
    let now = world.gateway.store.clock().now();
    let tabs = due().await;
    // Anna's minute; less than a cent waits, and so does bela's half of one.
    assert_eq!((&*tabs[0].0, tabs[0].1), ("anna", 2_000_000), "{tabs:?}");
    assert!(tabs[0].2 <= now && tabs[0].2 > 0, "{tabs:?}");
    assert_eq!((tabs[1].1, tabs[2].1), (0, 0), "{tabs:?}");
    // The same request again has the same answer, and a new one finds nothing more.
    let again = world.send_with("POST /v1/settlements/run", None, Some(body.clone()), &key).await;
    assert_eq!((&again.headers["idempotency-replayed"], again.ok()), (&"true".parse().unwrap(), first.ok()));
    let none = json!({"tabs_due": 0, "wallets": 0, "has_more": false});
    assert_eq!(world.operator("POST /v1/settlements/run", Some(body)).await, none);
    // The mock key's partner is the first; one user of it.
    let mock = Some("mock-api-key");
    assert_eq!(world.send("POST /v1/settlements/run", mock, None).await.ok(), none);
    let user = |user: &str| Some(json!({"user_id": user}));
    assert_eq!(world.send("POST /v1/settlements/run", mock, user("bela")).await.ok(), none);
    let nobody = world.send("POST /v1/settlements/run", mock, user("nobody")).await;
    assert_eq!((&*nobody.code(), nobody.json()["param"].clone()), ("NOT_FOUND", json!("user_id")));
    // Others may not.
    assert_eq!(world.send("POST /v1/settlements/run", None, None).await.code(), "MISSING_FIELD");
    let secret = Some(world.shops[0].secret.as_str());
    assert_eq!(world.send("POST /v1/settlements/run", secret, None).await.code(), "FORBIDDEN");
    let other = json!({"partner_id": world.shops[1].id});
    assert_eq!(world.send("POST /v1/settlements/run", mock, Some(other)).await.code(), "NOT_FOUND");
    assert_eq!(world.send_with("POST /v1/settlements/run", mock, None, &[]).await.code(), "IDEMPOTENCY_KEY_REQUIRED");
    world.seal().await;
    world.verify().await;
}
