//! Keys that kmd holds: it signs over the network's own way of asking, through faults and HTTPS, and no key leaves it.
//! In front of a real algod (`scripts/test-real`) the same steps are taken with the real kmd.

use super::Upstream;
use super::proxy::{Act, Proxy, Request};
use super::tls::authority;
use crate::cli::Project;
use data_encoding::BASE64;
use pnp_types::SigningKey;
use pnp_types::{SignedTransaction, Transaction, msgpack};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// The account and the wallet that kmd has.
pub(super) const NAME: &str = "keeper";

/// A key of its own for each kmd: one account is signed for at one place.
pub(super) fn key(number: u8) -> SigningKey {
    let mut seed = [number; 32];
    seed[..4].copy_from_slice(&std::process::id().to_le_bytes());
    SigningKey::from_seed(&seed)
}

/// A kmd with one wallet of one key, as far as a signer asks of it. Its first handle is good for a single question.
pub(super) fn kmd(request: &Request, number: u8) -> Act {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let refused =
        |status, message: &str| Act::Answer(status, "", json!({ "error": true, "message": message }).to_string());
    if request.token != "a".repeat(64) {
        return refused(401, "Invalid API Token");
    }
    let answer = match request.path.as_str() {
        "/v1/wallets" => json!({ "wallets": [{ "id": "1", "name": NAME }] }),
        "/v1/wallet/init" => json!({ "wallet_handle_token": format!("handle-{}", request.before) }),
        "/v1/transaction/sign" if body["wallet_handle_token"] == "handle-0" => {
            return refused(401, "handle does not exist");
        }
        "/v1/key/list" => json!({ "addresses": [key(number).address().to_string()] }),
        "/v1/transaction/sign" => {
            let bytes = BASE64.decode(body["transaction"].as_str().unwrap().as_bytes()).unwrap();
            let transaction: Transaction = msgpack::decode(&bytes).unwrap();
            let signature = key(number).sign(&transaction.signing_bytes());
            let signed = SignedTransaction::signed_by(key(number).address(), signature, &transaction);
            json!({ "signed_transaction": BASE64.encode(&msgpack::encode(&signed)) })
        }
        _ => return refused(404, "not found"),
    };
    Act::Answer(200, "", answer.to_string())
}

/// Makes an asset, signs one part of a multisignature, and hands the account over: what kmd must sign for.
fn story(project: &Project, name: &str) {
    let made = project.done(&["asset", "create", "--unit", "KMD", "--from", name]);
    let holder = made["asset"]["creator"].as_str().unwrap().to_owned();
    project.done(&["account", "new", "alice"]);
    let multisig = project.done(&["multisig", "new", "--threshold", "2", "--name", "both", &holder, "alice"]);
    let to = ["account", "rekey", name, "--to", "both"];
    assert_eq!(project.done(&to)["signer"], multisig["address"]);
    let back = ["account", "rekey", "--multisig", "both", "--sender", &holder, "--to", &holder, "--out", "back.msig"];
    project.done(&back);
    for signer in [name, "alice"] {
        project.done(&["multisig", "sign", "back.msig", "--as", signer, "--yes"]);
    }
    project.done(&["multisig", "submit", "back.msig"]);
    project.done(&["asset", "create", "--unit", "KMDB", "--from", name]);
    let kept = std::fs::read_to_string(project.path().join(".pnp/accounts/localnet.json")).unwrap();
    assert!(kept.contains("alice") && !kept.contains(&format!("\"{name}\"")), "a key of kmd's was kept here: {kept}");
}

/// How kmd fails when it is asked the first time.
type Failing = fn() -> Act;

fn funded(upstream: &Upstream, kmd: &str, number: u8) -> Project {
    upstream.project(&upstream.url).done(&["account", "fund", &key(number).address().to_string(), "--amount", "10"]);
    Project::new()
        .with("ALGOD_SERVER", &upstream.url)
        .with("PNP_NET", "localnet")
        .with("KMD_SERVER", kmd)
        .with("KMD_TOKEN", &"a".repeat(64))
}

#[test]
fn kmd_signs_through_every_fault() {
    let upstream = Upstream::start();
    let faults: [(&str, Failing); 5] = [
        ("none", || Act::Pass),
        ("cut before kmd hears", || Act::CutBefore),
        ("502 with a page", || Act::Answer(502, "", "<html>".to_owned())),
        ("429", || Act::Answer(429, "Retry-After: 0\r\n", String::new())),
        ("garbage", || Act::Answer(200, "", "{\"wal".to_owned())),
    ];
    std::thread::scope(|scope| {
        for (number, (fault, act)) in (1..).zip(faults) {
            let upstream = &upstream;
            scope.spawn(move || {
                let rule = move |request: &Request| match act() {
                    Act::Pass => kmd(request, number),
                    act if request.odd() => act,
                    _ => kmd(request, number),
                };
                let proxy = Proxy::start("", rule);
                let project = funded(upstream, &proxy.url(), number);
                story(&project, NAME);
                let signed = proxy.seen().iter().filter(|request| request.path == "/v1/transaction/sign").count();
                assert!(signed >= 4, "{fault}: {signed} signatures were asked for");
                assert!(!proxy.seen().iter().any(|request| request.path == "/v1/key/export"), "{fault}");
            });
        }
    });
}

#[test]
fn a_bill_is_signed_once() {
    let upstream = Upstream::start();
    let proxy = Proxy::start("", |request: &Request| kmd(request, 61));
    // A kmd of one wallet has no dispenser, which would fund a new creator and the shares' accounts.
    let creator = key(62);
    upstream.project(&upstream.url).done(&["account", "fund", &creator.address().to_string(), "--amount", "100"]);
    let words = pnp_keys::mnemonic::from_seed(&creator.seed());
    let creator = creator.address().to_string();
    let project = funded(&upstream, &proxy.url(), 61)
        .with("CREATOR_MNEMONIC", &words)
        .with("PROVIDER_ADDR", &creator)
        .with("PLATFORM_ADDR", &creator);
    let signed = || proxy.seen().iter().filter(|request| request.path == "/v1/transaction/sign").count();
    project.done(&["deploy"]);
    // The first bill of an account also opts it in.
    project.done(&["bill", "--units", "1", "--user", NAME]);
    let before = signed();
    project.done(&["bill", "--units", "1", "--user", NAME]);
    assert_eq!(signed() - before, 3, "three transactions, each signed once");
}

#[test]
fn kmd_is_trusted_as_the_network_is() {
    let upstream = Upstream::start();
    let made = authority("localhost");
    let proxy = Proxy::start_tls("", Some(made.config), |request| kmd(request, 6));
    let url = format!("https://localhost:{}", proxy.port);
    let strange = funded(&upstream, &url, 6);
    let hand_over = ["account", "rekey", NAME, "--to", &key(7).address().to_string()];
    strange.refused(&hand_over, 1, "no_key");
    assert!(proxy.seen().is_empty(), "a kmd that cannot be trusted was shown a token");
    let known = funded(&upstream, &url, 6).file("ca.pem", &made.pem).with("PNP_CA_FILE", "ca.pem");
    known.done(&["asset", "create", "--from", NAME]);
    let known = known.with("PNP_LOG", "trace");
    let ran = known.run(&["-vv", "asset", "create", "--from", NAME]);
    assert!(ran.code == 0 && ran.stderr.len() > 1000, "the libraries say something: {}", ran.stderr);
    assert!(!ran.stderr.contains(&"a".repeat(64)), "a token was said");
    // Another token is refused, and one that no header can hold is not even sent.
    for token in ["b", "a\u{7f}"] {
        let other =
            funded(&upstream, &url, 6).file("ca.pem", &made.pem).with("PNP_CA_FILE", "ca.pem").with("KMD_TOKEN", token);
        other.refused(&hand_over, 1, if token == "b" { "no_key" } else { "unauthorized" });
    }
}

#[test]
fn a_kmd_that_does_not_answer_holds_nobody_up() {
    let upstream = Upstream::start();
    let proxy = Proxy::start("", |_| Act::Late(Duration::from_secs(30)));
    let project = funded(&upstream, &proxy.url(), 7);
    let begun = std::time::Instant::now();
    project.refused(&["account", "rekey", NAME, "--to", &key(6).address().to_string()], 1, "no_key");
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}

/// Asks the real kmd.
fn ask(address: &str, path: &str, document: &Value) -> Value {
    let mut kmd = TcpStream::connect(address).unwrap();
    let (body, token) = (document.to_string(), "a".repeat(64));
    write!(kmd, "POST {path} HTTP/1.0\r\nX-KMD-API-Token: {token}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .unwrap();
    let mut answer = String::new();
    kmd.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn the_real_kmd_signs() {
    let Ok(url) = std::env::var("PNP_REAL_KMD") else {
        eprintln!("SKIPPED: PNP_REAL_KMD names no kmd");
        return;
    };
    let (address, name) = (url.trim_start_matches("http://"), format!("kept-{}", std::process::id()));
    let made = ask(
        address,
        "/v1/wallet",
        &json!({ "wallet_driver_name": "sqlite", "wallet_name": name, "wallet_password": "" }),
    );
    let opened = ask(address, "/v1/wallet/init", &json!({ "wallet_id": made["wallet"]["id"], "wallet_password": "" }));
    let key = ask(address, "/v1/key", &json!({ "wallet_handle_token": opened["wallet_handle_token"] }));
    let upstream = Upstream::start();
    let project = upstream.project(&upstream.url);
    project.done(&["account", "fund", key["address"].as_str().unwrap(), "--amount", "10"]);
    story(&project, &name);
}
