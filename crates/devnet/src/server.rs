//! From settings to a running network: folder, ledger, port, thread; and back.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use super::{Config, DevNode, NodeError, rest};

/// How long open requests may take to end when the network stops.
const LAST_REQUESTS: Duration = Duration::from_secs(3);
/// How long to wait before connections are accepted again after that failed.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// A running network. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    node: Arc<DevNode>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Starts a network: takes its folder, opens or creates its ledger, listens, and serves algod's REST on threads of its
/// own.
///
/// It works from plain threads and from within any async runtime. When it returns, the port answers.
///
/// # Errors
/// The folder is held by another process or unusable, its ledger is damaged, or the port is taken.
pub fn serve(config: Config) -> Result<Running, NodeError> {
    let wanted = SocketAddr::new(config.listen, config.algod_port);
    let stop_on_signal = config.stop_on_signal;
    // The port first: a port in use is the likelier failure, and it should leave no new folder.
    let busy = |source| NodeError::Listen { service: "algod", address: wanted, source };
    let listener = TcpListener::bind(wanted).map_err(busy)?;
    let address = listener.local_addr().map_err(busy)?;
    listener.set_nonblocking(true).map_err(busy)?;
    let node = Arc::new(DevNode::open(config, address)?);
    let (stop, stopped) = oneshot::channel();
    let served = Arc::clone(&node);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("network").enable_all().build();
    let runtime = runtime.map_err(NodeError::Server)?;
    let run = move || {
        let outcome = runtime.block_on(answer(listener, served, stopped, stop_on_signal));
        runtime.shutdown_timeout(LAST_REQUESTS);
        outcome
    };
    let thread = std::thread::Builder::new().name("network".to_owned()).spawn(run).map_err(NodeError::Server)?;
    Ok(Running { address, node, stop: Some(stop), thread: Some(thread) })
}

async fn answer(
    listener: TcpListener,
    node: Arc<DevNode>,
    stopped: oneshot::Receiver<()>,
    on_signal: bool,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (last_call, ended) = watch::channel(());
    let stop = async move {
        tokio::select! {
            // Dropping the sender stops the network, too.
            _ = stopped => {}
            () = signal(), if on_signal => {}
        }
    };
    tokio::pin!(stop);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, Arc::clone(&node), ended.clone()));
                }
                Err(error) => {
                    tracing::debug!(%error, "a connection was not accepted");
                    // Too many open files, say: trying again at once would only burn time.
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop((listener, last_call));
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_REQUESTS, all_ended).await.is_err() {
        tracing::debug!("open requests are dropped");
    }
    Ok(())
}

/// Answers the requests of one connection until it ends, or until the network does.
async fn serve_connection(stream: TcpStream, node: Arc<DevNode>, mut ended: watch::Receiver<()>) {
    // Answers are small and awaited: holding them back for more to send would cost 40 ms each.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let respond = move |request| {
        let node = Arc::clone(&node);
        async move { Ok::<_, Infallible>(rest::respond(node, request).await) }
    };
    // Go spells header names so, and there are clients that look for that spelling.
    let connection =
        http1::Builder::new().title_case_headers(true).serve_connection(TokioIo::new(stream), service_fn(respond));
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        _ = ended.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Ends when the process is asked to.
async fn signal() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "cannot wait for Ctrl-C");
        std::future::pending().await
    }
}

impl Running {
    /// Where algod's REST listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// algod's REST as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The network itself, for callers in this process.
    pub const fn node(&self) -> &Arc<DevNode> {
        &self.node
    }

    /// Stops the network: no new requests, the present ones end, the ledger is closed.
    ///
    /// # Errors
    /// The server ended with an error.
    pub fn stop(mut self) -> Result<(), NodeError> {
        self.stop = None;
        self.join()
    }

    /// Waits until the network stops by itself, which it does on a signal if its settings say so.
    ///
    /// # Errors
    /// The server ended with an error.
    pub fn wait(mut self) -> Result<(), NodeError> {
        self.join()
    }

    fn join(&mut self) -> Result<(), NodeError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let outcome = thread.join().unwrap_or_else(|_| Err(io::Error::other("its thread panicked")));
        outcome.map_err(NodeError::Server)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop = None;
        if let Err(error) = self.join() {
            tracing::warn!(%error, "the network did not stop well");
        }
    }
}
