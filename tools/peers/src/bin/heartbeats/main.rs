//! The load of a gateway: heartbeats of many players at a fixed rate, whatever the answers take (an open loop).
//!
//! `heartbeats HOST:PORT KEY FIRST_SESSION SESSIONS RATE SECONDS CONNECTIONS` gives each session a token, then sends RATE heartbeats a
//! second over all of them. A latency counts from the moment at which the heartbeat was to be sent. One JSON document says what came
//! of it. RATE 0 sends the next heartbeat of a connection as soon as the one before is answered (a closed loop).

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

type Failure = Box<dyn Error + Send + Sync>;

/// What is asked for.
struct Load {
    host: String,
    key: String,
    first: i64,
    sessions: u64,
    rate: u64,
    lasts: Duration,
    connections: u64,
}

/// A connection that is kept open.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn connect(host: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends a request and reads its answer: the status, and the body in the buffer.
    async fn post(&mut self, head: &str, body: &str) -> Result<(u16, &[u8]), Failure> {
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the gateway closed the connection".into());
            }
            if let Some((status, start, length)) = answer(&self.buffer)
                && self.buffer.len() >= start + length
            {
                return Ok((status, self.buffer.get(start..start + length).unwrap_or_default()));
            }
        }
    }
}

/// Status, start and length of the body of an answer whose head is there.
fn answer(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let start = bytes.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(bytes.get(..start)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or("0", str::trim);
    Some((status, start, length.parse().ok()?))
}

/// The text of a session's number: see `pnp_gateway::id`.
fn session_id(number: i64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digit = |place: u32| DIGITS.get(usize::try_from(number >> (5 * place) & 31).unwrap_or(0)).copied();
    let digits = (0..12).rev().filter_map(digit).map(char::from).collect::<String>();
    format!("ses_0{digits}")
}

fn head(host: &str, path: &str, token: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
    )
}

/// The head of each session's heartbeats, with its token.
async fn heads(load: &Load) -> Result<Vec<String>, Failure> {
    let mut tasks = tokio::task::JoinSet::new();
    for connection in 0..load.connections {
        let (host, key, first) = (load.host.clone(), load.key.clone(), load.first);
        let numbers: Vec<u64> = (connection..load.sessions).step_by(usize::try_from(load.connections)?).collect();
        tasks.spawn(async move {
            let mut client = Client::connect(&host).await?;
            let mut heads = Vec::with_capacity(numbers.len());
            for number in numbers {
                let id = session_id(first + i64::try_from(number)?);
                let asked = head(&host, &format!("/v1/sessions/{id}/token"), &key);
                let (mut status, mut body) = client.post(&asked, "").await?;
                while status == 429 {
                    // More than a key may ask in a second: that is no part of what is measured.
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    client = Client::connect(&host).await?;
                    (status, body) = client.post(&asked, "").await?;
                }
                let document: serde_json::Value = serde_json::from_slice(body)?;
                let Some(token) = document["session_token"].as_str() else {
                    return Err(format!("no token: {status} {document}").into());
                };
                heads.push((number, head(&host, &format!("/v1/sessions/{id}/heartbeats"), token)));
            }
            Ok::<_, Failure>(heads)
        });
    }
    let mut all = Vec::with_capacity(usize::try_from(load.sessions)?);
    while let Some(heads) = tasks.join_next().await {
        all.extend(heads??);
    }
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, head)| head).collect())
}

/// What one connection saw: latencies in microseconds, answers that were no success, and connections that were closed.
#[derive(Default)]
struct Seen {
    latencies: Vec<u64>,
    failures: u64,
    closed: u64,
    /// The first answer that was no success.
    first_failure: Option<String>,
}

async fn play(
    load: Arc<Load>,
    heads: Arc<Vec<String>>,
    next: Arc<AtomicU64>,
    run: u64,
    begun: Instant,
) -> Result<Seen, Failure> {
    let mut client = Client::connect(&load.host).await?;
    let mut seen = Seen::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let due = match load.rate {
            0 => Instant::now(),
            rate => begun + Duration::from_nanos(number.saturating_mul(1_000_000_000 / rate)),
        };
        if due.duration_since(begun) >= load.lasts {
            return Ok(seen);
        }
        tokio::time::sleep_until(due.into()).await;
        let session = usize::try_from(number.wrapping_mul(7_919) % load.sessions)?;
        let body = format!(r#"{{"tick_id":"{run:013x}-{number:012}","played_ms":15000}}"#);
        let head = heads.get(session).map_or("", String::as_str);
        match client.post(head, &body).await {
            Ok((200, _)) => {}
            Ok((status, answer)) => {
                seen.failures += 1;
                let text = format!("{status} {}", String::from_utf8_lossy(answer));
                seen.first_failure.get_or_insert(text);
            }
            Err(error) => {
                seen.closed += 1;
                seen.first_failure.get_or_insert(error.to_string());
                client = Client::connect(&load.host).await?;
                continue;
            }
        }
        seen.latencies.push(u64::try_from(due.elapsed().as_micros())?);
    }
}

async fn run(load: Load) -> Result<serde_json::Value, Failure> {
    let heads = Arc::new(heads(&load).await?);
    let (load, next) = (Arc::new(load), Arc::new(AtomicU64::new(0)));
    let run = u64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis())?;
    let (begun, cpu) = (Instant::now(), cpu_ms());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..load.connections {
        tasks.spawn(play(Arc::clone(&load), Arc::clone(&heads), Arc::clone(&next), run, begun));
    }
    let (mut latencies, mut failures, mut closed, mut first_failure) = (Vec::new(), 0, 0, None);
    while let Some(seen) = tasks.join_next().await {
        let seen = seen??;
        latencies.extend(seen.latencies);
        failures += seen.failures;
        closed += seen.closed;
        first_failure = first_failure.or(seen.first_failure);
    }
    let took = begun.elapsed();
    latencies.sort_unstable();
    let count = latencies.len();
    let quantile = |part: usize| latencies.get(count * part / 1_000).or(latencies.last()).copied().unwrap_or(0);
    Ok(serde_json::json!({
        "heartbeats": count,
        "failures": failures,
        "closed": closed,
        "first_failure": first_failure,
        "seconds": took.as_secs_f64(),
        "per_second": count as u64 * 1_000 / u64::try_from(took.as_millis())?.max(1),
        "p50_us": quantile(500),
        "p99_us": quantile(990),
        "p999_us": quantile(999),
        "longest_us": latencies.last(),
        "client_cores": (cpu_ms() - cpu) as f64 / 1_000.0 / took.as_secs_f64(),
    }))
}

/// The processor time of this process, where the system says so.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // User and system time, in hundredths of a second.
    let part = |index: usize| fields.get(index).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    (part(11) + part(12)) * 10
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, key, first, sessions, rate, seconds, connections] = arguments.as_slice() else {
        return Err("usage: heartbeats HOST:PORT KEY FIRST_SESSION SESSIONS RATE SECONDS CONNECTIONS".into());
    };
    let load = Load {
        host: host.clone(),
        key: key.clone(),
        first: first.parse()?,
        sessions: sessions.parse()?,
        rate: rate.parse()?,
        lasts: Duration::from_secs(seconds.parse()?),
        connections: connections.parse()?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(run(load))?;
    let mut out = std::io::stdout().lock();
    Ok(std::io::Write::write_all(&mut out, format!("{outcome}\n").as_bytes())?)
}
