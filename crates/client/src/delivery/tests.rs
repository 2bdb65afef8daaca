use super::*;
use crate::{RetryPolicy, Transport};
use pnp_types::{Address, MicroAlgos, Transaction};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// How long nothing may answer in these tests.
const TOTAL: Duration = Duration::from_secs(3);
/// The same, with what a busy machine may add.
const AT_MOST: Duration = Duration::from_secs(8);

/// A node that takes every connection, and answers as `answer` says: a body, or nothing at all.
fn node(answer: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static) -> Algod {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, answer) = (stream.unwrap(), Arc::clone(&answer));
            std::thread::spawn(move || serve(stream, &*answer).ok());
        }
    });
    Algod::connect(&url, None, Transport { retry: RetryPolicy::lasting(TOTAL), ..Transport::default() }).unwrap()
}

/// A request without an answer stays open.
fn serve(mut stream: TcpStream, answer: &impl Fn(&str) -> Option<&'static str>) -> std::io::Result<()> {
    let mut request = [0; 4096];
    let length = stream.read(&mut request)?;
    let Some(body) = answer(&String::from_utf8_lossy(&request[..length])) else {
        std::thread::sleep(Duration::from_secs(60));
        return Ok(());
    };
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes())
}

fn group() -> Vec<SignedTransaction> {
    let payment =
        Transaction::payment(Address([1; 32]), Address([2; 32]), MicroAlgos(1)).valid(Round(1), Round(1000)).build();
    vec![SignedTransaction { transaction: payment, ..SignedTransaction::default() }]
}

#[tokio::test]
async fn a_question_to_a_silent_node_ends_when_the_time_is_up() {
    let begun = Instant::now();
    let error = node(|_| None).newest_round().await.unwrap_err();
    assert!(matches!(error, ClientError::Lost { .. }), "{error}");
    assert!(begun.elapsed() < AT_MOST, "it took {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_group_has_one_deadline_for_all_questions_about_it() {
    // Nothing answers at all: the group may have arrived.
    let begun = Instant::now();
    let error = node(|_| None).deliver(&group()).await.unwrap_err();
    assert!(matches!(error, ClientError::Uncertain { .. }), "{error}");
    assert!(begun.elapsed() < AT_MOST, "it took {:?}", begun.elapsed());

    // The node goes away while the group waits in its pool.
    let begun = Instant::now();
    let pending = std::sync::atomic::AtomicU32::new(0);
    let algod = node(move |request| {
        if request.starts_with("POST") {
            return Some("{\"txId\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}");
        }
        let asked = pending.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        match request {
            _ if asked > 3 => None,
            request if request.contains("/pending/") => Some("{\"pool-error\":\"\",\"txn\":{}}"),
            _ => Some("{\"last-round\":5,\"last-version\":\"v\"}"),
        }
    });
    let error = algod.deliver(&group()).await.unwrap_err();
    assert!(matches!(error, ClientError::Uncertain { .. }), "{error}");
    assert!(begun.elapsed() < AT_MOST, "it took {:?}", begun.elapsed());
}
