//! Listeners and connections: HTTP/1.1 with limits of time and size, and a stop that takes seconds whatever clients do.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::faults::NoAnswer;
use super::frame::{Frame, State};
use super::origin::Connection;
use super::stopping::Stopping;
use super::write_timeout::WriteTimeout;
use crate::access::Peer;

/// How long to wait after an accept that failed, for example because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Smaller is not possible.
const BUFFER: usize = 64 * 1024;

/// Limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ServerSettings {
    /// How long a connection may take until its first request has all its headers.
    pub first_request: Duration,
    /// How long a connection may be idle, or take for the headers of a later request. Longer than proxies keep connections.
    pub idle: Duration,
    /// How long a client may not read while an answer waits to be written.
    pub write: Duration,
    /// The largest head of a request, in bytes.
    pub max_head: usize,
    /// Connections at once; more wait to be accepted.
    pub max_connections: usize,
    /// How long answers may take to end after a stop, before their connections are closed.
    pub drain: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            first_request: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            max_head: 16 * 1024,
            max_connections: 100_000,
            drain: Duration::from_secs(8),
        }
    }
}

/// Where connections come in.
#[derive(Debug)]
pub enum Listener {
    /// A TCP port.
    Tcp(TcpListener),
    /// A Unix socket, for the operator.
    #[cfg(unix)]
    Socket(tokio::net::UnixListener),
}

impl Listener {
    /// Listens on a TCP address; port 0 takes a free one.
    ///
    /// # Errors
    /// The address is in use or not of this machine.
    pub async fn tcp(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self::Tcp)
    }

    /// Listens on a Unix socket that only the user of this process may open. Replaces a socket that an earlier process left.
    ///
    /// # Errors
    /// The folder cannot be written, or the path is too long for a socket.
    #[cfg(unix)]
    pub fn socket(path: &std::path::Path) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        // The path must never name a socket that others may open.
        let draft = path.with_extension("new");
        match std::fs::remove_file(&draft) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            _ => {}
        }
        let listener = tokio::net::UnixListener::bind(&draft)?;
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&draft, path)?;
        Ok(Self::Socket(listener))
    }

    /// The TCP address, if it is one.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Self::Socket(_) => None,
        }
    }
}

/// Serves until the server stops; then lets answers end, and closes what does not end in time.
///
/// # Errors
/// A listener has no address.
pub async fn serve<S: State>(
    frame: Arc<Frame<S>>,
    listeners: Vec<Listener>,
    settings: ServerSettings,
) -> io::Result<()> {
    let (close, closing) = Stopping::new();
    let (alive, mut all_gone) = mpsc::channel::<Infallible>(1);
    let slots = Arc::new(Semaphore::new(settings.max_connections.min(Semaphore::MAX_PERMITS)));
    let mut accepting = tokio::task::JoinSet::new();
    for listener in listeners {
        let server = Server {
            frame: Arc::clone(&frame),
            settings,
            stopping: frame.stopping(),
            closing: closing.clone(),
            alive: alive.clone(),
            slots: Arc::clone(&slots),
        };
        match listener {
            Listener::Tcp(listener) => {
                let is_loopback = listener.local_addr()?.ip().is_loopback();
                accepting.spawn(server.accept_tcp(listener, is_loopback));
            }
            #[cfg(unix)]
            Listener::Socket(listener) => {
                accepting.spawn(server.accept_socket(listener));
            }
        }
    }
    drop(alive);
    frame.stopping().wait().await;
    // Nobody sends: the channel closes when the last connection has gone.
    if tokio::time::timeout(settings.drain, all_gone.recv()).await.is_err() {
        tracing::warn!("closing connections whose answers did not end in time");
        close.stop();
        all_gone.recv().await;
    }
    accepting.join_all().await;
    Ok(())
}

/// What a listener gives to its connections.
struct Server<S> {
    frame: Arc<Frame<S>>,
    settings: ServerSettings,
    /// No more requests.
    stopping: Stopping,
    /// No more connections.
    closing: Stopping,
    /// Dropped when a connection ends.
    alive: mpsc::Sender<Infallible>,
    slots: Arc<Semaphore>,
}

impl<S: State> Server<S> {
    async fn accept_tcp(self, listener: TcpListener, is_loopback: bool) {
        let mut stopping = self.stopping.clone();
        while let Some((slot, accepted)) = self.next(&mut stopping, listener.accept()).await {
            match accepted {
                Ok((stream, peer)) => self.open_tcp(stream, peer, is_loopback, slot),
                Err(why) => pause(&why).await,
            }
        }
    }

    #[cfg(unix)]
    async fn accept_socket(self, listener: tokio::net::UnixListener) {
        let mut stopping = self.stopping.clone();
        while let Some((slot, accepted)) = self.next(&mut stopping, listener.accept()).await {
            match accepted {
                Ok((stream, _)) => {
                    self.open(stream, Connection { peer: Peer::Socket, listener_is_loopback: true }, slot)
                }
                Err(why) => pause(&why).await,
            }
        }
    }

    /// A slot and a connection; nothing once the server stops.
    async fn next<T>(
        &self,
        stopping: &mut Stopping,
        accept: impl Future<Output = T>,
    ) -> Option<(OwnedSemaphorePermit, T)> {
        tokio::select! {
            () = stopping.wait() => None,
            both = async {
                let slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
                Some((slot, accept.await))
            } => both,
        }
    }

    fn open_tcp(&self, stream: TcpStream, peer: SocketAddr, is_loopback: bool, slot: OwnedSemaphorePermit) {
        if let Err(why) = stream.set_nodelay(true) {
            tracing::debug!(%why, "the connection cannot send small packets at once");
        }
        let connection = Connection { peer: Peer::Address(peer.ip()), listener_is_loopback: is_loopback };
        self.open(stream, connection, slot);
    }

    fn open<T>(&self, stream: T, connection: Connection, slot: OwnedSemaphorePermit)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let has_request = Arc::new(AtomicBool::new(false));
        let (frame, seen) = (Arc::clone(&self.frame), Arc::clone(&has_request));
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            seen.store(true, Ordering::Relaxed);
            let frame = Arc::clone(&frame);
            async move {
                let answer = frame.answer(connection, request.map(Body::new)).await;
                match answer.extensions().get::<NoAnswer>() {
                    None => Ok(answer),
                    Some(NoAnswer) => Err(io::Error::other("a fault that a test asked for")),
                }
            }
        });
        let settings = self.settings;
        let http = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(settings.idle)
            .max_buf_size(BUFFER.max(settings.max_head))
            .max_header_size(settings.max_head)
            .serve_connection(TokioIo::new(WriteTimeout::new(stream, settings.write)), service);
        let (mut stopping, mut closing) = (self.stopping.clone(), self.closing.clone());
        let alive = self.alive.clone();
        tokio::spawn(async move {
            tokio::pin!(http);
            let first_request = tokio::time::sleep(settings.first_request);
            tokio::pin!(first_request);
            let (mut is_ending, mut is_timed) = (false, true);
            loop {
                tokio::select! {
                    ended = &mut http => {
                        if let Err(why) = ended {
                            tracing::debug!(%why, "a connection ended early");
                        }
                        break;
                    }
                    () = stopping.wait(), if !is_ending => {
                        is_ending = true;
                        http.as_mut().graceful_shutdown();
                    }
                    () = &mut first_request, if is_timed => {
                        is_timed = false;
                        if !has_request.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    () = closing.wait() => break,
                }
            }
            drop((alive, slot));
        });
    }
}

/// Waits after an accept that failed, unless only that connection did.
async fn pause(why: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(why.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%why, "cannot accept a connection");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

#[cfg(test)]
mod tests;
