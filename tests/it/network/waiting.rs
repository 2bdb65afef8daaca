//! A transaction whose pool gave it up: when that is its end, on a network of one node, and of several.

use super::Upstream;
use super::proxy::{Act, Proxy, Request};
use pnp_client::{Algod, ClientError, Confirmation, Transport};
use pnp_devnet::LOCAL_TOKEN;
use pnp_types::{Digest, Round};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const EVICTED: &str = "{\"pool-error\":\"evicted\",\"txn\":{}}";

fn pending(request: &Request, body: &str) -> Act {
    if request.path.starts_with("/v2/transactions/pending/") {
        Act::Answer(200, "", body.to_owned())
    } else {
        Act::Pass
    }
}

fn algod(proxy: &Proxy, is_single_node: bool) -> Algod {
    Algod::connect(&proxy.url(), Some(LOCAL_TOKEN), Transport { is_single_node, ..Transport::default() }).unwrap()
}

/// Makes empty blocks, one after the other as a network does.
async fn blocks(upstream: &Upstream, count: u32) {
    for _ in 0..count {
        let mut node = TcpStream::connect(upstream.address()).unwrap();
        let token = format!("X-Algo-API-Token: {LOCAL_TOKEN}");
        write!(node, "POST /v2/devmode/mine/1 HTTP/1.0\r\nHost: node\r\n{token}\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut answer = String::new();
        node.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("200"), "{answer}");
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

async fn waited(algod: &Algod, last_valid: Round, time: Duration) -> Option<Result<Confirmation, ClientError>> {
    tokio::time::timeout(time, algod.wait(Digest([7; 32]), last_valid)).await.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_one_node_is_the_network_a_moment_without_blocks_ends_the_wait() {
    let upstream = Upstream::start();
    let proxy = Proxy::start(&upstream.address(), |request| pending(request, EVICTED));
    let outcome = waited(&algod(&proxy, true), Round(900), Duration::from_secs(60)).await;
    assert!(matches!(outcome, Some(Err(ClientError::Dropped { .. }))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_are_several_nodes_only_blocks_without_it_end_the_wait() {
    let upstream = Upstream::start();
    let proxy = Proxy::start(&upstream.address(), |request| pending(request, EVICTED));
    let outcome = waited(&algod(&proxy, false), Round(900), Duration::from_secs(15)).await;
    assert!(outcome.is_none(), "no block came, and another pool may have it: {outcome:?}");
    let algod = algod(&proxy, false);
    let (outcome, ()) = tokio::join!(waited(&algod, Round(900), Duration::from_secs(30)), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        blocks(&upstream, 4).await;
    });
    assert!(matches!(outcome, Some(Err(ClientError::Dropped { .. }))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_pool_takes_back_is_waited_for_to_its_last_round() {
    let upstream = Upstream::start();
    // Given up when it is first asked for twice, and in the pool from then on.
    let proxy = Proxy::start(&upstream.address(), |request| {
        pending(request, if request.before < 2 { EVICTED } else { "{\"pool-error\":\"\",\"txn\":{}}" })
    });
    let algod = algod(&proxy, false);
    let last_valid = algod.newest_round().await.unwrap().saturating_add(5);
    let (outcome, ()) = tokio::join!(waited(&algod, last_valid, Duration::from_secs(40)), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        blocks(&upstream, 12).await;
    });
    assert!(matches!(outcome, Some(Err(ClientError::Expired { .. }))), "{outcome:?}");
}
