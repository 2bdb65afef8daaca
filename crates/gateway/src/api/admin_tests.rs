//! Partners, keys, contracts and exports through the frame.

use super::testing::World;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

#[tokio::test]
async fn a_key_is_shown_once_and_works_until_it_is_replaced_or_revoked() {
    let world = World::new().await;
    let secret = world.shops[0].secret.clone();
    let body = json!({"kind": "secret", "name": "second"});
    let key = [("idempotency-key", "make")];
    let made = world.send_with("POST /v1/api_keys", Some(&secret), Some(body.clone()), &key).await.ok();
    let second = made["secret"].as_str().unwrap().to_owned();
    assert!(second.starts_with("pnp_sk_mock_") && second.ends_with(made["hint"].as_str().unwrap()));
    assert_eq!(made["replayed"], false);
    let again = world.send_with("POST /v1/api_keys", Some(&secret), Some(body), &key).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(
        (&again.ok()["secret"], &again.ok()["replayed"], &again.ok()["id"]),
        (&Value::Null, &json!(true), &made["id"])
    );
    // Nothing that was written has it.
    let dump: String = world
        .gateway
        .read(|connection| {
            Ok::<_, crate::problem::Problem>(connection.query_row(
                "SELECT group_concat(answer) || (SELECT group_concat(name || hint || scopes) FROM api_keys) FROM idempotency_keys",
                [],
                |row| row.get(0),
            )?)
        })
        .await
        .unwrap();
    assert!(!dump.contains(&second) && dump.contains("replayed"), "{dump}");
    assert_eq!(world.send("GET /v1", Some(&second), None).await.status, 200);
    // Replaced: both work for a day, then the new one alone.
    let path = format!("POST /v1/api_keys/{}/rotate", made["id"].as_str().unwrap());
    let third = world.shop(0, &path, None).await;
    let third_secret = third["secret"].as_str().unwrap().to_owned();
    assert_eq!((&third["name"], third["id"] != made["id"]), (&json!("second"), true));
    for key in [&second, &third_secret] {
        assert_eq!(world.send("GET /v1/sessions", Some(key), None).await.status, 200);
    }
    world.pass(24 * 3_600_000 + 1_000).await;
    assert_eq!(world.send("GET /v1/sessions", Some(&second), None).await.code(), "KEY_EXPIRED");
    assert_eq!(world.send("GET /v1/sessions", Some(&third_secret), None).await.status, 200);
    assert_eq!(world.send(&path, Some(&secret), Some(json!({}))).await.code(), "NOT_FOUND");
    let path = format!("POST /v1/api_keys/{}/revoke", third["id"].as_str().unwrap());
    let revoked = world.shop(0, &path, None).await;
    assert_eq!(world.shop(0, &path, None).await["revoked_at"], revoked["revoked_at"]);
    assert_eq!(world.send("GET /v1/sessions", Some(&third_secret), None).await.code(), "KEY_REVOKED");
    let keys = world.shop(0, "GET /v1/api_keys", None).await;
    assert_eq!(keys["data"].as_array().unwrap().len(), 4);
    assert!(keys["data"].as_array().unwrap().iter().all(|key| key["secret"].is_null()));
}

#[tokio::test]
async fn a_key_cannot_give_rights_that_it_lacks() {
    let world = World::new().await;
    let secret = Some(world.shops[0].secret.as_str());
    let body = json!({"kind": "secret", "name": "mighty", "scopes": ["withdrawals:write"]});
    assert_eq!(world.send("POST /v1/api_keys", secret, Some(body.clone())).await.code(), "FORBIDDEN");
    let mut named = body.clone();
    named["partner_id"] = json!(world.shops[0].id);
    let mighty = world.operator("POST /v1/api_keys", Some(named)).await;
    assert_eq!(mighty["scopes"], json!(["withdrawals:write"]));
    // Nor by replacing a key that has them.
    let path = format!("POST /v1/api_keys/{}/rotate", mighty["id"].as_str().unwrap());
    assert_eq!(world.send(&path, secret, None).await.code(), "FORBIDDEN");
    assert_eq!(world.send(&path, mighty["secret"].as_str(), None).await.status, 201);
    for (body, code) in [
        (json!({"kind": "secret", "name": "x", "scopes": ["everything"]}), "INVALID_FIELD"),
        (json!({"kind": "secret", "name": "x", "origins": ["https://shop.example"]}), "INVALID_FIELD"),
        (json!({"kind": "publishable", "name": "x"}), "INVALID_FIELD"),
        (json!({"kind": "publishable", "name": "x", "origins": ["https://shop.example/"]}), "INVALID_FIELD"),
        (json!({"kind": "publishable", "name": "x", "origins": ["*"]}), "INVALID_FIELD"),
        (json!({"kind": "secret", "name": " "}), "INVALID_FIELD"),
        (json!({"kind": "secret", "name": "x", "partner_id": world.shops[1].id}), "NOT_FOUND"),
    ] {
        assert_eq!(world.send("POST /v1/api_keys", secret, Some(body.clone())).await.code(), code, "{body}");
    }
    assert_eq!(world.send("POST /v1/api_keys", None, Some(body)).await.code(), "MISSING_FIELD");
    let body = json!({"kind": "publishable", "name": "page", "origins": ["https://shop.example"]});
    let page = world.shop(0, "POST /v1/api_keys", Some(body)).await;
    assert!(page["secret"].as_str().unwrap().starts_with("pnp_pk_"));
    assert!(world.gateway.registry.lists_origin("https://shop.example"));
}

#[tokio::test]
async fn partners_change_what_is_theirs_and_the_operator_the_rest() {
    let world = World::new().await;
    let body = json!({"name": "cinema", "settings": {"time_zone": "Asia/Tehran", "max_price": "1.5"}});
    let cinema = world.operator("POST /v1/partners", Some(body)).await;
    assert_eq!((&cinema["settings"]["max_price"], &cinema["earned"]), (&json!("1.5"), &json!("0")));
    assert_eq!(world.operator("GET /v1/partners", None).await["data"].as_array().unwrap().len(), 3);
    assert_eq!(world.send("POST /v1/partners", None, Some(json!({"name": "cinema"}))).await.code(), "INVALID_FIELD");
    let secret = Some(world.shops[0].secret.as_str());
    assert_eq!(world.send("POST /v1/partners", secret, Some(json!({"name": "mine"}))).await.code(), "FORBIDDEN");
    let own = world.shop(0, "GET /v1/partners", None).await;
    assert_eq!(own["data"].as_array().unwrap().len(), 1);
    let path = format!("PATCH /v1/partners/{}", world.shops[0].id);
    let changes = json!({"time_zone": "Europe/Berlin", "return_origins": ["https://shop.example"], "top_up_url": "https://shop.example/pay"});
    let changed = world.shop(0, &path, Some(changes)).await;
    assert_eq!(changed["settings"]["time_zone"], "Europe/Berlin");
    assert_eq!(world.gateway.partner(world.shops[0].partner).unwrap().partner.settings.time_zone, "Europe/Berlin");
    assert_eq!(world.shop(0, &path, Some(json!({"top_up_url": ""}))).await["settings"]["top_up_url"], Value::Null);
    for (body, code, param) in [
        (json!({"max_price": "2"}), "FORBIDDEN", "max_price"),
        (json!({"risk_limit_partner": "100000"}), "FORBIDDEN", "risk_limit_partner"),
        (json!({"time_zone": "Nowhere"}), "INVALID_TIME_ZONE", "time_zone"),
        (json!({"return_origins": ["shop.example"]}), "INVALID_FIELD", "return_origins"),
        (json!({"top_up_url": "javascript:alert(1)"}), "INVALID_FIELD", "top_up_url"),
        (json!({"settings": {}}), "UNKNOWN_FIELD", "settings"),
    ] {
        let reply = world.send(&path, secret, Some(body.clone())).await;
        assert_eq!((reply.code().as_str(), reply.json()["param"].as_str()), (code, Some(param)), "{body}");
    }
    // Limits fit together.
    for (body, param) in [
        (json!({"settle_above": "10"}), "risk_limit_wallet"),
        (json!({"top_up_max": "0.5"}), "top_up_max"),
        (json!({"interval_ms": 1}), "interval_ms"),
        (json!({"max_price": "0.005"}), "max_price"),
    ] {
        assert_eq!(world.send(&path, None, Some(body.clone())).await.json()["param"], param, "{body}");
    }
    assert_eq!(world.operator(&path, Some(json!({"max_price": "2"}))).await["settings"]["max_price"], "2");
}

#[tokio::test]
async fn contracts_show_their_lots() {
    let world = World::new().await;
    world.shop(0, "PUT /v1/contents/film", Some(json!({"title": "Film", "price_per_minute": "0.02"}))).await;
    let path = format!("PATCH /v1/partners/{}", world.shops[0].id);
    world.operator(&path, Some(json!({"lots": true}))).await;
    let list = world.shop(0, "GET /v1/contracts", None).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let path = format!("GET /v1/contracts/{}", list["data"][0]["id"].as_str().unwrap());
    let contract = world.shop(0, &path, None).await;
    assert_eq!((&contract["fee_basis_points"], &contract["max_price"]), (&json!(500), &json!("1")));
    assert_eq!(contract["lots"], json!([{"price_per_minute": "0.02", "minutes": 10, "amount": "0.2"}]));
    assert_eq!(world.operator("GET /v1/contracts", None).await["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn exports_are_whole_or_visibly_broken() {
    let world = World::new().await;
    world.top_up(0, "=cmd|' /C calc'!A0", "12.5").await;
    world.top_up(0, "anna", "100").await;
    world.top_up(1, "anna", "100").await;
    let session = world.start(0, "anna", "فیلم, یک").await;
    world.play(0, &session, "t", 1).await;
    world.stop_session(0, &session).await;
    let partner = world.shops[0].partner;
    world
        .gateway
        .write(move |write| {
            let wallet = crate::ledger::open_wallet(write, partner, "anna")?;
            for _ in 0..1_200 {
                crate::ledger::credit(write, &wallet, "0.01".parse().unwrap(), "a gift")?;
            }
            Ok(())
        })
        .await
        .unwrap();
    world.seal().await;
    let body = json!({"kind": "transactions", "from": "2020-01-01", "to": "2024-01-01"});
    let none = world.shop(0, "POST /v1/exports", Some(body)).await;
    assert_eq!(none["rows"], 0);
    let body = json!({"kind": "transactions", "from": "2025-01-01", "to": "2030-12-31", "format": "csv"});
    let export = world.shop(0, "POST /v1/exports", Some(body)).await;
    assert_eq!(export["rows"], 1_203, "{export}");
    // What comes later is not in it.
    world.top_up(0, "anna", "7").await;
    world.seal().await;
    let path = format!("GET {}", export["url"].as_str().unwrap());
    let secret = Some(world.shops[0].secret.as_str());
    let response = world.open(&path, secret, None, &[]).await;
    assert_eq!(response.headers()["pnp-row-count"], "1203");
    assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8; header=present");
    let whole = response.into_body().collect().await.unwrap();
    let hash = whole.trailers().unwrap()["pnp-sha256"].to_str().unwrap().to_owned();
    let bytes = whole.to_bytes();
    assert_eq!(hash, data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)));
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(text.matches("\r\n").count(), 1_204);
    assert!(text.starts_with("id,at,type,user_id,"), "{text}");
    assert!(text.contains(",=cmd|' /C calc'!A0,,,12.5,12.5,") && text.contains(",\"فیلم, یک\",-0.005,"), "{text:.600}");
    // For spreadsheets.
    let body = json!({"kind": "transactions", "from": "2025-01-01", "to": "2030-12-31", "variant": "excel"});
    let export = world.shop(0, "POST /v1/exports", Some(body)).await;
    let text = world.send(&format!("GET {}", export["url"].as_str().unwrap()), secret, None).await.text;
    assert!(text.starts_with("\u{feff}id;at;type;user_id;"), "{text:.100}");
    assert!(text.contains(";'=cmd|' /C calc'!A0;;;12,5;12,5;") && text.contains(";فیلم, یک;-0,005;"), "{text:.600}");
    for kind in ["sessions", "settlements"] {
        let body = json!({"kind": kind, "from": "2025-01-01", "to": "2030-12-31"});
        let export = world.shop(0, "POST /v1/exports", Some(body)).await;
        let text = world.send(&format!("GET {}", export["url"].as_str().unwrap()), secret, None).await.text;
        assert_eq!(i64::try_from(text.lines().count()).unwrap() - 1, export["rows"].as_i64().unwrap(), "{text}");
    }
    // Cut off while it is sent.
    let mut body = world.open(&path, secret, None, &[]).await.into_body();
    body.frame().await.unwrap().unwrap();
    body.frame().await.unwrap().unwrap();
    world.stop.stop();
    let mut parts = Vec::new();
    while let Some(frame) = body.frame().await {
        parts.push(frame.is_ok());
    }
    assert_eq!(parts.last(), Some(&false), "a file that is cut off must not end like a whole one");
}
