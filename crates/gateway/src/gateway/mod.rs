//! The gateway: the store, the keys, and who calls, in one place.

mod auth;
mod errors;
mod health;
mod playback;
mod registry;
mod rotate;
mod sealer;
mod sweep;

pub(crate) use health::Health;
pub(crate) use playback::ReplacedKey;
pub use registry::{KeyRow, PartnerState, Registry};
pub use sealer::run_sealer;
#[cfg(test)]
pub(crate) use sealer::seal_once;
pub use sweep::{SweepPlace, sweep, sweep_next};

use crate::chain::{Review, Wake};
use crate::credentials::{
    DerivationError, KeyNetwork, NetworkKeys, PlaybackClaims, SessionClaims, SessionTokens, UserTokens, WithdrawalMacs,
};
use crate::events::Live;
use crate::http::{Faults, Observer};
use crate::ledger::Contract;
use crate::logins::Logins;
use crate::problem::{Code, Problem};
use crate::sessions::Session;
use crate::store::{Store, StoreError, Write, WriteError};
use playback::{PlaybackKeys, Rotation};
use pnp_client::Algod;
use pnp_types::{Address, AssetIndex};
use rusqlite::Connection;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use tokio::sync::watch;

/// For how long a session token is valid after it was given, in milliseconds. Players get a new one in time.
const SESSION_TOKEN_LASTS: i64 = 48 * 3_600_000;
/// A playback token is valid for its lease and so many milliseconds.
const PLAYBACK_TOKEN_GRACE: i64 = 10_000;

/// The network that a gateway settles on.
#[derive(Clone, Debug)]
pub struct NetworkInfo {
    /// Its name: `embedded`, `localnet` …
    pub name: String,
    /// What its keys and tokens begin with.
    pub kind: KeyNetwork,
    /// Whether accounts and assets are worth nothing there.
    pub is_development: bool,
}

impl NetworkInfo {
    /// A development network.
    #[must_use]
    pub fn development(name: &str) -> Self {
        Self { name: name.to_owned(), kind: KeyNetwork::Mock, is_development: true }
    }
}

/// Everything that requests work on.
#[derive(Debug)]
pub struct Gateway {
    /// Where everything is kept.
    pub store: Store,
    /// The network.
    pub network: NetworkInfo,
    /// Partners, contracts and keys, in memory.
    pub registry: Registry,
    /// Wakes the settler, once there is one.
    settler: OnceLock<Wake>,
    /// The network's node, once it is known.
    algod: OnceLock<Algod>,
    /// Compares wallets with the chain, once there is a settler.
    reviewer: OnceLock<Reviewer>,
    /// Deploys contracts of partners, once there is a network for it.
    deployer: OnceLock<Deployer>,
    /// The newest entry that is sealed.
    pub sealed: watch::Sender<i64>,
    /// What happened in the last minute.
    pub(crate) live: Live,
    /// Whether the parts beside requests do their work.
    pub(crate) health: Health,
    /// What tests ask for; nothing looks at it on public networks.
    pub faults: Arc<Faults>,
    /// Who is signed in.
    pub(crate) logins: Logins,
    tokens: Tokens,
}

/// A comparison of a wallet with the chain that is under way.
pub type Reviewed = Pin<Box<dyn Future<Output = Result<Option<Review>, Problem>> + Send>>;

/// What compares wallets with the chain.
struct Reviewer(Box<dyn Fn(i64) -> Reviewed + Send + Sync>);

impl std::fmt::Debug for Reviewer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reviewer")
    }
}

/// A contract that is being deployed.
pub type Deployed = Pin<Box<dyn Future<Output = Result<Contract, Problem>> + Send>>;

/// What deploys contracts of partners.
struct Deployer(Box<dyn Fn(i64, Option<Address>) -> Deployed + Send + Sync>);

impl std::fmt::Debug for Deployer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deployer")
    }
}

/// What signs and verifies.
struct Tokens {
    session: SessionTokens,
    user: UserTokens,
    playback: RwLock<Arc<PlaybackKeys>>,
    /// Where the next key comes from.
    keys: NetworkKeys,
    macs: WithdrawalMacs,
}

impl Tokens {
    fn playback(&self) -> Arc<PlaybackKeys> {
        Arc::clone(&self.playback.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set_playback(&self, keys: Arc<PlaybackKeys>) {
        let mut kept = self.playback.write().unwrap_or_else(PoisonError::into_inner);
        // Of two that come at the same time the later one stays.
        if kept.is_older_than(&keys) {
            *kept = keys;
        }
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Gateway {
    /// A gateway over a store, with the keys of its network.
    ///
    /// # Errors
    /// Keys that cannot be derived, and a store that cannot be read.
    pub async fn new(store: Store, network: NetworkInfo, keys: &NetworkKeys) -> Result<Arc<Self>, GatewayError> {
        let rotation = store.read(Rotation::read).await?;
        let playback = PlaybackKeys::new(keys, network.kind, rotation)?;
        let tokens = Tokens {
            keys: keys.clone(),
            session: keys.session_tokens(network.kind)?,
            user: keys.user_tokens(network.kind)?,
            playback: RwLock::new(playback),
            macs: keys.withdrawal_macs()?,
        };
        let registry = Registry::default();
        let (sealed, _) = watch::channel(0);
        let settler = OnceLock::new();
        let gateway = Arc::new(Self {
            store,
            network,
            registry,
            settler,
            algod: OnceLock::new(),
            reviewer: OnceLock::new(),
            deployer: OnceLock::new(),
            sealed,
            live: Live::default(),
            health: Health::default(),
            faults: Arc::default(),
            logins: Logins::default(),
            tokens,
        });
        gateway.reload().await?;
        Ok(gateway)
    }

    /// Reads partners, contracts and keys again.
    ///
    /// # Errors
    /// The store's.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let read = self.store.read(registry::Content::read).await?;
        self.registry.replace(read);
        Ok(())
    }

    /// Writes when keys were used last, of those that were used since the last time.
    pub(crate) async fn write_key_uses(&self) -> Result<(), Problem> {
        let uses = self.registry.take_uses();
        if uses.is_empty() {
            return Ok(());
        }
        self.write(move |write| {
            for (key, at) in &uses {
                write.execute(
                    "UPDATE api_keys SET last_used_at = ?1 WHERE id = ?2 AND COALESCE(last_used_at, 0) < ?1",
                    [at, key],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// Runs a job in a transaction.
    ///
    /// # Errors
    /// The job's own problem, or one of the store.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Write<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.store.write(job).await.map_err(|error| match error {
            WriteError::Job(problem) => problem,
            WriteError::Store(error) => error.into(),
        })
    }

    /// Reads one state of the store.
    ///
    /// # Errors
    /// The job's own problem, or one of the store.
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.store.read(job).await
    }

    /// Lets the settler be woken.
    pub fn wake_with(&self, settler: Wake) {
        if self.settler.set(settler).is_err() {
            tracing::warn!("a second settler is not woken");
        }
    }

    /// Lets the network be asked.
    pub fn ask(&self, algod: Algod) {
        if self.algod.set(algod).is_err() {
            tracing::warn!("a second node is not asked");
        }
    }

    /// Lets wallets be compared with the chain.
    pub fn review_with(&self, review: impl Fn(i64) -> Reviewed + Send + Sync + 'static) {
        if self.reviewer.set(Reviewer(Box::new(review))).is_err() {
            tracing::warn!("a second settler is not asked");
        }
    }

    /// Compares a wallet's account with its books now; `None` where there is no such wallet, or it is closed.
    ///
    /// # Errors
    /// [`Code::Busy`] where the network does not answer, or no settler runs.
    pub async fn review(&self, wallet: i64) -> Result<Option<Review>, Problem> {
        let reviewer = self.reviewer.get().ok_or_else(|| {
            Problem::new(Code::Busy).detail("The network is not asked: the gateway does not run.").retry_after(5)
        })?;
        (reviewer.0)(wallet).await
    }

    /// Lets contracts of partners be deployed.
    pub fn deploy_with(&self, deploy: impl Fn(i64, Option<Address>) -> Deployed + Send + Sync + 'static) {
        if self.deployer.set(Deployer(Box::new(deploy))).is_err() {
            tracing::warn!("a second network is not deployed to");
        }
    }

    /// Deploys a contract for a partner, which bills are signed for from now on; it is not in the store yet.
    ///
    /// # Errors
    /// [`Code::Busy`] where the network does not answer, or no gateway runs; [`Code::ContractUnavailable`] for a provider that
    /// cannot receive the asset.
    pub(crate) async fn deploy(&self, partner: i64, provider: Option<Address>) -> Result<Contract, Problem> {
        let deployer = self.deployer.get().ok_or_else(|| {
            Problem::new(Code::Busy).detail("The network is not asked: the gateway does not run.").retry_after(5)
        })?;
        (deployer.0)(partner, provider).await
    }

    /// Checks that an address can receive the asset.
    ///
    /// # Errors
    /// [`Code::DestinationNotReady`], and [`Code::Busy`] where the network does not answer.
    pub async fn check_destination(&self, address: Address, asset: AssetIndex) -> Result<(), Problem> {
        let away = || Problem::new(Code::Busy).detail("The network does not answer.").retry_after(5);
        let algod = self.algod.get().ok_or_else(away)?;
        let holding = algod.holding(address, asset).await.map_err(|error| {
            tracing::warn!(%error, "a destination could not be looked up");
            away()
        })?;
        let not_ready = |why: &'static str| Problem::new(Code::DestinationNotReady).param("destination").detail(why);
        match holding {
            None => Err(not_ready("The address has not opted in to the asset.")),
            Some(holding) if holding.frozen => Err(not_ready("The address's holding of the asset is frozen.")),
            Some(_) => Ok(()),
        }
    }

    /// Something of a wallet became due: the settler looks at once.
    pub fn wake(&self, wallet: i64) {
        if let Some(settler) = self.settler.get() {
            settler.wallet(wallet);
        }
    }

    /// A partner, its settings and its contract.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn partner(&self, id: i64) -> Result<Arc<PartnerState>, Problem> {
        self.registry.partner(id).ok_or_else(|| Problem::new(Code::NotFound))
    }

    /// A session's token, valid from now on.
    #[must_use]
    pub fn session_token(&self, session: &Session, now: i64) -> String {
        self.tokens.session.sign(&SessionClaims {
            session: session.id,
            partner: session.partner,
            generation: session.generation,
            issued_at: now,
            expires_at: now.saturating_add(SESSION_TOKEN_LASTS),
        })
    }

    /// A token that opens a session's content until its lease ends.
    ///
    /// # Errors
    /// What signing may fail with.
    pub fn playback_token(&self, session: &Session, lease_until: i64) -> Result<String, Problem> {
        let claims = PlaybackClaims {
            partner: session.partner,
            content: session.content_id.clone(),
            session: session.id,
            expires_at: lease_until.saturating_add(PLAYBACK_TOKEN_GRACE),
            is_test_clock: self.store.clock().is_test_clock(),
        };
        self.tokens.playback().sign(&claims, self.store.clock().now())
    }

    /// What user tokens are signed by.
    #[must_use]
    pub const fn user_tokens(&self) -> &UserTokens {
        &self.tokens.user
    }

    /// The keys that playback tokens are verified by.
    #[must_use]
    pub fn key_set(&self) -> serde_json::Value {
        self.tokens.playback().key_set(self.store.clock().now())
    }

    /// What proves that a withdrawal was authorized.
    #[must_use]
    pub const fn withdrawal_macs(&self) -> &WithdrawalMacs {
        &self.tokens.macs
    }
}

impl Observer for Arc<Gateway> {}

/// Why a gateway cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// A key.
    #[error(transparent)]
    Key(#[from] DerivationError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}
