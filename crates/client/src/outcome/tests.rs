use super::*;
use crate::Transport;
use pnp_types::AppIndex;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const SENT: Txid = pnp_types::Digest([7; 32]);

/// A network of several nodes: the one that answers by id is behind and does not know the transaction; the newest round and the
/// blocks come from others. `blocks` says which block has the transaction; `None` where the block is not there.
fn network(
    is_single_node: bool,
    newest: Round,
    block: impl Fn(Round) -> Option<bool> + Send + Sync + 'static,
) -> Algod {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let block = Arc::new(block);
    // A thread a connection: a client may open one that it never uses.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, block) = (stream.unwrap(), Arc::clone(&block));
            std::thread::spawn(move || answer(&mut stream, newest, &*block));
        }
    });
    Algod::connect(&url, None, Transport { is_single_node, ..Transport::default() }).unwrap()
}

/// Answers the one request of a connection.
fn answer(stream: &mut TcpStream, newest: Round, block: &dyn Fn(Round) -> Option<bool>) {
    let mut request = [0; 2048];
    let length = stream.read(&mut request).unwrap();
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let round = || path.split('/').nth(3).and_then(|round| round.parse().ok()).unwrap_or_default();
    let body = match path {
        "/v2/status" => Some(format!("{{\"last-round\":{newest},\"last-version\":\"v\"}}")),
        path if path.ends_with("/txids") => block(round()).map(|has| match has {
            true => format!("{{\"blockTxids\":[\"{SENT}\"]}}"),
            false => "{\"blockTxids\":[]}".to_owned(),
        }),
        path if path.starts_with("/v2/blocks/") => Some("{\"block\":{\"txns\":[{\"apid\":9}]}}".to_owned()),
        _ => None,
    };
    let (status, body) = body.map_or((404, "{\"message\":\"not found\"}".to_owned()), |body| (200, body));
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).unwrap();
}

const WINDOW: Window = Window { first_valid: Round(100), last_valid: Round(150) };

#[tokio::test]
async fn a_node_that_is_behind_makes_nothing_void() {
    for is_single_node in [false, true] {
        let algod = network(is_single_node, Round(200), |round| Some(round == Round(110)));
        let outcome = algod.outcome(SENT, Some(WINDOW)).await.unwrap();
        let Outcome::InBlock(confirmation) = outcome else { panic!("single node: {is_single_node}: {outcome:?}") };
        assert_eq!((confirmation.round, confirmation.application), (Round(110), Some(AppIndex(9))));
    }
}

#[tokio::test]
async fn every_block_without_it_makes_it_void() {
    let algod = network(false, Round(200), |_| Some(false));
    let outcome = algod.outcome(SENT, Some(WINDOW)).await.unwrap();
    assert!(matches!(outcome, Outcome::Void(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_block_that_cannot_be_had_leaves_it_open() {
    let algod = network(true, Round(200), |round| (round != Round(120)).then_some(false));
    let outcome = algod.outcome(SENT, Some(WINDOW)).await.unwrap();
    assert_eq!(outcome, Outcome::Unknown(Unknown::NoBlocks(WINDOW)));
    // A block that is missing does not hide what the others have.
    let algod = network(true, Round(200), |round| (round != Round(120)).then_some(round == Round(130)));
    let outcome = algod.outcome(SENT, Some(WINDOW)).await.unwrap();
    assert!(matches!(outcome, Outcome::InBlock(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_recent_block_is_asked_for_again_where_nodes_may_be_behind() {
    let asked = AtomicU32::new(0);
    let algod = network(false, Round(200), move |round| {
        let before = if round == Round(150) { asked.fetch_add(1, Ordering::SeqCst) } else { 2 };
        (before >= 2).then_some(false)
    });
    let outcome = algod.outcome(SENT, Some(WINDOW)).await.unwrap();
    assert!(matches!(outcome, Outcome::Void(_)), "{outcome:?}");
}

#[tokio::test]
async fn what_is_still_valid_is_open() {
    let algod = network(false, Round(140), |_| Some(false));
    let outcome = algod.outcome(SENT, Some(WINDOW)).await.unwrap();
    assert_eq!(outcome, Outcome::Unknown(Unknown::StillValid(WINDOW)));
}
