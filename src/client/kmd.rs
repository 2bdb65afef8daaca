//! kmd: the keys of a development network's rich accounts.

use super::ClientError;
use crate::types::Address;
use algonaut::kmd::v1::Kmd as AlgonautKmd;
use std::time::Duration;
use zeroize::Zeroizing;

/// The wallet in which AlgoKit LocalNet and the sandbox keep the accounts of the genesis; its password is empty.
const DEFAULT_WALLET: &str = "unencrypted-default-wallet";
const PATIENCE: Duration = Duration::from_secs(15);

/// A client of a development network's kmd.
#[derive(Clone)]
pub struct Kmd {
    url: String,
    kmd: AlgonautKmd,
}

impl std::fmt::Debug for Kmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kmd").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Kmd {
    /// A client of the kmd at `url`; opens no connection yet.
    ///
    /// # Errors
    /// A malformed address.
    pub fn new(url: &str, token: &str) -> Result<Self, ClientError> {
        super::http::install_tls();
        let url_of = || url.to_owned();
        let kmd = AlgonautKmd::new(url, token).map_err(|error| match error {
            // No kmd takes such a token.
            algonaut::Error::BadToken => ClientError::Unauthorized { service: "kmd", url: url_of() },
            error => ClientError::Malformed { service: "kmd", url: url_of(), why: error.to_string() },
        })?;
        Ok(Self { url: url.to_owned(), kmd })
    }

    /// The addresses of the default wallet.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or no such wallet.
    pub async fn addresses(&self) -> Result<Vec<Address>, ClientError> {
        let handle = self.open().await?;
        let keys = self.in_time(self.kmd.list_keys(&handle)).await;
        self.close(&handle).await;
        keys?.addresses.iter().map(|text| text.parse().map_err(|error| self.malformed(error))).collect()
    }

    /// The seed of the key of `address` in the default wallet.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or a wallet that does not have it.
    pub async fn export_seed(&self, address: Address) -> Result<Zeroizing<[u8; 32]>, ClientError> {
        let account = address.to_string().parse().map_err(|error| self.malformed(error))?;
        let handle = self.open().await?;
        let key = self.in_time(self.kmd.export_key(&handle, "", &account)).await;
        self.close(&handle).await;
        let whole = Zeroizing::new(key?.private_key);
        let (seed, _) = whole.split_first_chunk::<32>().ok_or_else(|| self.malformed("a key that is too short"))?;
        Ok(Zeroizing::new(*seed))
    }

    async fn open(&self) -> Result<String, ClientError> {
        let wallets = self.in_time(self.kmd.list_wallets()).await?.wallets;
        let wallet = wallets.into_iter().find(|wallet| wallet.name == DEFAULT_WALLET).ok_or(ClientError::Api {
            service: "kmd",
            status: 404,
            message: format!("there is no wallet {DEFAULT_WALLET}"),
        })?;
        Ok(self.in_time(self.kmd.init_wallet_handle(&wallet.id, "")).await?.wallet_handle_token)
    }

    async fn close(&self, handle: &str) {
        // A handle that is not given back expires by itself.
        let _ = self.in_time(self.kmd.release_wallet_handle(handle)).await;
    }

    async fn in_time<T>(&self, request: impl Future<Output = Result<T, algonaut::Error>>) -> Result<T, ClientError> {
        use algonaut::error::RequestErrorDetails;
        let unreachable = |why: String| ClientError::Unreachable { service: "kmd", url: self.url.clone(), why };
        match tokio::time::timeout(PATIENCE, request).await {
            Err(_) => Err(unreachable("it took too long".to_owned())),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(algonaut::Error::Request(error))) => Err(match error.details {
                RequestErrorDetails::Http { status: 401 | 403, .. } => {
                    ClientError::Unauthorized { service: "kmd", url: self.url.clone() }
                }
                RequestErrorDetails::Http { status, message } => ClientError::Api { service: "kmd", status, message },
                RequestErrorDetails::Timeout => unreachable("it took too long".to_owned()),
                RequestErrorDetails::Client { .. } => unreachable("the connection failed".to_owned()),
            }),
            Ok(Err(error)) => Err(self.malformed(error)),
        }
    }

    fn malformed(&self, why: impl std::fmt::Display) -> ClientError {
        ClientError::Malformed { service: "kmd", url: self.url.clone(), why: why.to_string() }
    }
}
