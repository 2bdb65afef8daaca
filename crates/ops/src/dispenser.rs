//! The account that funds others on a development network.

use crate::connection::Connection;
use crate::error::{DispenserError, Error};
use crate::settings;
use pnp_client::ClientError;
use pnp_keys::Account;
use pnp_ledger::DispenserKey;
use pnp_types::SigningKey;

impl Connection {
    /// The account that funds others here: the embedded node's dispenser, `DISPENSER_MNEMONIC`, the dispenser of a network that
    /// `localnet run` made, or the richest account of kmd's default wallet.
    ///
    /// # Errors
    /// [`DispenserError`], and a network or a key that does not answer.
    pub async fn dispenser(&self) -> Result<&Account, Error> {
        // kmd takes seconds to open a wallet.
        self.dispenser.get_or_try_init(|| self.find_dispenser()).await
    }

    async fn find_dispenser(&self) -> Result<Account, Error> {
        if let Some(key) = self.embedded_dispenser() {
            return Ok(Account::new("dispenser", key.clone()));
        }
        let network = || self.network.name.clone();
        let no_dispenser = || DispenserError::Nobody { network: network() };
        if !self.is_development() {
            return Err(no_dispenser().into());
        }
        if let Some(configured) = self.keys().configured("dispenser")? {
            return Ok(configured);
        }
        if let Some(own) = self.own_dispenser().await? {
            return Ok(own);
        }
        if self.is_embedded() {
            let folder = settings::embedded_folder(&self.settings.folder);
            return Err(self.lost_key(&folder).into());
        }
        let endpoint = self.network.kmd.as_ref().ok_or_else(no_dispenser)?;
        let wallet = match self.kmd(endpoint)?.default_wallet().await {
            Ok(wallet) => wallet,
            // algod answers, so that a network is there.
            Err(ClientError::Unreachable { why, .. } | ClientError::Lost { why, .. }) => {
                return Err(DispenserError::KmdSilent { network: network(), url: endpoint.url.clone(), why }.into());
            }
            Err(error) => return Err(error.into()),
        };
        let mut richest = None;
        for address in wallet.addresses().await? {
            let state = self.algod.account(address).await?;
            if richest.as_ref().is_none_or(|(_, most)| state.spendable() > *most) {
                richest = Some((address, state.spendable()));
            }
        }
        let (address, _) = richest.ok_or_else(no_dispenser)?;
        // A suite signs for its own accounts, many times a second: that is no work for kmd.
        let seed = wallet.export_seed(address).await?;
        Ok(Account::new("dispenser", SigningKey::from_seed(&seed)))
    }

    /// The dispenser of the network that answers, where `localnet run` made it: in memory, or in this project's folder.
    async fn own_dispenser(&self) -> Result<Option<Account>, Error> {
        let Some(wallet) = self.algod.first_wallet().await? else { return Ok(None) };
        let folder = settings::localnet_folder(&self.settings.folder);
        let kept = DispenserKey::load(&folder).map_err(DispenserError::KeyUnreadable)?;
        let own = [Some(DispenserKey::well_known()), kept].into_iter().flatten().find(|key| key.address() == wallet);
        // The network itself keeps its genesis there, which names who owns its money.
        let genesis = || std::fs::read_to_string(folder.join("genesis.json")).unwrap_or_default();
        if own.is_none() && genesis().contains(&wallet.to_string()) {
            return Err(self.lost_key(&folder).into());
        }
        Ok(own.map(|key| Account::new("dispenser", SigningKey::from_seed(key.seed()))))
    }

    fn lost_key(&self, folder: &std::path::Path) -> DispenserError {
        DispenserError::KeyLost { folder: self.settings.relative(folder).to_owned() }
    }
}
