//! No partner sees or changes what another has: every route, with another partner's credentials, over every id.

use super::testing::World;
use crate::access::{Class, Scope};
use crate::http::Row;
use serde_json::{Value, json};
use std::collections::HashMap;

/// What stands in a path.
enum Target {
    /// An id that only its partner may use: for others there is nothing.
    Id(String),
    /// A name that each partner gives by itself: others have their own.
    Name(&'static str),
}

/// What of the first shop must be in no answer to the second.
const MARKS: [&str; 3] = ["77.77", "Anvil's own film", "anvil-device"];

/// What the first shop has, by the part of a path that comes before it.
async fn targets(world: &World) -> HashMap<&'static str, Target> {
    let content = json!({"title": "Anvil's own film", "price_per_minute": "0.02"});
    world.shop(0, "PUT /v1/contents/film", Some(content)).await;
    let top_up = world.top_up(0, "anna", "77.77").await;
    let body = json!({"user_id": "anna", "content_id": "film", "client_id": "anvil-device"});
    let session = world.shop(0, "POST /v1/sessions", Some(body)).await["id"].as_str().unwrap().to_owned();
    world.play(0, &session, "t", 4).await;
    world.pass(15_000).await;
    let tick = world.tick(0, &session, "last", 15_000).await;
    world.bill(0, "anna", 2).await;
    world.seal().await;
    let export = json!({"kind": "transactions", "from": "2025-01-01", "to": "2030-12-31"});
    let export = world.shop(0, "POST /v1/exports", Some(export)).await;
    let key = world.shop(0, "GET /v1/api_keys", None).await["data"][0].clone();
    let contract = world.shop(0, "GET /v1/contracts", None).await["data"][0].clone();
    let operation = world.newest_operation(0).await;
    let id = |value: &Value, member: &str| Target::Id(value[member].as_str().unwrap().to_owned());
    HashMap::from([
        ("wallets", Target::Name("anna")),
        ("users", Target::Name("anna")),
        ("contents", Target::Name("film")),
        ("top_ups", id(&top_up, "id")),
        ("sessions", Target::Id(session)),
        ("ticks", id(&tick, "tx_id")),
        ("exports", id(&export, "id")),
        ("api_keys", id(&key, "id")),
        ("contracts", id(&contract, "id")),
        ("wallet_books", Target::Id(wallet_books(world).await)),
        ("partners", Target::Id(world.shops[0].id.clone())),
        ("settlements", Target::Id(operation)),
        ("withdrawals", Target::Id(add_withdrawal(world).await)),
    ])
}

/// The wallet of the first shop's user.
async fn wallet_books(world: &World) -> String {
    let partner = world.shops[0].partner;
    let path = format!("GET /v1/wallet_books?partner_id={}", crate::id::Kind::Partner.text(partner));
    world.operator(&path, None).await["data"][0]["id"].as_str().unwrap().to_owned()
}

/// A withdrawal of the first shop's user.
async fn add_withdrawal(world: &World) -> String {
    let partner = world.shops[0].partner;
    let id = world
        .gateway
        .write(move |write| {
            let (id, now) = (write.next_id(), write.now());
            write.execute(
                "INSERT INTO withdrawals (id, wallet_id, amount, destination, mac, state, created_at, ended_at) \
                 SELECT ?1, id, 1000000, 'D', x'00', 'cancelled', ?2, ?2 FROM wallets WHERE partner_id = ?3",
                [id, now, partner],
            )?;
            Ok(id)
        })
        .await
        .unwrap();
    crate::id::Kind::Withdrawal.text(id)
}

/// The paths of a row, filled with what the first shop has.
fn filled(row: &Row, targets: &HashMap<&'static str, Target>) -> (String, bool) {
    let mut has_id = false;
    let mut before = "";
    let mut path = Vec::new();
    for part in row.path.split('/') {
        if part.starts_with('{') {
            let target = targets.get(before);
            match target.unwrap_or_else(|| panic!("{}: what is {part} after {before:?}? Say it in `targets`", row.path))
            {
                Target::Id(id) => {
                    has_id = true;
                    path.push(id.clone());
                }
                Target::Name(name) => path.push((*name).to_owned()),
            }
        } else {
            path.push(part.to_owned());
        }
        before = part;
    }
    (path.join("/"), has_id)
}

/// Everything that the first shop has, as the store keeps it.
async fn belongings(world: &World) -> Vec<String> {
    let partner = world.shops[0].partner;
    world
        .gateway
        .read(move |connection| {
            let mut all = Vec::new();
            for sql in [
                "SELECT name || settings || partner || platform FROM partners WHERE id = ?1",
                "SELECT id || '/' || user_id || available || '/' || held || '/' || unsettled || state FROM wallets WHERE partner_id = ?1",
                "SELECT id || '/' || charged || '/' || ticks || '/' || generation || COALESCE(close_reason, '-') FROM sessions WHERE partner_id = ?1",
                "SELECT content_id || title || price FROM contents WHERE partner_id = ?1",
                "SELECT id || '/' || COALESCE(revoked_at, 0) || '/' || COALESCE(expires_at, 0) FROM api_keys WHERE partner_id = ?1",
                "SELECT COUNT(*) || '' FROM entries WHERE partner_id = ?1",
                "SELECT COUNT(*) || '' FROM exports WHERE partner_id = ?1",
                "SELECT COUNT(*) || '' FROM idempotency_keys WHERE partner_id = ?1",
            ] {
                let mut statement = connection.prepare(sql)?;
                let rows = statement.query_map([partner], |row| row.get::<_, String>(0))?;
                all.extend(rows.collect::<Result<Vec<_>, _>>()?);
            }
            Ok::<_, crate::problem::Problem>(all)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn another_partner_finds_nothing() {
    let world = World::new().await;
    let targets = targets(&world).await;
    // The second shop has a user and a content of the same names.
    world.top_up(1, "anna", "5").await;
    let token = world.shop(1, "POST /v1/user_tokens", Some(json!({"user_id": "anna"}))).await;
    let body = json!({"user_id": "anna", "content_id": "other", "price_per_minute": "0.02"});
    let started = world.shop(1, "POST /v1/sessions", Some(body)).await;
    // A key with every right: what it is refused is not for want of one.
    let scopes: Vec<_> = Scope::ALL.iter().map(|scope| scope.text()).collect();
    let body = json!({"partner_id": world.shops[1].id, "kind": "secret", "name": "all", "scopes": scopes});
    let secret = world.operator("POST /v1/api_keys", Some(body)).await;
    let credentials = [
        (Class::Secret, secret["secret"].as_str().unwrap().to_owned()),
        (Class::Publishable, world.shops[1].publishable.clone()),
        (Class::User, token["token"].as_str().unwrap().to_owned()),
        (Class::Session, started["session_token"].as_str().unwrap().to_owned()),
    ];
    world.seal().await;
    let before = belongings(&world).await;
    let mut asked = 0;
    for row in world.frame.routes().rows() {
        let (path, has_id) = filled(row, &targets);
        let (body, query) = row.samples();
        let is_list = path == row.path;
        if is_list && row.method != "GET" {
            continue;
        }
        let path = if query.is_empty() { path } else { format!("{path}?{query}") };
        let request = format!("{} {path}", row.method);
        for (class, credential) in credentials.iter().filter(|(class, _)| row.access.admits(*class)) {
            if path.ends_with("/stream") {
                continue;
            }
            asked += 1;
            let reply = world.send(&request, Some(credential), body.clone()).await;
            if has_id {
                assert_eq!(
                    (reply.status, reply.code().as_str()),
                    (404, "NOT_FOUND"),
                    "{request} {class:?}: {}",
                    reply.text
                );
            }
            for target in targets.values() {
                if let Target::Id(id) = target {
                    assert!(!reply.text.contains(id.as_str()), "{request} {class:?}: {}", reply.text);
                }
            }
            for mark in MARKS {
                assert!(!reply.text.contains(mark), "{request} {class:?}: {}", reply.text);
            }
        }
    }
    assert!(asked > 40, "{asked}");
    assert_eq!(before, belongings(&world).await);
    world.verify().await;
}
