//! The interface over a socket, as a client sees it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::routes::ROUTES;
use super::unsupported::UNSUPPORTED;
use super::*;
use crate::{Config, LOCAL_TOKEN, Running};
use pnp_types::consensus::{FUTURE, LATEST};
use pnp_types::{Address, Round};

/// One exchange over a connection of its own: status, head, body.
pub(super) fn exchange(network: &Running, request: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(network.address()).unwrap();
    write!(stream, "{request}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len())
        .unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_ascii_lowercase();
    let body = &answer[end + 4..];
    let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
    (head[9..12].parse().unwrap(), head, body)
}

/// The bytes of a body that came in chunks.
pub(super) fn unchunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&chunks[end + 2..end + 2 + length]);
        chunks = &chunks[end + 2 + length + 2..];
    }
}

pub(super) fn get(network: &Running, path: &str) -> (u16, serde_json::Value) {
    let (status, _, body) = exchange(network, &format!("GET {path} HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}"), b"");
    (status, serde_json::from_slice(&body).unwrap())
}

#[test]
fn the_network_says_who_it_is() {
    let network = DevNode::spawn(Config::test()).unwrap();
    assert_eq!(get(&network, "/health"), (200, serde_json::Value::Null));
    let (status, versions) = get(&network, "/versions");
    assert_eq!((status, &versions["genesis_id"]), (200, &"dockernet-v1".into()));
    let (_, genesis) = get(&network, "/genesis");
    assert_eq!(genesis["alloc"][2]["comment"], "Wallet1");
    assert_eq!(genesis["alloc"][2]["addr"], network.node().dispenser().unwrap().address().to_string());
    let (_, swagger) = get(&network, "/swagger.json");
    assert!(swagger["paths"]["/versions"]["get"].is_object());
    network.stop().unwrap();
}

#[test]
fn other_paths_and_methods_are_refused_in_json() {
    let network = DevNode::spawn(Config::test()).unwrap();
    assert_eq!(get(&network, "/v2/nope"), (404, serde_json::json!({"message": "Not Found"})));
    let (status, head, body) = exchange(&network, "PUT /health HTTP/1.1", b"");
    assert_eq!((status, body.as_slice()), (405, &b"{\"message\":\"Method Not Allowed\"}\n"[..]));
    assert!(head.contains("allow: options, get\r\n"), "{head}");
}

/// What algod (go-algorand dd6de88fbe) answered to the same requests, byte by byte but for how it spells `<` in JSON.
#[test]
fn a_broken_path_is_answered_as_algod_answers_it() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let parameter = |name: &str, problem: &str| serde_json::json!({"message": format!("Invalid format for parameter {name}: {problem}")});
    let number = |name: &str, quoted: &str| {
        parameter(name, &format!("error binding string parameter: strconv.ParseUint: parsing {quoted}: invalid syntax"))
    };
    let message = |text: &str| serde_json::json!({"message": text});
    let (not_found, no_txid) = (message("Not Found"), message("no valid transaction ID was specified"));
    for (path, status, expected) in [
        ("/", 405, message("Method Not Allowed")),
        ("//v2/status", 404, not_found.clone()),
        ("/v2/status//", 404, not_found.clone()),
        ("/v2/sta%74us", 404, not_found.clone()),
        ("/nope/%FF", 404, not_found),
        ("/v2/transactions/pending/%FF", 400, no_txid.clone()),
        ("/v2/transactions/pending/%ff%fe", 400, no_txid.clone()),
        ("/v2/blocks/0/transactions/%FF/proof", 400, no_txid),
        ("/v2/blocks/%FF", 400, number("round", r#""\xff""#)),
        ("/v2/blocks/%7F", 400, number("round", r#""\x7f""#)),
        ("/v2/blocks/%3Cx%3E", 400, number("round", r#""<x>""#)),
        ("/v2/blocks/%E2%80%A8", 400, number("round", r#""\u2028""#)),
        ("/v2/blocks/%252530", 400, number("round", r#""%30""#)),
        ("/v2/assets/%FF", 400, number("asset-id", r#""\xff""#)),
        ("/v2/transactions/pending?max=%FF", 400, number("max", r#""\xff""#)),
        (
            "/v2/blocks/%25zz",
            400,
            parameter("round", "error unescaping path parameter 'round': invalid URL escape \"%zz\""),
        ),
        ("/v2/blocks//hash", 400, parameter("round", "parameter 'round' is empty, can't bind its value")),
        (
            "/v2/accounts/%FF",
            400,
            parameter(
                "address",
                "error unmarshaling '\u{fffd}' text as *basics.Address: failed to decode address \u{fffd} from base 32",
            ),
        ),
        (
            "/v2/transactions/pending?max=1&max=2",
            400,
            parameter("max", "multiple values for single value parameter 'max'"),
        ),
    ] {
        assert_eq!(get(&network, path), (status, expected), "{path}");
    }
    for path in ["/v2/blocks/%zz", "/v2/transactions/pending/%", "/v2/blocks/0%4", "/nope/%zz"] {
        let (status, _, body) = exchange(&network, &format!("GET {path} HTTP/1.1"), b"");
        assert_eq!((status, body.as_slice()), (400, &b"400 Bad Request"[..]), "{path}");
    }
    for path in ["/v2/blocks/%30", "/v2/blocks/%2530", "/v2/transactions/pending?max=%zz", "/v2/blocks/0?a;format=x"] {
        assert_eq!(get(&network, path).0, 200, "{path}");
    }
    let (status, _, body) = exchange(&network, "GET /v2/blocks/%FF HTTP/1.1", b"");
    assert_eq!((status, body.as_slice()), (401, &b"{\"message\":\"Invalid API Token\"}\n"[..]));
    let (status, head, body) = exchange(&network, "HEAD /v2/status HTTP/1.1", b"");
    assert_eq!((status, body.len()), (405, 0));
    assert!(head.contains("allow: options, get\r\n"), "{head}");
}

#[test]
fn browsers_may_ask_without_a_token() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let preflight =
        "OPTIONS /v2/status HTTP/1.1\r\nOrigin: https://page.test\r\nAccess-Control-Request-Private-Network: true";
    let (status, head, _) = exchange(&network, preflight, b"");
    assert_eq!(status, 204);
    for line in [
        "access-control-allow-origin: *",
        "allow-headers: x-algo-api-token,content-type",
        "allow-private-network: true",
    ] {
        assert!(head.contains(line), "{head}");
    }
}

#[test]
fn a_port_in_use_is_named() {
    let first = DevNode::spawn(Config::test()).unwrap();
    let refusal =
        DevNode::spawn(Config { algod_port: first.address().port(), ..Config::test() }).unwrap_err().to_string();
    assert!(refusal.contains(&format!("algod cannot listen on {}", first.address())), "{refusal}");
}

#[test]
fn only_the_token_lets_in() {
    let mut headers = HeaderMap::new();
    assert!(!has_valid_token(&headers, "secret") && has_valid_token(&headers, ""));
    headers.insert("authorization", "bearer secret".parse().unwrap());
    assert!(has_valid_token(&headers, "secret") && !has_valid_token(&headers, "secre"));
    headers.insert("x-algo-api-token", "wrong!".parse().unwrap());
    assert!(!has_valid_token(&headers, "secret"));
}

/// Where algod's OpenAPI file is; `None` skips the test, which CI does not allow.
fn algods_description() -> Option<serde_json::Value> {
    let folder = std::env::var("PNP_REFERENCE").unwrap_or_else(|_| "../../../shared/reference".to_owned());
    let path = std::path::Path::new(&folder).join("openapi/algod.oas2.json");
    match std::fs::read(&path) {
        Ok(text) => Some(serde_json::from_slice(&text).unwrap()),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{}: {error}", path.display());
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}

#[test]
fn every_operation_of_algod_is_here_or_has_a_reason() {
    let Some(description) = algods_description() else { return };
    let served = |name: &str, path: &str| ROUTES.iter().any(|route| (route.method, route.path) == (name, path));
    let listed = |name: &str, path: &str| UNSUPPORTED.iter().any(|(m, p, _)| (*m, *p) == (name, path));
    let (mut operations, mut wrong) = (0, Vec::new());
    for (path, methods) in description["paths"].as_object().unwrap() {
        for name in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let name = name.to_ascii_uppercase();
            operations += 1;
            if served(&name, path) == listed(&name, path) {
                wrong.push(format!("{name} {path}: must be in ROUTES or in UNSUPPORTED, not in both"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(operations, 57, "algod's OpenAPI file changed: update ROUTES or UNSUPPORTED, and this count");
}

#[test]
fn an_unsupported_operation_says_why() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let (status, answer) = get(&network, "/v2/ledger/sync");
    assert_eq!((status, &answer["message"]), (501, &"this network is no follower: it has no sync round".into()));
}

#[test]
fn a_fresh_network_answers_about_its_beginning() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let rich = network.node().dispenser().unwrap().address();
    let (_, account) = get(&network, &format!("/v2/accounts/{rich}"));
    assert_eq!((&account["amount"], &account["status"]), (&10_000_000_000_000_000_u64.into(), &"Online".into()));
    let (_, block) = get(&network, "/v2/blocks/0");
    assert_eq!(block["block"]["tc"], 1000);
    let (status, missing) = get(&network, "/v2/blocks/1");
    assert_eq!((status, &missing["message"]), (404, &"failed to retrieve information from the ledger".into()));
    let waited = std::time::Instant::now();
    let (status, answer) = get(&network, "/v2/status/wait-for-block-after/5");
    assert_eq!((status, &answer["last-round"]), (200, &0.into()));
    assert!(waited.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn a_kept_network_is_the_same_one_again_and_belongs_to_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data: Some(folder.path().to_owned()), ..Config::test() };
    let network = DevNode::spawn(config.clone()).unwrap();
    let (_, first) = get(&network, "/versions");
    let refusal = DevNode::spawn(config.clone()).unwrap_err().to_string();
    assert!(refusal.contains("already running") && refusal.contains(&network.url()), "{refusal}");
    let net = std::fs::read_to_string(folder.path().join("algod.net")).unwrap();
    assert_eq!(net.trim(), network.address().to_string());
    network.stop().unwrap();
    let network = DevNode::spawn(config).unwrap();
    let (_, second) = get(&network, "/versions");
    assert_eq!(first["genesis_hash_b64"], second["genesis_hash_b64"]);
}

#[test]
fn a_network_to_come_says_so_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data: Some(folder.path().to_owned()), consensus: Some(FUTURE), ..Config::test() };
    let network = DevNode::spawn(config.clone()).unwrap();
    assert_eq!(get(&network, "/v2/transactions/params").1["consensus-version"], "future");
    assert_eq!(get(&network, "/genesis").1["proto"], "future");
    let (_, status) = get(&network, "/v2/status");
    assert_eq!((&status["last-version"], &status["next-version"]), (&"future".into(), &"future".into()));
    assert_eq!(get(&network, "/v2/blocks/0").1["block"]["proto"], "future");
    network.stop().unwrap();
    let kept = DevNode::spawn(Config { consensus: None, ..config.clone() }).unwrap();
    assert_eq!(get(&kept, "/v2/transactions/params").1["consensus-version"], "future");
    kept.stop().unwrap();
    let refusal = DevNode::spawn(Config { consensus: Some(LATEST), ..config }).unwrap_err().to_string();
    assert!(refusal.ends_with("runs consensus future, not v42"), "{refusal}");
}

#[test]
fn sources_that_are_no_text_compile_as_they_are() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let compile = |source: &[u8]| {
        let head = format!("POST /v2/teal/compile HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}");
        let (status, _, body) = exchange(&network, &head, source);
        (status, serde_json::from_slice::<serde_json::Value>(&body).unwrap())
    };
    let (status, answer) = compile(b"#pragma version 8\npushbytes \"\xff\" // \xe9\nlen");
    assert_eq!((status, &answer["result"]), (200, &"CIAB/xU=".into()));
    let (status, answer) = compile(b"#pragma version 8\nint \xff\nfo\xc3o");
    let text = "2:4: unable to parse \"\\xff\" as integer\n3: unknown opcode: fo\u{fffd}o\n";
    assert_eq!((status, answer["message"].as_str()), (400, Some(text)));
}

#[test]
fn the_clock_can_be_set_and_freed() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let call = |method: &str, path: &str| {
        let (status, _, body) =
            exchange(&network, &format!("{method} {path} HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}"), b"");
        (status, String::from_utf8(body).unwrap())
    };
    assert_eq!(call("GET", "/v2/devmode/blocks/offset").0, 404);
    assert_eq!(call("POST", "/v2/devmode/blocks/offset/3600"), (200, String::new()));
    assert_eq!(call("GET", "/v2/devmode/blocks/offset"), (200, "{\"offset\":3600}\n".to_owned()));
    assert_eq!(call("DELETE", "/v2/devmode/blocks/offset").0, 200);
    assert_eq!(call("GET", "/v2/devmode/blocks/offset").0, 404);
    assert_eq!(call("POST", "/v2/devmode/blocks/offset/18446744073709551615").0, 400);
}

/// The dispenser's signature under a transaction of its own, with what every transaction needs filled in.
pub(super) fn signed(network: &Running, mut transaction: pnp_types::Transaction) -> Vec<u8> {
    let node = network.node();
    let key = pnp_types::SigningKey::from_seed(node.dispenser().unwrap().seed());
    let latest = node.read(|chain| chain.latest());
    transaction.header.sender = key.address();
    transaction.header.first_valid = latest;
    transaction.header.last_valid = latest.saturating_add(100);
    transaction.header.genesis_hash = node.genesis_hash();
    pnp_types::msgpack::encode(&key.sign_transaction(&transaction))
}

pub(super) fn post(network: &Running, path: &str, body: &[u8]) -> (u16, serde_json::Value) {
    let (status, _, body) =
        exchange(network, &format!("POST {path} HTTP/1.1\r\nX-Algo-API-Token: {LOCAL_TOKEN}"), body);
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

pub(super) fn payment(to: Address, amount: u64) -> pnp_types::Transaction {
    pnp_types::Transaction::payment(Address::ZERO, to, pnp_types::MicroAlgos(amount)).build()
}

#[test]
fn a_group_is_in_a_block_when_its_sender_hears_of_it() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let receiver = Address([7; 32]);
    let sent = signed(&network, payment(receiver, 1_000_000));
    let (status, answer) = post(&network, "/v2/transactions", &sent);
    assert_eq!(status, 200, "{answer}");
    let id = answer["txId"].as_str().unwrap();
    let (_, confirmed) = get(&network, &format!("/v2/transactions/pending/{id}"));
    assert_eq!((&confirmed["confirmed-round"], &confirmed["pool-error"]), (&1.into(), &"".into()));
    assert_eq!(confirmed["txn"]["txn"]["rcv"], receiver.to_string());
    let (_, account) = get(&network, &format!("/v2/accounts/{receiver}"));
    assert_eq!(account["amount"], 1_000_000);
    let (_, block) = get(&network, "/v2/blocks/1/txids");
    assert_eq!(block["blockTxids"][0], id);
    let (_, proof) = get(&network, &format!("/v2/blocks/1/transactions/{id}/proof"));
    assert_eq!((&proof["idx"], &proof["treedepth"]), (&0.into(), &0.into()));
    let (status, again) = post(&network, "/v2/transactions", &sent);
    let expected = format!("TransactionPool.Remember: transaction already in ledger: {id}");
    assert_eq!((status, &again["message"]), (400, &expected.into()));
}

/// Asks for a transaction, and compares a refusal with algod's.
fn is_remembered(network: &Running, id: &str) -> bool {
    let (status, answer) = get(network, &format!("/v2/transactions/pending/{id}"));
    let forgotten = serde_json::json!({
        "message": "could not find the transaction in the transaction pool or in the last 1000 confirmed rounds"
    });
    match status {
        200 => true,
        404 => {
            assert_eq!(answer, forgotten);
            false
        }
        _ => panic!("{status}: {answer}"),
    }
}

#[test]
fn a_transaction_is_forgotten_after_a_thousand_rounds() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let (_, answer) = post(&network, "/v2/transactions", &signed(&network, payment(Address([7; 32]), 100_000)));
    let id = answer["txId"].as_str().unwrap();
    post(&network, "/v2/devmode/mine/1000", b"");
    assert!(is_remembered(&network, id));
    post(&network, "/v2/devmode/mine/1", b"");
    assert!(!is_remembered(&network, id));
    assert_eq!(get(&network, "/v2/blocks/1/txids").1["blockTxids"][0], id, "its block still has it");
    post(&network, "/v2/devmode/revert/1001", b"");
    assert!(is_remembered(&network, id));
}

#[test]
fn a_shorter_memory_can_be_set_and_holds_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data: Some(folder.path().to_owned()), remembered_rounds: 2, ..Config::test() };
    let network = DevNode::spawn(config.clone()).unwrap();
    let (_, answer) = post(&network, "/v2/transactions", &signed(&network, payment(Address([7; 32]), 100_000)));
    let id = answer["txId"].as_str().unwrap();
    post(&network, "/v2/devmode/mine/2", b"");
    assert!(is_remembered(&network, id));
    network.stop().unwrap();
    let network = DevNode::spawn(config.clone()).unwrap();
    assert!(is_remembered(&network, id));
    post(&network, "/v2/devmode/mine/1", b"");
    assert!(!is_remembered(&network, id));
    network.stop().unwrap();
    assert!(!is_remembered(&DevNode::spawn(config).unwrap(), id));
}

#[test]
fn a_failing_program_is_reported_with_its_place() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let program = |source| pnp_teal::assemble(source, Default::default()).unwrap().bytes;
    let create = pnp_types::Transaction::app_create(
        Address::ZERO,
        program("#pragma version 11\nint 7\nint 0\nassert"),
        program("#pragma version 11\nint 1"),
    )
    .build();
    let (status, answer) = post(&network, "/v2/transactions", &signed(&network, create));
    assert_eq!(status, 400);
    assert_eq!(
        answer["data"],
        serde_json::json!({"app-index": 1001, "eval-states": [{"stack": [7, 0]}], "group-index": 0, "pc": 5})
    );
    let message = answer["message"].as_str().unwrap();
    assert!(
        message.starts_with("TransactionPool.Remember: transaction ")
            && message.ends_with(
                "logic eval error: assert failed pc=5. Details: app=1001, pc=5, opcodes=pushint 7; pushint 0; assert"
            ),
        "{message}"
    );
    assert_eq!(get(&network, "/v2/status").1["last-round"], 0);
}

#[test]
fn simulation_takes_msgpack_and_json_and_keeps_nothing() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let sent = signed(&network, payment(Address([7; 32]), 5));
    let mut packed = b"\x81\xaatxn-groups\x91\x81\xa4txns\x91".to_vec();
    packed.extend(&sent);
    let (status, from_msgpack) = post(&network, "/v2/transactions/simulate", &packed);
    assert_eq!((status, &from_msgpack["txn-groups"][0]["group-fees-paid"]), (200, &1000.into()), "{from_msgpack}");
    let transaction = &from_msgpack["txn-groups"][0]["txn-results"][0]["txn-result"]["txn"];
    let json = serde_json::json!({"txn-groups": [{"txns": [transaction]}]});
    assert_eq!(post(&network, "/v2/transactions/simulate", json.to_string().as_bytes()), (200, from_msgpack));
    assert_eq!(get(&network, "/v2/status").1["last-round"], 0);
}

#[test]
fn blocks_can_be_made_of_nothing_and_taken_back() {
    let network = DevNode::spawn(Config::test()).unwrap();
    assert_eq!(post(&network, "/v2/devmode/mine/3", b"").1["last-round"], 3);
    post(&network, "/v2/devmode/blocks/offset/3600", b"");
    assert_eq!(post(&network, "/v2/devmode/mine/1", b"").1["last-round"], 4);
    let time = |round| get(&network, &format!("/v2/blocks/{round}")).1["block"]["ts"].as_i64().unwrap();
    assert_eq!(time(4) - time(3), 3600);
    assert_eq!(post(&network, "/v2/devmode/revert/2", b"").1["last-round"], 2);
    assert_eq!(get(&network, "/v2/blocks/3").0, 404);
    assert_eq!(post(&network, "/v2/devmode/revert/9", b"").0, 400);
    assert_eq!(get(&network, "/v2/status/").1["last-round"], 2, "a slash at the end means nothing");
}

#[test]
fn a_program_whose_address_may_have_a_key_is_refused_at_the_door() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let programs = (0..=u8::MAX).map(|number| vec![13, 0x81, number & 0x7f]);
    let (on, off): (Vec<_>, Vec<_>) = programs.partition(|program| Address::of_program(program).is_edwards_point());
    let submit = |program: &[u8], query: &str| {
        let mut transaction = payment(Address::ZERO, 0);
        transaction.header.sender = Address::of_program(program);
        transaction.header.last_valid = Round(100);
        transaction.header.genesis_hash = network.node().genesis_hash();
        let lsig = pnp_types::LogicSignature { logic: program.to_vec(), ..Default::default() };
        let signed = pnp_types::SignedTransaction { lsig, ..transaction.into() };
        let (_, answer) = post(&network, &format!("/v2/transactions{query}"), &pnp_types::msgpack::encode(&signed));
        answer["message"].as_str().unwrap_or_default().to_owned()
    };
    let refused = "transaction 0: TEAL v13 LogicSig program hash is an Edwards25519 point";
    assert!(submit(&on[0], "").starts_with(refused), "{}", submit(&on[0], ""));
    assert!(!submit(&on[0], "?skip-pq-address-check=true").starts_with(refused));
    assert!(!submit(&off[0], "").starts_with(refused));
}
