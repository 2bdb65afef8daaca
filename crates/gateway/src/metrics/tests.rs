//! The listener for monitoring, as a monitoring system meets it.

use super::*;
use crate::access::Peer;
use crate::api::testing::World;
use crate::http::{Connection, Frame, FrameSettings, Routes, Stopping};
use crate::settlement::StoreBooks;
use axum::http::Request;
use http_body_util::BodyExt as _;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

const LOCAL: Connection =
    Connection { peer: Peer::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)), listener_is_loopback: true };

async fn read(world: &World, path: &str) -> (u16, String) {
    let routes = Routes::new(routes(&world.frame.counts())).unwrap();
    let (_stop, stopping) = Stopping::new();
    let frame = Frame::new(Arc::clone(&world.gateway), routes, FrameSettings::default(), stopping);
    let request = Request::builder().uri(path).header("host", "localhost:9090").body(Body::empty()).unwrap();
    let (parts, body) = frame.answer(LOCAL, request).await.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    (parts.status.as_u16(), text)
}

/// The samples by name and labels, after checking the format.
fn samples(text: &str) -> BTreeMap<String, String> {
    let (mut types, mut samples): (BTreeMap<&str, &str>, _) = (BTreeMap::new(), BTreeMap::new());
    let mut helped = BTreeSet::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(help.split_once(' ').unwrap().0), "help twice: {line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(helped.contains(name) && types.insert(name, kind).is_none(), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            value.parse::<f64>().unwrap_or_else(|_| panic!("no number: {line}"));
            let name = sample.split('{').next().unwrap();
            let is_typed = types.contains_key(name)
                || ["_bucket", "_sum", "_count"]
                    .iter()
                    .any(|suffix| name.strip_suffix(suffix).is_some_and(|name| types.get(name) == Some(&"histogram")));
            assert!(is_typed, "{line}");
            assert!(types.get(name) != Some(&"counter") || name.ends_with("_total"), "{line}");
            assert!(samples.insert(sample.to_owned(), value.to_owned()).is_none(), "twice: {line}");
        }
    }
    assert!(text.ends_with('\n'));
    samples
}

#[tokio::test]
async fn metrics_show_what_happened_and_no_users() {
    let world = World::new().await;
    world.top_up(0, "anna-the-user", "5").await;
    let session = world.start(0, "anna-the-user", "film-the-content").await;
    world.play(0, &session, "t", 4).await;
    let missing = world.send("GET /v1/wallets/nobody/else", Some(&world.shops[0].secret), None).await;
    assert_eq!(missing.status, 404);
    world.seal().await;
    world.start(0, "anna-the-user", "other-content").await;
    let (status, text) = read(&world, "/metrics").await;
    assert_eq!(status, 200);
    let samples = samples(&text);
    let heartbeats = "{route=\"/v1/sessions/{id}/heartbeats\",method=\"POST\",status=\"200\"";
    for (sample, value) in [
        (format!("pnp_http_requests_total{heartbeats}}}"), "4"),
        (format!("pnp_http_request_duration_seconds_bucket{heartbeats},le=\"+Inf\"}}"), "4"),
        (format!("pnp_http_request_duration_seconds_count{heartbeats}}}"), "4"),
        ("pnp_http_requests_total{route=\"unmatched\",method=\"any\",status=\"404\"}".to_owned(), "1"),
        ("pnp_ticks_total".to_owned(), "4"),
        ("pnp_charged_eur_total".to_owned(), "0.02"),
        ("pnp_unsettled_eur".to_owned(), "0.02"),
        ("pnp_played_seconds_total".to_owned(), "60.000000"),
        ("pnp_sessions_started_total".to_owned(), "1"),
        ("pnp_sessions_open".to_owned(), "2"),
        ("pnp_entries_unsealed".to_owned(), "1"),
        ("pnp_settler_running".to_owned(), "0"),
        ("pnp_chain_operations{state=\"planned\"}".to_owned(), "0"),
        ("pnp_wallets_stopped{cause=\"mismatch\"}".to_owned(), "0"),
        ("pnp_treasury_eur".to_owned(), "999995"),
        ("pnp_store_writes_waiting".to_owned(), "0"),
    ] {
        assert_eq!(samples.get(&sample).map(String::as_str), Some(value), "{sample}\n{text}");
    }
    let size = &samples["pnp_store_file_bytes{file=\"database\"}"];
    assert!(size.parse::<u64>().unwrap() > 0, "{size}");
    let shop = &world.shops[0];
    for secret in ["anna-the-user", "film-the-content", "anvil", "pnp_sk", &*shop.id, &*session] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_chains_figures_are_those_of_the_store() {
    let world = World::new().await;
    world.top_up(0, "anna", "5").await;
    world
        .gateway
        .write(|write| {
            let (id, now) = (write.next_id(), write.now());
            write.execute(
                "INSERT INTO chain_ops (id, kind, state, wallet_id, partner_id, amount, created_at) \
                 SELECT ?1, 'delivery', 'sent', id, partner_id, 0, ?2 FROM wallets",
                (id, now - 7_000),
            )?;
            write
                .execute("UPDATE wallets SET stopped = 'doubtful', has_account = 1, compared_at = ?1", [now - 9_000])?;
            Ok(())
        })
        .await
        .unwrap();
    world.gateway.health.settler_runs(StoreBooks::new(world.gateway.store.clone()));
    world.gateway.health.chain_answered(77);
    let samples = samples(&read(&world, "/metrics").await.1);
    let at_least = |sample: &str, least: f64| {
        let value: f64 = samples[sample].parse().unwrap();
        assert!(value >= least && value < least + 5.0, "{sample} {value}");
    };
    at_least("pnp_chain_operation_oldest_age_seconds{state=\"sent\"}", 7.0);
    at_least("pnp_reconciliation_oldest_age_seconds", 9.0);
    at_least("pnp_chain_seen_age_seconds", 0.0);
    for (sample, value) in [
        ("pnp_chain_operations{state=\"sent\"}", "1"),
        ("pnp_wallets_stopped{cause=\"doubtful\"}", "1"),
        ("pnp_chain_round", "77"),
        ("pnp_settler_running", "1"),
        ("pnp_contracts_resting", "0"),
    ] {
        assert_eq!(samples[sample], value, "{sample}");
    }
}

#[tokio::test]
async fn health_needs_no_credential_on_any_listener() {
    let world = World::new().await;
    assert_eq!(read(&world, "/healthz").await, (200, "{\"status\":\"alive\"}".to_owned()));
    let (status, text) = read(&world, "/readyz").await;
    assert_eq!((status, text.contains("\"code\":\"NOT_READY\"")), (503, true), "{text}");
    // On the other listeners there are no metrics.
    let ask = async |path: &str| {
        let request = Request::builder().uri(path).header("host", "localhost:4080").body(Body::empty()).unwrap();
        world.frame.answer(LOCAL, request).await.status().as_u16()
    };
    assert_eq!((ask("/healthz").await, ask("/readyz").await, ask("/metrics").await), (200, 503, 404));
}
