//! A proxy before a node that behaves as badly as a test asks, over HTTP or HTTPS.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) token: String,
    pub(super) body: Vec<u8>,
    /// How often the very same was asked before.
    pub(super) before: usize,
}

impl Request {
    /// Whether this hands transactions over.
    pub(super) fn sends(&self) -> bool {
        self.method == "POST" && self.path == "/v2/transactions"
    }

    /// Whether every other one of the same requests is meant, beginning with the first.
    pub(super) fn odd(&self) -> bool {
        self.before.is_multiple_of(2)
    }
}

/// What the gate does with a request.
pub(super) enum Act {
    Pass,
    /// Answers in the node's place, which hears nothing.
    Answer(u16, &'static str, String),
    /// Answers so, after the node was asked.
    AnswerAfter(u16, &'static str, String),
    /// Closes the connection; the node hears nothing.
    CutBefore,
    /// Closes the connection after the node was asked.
    CutAfter,
    /// Closes the connection in the middle of the node's answer.
    CutAmid,
    /// Says nothing for so long, then passes.
    Late(Duration),
    /// Passes, a few bytes at a time.
    Dribble,
    /// Passes the answer packed with gzip.
    Packed,
    /// Passes another text.
    Edit(fn(String) -> String),
}

type Rule = Box<dyn Fn(&Request) -> Act + Send + Sync>;

/// What makes two requests the same: method, path, body.
type Asked = (String, String, Vec<u8>);

/// A running gate. It ends with the process.
pub(super) struct Proxy {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

struct Gate {
    upstream: String,
    rule: Rule,
    seen: Arc<Mutex<Vec<Request>>>,
    counts: Mutex<HashMap<Asked, usize>>,
    tls: Option<Arc<rustls::ServerConfig>>,
}

impl Proxy {
    pub(super) fn start(upstream: &str, rule: impl Fn(&Request) -> Act + Send + Sync + 'static) -> Self {
        Self::start_tls(upstream, None, rule)
    }

    pub(super) fn start_tls(
        upstream: &str,
        tls: Option<rustls::ServerConfig>,
        rule: impl Fn(&Request) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::default();
        let gate = Arc::new(Gate {
            upstream: upstream.to_owned(),
            rule: Box::new(rule),
            seen: Arc::clone(&seen),
            counts: Mutex::default(),
            tls: tls.map(Arc::new),
        });
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let gate = Arc::clone(&gate);
                // A client that goes away is no failure of the gate.
                std::thread::spawn(move || gate.serve(stream).ok());
            }
        });
        Self { port, seen }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// A node's answer.
struct Reply {
    status: u16,
    kind: String,
    body: Vec<u8>,
}

impl Gate {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(90)))?;
        match &self.tls {
            None => self.answer(&mut BufReader::new(stream)),
            Some(config) => {
                let connection = rustls::ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
                let mut stream = BufReader::new(rustls::StreamOwned::new(connection, stream));
                self.answer(&mut stream)?;
                stream.get_mut().conn.send_close_notify();
                stream.get_mut().flush()
            }
        }
    }

    fn answer<S: Read + Write>(&self, stream: &mut BufReader<S>) -> std::io::Result<()> {
        let Some(request) = self.read(stream)? else { return Ok(()) };
        let out = stream.get_mut();
        match (self.rule)(&request) {
            Act::Pass => whole(out, &self.forward(&request)?, ""),
            Act::Answer(status, header, body) => whole(out, &reply(status, body), header),
            Act::AnswerAfter(status, header, body) => {
                self.forward(&request)?;
                whole(out, &reply(status, body), header)
            }
            Act::CutBefore => Ok(()),
            Act::CutAfter => self.forward(&request).map(|_| ()),
            Act::CutAmid => {
                let answer = self.forward(&request)?;
                out.write_all(head(&answer, answer.body.len(), "").as_bytes())?;
                out.write_all(&answer.body[..answer.body.len() / 2])?;
                out.flush()
            }
            Act::Late(pause) => {
                std::thread::sleep(pause);
                whole(out, &self.forward(&request)?, "")
            }
            Act::Dribble => {
                let answer = self.forward(&request)?;
                out.write_all(head(&answer, answer.body.len(), "").as_bytes())?;
                for piece in answer.body.chunks(answer.body.len() / 8 + 1) {
                    out.write_all(piece)?;
                    out.flush()?;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Ok(())
            }
            Act::Packed => {
                let mut answer = self.forward(&request)?;
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                packer.write_all(&answer.body)?;
                answer.body = packer.finish()?;
                whole(out, &answer, "Content-Encoding: gzip\r\n")
            }
            Act::Edit(edit) => {
                let mut answer = self.forward(&request)?;
                answer.body = edit(String::from_utf8_lossy(&answer.body).into_owned()).into_bytes();
                whole(out, &answer, "")
            }
        }
    }

    fn read<S: Read>(&self, stream: &mut BufReader<S>) -> std::io::Result<Option<Request>> {
        let mut first = String::new();
        if stream.read_line(&mut first)? == 0 {
            return Ok(None);
        }
        let mut words = first.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (mut length, mut token) = (0, String::new());
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(std::io::Error::other)?,
                "x-algo-api-token" | "x-kmd-api-token" => token = value.to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let key = (method.clone(), path.clone(), body.clone());
        let before = {
            let mut counts = self.counts.lock().unwrap();
            let count = counts.entry(key).or_default();
            *count += 1;
            *count - 1
        };
        let request = Request { method, path, token, body, before };
        self.seen.lock().unwrap().push(request.clone());
        Ok(Some(request))
    }

    /// Asks the node; in the old form, whose answers end with the connection.
    fn forward(&self, request: &Request) -> std::io::Result<Reply> {
        let mut node = TcpStream::connect(&self.upstream)?;
        let Request { method, path, token, body, .. } = request;
        let kind =
            if path.starts_with("/v2/transactions/simulate") { "application/msgpack" } else { "application/x-binary" };
        write!(
            node,
            "{method} {path} HTTP/1.0\r\nHost: node\r\nX-Algo-API-Token: {token}\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        )?;
        node.write_all(body)?;
        let mut node = BufReader::new(node);
        let (mut first, mut kind) = (String::new(), String::new());
        node.read_line(&mut first)?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(502);
        loop {
            let mut line = String::new();
            node.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-type") {
                kind = value.to_owned();
            }
        }
        let mut body = Vec::new();
        node.read_to_end(&mut body)?;
        Ok(Reply { status, kind, body })
    }
}

fn reply(status: u16, body: String) -> Reply {
    let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
    Reply { status, kind: kind.to_owned(), body: body.into_bytes() }
}

fn head(reply: &Reply, length: usize, more: &str) -> String {
    format!(
        "HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {length}\r\n{more}Connection: close\r\n\r\n",
        reply.status, reply.kind
    )
}

fn whole(out: &mut impl Write, reply: &Reply, more: &str) -> std::io::Result<()> {
    out.write_all(head(reply, reply.body.len(), more).as_bytes())?;
    out.write_all(&reply.body)?;
    out.flush()
}
