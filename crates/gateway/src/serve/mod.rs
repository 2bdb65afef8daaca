//! The whole gateway as one process: its network is prepared, then it answers until it is stopped.

mod chain_watch;
mod contracts;
mod error;
mod network;
mod settlement;
mod sweep;

pub use error::ServeError;

use crate::chain::Caps;
use crate::files::GatewayFiles;
use crate::gateway::{Gateway, NetworkInfo};
use crate::http::{Frame, FrameSettings, Listener, Routes, ServerSettings, Stopping, TrustedProxies};
use crate::store::{Store, StoreNetwork};
use network::PreparedNetwork;
use pnp_ops::Connection;
use pnp_types::Digest;
use pnp_usage::StopSignal;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The port that SDKs expect on the mock network.
pub const DEFAULT_PORT: u16 = 4080;

/// How a gateway is run.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of the store and the seed; `.pnp/gateway/NETWORK` if not given.
    pub folder: Option<std::path::PathBuf>,
    /// Where `/metrics` is answered; nowhere if not given.
    pub metrics: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The most that is signed in a day.
    pub caps: Caps,
}

impl Default for ServeSettings {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT));
        Self { listen, folder: None, metrics: None, trusted_proxies: TrustedProxies::default(), caps: Caps::NONE }
    }
}

/// A gateway that is ready: what its users need to know.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Ready {
    /// Where it answers.
    pub url: String,
    /// What the operator sees.
    pub dashboard: String,
    /// Where a monitoring system reads, if it was asked for.
    pub metrics: Option<String>,
    /// The name of its network, for example `embedded` or `localnet`.
    pub network: String,
    /// What its keys begin with: `mock`, `test` or `live`.
    pub keys: &'static str,
    /// The key that works from this machine without further ado, on development networks.
    pub api_key: Option<&'static str>,
    /// The contract that users are billed with.
    pub app_id: u64,
    /// The asset that they are billed in.
    pub asset_id: u64,
    /// The treasury's account.
    pub treasury: String,
    /// The folder of the store and the seed.
    pub folder: String,
}

/// A gateway that runs.
#[derive(Debug)]
pub struct RunningGateway {
    /// What its users need to know.
    pub ready: Ready,
    /// The gateway itself.
    pub gateway: Arc<Gateway>,
    /// The dashboard's first link, while no password is set. For a terminal, never for a log.
    pub first_link: Option<String>,
    stop: crate::http::Stop,
    settler: StopSignal,
    tasks: JoinSet<Result<(), ServeError>>,
    _socket: Socket,
}

/// The operator's socket, whose file goes with the gateway.
#[derive(Debug)]
struct Socket(Option<std::path::PathBuf>);

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::debug!(%error, "the socket's file stays");
        }
    }
}

/// Listens on the operator's socket beside the store.
#[cfg(unix)]
fn listen_to_operator(files: &GatewayFiles, listeners: &mut Vec<Listener>) -> Result<Socket, ServeError> {
    let path = files.socket();
    let listener = Listener::socket(&path).map_err(|source| ServeError::Socket { path: path.clone(), source })?;
    listeners.push(listener);
    Ok(Socket(Some(path)))
}

/// Where there are no such sockets, the operator's commands need the store for themselves.
#[cfg(not(unix))]
fn listen_to_operator(_: &GatewayFiles, _: &mut Vec<Listener>) -> Result<Socket, ServeError> {
    Ok(Socket(None))
}

/// Prepares the network, opens the store and begins to answer.
///
/// # Errors
/// [`ServeError`].
pub async fn start(connection: Arc<Connection>, settings: &ServeSettings) -> Result<RunningGateway, ServeError> {
    if !connection.is_development() {
        return Err(ServeError::PublicNetwork(connection.network.name.clone()));
    }
    let files = match &settings.folder {
        Some(folder) => GatewayFiles::new(folder.clone()),
        None => GatewayFiles::of_network(&connection.settings, &connection.network.name),
    };
    pnp_ops::make_private(&connection.settings.folder, files.folder())?;
    let genesis_hash = genesis_hash(&connection.identity.hash)?;
    let store_network =
        StoreNetwork { name: connection.network.name.clone(), genesis_hash: connection.identity.hash.clone() };
    // A store whose seed is gone must not get another one: its wallets' coins lie at addresses of the old.
    let seed = if files.store_file().exists() { files.existing_seed()? } else { files.seed(genesis_hash)? };
    let store = Store::open(files.folder(), &store_network)?;
    let keys = seed.on(genesis_hash);
    let network = PreparedNetwork::prepare(&connection, &keys, &store).await?;
    let gateway = Gateway::new(store, NetworkInfo::development(&connection.network.name), &keys).await?;
    let first_link = crate::logins::prepare_first_link((&gateway.store, &gateway.logins), files.folder()).await?;

    let (listener, address) = listen(settings.listen).await?;
    let mut listeners = vec![listener];
    let socket = listen_to_operator(&files, &mut listeners)?;
    let (stop, stopping) = Stopping::new();
    let is_development = gateway.network.is_development;
    let mut routes = crate::api::routes(is_development);
    routes.extend(crate::pages::routes(is_development)?);
    let routes = Routes::with_documentation(routes, env!("CARGO_PKG_VERSION"))?;
    let frame_settings =
        FrameSettings { trusted_proxies: settings.trusted_proxies.clone(), ..FrameSettings::default() };
    let frame = Frame::new(Arc::clone(&gateway), routes, frame_settings, stopping.clone());
    let frame = match gateway.network.is_development {
        true => frame.with_faults(Arc::clone(&gateway.faults)),
        false => frame,
    };
    let frame = Arc::new(frame);
    let settler = StopSignal::new();
    let mut tasks = JoinSet::new();
    let metrics = serve_metrics(&mut tasks, &gateway, &frame, settings.metrics, &stopping).await?;
    tasks.spawn(async move { Ok(crate::http::serve(frame, listeners, ServerSettings::default()).await?) });
    tasks.spawn(sweep::run(Arc::clone(&gateway), stopping.clone()));
    tasks.spawn(chain_watch::run(Arc::clone(&gateway), connection.algod.clone(), stopping.clone()));
    let sealing = crate::gateway::run_sealer(Arc::clone(&gateway), stopping);
    tasks.spawn(async {
        sealing.await;
        Ok(())
    });
    settlement::spawn(&mut tasks, &connection, &gateway, &keys, &network, settings.caps, &settler).await?;
    let first_link = first_link.map(|token| format!("http://{address}{}{token}", crate::logins::FIRST_LINK));
    let ready = Ready {
        dashboard: format!("http://{address}/dashboard"),
        url: format!("http://{address}"),
        metrics: metrics.map(|address| format!("http://{address}/metrics")),
        network: gateway.network.name.clone(),
        keys: gateway.network.kind.text(),
        api_key: address.ip().is_loopback().then_some("mock-api-key"),
        app_id: network.app.0,
        asset_id: network.asset.0,
        treasury: network.treasury.to_string(),
        folder: connection.settings.shown(files.folder()),
    };
    Ok(RunningGateway { ready, gateway, first_link, stop, settler, tasks, _socket: socket })
}

async fn listen(address: SocketAddr) -> Result<(Listener, SocketAddr), ServeError> {
    let listener = Listener::tcp(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let address = listener.address().unwrap_or(address);
    Ok((listener, address))
}

/// Answers a monitoring system on a listener of its own, if there is to be one; its address.
async fn serve_metrics(
    tasks: &mut JoinSet<Result<(), ServeError>>,
    gateway: &Arc<Gateway>,
    frame: &Frame<Arc<Gateway>>,
    address: Option<SocketAddr>,
    stopping: &Stopping,
) -> Result<Option<SocketAddr>, ServeError> {
    let Some(address) = address else { return Ok(None) };
    let (listener, address) = listen(address).await?;
    let routes = Routes::new(crate::metrics::routes(&frame.counts()))?;
    let frame = Arc::new(Frame::new(Arc::clone(gateway), routes, FrameSettings::default(), stopping.clone()));
    tasks.spawn(async move { Ok(crate::http::serve(frame, vec![listener], ServerSettings::default()).await?) });
    Ok(Some(address))
}

impl RunningGateway {
    /// Answers until `stop` ends, or a part of the gateway fails; then lets everything end in order.
    ///
    /// # Errors
    /// What failed first.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        let first = tokio::select! {
            () = stop => None,
            ended = self.tasks.join_next() => ended,
        };
        self.stop.stop();
        self.settler.stop();
        let mut outcome = first.map_or(Ok(()), ended);
        while let Some(next) = self.tasks.join_next().await {
            outcome = outcome.and(ended(next));
        }
        outcome
    }
}

/// The genesis hash in a node's text of it.
///
/// # Errors
/// A text that is not a hash.
pub fn genesis_hash(text: &str) -> Result<Digest, ServeError> {
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(Digest).ok_or(ServeError::GenesisHash)
}

fn ended(task: Result<Result<(), ServeError>, tokio::task::JoinError>) -> Result<(), ServeError> {
    task.unwrap_or_else(|error| Err(ServeError::Task(error.to_string())))
}
