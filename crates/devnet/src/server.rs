//! From settings to a running network: folder, ledger, port, thread; and back.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tokio::sync::oneshot;

use super::{Config, DevNode, NodeError, rest};

/// How long open requests may take to end when the network stops.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

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
    let service = rest::service(Arc::clone(&node));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("network").enable_all().build();
    let runtime = runtime.map_err(NodeError::Server)?;
    let run = move || {
        let outcome = runtime.block_on(answer(listener, service, stopped, stop_on_signal));
        runtime.shutdown_timeout(LAST_REQUESTS);
        outcome
    };
    let thread = std::thread::Builder::new().name("network".to_owned()).spawn(run).map_err(NodeError::Server)?;
    Ok(Running { address, node, stop: Some(stop), thread: Some(thread) })
}

async fn answer(
    listener: TcpListener,
    service: axum::Router,
    stopped: oneshot::Receiver<()>,
    on_signal: bool,
) -> io::Result<()> {
    // Answers are small and awaited: holding them back for more to send would cost 40 ms each.
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let (last_call, mut ended) = tokio::sync::watch::channel(());
    let stop = async move {
        tokio::select! {
            // Dropping the sender stops the network, too.
            _ = stopped => {}
            () = signal(), if on_signal => {}
        }
        drop(last_call);
    };
    let serve = axum::serve(listener, service).with_graceful_shutdown(stop).into_future();
    let wait_timeout = async move {
        while ended.changed().await.is_ok() {}
        tokio::time::sleep(LAST_REQUESTS).await;
    };
    tokio::select! {
        outcome = serve => outcome,
        () = wait_timeout => Ok(()),
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
