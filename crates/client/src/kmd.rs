//! kmd: the wallets of a development network, whose keys sign there and stay there.

use super::http::Service;
use super::{ClientError, Transport};
use data_encoding::BASE64;
use pnp_types::{Address, Signature, SignedTransaction, Transaction, msgpack};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// The wallet in which AlgoKit LocalNet and the sandbox keep the accounts of the genesis; its password is empty.
pub const DEFAULT_WALLET: &str = "unencrypted-default-wallet";

/// A client of a development network's kmd.
#[derive(Clone, Debug)]
pub struct Kmd {
    service: Service,
}

#[derive(Deserialize)]
struct WalletsBody {
    /// Absent where there is none.
    #[serde(default)]
    wallets: Option<Vec<WalletBody>>,
}

#[derive(Deserialize)]
struct WalletBody {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct HandleBody {
    wallet_handle_token: String,
}

#[derive(Deserialize)]
struct KeysBody {
    /// Absent where the wallet is empty.
    #[serde(default)]
    addresses: Option<Vec<Address>>,
}

#[derive(Deserialize)]
struct ExportBody {
    /// Base64 of the seed and the public key.
    private_key: String,
}

#[derive(Deserialize)]
struct SignedBody {
    signed_transaction: String,
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
    pub fn new(url: &str, token: &str, transport: Transport) -> Result<Self, ClientError> {
        Ok(Self { service: Service::new("kmd", url, "X-KMD-API-Token", Some(token), transport)? })
    }

    /// All wallets.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or a token that is refused.
    pub async fn wallets(&self) -> Result<Vec<Wallet>, ClientError> {
        let body: WalletsBody = self.service.get("/v1/wallets").await?;
        let wallet = |found: WalletBody| Wallet {
            kmd: self.clone(),
            id: found.id,
            name: found.name,
            handle: Arc::new(Mutex::new(None)),
        };
        Ok(body.wallets.into_iter().flatten().map(wallet).collect())
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
        let service = &self.kmd.service;
        let keys: KeysBody =
            self.opened(|handle| service.post_json("/v1/key/list", json!({ "wallet_handle_token": handle }))).await?;
        Ok(keys.addresses.unwrap_or_default())
    }

    /// The signature of a transaction by the key of `signer`, which stays in the wallet.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or a wallet that does not have the key.
    pub async fn sign(&self, transaction: &Transaction, signer: Address) -> Result<Signature, ClientError> {
        let service = &self.kmd.service;
        let bytes = BASE64.encode(&transaction.encode());
        let key = BASE64.encode(signer.as_bytes());
        let body = |handle| json!({ "wallet_handle_token": handle, "wallet_password": "", "transaction": bytes, "public_key": key });
        // The same transaction has the same signature, however often it is asked for.
        let signed: SignedBody = self.opened(|handle| service.post_json("/v1/transaction/sign", body(handle))).await?;
        let bytes = BASE64.decode(signed.signed_transaction.as_bytes()).map_err(|error| service.malformed(error))?;
        let signed: SignedTransaction = msgpack::decode(&bytes).map_err(|error| service.malformed(error))?;
        // An older kmd may not know every field, and does not sign what it omits.
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
        let service = &self.kmd.service;
        let body =
            |handle| json!({ "wallet_handle_token": handle, "wallet_password": "", "address": address.to_string() });
        let exported: ExportBody = self.opened(|handle| service.post_json("/v1/key/export", body(handle))).await?;
        let text = Zeroizing::new(exported.private_key);
        let whole = BASE64.decode(text.as_bytes()).map(Zeroizing::new);
        let whole = whole.map_err(|_| service.malformed("a key that is not base64"))?;
        let (seed, _) = whole.split_first_chunk::<32>().ok_or_else(|| service.malformed("a key that is too short"))?;
        Ok(Zeroizing::new(*seed))
    }

    /// Sends a request with the wallet's handle, and requests a new handle if the last one has expired.
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
        let question = json!({ "wallet_id": self.id, "wallet_password": "" });
        let opened = self.kmd.service.post_json("/v1/wallet/init", question).await;
        let opened: HandleBody = opened.map_err(|error| match error {
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
