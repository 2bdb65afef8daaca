//! algod: parameters, submission, waiting, and reading the ledger.

use super::account::{ApplicationBody, AssetBody, CreatorBody, LocalStateBody};
use super::confirmation::PendingBody;
use super::http::Service;
use super::{AccountState, ApplicationState, AssetState, ClientError, Confirmation, Holding, Simulation};
use crate::types::consensus::{self, ConsensusParams};
use crate::types::{
    Address, AppIndex, AssetIndex, Digest, MicroAlgos, Round, SignedTransaction, TealValue, Transaction, Txid, msgpack,
};
use algonaut_algod::apis::configuration::{ApiKey, Configuration};
use algonaut_algod::apis::public_api;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A client of one algod.
#[derive(Clone)]
pub struct Algod {
    service: Service,
    algonaut: Configuration,
}

impl std::fmt::Debug for Algod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // algonaut's configuration would print the token.
        f.debug_tuple("Algod").field(&self.service).finish()
    }
}

/// What a transaction needs from the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestedParams {
    /// The fee per byte; 0 while the network is not congested.
    pub fee_per_byte: u64,
    /// The least fee of a transaction.
    pub min_fee: MicroAlgos,
    /// A label such as `testnet-v1.0`.
    pub genesis_id: String,
    /// The network's identity.
    pub genesis_hash: Digest,
    /// The newest round.
    pub last_round: Round,
    /// The rules in force, as blocks name them: the address of their specification.
    pub consensus: String,
}

impl SuggestedParams {
    /// The parameters of the rules in force; of the newest ones known here where the network is ahead of this program.
    #[must_use]
    pub fn rules(&self) -> &'static ConsensusParams {
        consensus::lookup(&self.consensus).unwrap_or(consensus::LATEST.params)
    }
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Version {
    /// A label such as `testnet-v1.0`.
    pub genesis_id: String,
    /// The network's identity, base64.
    #[serde(rename = "genesis_hash_b64")]
    pub genesis_hash: String,
}

#[derive(serde::Deserialize)]
struct GenesisBody {
    #[serde(default)]
    alloc: Vec<GenesisAccountBody>,
}

#[derive(serde::Deserialize)]
struct GenesisAccountBody {
    addr: String,
    #[serde(default)]
    comment: String,
}

impl Algod {
    /// A client of the algod at `url`; opens no connection yet.
    ///
    /// # Errors
    /// A machine on which no HTTP client can be set up.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self, ClientError> {
        let service = Service::new("algod", url, "X-Algo-API-Token", token)?;
        let algonaut = Configuration {
            base_path: service.url().to_owned(),
            user_agent: Some(concat!("pnp-contract/", env!("CARGO_PKG_VERSION")).to_owned()),
            client: service.client().clone(),
            basic_auth: None,
            oauth_access_token: None,
            bearer_access_token: None,
            api_key: token
                .filter(|token| !token.is_empty())
                .map(|_| ApiKey { prefix: None, key: service.token().to_owned() }),
        };
        Ok(Self { service, algonaut })
    }

    /// Where this client's algod is.
    #[must_use]
    pub fn url(&self) -> &str {
        self.service.url()
    }

    pub(super) const fn service(&self) -> &Service {
        &self.service
    }

    /// Which network answers.
    ///
    /// # Errors
    /// [`ClientError`]; the token is shown only to a service that asks for it here too.
    pub async fn version(&self) -> Result<Version, ClientError> {
        self.service.get_openly("/versions").await
    }

    /// The account that a development network's genesis calls `Wallet1`, as AlgoKit's tools look for it; `None` where the
    /// genesis names none.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn first_wallet(&self) -> Result<Option<Address>, ClientError> {
        let genesis: GenesisBody = self.service.get_openly("/genesis").await?;
        let wallet = genesis.alloc.into_iter().find(|account| account.comment == "Wallet1");
        wallet.map(|account| account.addr.parse().map_err(|error| self.service.malformed(error))).transpose()
    }

    /// What transactions need.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn suggested_params(&self) -> Result<SuggestedParams, ClientError> {
        let params =
            public_api::transaction_params(&self.algonaut).await.map_err(|error| self.service.algonaut(error))?;
        Ok(SuggestedParams {
            fee_per_byte: params.fee.0,
            min_fee: MicroAlgos(params.min_fee.0),
            genesis_id: params.genesis_id,
            genesis_hash: Digest(params.genesis_hash.0),
            last_round: params.last_round.0,
            consensus: params.consensus_version,
        })
    }

    /// Hands a group to the network, as bytes encoded here; the id of its first transaction.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] where the rules refuse it.
    pub async fn submit(&self, group: &[SignedTransaction]) -> Result<Txid, ClientError> {
        let bytes: Vec<u8> = group.iter().flat_map(msgpack::encode).collect();
        self.submit_bytes(&bytes).await
    }

    /// Hands over transactions that are encoded already, one after the other.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] where the rules refuse it.
    pub async fn submit_bytes(&self, bytes: &[u8]) -> Result<Txid, ClientError> {
        let answer =
            public_api::raw_transaction(&self.algonaut, bytes).await.map_err(|error| self.service.algonaut(error))?;
        answer.tx_id.parse().map_err(|error| self.service.malformed(error))
    }

    /// What became of a transaction, from the pool or the newest thousand rounds; `None` where the node knows none.
    ///
    /// # Errors
    /// [`ClientError::Dropped`] where the pool gave it up.
    pub async fn pending(&self, txid: Txid) -> Result<Option<Confirmation>, ClientError> {
        let body: PendingBody = match self.service.get(&format!("/v2/transactions/pending/{txid}")).await {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        if !body.pool_error.is_empty() {
            return Err(ClientError::Dropped { txid, reason: body.pool_error });
        }
        body.confirmation(txid).map_err(|why| self.service.malformed(why))
    }

    /// Waits until a transaction is in a block, at most until the round after `last_valid`.
    ///
    /// # Errors
    /// [`ClientError::Dropped`] and [`ClientError::Expired`].
    pub async fn wait(&self, txid: Txid, last_valid: Round) -> Result<Confirmation, ClientError> {
        const PATIENCE: Duration = Duration::from_secs(120);
        let start = Instant::now();
        let mut round = None;
        loop {
            if let Some(confirmation) = self.pending(txid).await? {
                return Ok(confirmation);
            }
            let last = match round {
                Some(round) => round,
                None => self.suggested_params().await?.last_round,
            };
            if last > last_valid || start.elapsed() > PATIENCE {
                return Err(ClientError::Expired { txid, last_valid });
            }
            round = Some(self.wait_for_block_after(last).await?);
        }
    }

    /// The newest round, once there is one after `round`, or after as long as the node holds such a question.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn wait_for_block_after(&self, round: Round) -> Result<Round, ClientError> {
        #[derive(serde::Deserialize)]
        struct Status {
            #[serde(rename = "last-round")]
            last_round: Round,
        }
        let status: Status = self.service.get(&format!("/v2/status/wait-for-block-after/{round}")).await?;
        Ok(status.last_round)
    }

    /// The ids of a block's transactions; `None` where the node does not have the block (yet, or any more).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn block_txids(&self, round: Round) -> Result<Option<Vec<Txid>>, ClientError> {
        #[derive(serde::Deserialize)]
        struct Body {
            #[serde(rename = "blockTxids", default)]
            ids: Option<Vec<Txid>>,
        }
        match self.service.get::<Body>(&format!("/v2/blocks/{round}/txids")).await {
            Err(error) if error.is_not_found() => Ok(None),
            body => body.map(|body| Some(body.ids.unwrap_or_default())),
        }
    }

    /// An account's balance and standing; an unknown account is an empty one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn account(&self, address: Address) -> Result<AccountState, ClientError> {
        let account = public_api::account_information(&self.algonaut, &address.to_string(), None, Some("all"))
            .await
            .map_err(|error| self.service.algonaut(error))?;
        let auth_addr = match account.auth_addr.as_deref() {
            Some(text) => text.parse().map_err(|error| self.service.malformed(error))?,
            None => Address::ZERO,
        };
        Ok(AccountState {
            address,
            balance: MicroAlgos(account.amount),
            min_balance: MicroAlgos(account.min_balance),
            auth_addr,
        })
    }

    /// An account's holding of an asset; `None` where it has not opted in.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn holding(&self, address: Address, asset: AssetIndex) -> Result<Option<Holding>, ClientError> {
        match public_api::account_asset_information(&self.algonaut, &address.to_string(), asset, None).await {
            Ok(body) => {
                Ok(body.asset_holding.map(|holding| Holding { amount: holding.amount, frozen: holding.is_frozen }))
            }
            Err(error) => match self.service.algonaut(error) {
                error if error.is_not_found() => Ok(None),
                error => Err(error),
            },
        }
    }

    /// An asset; `None` where it does not exist.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn asset(&self, asset: AssetIndex) -> Result<Option<AssetState>, ClientError> {
        match self.service.get::<AssetBody>(&format!("/v2/assets/{asset}")).await {
            Err(error) if error.is_not_found() => Ok(None),
            body => Ok(Some(body?.into_state(asset))),
        }
    }

    /// An application; `None` where it does not exist.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn application(&self, app: AppIndex) -> Result<Option<ApplicationState>, ClientError> {
        match self.service.get::<ApplicationBody>(&format!("/v2/applications/{app}")).await {
            Err(error) if error.is_not_found() => Ok(None),
            body => body?.into_state(app).map(Some).map_err(|why| self.service.malformed(why)),
        }
    }

    /// The applications an account made, by index; none where the node does not know the account.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn created_applications(&self, creator: Address) -> Result<Vec<ApplicationState>, ClientError> {
        match self.service.get::<CreatorBody>(&format!("/v2/accounts/{creator}")).await {
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            body => body?.into_states().map_err(|why| self.service.malformed(why)),
        }
    }

    /// An account's local state of an application; `None` where it has not opted in.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn local_state(
        &self,
        address: Address,
        app: AppIndex,
    ) -> Result<Option<BTreeMap<Vec<u8>, TealValue>>, ClientError> {
        match self.service.get::<LocalStateBody>(&format!("/v2/accounts/{address}/applications/{app}")).await {
            Err(error) if error.is_not_found() => Ok(None),
            body => body?.into_values().map_err(|why| self.service.malformed(why)),
        }
    }

    /// Runs a group without sending it; transactions may be signed or not.
    ///
    /// # Errors
    /// [`ClientError`]; a group that would fail is an answer, not an error.
    pub async fn simulate(&self, group: &[SignedTransaction]) -> Result<Simulation, ClientError> {
        let body: super::simulation::Body = self
            .service
            .post("/v2/transactions/simulate", super::simulation::request(group, super::simulation::Traced::No))
            .await?;
        body.into_simulation(group.iter().map(|signed| &signed.transaction).map(Transaction::id).collect())
            .map_err(|why| self.service.malformed(why))
    }
}
