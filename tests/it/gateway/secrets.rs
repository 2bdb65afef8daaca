//! No secret in anything that a gateway writes or shows: it lives through a day with keys, logins and errors, and afterwards its
//! arguments, environment, log, store, backup, folder and answers are searched for every secret there was.

use super::client::{Reply, Request};
use super::operator::{Shop, done, gateway, within};
use super::server::Server;
use crate::cli::secrets::found;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};
use pnp_gateway::files::GatewayFiles;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

const PASSWORD: &str = "correct horse battery staple";
const WRONG_PASSWORD: &str = "incorrect horse battery staple";
/// A key of the right shape that nobody has.
const UNKNOWN_KEY: &str = "pnp_sk_test_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

type Needles = Vec<(String, Vec<u8>)>;

/// A secret as it is, and as a careless program would write it.
fn forms(name: &str, secret: &[u8]) -> Needles {
    [
        ("as it is", secret.to_vec()),
        ("hex", hex::encode(secret).into_bytes()),
        ("HEX", hex::encode_upper(secret).into_bytes()),
        ("base64", BASE64.encode(secret).into_bytes()),
        ("base64 without padding", BASE64_NOPAD.encode(secret).into_bytes()),
        ("base64 for addresses", BASE64URL_NOPAD.encode(secret).into_bytes()),
    ]
    .into_iter()
    .map(|(form, bytes)| (format!("{name}, {form}"), bytes))
    .collect()
}

/// What only the sealed seed and its key may have: the words, three in a row.
fn of_the_seed(files: &GatewayFiles) -> Needles {
    let words = files.existing_seed().unwrap().to_words().to_string();
    let words: Vec<_> = words.split(' ').collect();
    words.windows(3).map(|three| ("the seed's words".to_owned(), three.join(" ").into_bytes())).collect()
}

impl Shop {
    fn form(&self, path: &str, cookie: &str, body: &str) -> Reply {
        let mut request = Request::new("POST", path)
            .with_header("content-type", "application/x-www-form-urlencoded")
            .with_header("sec-fetch-site", "same-origin")
            .with_header("cookie", cookie);
        request.body = Some(body.as_bytes().to_vec());
        self.reply(&request)
    }
}

/// The cookie that an answer sets.
fn cookie(reply: &Reply) -> String {
    let set = reply.headers.get("set-cookie").unwrap_or_else(|| panic!("{}: {}", reply.status, reply.text()));
    set.split(';').next().unwrap().to_owned()
}

/// A day of a gateway; the secrets that it made or was given.
fn live(shop: &Shop, folder: &Path) -> Needles {
    let home = folder.join(".pnp/gateway/embedded");
    let mut needles = Needles::new();
    let mut add = |name: &str, secret: &str| needles.extend(forms(name, secret.as_bytes()));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned();

    // The first link sets the password; then one login that works and one that does not.
    let link = std::fs::read_to_string(home.join("dashboard-link")).unwrap();
    let token = link.trim().rsplit_once('=').unwrap().1.to_owned();
    add("the first link", &token);
    let password = PASSWORD.replace(' ', "+");
    let first = shop.form("/dashboard/first", "", &format!("token={token}&password={password}"));
    let first = cookie(&first);
    let again = cookie(&shop.form("/dashboard/sign_in", "", &format!("login=operator&password={password}")));
    for one in [&first, &again] {
        add("a login's cookie", one.split_once('=').unwrap().1);
    }
    add("the password", PASSWORD);
    shop.form("/dashboard/sign_in", "", &format!("login=operator&password={}", WRONG_PASSWORD.replace(' ', "+")));
    add("a wrong password", WRONG_PASSWORD);

    // Keys by the API, twice with one idempotency key; by the command; rotated; and one that nobody has.
    let body = json!({ "kind": "secret", "name": "site" });
    let made = shop.done("POST", "/v1/api_keys", Some(&body));
    add("a key", &text(&made["secret"]));
    let id = text(&made["id"]);
    add("a key that replaces it", &text(&shop.done("POST", &format!("/v1/api_keys/{id}/rotate"), None)["secret"]));
    let repeated = Request::new("POST", "/v1/api_keys")
        .with_header("authorization", "Bearer mock-api-key")
        .with_header("content-type", "application/json")
        .with_header("idempotency-key", "the-same");
    let repeated = Request { body: Some(body.to_string().into_bytes()), ..repeated };
    add("a key that was asked for twice", &text(&shop.reply(&repeated).json()["secret"]));
    shop.reply(&repeated);
    let commanded = done(folder, &["keys", "create", "--name", "shop", "--show-key"]);
    add("a key of the command", &text(&commanded["secret"]));
    let unknown =
        Request::new("GET", "/v1/wallets/alice").with_header("authorization", &format!("Bearer {UNKNOWN_KEY}"));
    assert_eq!(shop.reply(&unknown).status, 401);
    add("a key that nobody has", UNKNOWN_KEY);
    shop.reply(&Request::new("GET", &format!("/v1/wallets/alice?token={UNKNOWN_KEY}")));

    // Tokens of users, sessions and content servers, in headers and in bodies.
    shop.fund("alice", "5");
    let user = shop.done("POST", "/v1/user_tokens", Some(&json!({ "user_id": "alice" })));
    add("a user's token", &text(&user["token"]));
    let body = json!({ "user_id": "alice", "content_id": "film", "price_per_minute": "0.02" });
    let session = shop.done("POST", "/v1/sessions", Some(&body));
    let (id, token) = (text(&session["id"]), text(&session["session_token"]));
    add("a session's token", &token);
    if let Some(playback) = session["playback_token"].as_str() {
        add("a playback token", playback);
    }
    shop.minute();
    let tick = json!({ "token": token, "tick_id": "t0", "played_ms": 60_000 });
    let mut request =
        Request::new("POST", &format!("/v1/sessions/{id}/heartbeats")).with_header("content-type", "application/json");
    request.body = Some(tick.to_string().into_bytes());
    assert_eq!(shop.reply(&request).status, 200);
    request.body = Some(tick.to_string().replace("60000", "-1").into_bytes());
    assert_eq!(shop.reply(&request).status, 400);
    shop.stop(&id);
    shop.play("alice", 2);
    // One bill or two: the first session may be billed before the second one is over.
    within(Duration::from_secs(30), "alice is billed", || shop.bills("alice") >= 1);
    needles
}

/// Everything that the gateway and its operator leave, by name. What holds secrets by its purpose is left out.
fn written(server: &Server, folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for name in ["cmdline", "environ"] {
        all.push((name.to_owned(), std::fs::read(format!("/proc/{}/{name}", server.process())).unwrap()));
    }
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            let (kind, path) = (entry.file_type().unwrap(), entry.path());
            match () {
                () if kind.is_dir() => folders.push(path),
                () if kind.is_file() => all.push((path.display().to_string(), std::fs::read(&path).unwrap())),
                () => {}
            }
        }
    }
    all
}

#[test]
#[cfg(target_os = "linux")]
fn no_secret_is_written_or_shown() {
    let server = Server::start();
    let folder = server.folder();
    let (folder, home) = (folder.path(), folder.path().join(".pnp/gateway/embedded"));
    let shop = Shop::of(&server);
    let mut needles = live(&shop, folder);
    needles.extend(of_the_seed(&GatewayFiles::new(home.clone())));
    done(folder, &["backup", "copy.db"]);
    gateway(folder, &["check"]);

    let all = written(&server, folder);
    let names: Vec<_> = all.iter().map(|(name, _)| name.rsplit('/').next().unwrap()).collect();
    for name in ["cmdline", "environ", "stderr", "gateway.db", "gateway.db-wal", "copy.db", "seed.json", "master.key"] {
        assert!(names.contains(&name), "{name} was not searched: {names:?}");
    }
    for (name, bytes) in &all {
        assert_eq!(found(bytes, &needles), Vec::<String>::new(), "in {name}");
    }
    // What opens the seed is in its own file alone.
    let opener = std::fs::read_to_string(home.join("master.key")).unwrap();
    let opener = vec![("the master key".to_owned(), opener.trim().as_bytes().to_vec())];
    for (name, bytes) in all.iter().filter(|(name, _)| !name.ends_with("master.key")) {
        assert_eq!(found(bytes, &opener), Vec::<String>::new(), "in {name}");
    }
    // What the API shows later of keys, tokens and logins.
    for path in [
        "/v1",
        "/v1/api_keys",
        "/v1/events?limit=200",
        "/v1/partners",
        "/v1/sessions",
        "/v1/contracts",
        "/healthz",
        "/readyz",
    ] {
        let reply = shop.reply(&Request::new("GET", path).with_header("authorization", "Bearer mock-api-key"));
        assert_eq!(found(&reply.body, &needles), Vec::<String>::new(), "in {path}");
    }

    // The search sees what is there: a key in the log, a password in the store's file.
    for (file, planted) in [("stderr", needles[0].1.clone()), ("copy.db", PASSWORD.as_bytes().to_vec())] {
        let mut bytes = std::fs::read(folder.join(file)).unwrap();
        let middle = bytes.len() / 2;
        bytes.splice(middle..middle, planted);
        assert_eq!(found(&bytes, &needles).len(), 1, "planted in {file}");
    }
}

/// The process's memory has secrets. It leaves none of it behind, however it ends.
#[test]
#[cfg(target_os = "linux")]
fn a_gateway_that_is_aborted_leaves_no_core() {
    let server = Server::start();
    let folder = server.folder();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.process())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
    let process = server.process().to_string();
    assert!(std::process::Command::new("kill").args(["-ABRT", &process]).status().unwrap().success());
    // An ended child has no memory left.
    let state = || std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    within(Duration::from_secs(20), "the gateway has ended", || !state().contains("VmRSS"));
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let cores: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with("core")).collect();
    assert!(cores.is_empty(), "{cores:?}");
}
