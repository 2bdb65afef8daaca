//! Accounts whose keys a development network's kmd holds: found by their wallet's name, as AlgoKit keeps them, and signed
//! for over kmd's own interface, so that no key leaves it.

use crate::observer::{Event, Observer};
use pnp_client::{ClientError, Kmd, Wallet};
use pnp_keys::{Account, KeyError, Origin, Pending, RemoteKey, Wallets};
use pnp_types::{Address, Signature, Transaction};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long a kmd may take to list its wallets before it is done without: it is only one place of several.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// The wallets of one kmd, listed once.
#[derive(Debug)]
pub struct KmdWallets {
    kmd: Kmd,
    observer: Arc<dyn Observer>,
    wallets: OnceCell<Vec<Wallet>>,
}

impl KmdWallets {
    /// The wallets of this kmd, which is asked when the first key is looked for.
    #[must_use]
    pub fn new(kmd: Kmd, observer: Arc<dyn Observer>) -> Self {
        Self { kmd, observer, wallets: OnceCell::new() }
    }

    /// Every wallet; none where no kmd answers, as on a network that has none.
    pub async fn all(&self) -> &[Wallet] {
        self.wallets
            .get_or_init(|| async {
                match tokio::time::timeout(ANSWER_TIMEOUT, self.kmd.wallets()).await {
                    Ok(Ok(wallets)) => wallets,
                    Ok(Err(error)) => {
                        self.observer.event(Event::WalletsUnavailable { why: Some(error.to_string()) });
                        Vec::new()
                    }
                    Err(_) => {
                        self.observer.event(Event::WalletsUnavailable { why: None });
                        Vec::new()
                    }
                }
            })
            .await
    }
}

impl Wallets for KmdWallets {
    fn account<'a>(&'a self, name: &'a str, wallets: &'a [String]) -> Pending<'a, Option<Account>> {
        Box::pin(async move {
            for wanted in wallets {
                let Some(wallet) = self.all().await.iter().find(|found| found.name().eq_ignore_ascii_case(wanted))
                else {
                    continue;
                };
                let addresses = wallet.addresses().await.map_err(|error| refused(name, &error))?;
                if let Some(address) = addresses.first() {
                    return Ok(Some(account(name, wallet, *address)));
                }
            }
            Ok(None)
        })
    }

    fn holder<'a>(&'a self, name: &'a str, address: Address) -> Pending<'a, Option<Account>> {
        Box::pin(async move {
            let default = self.all().await.iter().find(|wallet| wallet.name() == pnp_client::DEFAULT_WALLET);
            let Some(wallet) = default else { return Ok(None) };
            let addresses = wallet.addresses().await.map_err(|error| refused(name, &error))?;
            Ok(addresses.contains(&address).then(|| account(name, wallet, address)))
        })
    }
}

fn account(name: &str, wallet: &Wallet, address: Address) -> Account {
    let key = KmdKey { name: name.to_owned(), wallet: wallet.clone(), address };
    Account::remote(name, address, Origin::Kmd { wallet: wallet.name().to_owned() }, Arc::new(key))
}

fn refused(name: &str, error: &ClientError) -> KeyError {
    KeyError::Remote { name: name.to_owned(), holder: "kmd".to_owned(), why: error.to_string() }
}

/// A key in a wallet.
#[derive(Debug)]
struct KmdKey {
    name: String,
    wallet: Wallet,
    address: Address,
}

impl RemoteKey for KmdKey {
    fn signature<'a>(&'a self, transaction: &'a Transaction) -> Pending<'a, Signature> {
        Box::pin(async move {
            self.wallet.sign(transaction, self.address).await.map_err(|error| refused(&self.name, &error))
        })
    }
}
