use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;

use super::super::{Stop, toys};
use super::*;

struct Running {
    address: SocketAddr,
    stop: Stop,
    server: JoinHandle<io::Result<()>>,
}

async fn start(settings: ServerSettings) -> Running {
    let (_, frame, stop) = toys::frame();
    let listener = Listener::tcp(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = listener.address().unwrap();
    let server = tokio::spawn(serve(Arc::new(frame), vec![listener], settings));
    Running { address, stop, server }
}

impl Running {
    async fn connect(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// Stops, and says how long that took.
    async fn stop(self) -> Duration {
        let start = Instant::now();
        self.stop.stop();
        self.server.await.unwrap().unwrap();
        start.elapsed()
    }
}

/// Everything until the connection ends, which an error does too.
async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        bytes.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8(bytes).unwrap()
}

/// Until a text has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&bytes).contains(text) {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8(bytes).unwrap()
}

const STREAM: &str = "GET /v1/events/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer pnp_sk_mock_1\r\n\r\n";

#[tokio::test]
async fn connections_are_kept() {
    let running = start(ServerSettings::default()).await;
    let mut stream = running.connect("GET /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let first = until(&mut stream, "NOT_FOUND").await;
    assert!(first.starts_with("HTTP/1.1 404"), "{first}");
    stream.write_all(b"GET /nowhere HTTP/1.1\r\nhost: evil.example\r\n\r\n").await.unwrap();
    assert!(until(&mut stream, "MISDIRECTED").await.contains("HTTP/1.1 421"));
    stream.write_all(b"HEAD /v1/slow HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let last = rest(stream).await;
    assert!(last.starts_with("HTTP/1.1 200") && last.ends_with("\r\n\r\n"), "{last}");
    running.stop().await;
}

#[tokio::test]
async fn slow_and_large_heads_are_refused() {
    let settings = ServerSettings { first_request: Duration::from_millis(200), max_head: 2000, ..Default::default() };
    let running = start(settings).await;
    let begun = Instant::now();
    assert_eq!(rest(running.connect("GET / HTTP/1.1\r\nhost: local").await).await, "");
    assert_eq!(rest(running.connect("").await).await, "");
    assert!(begun.elapsed() < Duration::from_secs(5));
    let large = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(3000));
    let reply = rest(running.connect(&large).await).await;
    assert!(reply.starts_with("HTTP/1.1 431"), "{reply}");
    running.stop().await;
}

#[tokio::test]
async fn bodies_that_are_too_large_are_answered_before_the_connection_ends() {
    let running = start(ServerSettings::default()).await;
    let body = "x".repeat(500_000);
    let head = "POST /v1/top_ups HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer pnp_sk_mock_1\r\n\
        content-type: application/json\r\nidempotency-key: k\r\nconnection: close\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let reply = rest(running.connect(&request).await).await;
    assert!(reply.contains("BODY_TOO_LARGE"), "{reply}");
    running.stop().await;
}

#[tokio::test]
async fn a_stop_lets_answers_end() {
    let running = start(ServerSettings::default()).await;
    let idle = running.connect("").await;
    let mut stream = running.connect(STREAM).await;
    until(&mut stream, ": begin").await;
    let slow = running.connect("GET /v1/slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let address = running.address;
    assert!(running.stop().await < Duration::from_secs(3));
    assert!(rest(slow).await.starts_with("HTTP/1.1 200"));
    // The last chunk: the stream is whole.
    assert!(rest(stream).await.ends_with("0\r\n\r\n"));
    assert_eq!(rest(idle).await, "");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_stop_closes_streams_that_do_not_end() {
    let settings = ServerSettings { drain: Duration::from_millis(300), ..Default::default() };
    let running = start(settings).await;
    let mut stream = running.connect(&STREAM.replace("stream HTTP", "stream?deaf=true HTTP")).await;
    until(&mut stream, ": begin").await;
    let took = running.stop().await;
    assert!((Duration::from_millis(250)..Duration::from_secs(3)).contains(&took), "{took:?}");
    assert!(!rest(stream).await.ends_with("0\r\n\r\n"));
}

#[tokio::test]
async fn clients_that_do_not_read_are_dropped() {
    let settings = ServerSettings { write: Duration::from_millis(200), ..Default::default() };
    let running = start(settings).await;
    let mut stream = running.connect(&STREAM.replace("stream HTTP", "stream?endless=true HTTP")).await;
    until(&mut stream, ": begin").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    // What was sent before comes, and then the end.
    let read = tokio::time::timeout(Duration::from_secs(5), rest(stream)).await;
    assert!(!read.unwrap().ends_with("0\r\n\r\n"));
    running.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_socket_is_the_operators() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.sock");
    std::fs::write(&path, "left by another process").unwrap();
    let (_, frame, stop) = toys::frame();
    let listener = Listener::socket(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let server = tokio::spawn(serve(Arc::new(frame), vec![listener], ServerSettings::default()));
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    stream.write_all(b"POST /v1/partners HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    stop.stop();
    server.await.unwrap().unwrap();
}
