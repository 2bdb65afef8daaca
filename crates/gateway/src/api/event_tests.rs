//! Events as clients read them.

use super::testing::World;
use crate::gateway::run_sealer;
use crate::http::Stopping;
use crate::ledger::{credit, find_wallet, open_wallet};
use axum::body::Body;
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// So many entries in one transaction.
async fn credit_at_once(world: &World, shop: usize, entries: usize) {
    let partner = world.shops[shop].partner;
    world
        .gateway
        .write(move |write| {
            let wallet = open_wallet(write, partner, "anna")?;
            for _ in 0..entries {
                credit(write, &wallet, "0.01".parse().unwrap(), "a gift")?;
            }
            Ok(find_wallet(write.connection(), partner, "anna")?)
        })
        .await
        .unwrap();
}

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_follow_the_order_of_commits_while_entries_come_in() {
    let world = World::new().await;
    credit_at_once(&world, 0, 250).await;
    credit_at_once(&world, 1, 30).await;
    // What is not sealed is no event yet.
    assert_eq!(ids(&world.shop(0, "GET /v1/events", None).await).len(), 0);
    world.seal().await;
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = world.shop(0, &format!("GET /v1/events?limit=50{after}"), None).await;
        seen.extend(ids(&page));
        after = format!("&after={}", page["next_cursor"].as_str().unwrap());
        if seen.len() == 100 {
            credit_at_once(&world, 0, 7).await;
            world.seal().await;
        }
        if !page["has_more"].as_bool().unwrap() && page["data"].as_array().unwrap().is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), 257);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 257);
    assert!(seen.is_sorted());
    let others = world.shop(1, "GET /v1/events?limit=200", None).await;
    assert!(ids(&others).iter().all(|id| !seen.contains(id)));
    assert_eq!(ids(&others).len(), 30);
    // The operator sees all, and whose they are.
    let all = world.operator("GET /v1/events?limit=200&types=wallet.credited", None).await;
    assert_eq!(ids(&all).len(), 200);
    assert_eq!(all["data"][0]["partner_id"], world.shops[0].id.as_str());
    assert_eq!(world.operator("GET /v1/events?limit=1", None).await["data"][0]["type"], "treasury.stocked");
    world.verify().await;
}

#[tokio::test]
async fn ticks_come_where_they_are_asked_for() {
    let world = World::new().await;
    world.top_up(0, "anna", "5").await;
    let session = world.start(0, "anna", "film").await;
    world.play(0, &session, "t", 3).await;
    world.stop_session(0, &session).await;
    world.seal().await;
    let types = |page: &Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    };
    let usual = world.shop(0, "GET /v1/events", None).await;
    assert_eq!(types(&usual), ["top_up.created", "top_up.succeeded", "session.started", "session.ended"]);
    assert_eq!(usual["data"][1]["amount"], "5");
    assert_eq!(usual["data"][1]["user_id"], "anna");
    let ticks = world.shop(0, "GET /v1/events?types=session.tick,session.ended", None).await;
    assert_eq!(types(&ticks), ["session.tick", "session.tick", "session.tick", "session.ended"]);
    let tick = &ticks["data"][0];
    assert_eq!((tick["amount"].as_str(), tick["credited_ms"].as_i64()), (Some("0.005"), Some(15_000)));
    assert_eq!((tick["session_id"].as_str(), tick["tick_id"].as_str()), (Some(session.as_str()), Some("t-0")));
    let secret = Some(world.shops[0].secret.as_str());
    assert_eq!(world.send("GET /v1/events?types=session.nap", secret, None).await.code(), "INVALID_FIELD");
    assert_eq!(world.send("GET /v1/events?after=abc", secret, None).await.code(), "INVALID_CURSOR");
    // Another partner's cursor is refused.
    let foreign = world.shop(1, "GET /v1/events", None).await["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(world.send(&format!("GET /v1/events?after={foreign}"), secret, None).await.code(), "INVALID_CURSOR");
}

/// The next part of a stream; nothing at its end.
async fn part(body: &mut Body) -> Option<String> {
    let frame = tokio::time::timeout(Duration::from_secs(20), body.frame()).await.expect("the stream hangs")?;
    Some(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
}

/// The ids of the events in a part.
fn event_ids(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("id: ")).collect()
}

#[tokio::test]
async fn streams_lose_nothing_and_end_with_the_server() {
    let world = World::new().await;
    let sealer_stop = Stopping::new();
    let sealer = tokio::spawn(run_sealer(Arc::clone(&world.gateway), sealer_stop.1));
    let secret = Some(world.shops[0].secret.as_str());
    let response = world.open("GET /v1/events/stream", secret, None, &[]).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(
        (header("x-accel-buffering"), header("cache-control")),
        ("no".to_owned(), "no-store, no-transform".to_owned())
    );
    let mut body = response.into_body();
    assert!(part(&mut body).await.unwrap().starts_with("retry: 2000\n"));
    world.top_up(0, "anna", "5").await;
    let since = std::time::Instant::now();
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let text = part(&mut body).await.unwrap();
        seen.extend(event_ids(&text).into_iter().map(str::to_owned));
    }
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    // The connection is lost; what happens meanwhile comes with the next one, once.
    drop(body);
    credit_at_once(&world, 0, 450).await;
    credit_at_once(&world, 1, 5).await;
    let last = seen.last().unwrap().clone();
    let mut body = world.open("GET /v1/events/stream", secret, None, &[("last-event-id", &last)]).await.into_body();
    while seen.len() < 452 {
        let text = part(&mut body).await.unwrap();
        seen.extend(event_ids(&text).into_iter().map(str::to_owned));
    }
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 452);
    // Three idle streams do not keep the server up.
    let mut idle = Vec::new();
    for _ in 0..3 {
        let mut body = world.open("GET /v1/events/stream", secret, None, &[]).await.into_body();
        part(&mut body).await.unwrap();
        idle.push(tokio::spawn(async move { part(&mut body).await }));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let since = std::time::Instant::now();
    world.stop.stop();
    sealer_stop.0.stop();
    assert_eq!(part(&mut body).await, None);
    for stream in idle {
        assert_eq!(stream.await.unwrap(), None);
    }
    sealer.await.unwrap();
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    world.verify().await;
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_is_there() {
    let world = World::new().await;
    let mut body = world.open("GET /v1/events/stream", None, None, &[]).await.into_body();
    part(&mut body).await.unwrap();
    let since = tokio::time::Instant::now();
    assert_eq!(part(&mut body).await.unwrap(), ": nothing new\n\n");
    assert!(since.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn live_metrics_show_the_last_minute() {
    let world = World::new().await;
    let sealer_stop = Stopping::new();
    world.top_up(0, "anna", "5").await;
    let session = world.start(0, "anna", "film").await;
    world.play(0, &session, "t", 3).await;
    let sealer = tokio::spawn(run_sealer(Arc::clone(&world.gateway), sealer_stop.1));
    let mut sealed = world.gateway.sealed.subscribe();
    sealed.changed().await.unwrap();
    let live = loop {
        let live = world.shop(0, "GET /v1/metrics/live", None).await;
        if live["open_sessions"] == 1 && live["ticks"] == 3 {
            break live;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(live["charged"], "0.015");
    assert_eq!(live["partners"].as_array().unwrap().len(), 1);
    assert_eq!(world.shop(1, "GET /v1/metrics/live", None).await["ticks"], 0);
    assert_eq!(world.operator("GET /v1/metrics/live", None).await["partners"].as_array().unwrap().len(), 2);
    world.pass(61_000).await;
    assert_eq!(world.shop(0, "GET /v1/metrics/live", None).await["ticks"], 0);
    sealer_stop.0.stop();
    sealer.await.unwrap();
    // The uses of keys were written meanwhile.
    let keys = world.shop(0, "GET /v1/api_keys", None).await;
    assert!(keys["data"][0]["last_used_at"].is_string(), "{keys}");
}
