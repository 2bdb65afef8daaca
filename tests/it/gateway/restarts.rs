//! Gateways that stop, are killed, and start again.

use super::operator::{Shop, done, run_with, within};
use super::server::Server;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[test]
fn a_second_gateway_on_one_store_names_the_first() {
    let server = Server::start();
    let folder = server.folder();
    let second = run_with(folder.path(), &["--json", "serve", "--port", "0"], "");
    let error = second.json()["error"].clone();
    assert_eq!((second.code, error["code"].as_str()), (1, Some("gateway_running")), "{error:#}");
    assert_eq!(error["cause"], format!("process {} runs a gateway on it", server.process()));
    // The first is not disturbed.
    Shop::of(&server).fund("ann", "1");
}

/// Opens a connection of plain HTTP and sends a request.
fn open(url: &str, path: &str) -> TcpStream {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer mock-api-key\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200", "{path}");
    stream
}

#[test]
fn it_stops_in_time_whatever_clients_keep_open() {
    let server = Server::start();
    let mut idle = open(&server.url, "/v1");
    let mut events = open(&server.url, "/v1/events/stream");
    let (code, took) = server.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "it took {took:?}");
    for stream in [&mut idle, &mut events] {
        // The rest of the answer, and the end.
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn a_store_whose_seed_is_gone_gets_no_other() {
    let server = Server::start();
    let folder = server.folder();
    assert_eq!(server.stop().0, Some(0));
    let seed = folder.path().join(".pnp/gateway/embedded/seed.json");
    std::fs::rename(&seed, folder.path().join("kept.json")).unwrap();
    let refused = run_with(folder.path(), &["--json", "serve", "--port", "0"], "");
    assert_eq!(refused.json()["error"]["code"], "no_seed");
    assert!(!seed.exists(), "its wallets' coins lie at addresses of the old one");
}

#[test]
fn sessions_go_on_after_a_restart() {
    let server = Server::start();
    let shop = Shop::of(&server);
    shop.fund("ann", "1");
    let session = shop.start("ann");
    shop.minute();
    let before = shop.tick(&session, "a");
    let folder = server.folder();
    assert_eq!(server.stop().0, Some(0));
    let server = Server::start_in(folder);
    let shop = Shop::of(&server);
    let again = shop.tick(&session, "a");
    assert_eq!((&again["tx_id"], &again["replayed"]), (&before["tx_id"], &true.into()));
    shop.minute();
    assert_eq!(shop.tick(&session, "b")["balance"], "0.96");
    shop.stop(&session);
    shop.wait_for_bills("ann", 1);
}

#[test]
fn what_was_acknowledged_before_a_kill_is_charged_once() {
    let mut server = Server::start();
    Shop::of(&server).fund("ann", "10");
    let session = Shop::of(&server).start("ann");
    let mut acknowledged = Vec::new();
    let folder = server.folder();
    for round in 0..3 {
        let shop = Shop::of(&server);
        let is_over = AtomicBool::new(false);
        let ticks = std::thread::scope(|scope| {
            let client = scope.spawn(|| {
                let mut ticks = Vec::new();
                for tick in 0.. {
                    let name = format!("r{round}-{tick}");
                    let body = serde_json::json!({ "tick_id": name, "played_ms": 1_000 });
                    let path = format!("/v1/sessions/{session}/heartbeats");
                    let Some((200, answer)) = shop.try_send("POST", &path, &body) else { break };
                    ticks.push((name, answer["tx_id"].clone()));
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                }
                ticks
            });
            std::thread::sleep(Duration::from_millis(300 + 170 * round));
            server.kill();
            is_over.store(true, Ordering::Relaxed);
            let ticks = client.join().unwrap();
            assert!(!ticks.is_empty());
            ticks
        });
        // The lock of a process that was killed is nobody's, and its socket answers no more.
        assert_eq!(done(folder.path(), &["verify"])["healthy"], true);
        server = Server::start_in(Arc::clone(&folder));
        acknowledged.extend(ticks);
        let shop = Shop::of(&server);
        for (name, tx_id) in &acknowledged {
            let body = serde_json::json!({ "tick_id": name, "played_ms": 1_000 });
            let again = shop.done("POST", &format!("/v1/sessions/{session}/heartbeats"), Some(&body));
            assert_eq!((&again["tx_id"], &again["replayed"]), (tx_id, &true.into()), "{name}");
        }
    }
    let shop = Shop::of(&server);
    shop.stop(&session);
    let summary = shop.done("GET", &format!("/v1/sessions/{session}"), None);
    let ticks = summary["ticks"].as_u64().unwrap();
    let count = u64::try_from(acknowledged.len()).unwrap();
    // One tick a kill may have been charged without its answer.
    assert!((count..=count + 3).contains(&ticks), "{count} were acknowledged, {ticks} charged");
    within(Duration::from_secs(10), "verify", || done(folder.path(), &["verify"])["healthy"] == true);
}
