//! What a network is, decided by its genesis hash: against an algod that answers what a test sets.

use super::Project;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

const MAINNET: &str = "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=";
const TESTNET: &str = "SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI=";
const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";

/// A test mnemonic of no value: the key of 32 zero bytes.
const MNEMONIC: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                        abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon invest";

/// A server with canned answers that remembers what it was asked, with the tokens it was shown.
struct Fake {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    fn new(genesis_hash: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || serve(stream, genesis_hash, &seen));
            }
        });
        Self { port, asked }
    }

    fn project(&self) -> Project {
        Project::new()
            .with("ALGOD_SERVER", "http://127.0.0.1")
            .with("ALGOD_PORT", &self.port.to_string())
            .with("ALGOD_TOKEN", "token-of-this-server")
            .with("CREATOR_MNEMONIC", MNEMONIC)
            .with("PROVIDER_ADDR", A)
            .with("PLATFORM_ADDR", A)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: std::net::TcpStream, genesis_hash: &str, seen: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let (mut first, mut length, mut token) = (String::new(), 0, String::new());
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().ok()?;
            }
            if let Some(value) = line.strip_prefix("x-algo-api-token: ") {
                token = format!(" {value}");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let path = first.split(' ').nth(1)?.to_owned();
        seen.lock().unwrap().push(format!("{} {path}{token}", first.split(' ').next()?));
        let (status, answer) = if path == "/versions" {
            (
                200,
                format!(
                    r#"{{"versions":["v2"],"genesis_id":"x-v1","genesis_hash_b64":"{genesis_hash}","build":{{}}}}"#
                ),
            )
        } else if path == "/v2/transactions/params" {
            (
                200,
                format!(
                    r#"{{"consensus-version":"v","fee":0,"min-fee":1000,"genesis-id":"x-v1","genesis-hash":"{genesis_hash}","last-round":9}}"#
                ),
            )
        } else if path.starts_with("/v2/accounts/") && path.matches('/').count() == 3 {
            let numbers =
                ["amount", "amount-without-pending-rewards", "min-balance", "pending-rewards", "rewards", "round"]
                    .iter()
                    .chain(&[
                        "total-apps-opted-in",
                        "total-assets-opted-in",
                        "total-created-apps",
                        "total-created-assets",
                    ])
                    .map(|name| format!(r#","{name}":0"#))
                    .collect::<String>();
            (200, format!(r#"{{"address":"{A}","status":"Offline"{numbers}}}"#))
        } else if path.starts_with("/v2/assets/") {
            (200, format!(r#"{{"index":5,"params":{{"creator":"{A}","decimals":0,"total":1}}}}"#))
        } else {
            (404, r#"{"message":"not found"}"#.to_owned())
        };
        write!(
            writer,
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        )
        .ok()?;
    }
}

#[test]
fn a_known_network_with_another_hash_is_refused_before_it_sees_the_token() {
    let fake = Fake::new(TESTNET);
    let error = fake.project().refused(&["--net", "mainnet", "deploy", "--asset", "5"], 1, "wrong_genesis");
    assert!(error["message"].as_str().unwrap().contains("testnet"), "{error}");
    assert_eq!(fake.asked(), ["GET /versions"]);
    fake.project().refused(&["--net", "localnet", "deploy"], 1, "wrong_genesis");
    assert!(fake.asked().iter().all(|asked| !asked.contains("token-of-this-server")), "{:?}", fake.asked());
}

#[test]
fn mainnet_is_not_sent_anything_without_a_confirmation() {
    let fake = Fake::new(MAINNET);
    let project = fake.project();
    let error = project.refused(&["--net", "mainnet", "deploy", "--asset", "5"], 1, "not_confirmed");
    assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    let shown = project.run(&["--net", "mainnet", "deploy", "--asset", "5"]).stderr;
    for part in ["MainNet", "network", "sender", "HNVCPPGOW2SC2YVDVDICU3YNONSTEFLX", "0.001000 ALGO", "id "] {
        assert!(shown.contains(part), "{part} is missing: {shown}");
    }
    assert!(fake.asked().iter().all(|asked| !asked.starts_with("POST")), "{:?}", fake.asked());
    assert!(!project.path().join("deployments").exists(), "nothing was written");
    project.refused(&["--net", "mainnet", "deploy", "--unbound"], 2, "usage");
    project.refused(&["--net", "mainnet", "account", "new", "alice"], 2, "usage");
}

#[test]
fn a_network_of_pnp_toml_that_is_mainnet_is_treated_as_mainnet() {
    let fake = Fake::new(MAINNET);
    let toml = format!("[networks.mine]\nalgod = 'http://127.0.0.1:{}'\n", fake.port);
    let project = Project::new()
        .file("pnp.toml", &toml)
        .with("CREATOR_MNEMONIC", MNEMONIC)
        .with("PROVIDER_ADDR", A)
        .with("PLATFORM_ADDR", A);
    project.refused(&["--net", "mine", "deploy", "--asset", "5"], 1, "not_confirmed");
    project.refused(&["--net", "mine", "deploy", "--unbound"], 2, "usage");
}

#[test]
fn what_is_missing_on_a_public_network_is_named() {
    let fake = Fake::new(TESTNET);
    let bare = || Project::new().with("ALGOD_SERVER", &format!("http://127.0.0.1:{}", fake.port));
    let error = bare().refused(&["--net", "testnet", "deploy"], 1, "no_key");
    assert!(error["message"].as_str().unwrap().contains("CREATOR_MNEMONIC or DEPLOYER_MNEMONIC"), "{error}");
    let error = bare().with("DEPLOYER_MNEMONIC", MNEMONIC).refused(&["--net", "testnet", "deploy"], 2, "usage");
    assert!(error["hint"].as_str().unwrap().contains("PROVIDER_ADDR"), "{error}");
    let error =
        bare().with("CREATOR_MNEMONIC", "abandon secretword").refused(&["--net", "testnet", "deploy"], 1, "mnemonic");
    assert!(!error.to_string().contains("secretword"), "{error}");
    let wrong = bare().with("CREATOR_MNEMONIC", MNEMONIC).with("PROVIDER_ADDR", "NOTANADDRESS");
    wrong.refused(&["--net", "testnet", "deploy"], 2, "usage");
    let no_asset = fake.project();
    no_asset.refused(&["--net", "testnet", "deploy"], 1, "no_asset");
    no_asset.refused(&["--net", "testnet", "bill", "--units", "1"], 1, "no_contract");
    no_asset.refused(&["--net", "testnet", "bill", "--units", "1", "--app", "3"], 1, "no_key");
    no_asset.refused(&["--net", "testnet", "account", "fund", A], 1, "no_dispenser");
}
