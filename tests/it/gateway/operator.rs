//! The operator's commands, against a gateway that runs and against its store alone.

use super::client::{Client, Reply, Request, SECRET_KEY};
use super::server::Server;
use serde_json::{Value, json};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a command left behind.
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ran {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// Runs a command in a folder, with `stdin`.
pub(super) fn run_with(folder: &Path, arguments: &[&str], stdin: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pnp-contract"));
    command.args(arguments).current_dir(folder).env_clear();
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads no stdin may have ended already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs `gateway …` with `--json`.
pub(super) fn gateway(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, &[&["--json", "gateway"], arguments].concat(), "")
}

/// Runs `gateway …`, which must succeed; its document.
pub(super) fn done(folder: &Path, arguments: &[&str]) -> Value {
    let ran = gateway(folder, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran.json()
}

/// A gateway's users: what a shop's server does for them.
pub(super) struct Shop {
    pub(super) client: Client,
    key: String,
    runtime: tokio::runtime::Runtime,
}

impl Shop {
    pub(super) fn of(server: &Server) -> Self {
        Self::with_key(server, SECRET_KEY)
    }

    /// The shop of another secret key.
    pub(super) fn with_key(server: &Server, key: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { client: Client::new(&server.url), key: key.to_owned(), runtime }
    }

    /// Sends a request with its key; the status and the document.
    pub(super) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut key = [0; 8];
        getrandom::fill(&mut key).unwrap();
        let mut request = Request::new(method, path)
            .with_header("authorization", &format!("Bearer {}", self.key))
            .with_header("idempotency-key", &hex::encode(key));
        if let Some(body) = body {
            request = request.with_header("content-type", "application/json");
            request.body = Some(body.to_string().into_bytes());
        }
        let reply = self.runtime.block_on(self.client.send(&request));
        let reply = reply.unwrap_or_else(|silence| panic!("{method} {path}: {silence:?}"));
        (reply.status, reply.json())
    }

    /// The answer to a request.
    pub(super) fn reply(&self, request: &Request) -> Reply {
        self.runtime.block_on(self.client.send(request)).unwrap_or_else(|silence| panic!("{request:?}: {silence:?}"))
    }

    /// A request that may get no answer.
    pub(super) fn try_send(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let mut request = Request::new(method, path)
            .with_header("authorization", &format!("Bearer {}", self.key))
            .with_header("content-type", "application/json");
        request.body = Some(body.to_string().into_bytes());
        let reply = self.runtime.block_on(self.client.send(&request)).ok()?;
        Some((reply.status, reply.json()))
    }

    /// A request that must be accepted.
    pub(super) fn done(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.send(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {answer:#}");
        answer
    }

    pub(super) fn fund(&self, user: &str, amount: &str) {
        self.done("POST", &format!("/v1/test/wallets/{user}/fund"), Some(&json!({ "amount": amount })));
    }

    /// Lets a minute pass.
    pub(super) fn minute(&self) {
        self.done("POST", "/v1/test/clock", Some(&json!({ "advance_ms": 60_000 })));
    }

    /// Starts a session at two cents a minute; its id.
    pub(super) fn start(&self, user: &str) -> String {
        let body = json!({ "user_id": user, "content_id": "film", "price_per_minute": "0.02" });
        self.done("POST", "/v1/sessions", Some(&body))["session_id"].as_str().unwrap().to_owned()
    }

    /// A tick of a minute that has passed.
    pub(super) fn tick(&self, session: &str, tick: &str) -> Value {
        let body = json!({ "tick_id": tick, "played_ms": 60_000 });
        self.done("POST", &format!("/v1/sessions/{session}/heartbeats"), Some(&body))
    }

    pub(super) fn stop(&self, session: &str) {
        self.done("POST", &format!("/v1/sessions/{session}/stop"), None);
    }

    /// A session of so many minutes, which is over.
    pub(super) fn play(&self, user: &str, minutes: u32) {
        let session = self.start(user);
        for minute in 0..minutes {
            self.minute();
            self.tick(&session, &format!("t{minute}"));
        }
        self.stop(&session);
    }

    /// A user's bills in blocks.
    pub(super) fn bills(&self, user: &str) -> usize {
        let path = format!("/v1/settlements?user_id={user}&kind=bill");
        let all = self.done("GET", &path, None)["data"].clone();
        all.as_array().unwrap().iter().filter(|bill| bill["state"] == "done").count()
    }

    pub(super) fn wait_for_bills(&self, user: &str, count: usize) {
        within(Duration::from_secs(30), &format!("{count} bills of {user}"), || self.bills(user) == count);
    }
}

/// Waits until something holds.
pub(super) fn within(time: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + time;
    while !holds() {
        assert!(std::time::Instant::now() < end, "not within {time:?}: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn keys_partners_and_contents_are_the_same_with_and_without_a_server() {
    let server = Server::start();
    let folder = server.folder();
    let folder_path = folder.path();
    let partner = done(folder_path, &["partners", "add", "shop", "interval_ms=10000"]);
    assert_eq!(partner["settings"]["interval_ms"], 10_000);
    let made = done(folder_path, &["keys", "create", "--name", "site", "--partner", "shop", "--show-key"]);
    let secret = made["secret"].as_str().unwrap().to_owned();
    done(folder_path, &["contents", "set", "film", "--price", "0.02", "--partner", "shop"]);
    // The server knows the key at once.
    let shop = Shop::of(&server);
    let request = Request::new("GET", "/v1/contents/film").with_header("authorization", &format!("Bearer {secret}"));
    let reply = shop.runtime.block_on(shop.client.send(&request)).unwrap();
    assert_eq!((reply.status, &reply.json()["price_per_minute"]), (200, &json!("0.02")));
    let listed = done(folder_path, &["keys", "list"]);
    let running: Vec<Value> = ["partners", "keys"].map(|what| done(folder_path, &[what, "list"])).into();
    assert_eq!(server.stop().0, Some(0));
    let alone: Vec<Value> = ["partners", "keys"].map(|what| done(folder_path, &[what, "list"])).into();
    assert_eq!(running[0], alone[0]);
    assert_eq!(listed["keys"][0]["id"], alone[1]["keys"][0]["id"]);
    let id = listed["keys"][0]["id"].as_str().unwrap();
    assert!(done(folder_path, &["keys", "revoke", id])["revoked_at"].is_string());
    let again = Server::start_in(folder);
    let shop = Shop::of(&again);
    assert_eq!(shop.runtime.block_on(shop.client.send(&request)).unwrap().status, 401);
}

#[test]
fn a_key_is_in_no_argument_log_or_file_that_it_was_not_asked_for() {
    let server = Server::start();
    let folder = server.folder();
    let folder = folder.path();
    let ran = gateway(folder, &["keys", "create", "--name", "site", "--key-file", "site.key"]);
    let key = std::fs::read_to_string(folder.join("site.key")).unwrap();
    let key = key.trim();
    assert!(key.starts_with("pnp_sk_mock_"), "{key}");
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(key));
    let refused = gateway(folder, &["keys", "create", "--name", "site"]);
    assert_eq!((refused.code, refused.json()["error"]["code"].as_str()), (2, Some("usage")));
    done(folder, &["backup", "copy.db"]);
    let master = std::fs::read_to_string(folder.join(".pnp/gateway/embedded/master.key")).unwrap();
    let process = std::fs::read(format!("/proc/{}/cmdline", server.process())).unwrap_or_default();
    let mut written = vec![("log", server.log().into_bytes()), ("arguments", process)];
    for file in ["copy.db", ".pnp/gateway/embedded/gateway.db", ".pnp/gateway/embedded/gateway.db-wal"] {
        written.push((file, std::fs::read(folder.join(file)).unwrap()));
    }
    for (place, bytes) in written {
        for secret in [key, master.trim()] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in the {place}");
        }
    }
    for file in ["site.key", "copy.db", ".pnp/gateway/embedded/gateway.sock"] {
        let mode = std::fs::metadata(folder.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn coins_are_found_with_no_store() {
    let server = Server::start();
    let shop = Shop::of(&server);
    for user in ["ann", "ben"] {
        shop.fund(user, "1");
        shop.play(user, 1);
        shop.wait_for_bills(user, 1);
    }
    let folder = server.folder();
    let folder = folder.path();
    assert_eq!(server.stop().0, Some(0));
    let home = folder.join(".pnp/gateway/embedded");
    for file in ["gateway.db", "gateway.db-wal", "gateway.db-shm"] {
        let _ = std::fs::remove_file(home.join(file));
    }
    let found = done(folder, &["recover", "--scan"]);
    let wallets = found["wallets"].as_array().unwrap();
    assert_eq!(wallets.len(), 2, "{found:#}");
    assert!(wallets.iter().all(|wallet| wallet["holdings"][0]["amount"] == 98), "{found:#}");
    assert!(found["treasury"]["microalgos"].as_u64() > Some(0), "{found:#}");
    // Another seed's words, which no message repeats.
    let words = format!("{}invest", "abandon ".repeat(24));
    let other = run_with(folder, &["--json", "gateway", "recover", "--scan", "--words"], &words);
    assert_eq!((other.code, &other.json()["wallets"]), (0, &json!([])));
    let wrong =
        run_with(folder, &["--json", "gateway", "recover", "--scan", "--words"], &words.replace("invest", "zebra"));
    assert_eq!(wrong.json()["error"]["code"], "bad_words");
    assert!(!format!("{}{}", wrong.stdout, wrong.stderr).contains("zebra"));
}
