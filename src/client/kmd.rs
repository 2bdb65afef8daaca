//! kmd: the wallets of a development network, whose keys sign there and stay there.

use super::http::Service;
use super::{ClientError, Transport};
use crate::types::{Address, Signature, SignedTransaction, Transaction, msgpack};
use algonaut::kmd::v1::Kmd as AlgonautKmd;
use data_encoding::BASE64;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// The wallet in which AlgoKit LocalNet and the sandbox keep the accounts of the genesis; its password is empty.
pub const DEFAULT_WALLET: &str = "unencrypted-default-wallet";
const PATIENCE: Duration = Duration::from_secs(15);

/// A client of a development network's kmd.
#[derive(Clone)]
pub struct Kmd {
    kmd: AlgonautKmd,
    service: Service,
}

impl std::fmt::Debug for Kmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kmd").field("url", &self.service.url()).finish_non_exhaustive()
    }
}

/// A wallet without a password. It is opened when it is first needed, which takes kmd a moment, and stays open.
#[derive(Clone)]
pub struct Wallet {
    kmd: Kmd,
    id: String,
    name: String,
    handle: Arc<Mutex<Option<String>>>,
}

impl std::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wallet").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Kmd {
    /// A client of the kmd at `url`; opens no connection yet.
    ///
    /// # Errors
    /// A malformed address.
    pub fn new(url: &str, token: &str) -> Result<Self, ClientError> {
        let service = Service::new("kmd", url, "X-KMD-API-Token", Some(token), Transport::default())?;
        let kmd = AlgonautKmd::new(url, token).map_err(|error| match error {
            // No kmd takes such a token.
            algonaut::Error::BadToken => ClientError::Unauthorized { service: "kmd", url: url.to_owned() },
            error => service.malformed(error),
        })?;
        Ok(Self { kmd, service })
    }

    /// All wallets.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or a token that is refused.
    pub async fn wallets(&self) -> Result<Vec<Wallet>, ClientError> {
        let wallets = self.in_time(self.kmd.list_wallets()).await?.wallets;
        let wallet =
            |id: String, name: String| Wallet { kmd: self.clone(), id, name, handle: Arc::new(Mutex::new(None)) };
        Ok(wallets.into_iter().map(|found| wallet(found.id, found.name)).collect())
    }

    /// The wallet of the genesis accounts.
    ///
    /// # Errors
    /// As [`Kmd::wallets`], and no such wallet.
    pub async fn default_wallet(&self) -> Result<Wallet, ClientError> {
        self.wallets().await?.into_iter().find(|wallet| wallet.name == DEFAULT_WALLET).ok_or(ClientError::Api {
            service: "kmd",
            status: 404,
            message: format!("there is no wallet {DEFAULT_WALLET}"),
        })
    }

    async fn in_time<T>(&self, request: impl Future<Output = Result<T, algonaut::Error>>) -> Result<T, ClientError> {
        use algonaut::error::RequestErrorDetails;
        let url = || self.service.url().to_owned();
        let unreachable = |why: String| ClientError::Unreachable { service: "kmd", url: url(), why };
        match tokio::time::timeout(PATIENCE, request).await {
            Err(_) => Err(unreachable("it took too long".to_owned())),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(algonaut::Error::Request(error))) => Err(match error.details {
                RequestErrorDetails::Http { status: 401 | 403, .. } => {
                    ClientError::Unauthorized { service: "kmd", url: url() }
                }
                RequestErrorDetails::Http { status, message } => ClientError::Api { service: "kmd", status, message },
                RequestErrorDetails::Timeout => unreachable("it took too long".to_owned()),
                RequestErrorDetails::Client { .. } => unreachable("the connection failed".to_owned()),
            }),
            Ok(Err(error)) => Err(self.service.malformed(error)),
        }
    }
}

impl Wallet {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its addresses.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or a wallet that has a password.
    pub async fn addresses(&self) -> Result<Vec<Address>, ClientError> {
        let kmd = &self.kmd;
        let keys = self.opened(|handle| async move { kmd.in_time(kmd.kmd.list_keys(&handle)).await }).await?;
        keys.addresses.iter().map(|text| text.parse().map_err(|error| kmd.service.malformed(error))).collect()
    }

    /// The signature of a transaction by the key of `signer`, which stays in the wallet.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or a wallet that does not have the key.
    pub async fn sign(&self, transaction: &Transaction, signer: Address) -> Result<Signature, ClientError> {
        #[derive(serde::Deserialize)]
        struct Signed {
            signed_transaction: String,
        }
        let service = &self.kmd.service;
        let bytes = BASE64.encode(&transaction.encode());
        let key = BASE64.encode(signer.as_bytes());
        let signed: Signed = self
            .opened(|handle| {
                let body = serde_json::json!({ "wallet_handle_token": handle, "wallet_password": "",
                                               "transaction": bytes, "public_key": key });
                service.post_once("/v1/transaction/sign", "application/json", body.to_string().into_bytes())
            })
            .await?;
        let bytes = BASE64.decode(signed.signed_transaction.as_bytes()).map_err(|error| service.malformed(error))?;
        let signed: SignedTransaction = msgpack::decode(&bytes).map_err(|error| service.malformed(error))?;
        // An older kmd may not know every field: what it leaves out it does not sign.
        if signed.transaction != *transaction {
            return Err(service.malformed("it signed another transaction than it was given"));
        }
        Ok(signed.sig)
    }

    /// The seed of the key of `address`.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or a wallet that does not have it.
    pub async fn export_seed(&self, address: Address) -> Result<Zeroizing<[u8; 32]>, ClientError> {
        let kmd = &self.kmd;
        let account = address.to_string().parse().map_err(|error| kmd.service.malformed(error))?;
        let account = &account;
        let key =
            self.opened(|handle| async move { kmd.in_time(kmd.kmd.export_key(&handle, "", account)).await }).await?;
        let whole = Zeroizing::new(key.private_key);
        let (seed, _) =
            whole.split_first_chunk::<32>().ok_or_else(|| kmd.service.malformed("a key that is too short"))?;
        Ok(Zeroizing::new(*seed))
    }

    /// Asks with the wallet's handle, a new one where the last is no longer good.
    async fn opened<T, F>(&self, request: impl Fn(String) -> F + Send) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>> + Send,
    {
        let mut handle = self.handle.lock().await;
        if let Some(handle) = handle.clone() {
            match request(handle).await {
                Err(ClientError::Unauthorized { .. }) => {}
                outcome => return outcome,
            }
        }
        let kmd = &self.kmd;
        let opened = kmd.in_time(kmd.kmd.init_wallet_handle(&self.id, "")).await.map_err(|error| match error {
            // The wallets were listed with the same token.
            ClientError::Unauthorized { .. } => ClientError::Api {
                service: "kmd",
                status: 401,
                message: format!("the wallet {} has a password", self.name),
            },
            error => error,
        })?;
        *handle = Some(opened.wallet_handle_token.clone());
        request(opened.wallet_handle_token).await
    }
}
