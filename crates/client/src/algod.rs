//! algod: parameters, submission, waiting, and reading the ledger.

use super::account::{ApplicationBody, AssetBody, CreatorBody, DetailsBody, LocalStateBody};
use super::http::Service;
use super::{
    AccountDetails, AccountState, ApplicationState, AssetState, ClientError, Holding, RetryPolicy, Simulation,
    Transport,
};
use data_encoding::BASE64;
use pnp_types::consensus::{self, ConsensusParams};
use pnp_types::{
    Address, AppIndex, AssetIndex, Digest, MicroAlgos, Round, SignedTransaction, TealValue, Transaction, Txid, msgpack,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A client of one algod.
#[derive(Clone, Debug)]
pub struct Algod {
    service: Service,
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

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ParamsBody {
    #[serde(default)]
    fee: u64,
    min_fee: u64,
    genesis_id: String,
    genesis_hash: String,
    last_round: Round,
    #[serde(default)]
    consensus_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct StatusBody {
    last_round: Round,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AccountBody {
    amount: u64,
    min_balance: u64,
    #[serde(default)]
    auth_addr: Option<Address>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct HoldingBody {
    #[serde(default)]
    asset_holding: Option<Holding>,
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
    /// An HTTP client that cannot be set up on this machine.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self, ClientError> {
        Self::connect(url, token, Transport::default())
    }

    /// The same with certificates, retries and other choices.
    ///
    /// # Errors
    /// As [`Algod::new`].
    pub fn connect(url: &str, token: Option<&str>, transport: Transport) -> Result<Self, ClientError> {
        Ok(Self { service: Service::new("algod", url, "X-Algo-API-Token", token, transport)? })
    }

    /// The same algod, whose requests are made again as this policy says.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { service: self.service.with_retry(retry) }
    }

    /// When requests are made again.
    #[must_use]
    pub const fn retry(&self) -> RetryPolicy {
        self.service.transport_options().retry
    }

    pub(super) const fn service(&self) -> &Service {
        &self.service
    }

    /// Where this client's algod is.
    #[must_use]
    pub fn url(&self) -> &str {
        self.service.url()
    }

    /// The network that answers.
    ///
    /// # Errors
    /// [`ClientError`]. The token is sent only if the service asks for it.
    pub async fn version(&self) -> Result<Version, ClientError> {
        self.service.get_without_token("/versions").await
    }

    /// The account that a development network's genesis calls `Wallet1`, as AlgoKit's tools look for it; `None` where the
    /// genesis names none.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn first_wallet(&self) -> Result<Option<Address>, ClientError> {
        let genesis: GenesisBody = self.service.get_without_token("/genesis").await?;
        let wallet = genesis.alloc.into_iter().find(|account| account.comment == "Wallet1");
        wallet.map(|account| account.addr.parse().map_err(|error| self.service.malformed(error))).transpose()
    }

    /// What transactions need.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn suggested_params(&self) -> Result<SuggestedParams, ClientError> {
        let body: ParamsBody = self.service.get("/v2/transactions/params").await?;
        Ok(SuggestedParams {
            fee_per_byte: body.fee,
            min_fee: MicroAlgos(body.min_fee),
            genesis_id: body.genesis_id,
            genesis_hash: self.digest(&body.genesis_hash)?,
            last_round: body.last_round,
            consensus: body.consensus_version,
        })
    }

    fn digest(&self, base64: &str) -> Result<Digest, ClientError> {
        let bytes = BASE64.decode(base64.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Digest).ok_or_else(|| self.service.malformed("a genesis hash that is none"))
    }

    /// Sends a group once; the id of its first transaction.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] where the rules refuse it.
    pub async fn submit(&self, group: &[SignedTransaction]) -> Result<Txid, ClientError> {
        let bytes: Vec<u8> = group.iter().flat_map(msgpack::encode).collect();
        self.submit_bytes(&bytes).await
    }

    /// Sends encoded transactions, one after the other, in one attempt.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] where the rules refuse it.
    pub async fn submit_bytes(&self, bytes: &[u8]) -> Result<Txid, ClientError> {
        #[derive(Deserialize)]
        struct Body {
            #[serde(rename = "txId")]
            id: Txid,
        }
        let body: Body = self.service.post_once("/v2/transactions", "application/x-binary", bytes.to_vec()).await?;
        Ok(body.id)
    }

    /// The newest round.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn newest_round(&self) -> Result<Round, ClientError> {
        Ok(self.node_status().await?.last_round)
    }

    /// The newest round: once there is one after `round`, or when the node no longer holds the request.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn wait_for_block_after(&self, round: Round) -> Result<Round, ClientError> {
        let status: StatusBody =
            self.service.get_long_poll(&format!("/v2/status/wait-for-block-after/{round}")).await?;
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

    /// An account's balance and signer; an unknown account is an empty one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn account(&self, address: Address) -> Result<AccountState, ClientError> {
        let body: AccountBody = self.service.get(&format!("/v2/accounts/{address}?exclude=all")).await?;
        Ok(AccountState {
            address,
            balance: MicroAlgos(body.amount),
            min_balance: MicroAlgos(body.min_balance),
            auth_addr: body.auth_addr.unwrap_or(Address::ZERO),
        })
    }

    /// An account with everything that it holds and has joined, in one request; an unknown account is an empty one. Nodes refuse
    /// to list accounts with very many resources (algod: 1,000 unless it is configured otherwise).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn account_details(&self, address: Address) -> Result<AccountDetails, ClientError> {
        let body: DetailsBody = self.service.get(&format!("/v2/accounts/{address}")).await?;
        body.into_details(address).map_err(|why| self.service.malformed(why))
    }

    /// An account's holding of an asset; `None` where it has not opted in.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn holding(&self, address: Address, asset: AssetIndex) -> Result<Option<Holding>, ClientError> {
        match self.service.get::<HoldingBody>(&format!("/v2/accounts/{address}/assets/{asset}")).await {
            Err(error) if error.is_not_found() => Ok(None),
            body => Ok(body?.asset_holding),
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

    /// The applications that an account created, by index; none if the node does not know the account.
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
