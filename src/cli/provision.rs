//! What a development network lacks is made: accounts, Algos, the PLY asset, opt-ins. Elsewhere nothing is.

use super::failure::Failure;
use super::moment;
use super::session::{Session, group, private_folder};
use crate::keys::{Account, Origin};
use crate::registry;
use crate::types::{Address, AssetConfig, AssetIndex, AssetParams, MicroAlgos, Transaction, TransactionType};
use crate::usage::calls;

/// What a made account gets.
const STARTING_BALANCE: MicroAlgos = MicroAlgos(100_000_000);
/// What a made user gets of the asset, in minor units.
const STARTING_UNITS: u64 = 1_000_000;

/// How PLY is made.
#[derive(Clone, Debug)]
pub(super) struct AssetPlan {
    pub(super) unit: String,
    pub(super) name: String,
    pub(super) decimals: u32,
    pub(super) total: u64,
    pub(super) url: String,
}

impl Default for AssetPlan {
    fn default() -> Self {
        Self {
            unit: "PLY".to_owned(),
            name: "PlayCoin".to_owned(),
            decimals: 2,
            total: 1_000_000_000_000,
            url: String::new(),
        }
    }
}

impl Session<'_> {
    /// The account `name`; on a development network made and funded where that is missing.
    pub(super) async fn account(&self, name: &str) -> Result<Account, Failure> {
        if !self.is_development() {
            return Ok(self.keys().get(name).await?);
        }
        private_folder(self.context)?;
        let account = self.keys().get_or_create(name).await?;
        if let Origin::Local { made } = account.origin {
            if made {
                self.context.out.say(&format!("made the account {name}: {}", account.address));
            }
            let funded = self.start_off(account.address).await?;
            // A command that was cut off may have funded it without a note.
            if made || funded || !self.chain()?.accounts.contains_key(name) {
                self.note_account(name, account.address, made)?;
            }
        }
        Ok(account)
    }

    /// Whether an account is one that commands made for this project on a development network.
    pub(super) fn is_own(&self, account: &Account) -> bool {
        self.is_development() && matches!(account.origin, Origin::Local { .. })
    }

    fn note_account(&self, name: &str, address: Address, made: bool) -> Result<(), Failure> {
        let origin =
            if made { "made and funded from this network's dispenser" } else { "funded from this network's dispenser" };
        self.record(|chain| {
            chain.accounts.entry(name.to_owned()).or_insert_with(|| registry::Account {
                address: address.to_string(),
                origin: origin.to_owned(),
                time: moment::now(),
            });
        })
    }

    /// Sends Algos to a development account that has none on this chain; whether it did.
    async fn start_off(&self, address: Address) -> Result<bool, Failure> {
        if !self.algod.account(address).await?.balance.is_zero() {
            return Ok(false);
        }
        self.fund(address, STARTING_BALANCE).await?;
        Ok(true)
    }

    /// Sends Algos from the network's dispenser.
    pub(super) async fn fund(&self, address: Address, amount: MicroAlgos) -> Result<super::session::Sent, Failure> {
        let dispenser = self.dispenser().await?;
        let params = self.params().await?;
        let payment = calls::payment(dispenser.address, address, amount, &params);
        let sent = self.send("fund an account", dispenser, &Session::single(payment, &params)?, None).await?;
        self.context.out.say(&format!("sent {amount} to {address}"));
        Ok(sent)
    }

    /// Makes an asset of `creator` and records it.
    pub(super) async fn make_asset(&self, creator: &Account, plan: &AssetPlan) -> Result<registry::Asset, Failure> {
        let params = self.params().await?;
        let transaction = Transaction {
            kind: TransactionType::AssetConfig,
            header: calls::header(creator.address, &params),
            asset_config: AssetConfig {
                asset: 0,
                params: AssetParams {
                    total: plan.total,
                    decimals: plan.decimals,
                    unit_name: plan.unit.as_str().into(),
                    asset_name: plan.name.as_str().into(),
                    url: plan.url.as_str().into(),
                    manager: creator.address,
                    reserve: creator.address,
                    ..AssetParams::default()
                },
            },
            ..Transaction::default()
        };
        let sent = self.send("create an asset", creator, &Session::single(transaction, &params)?, None).await?;
        let asset_id = sent.confirmation.asset.ok_or_else(|| {
            Failure::new("malformed_answer", "algod does not say which asset was made")
                .hint(format!("look for transaction {} in an explorer", sent.txids.join(", ")))
        })?;
        let asset = registry::Asset {
            asset_id,
            unit: plan.unit.clone(),
            decimals: plan.decimals,
            total: plan.total,
            creator: creator.address.to_string(),
            origin: "made by this command".to_owned(),
            txid: sent.txids.first().cloned().unwrap_or_default(),
            round: sent.confirmation.round,
            time: moment::now(),
        };
        self.record(|chain| chain.assets.push(asset.clone()))?;
        self.context.out.say(&format!("made the asset {asset_id} ({})", plan.unit));
        Ok(asset)
    }

    /// Opts an account of ours in to an asset where it is not yet; whether it did.
    pub(super) async fn hold(&self, account: &Account, asset: AssetIndex) -> Result<bool, Failure> {
        if self.algod.holding(account.address, asset).await?.is_some() {
            return Ok(false);
        }
        let params = self.params().await?;
        let opt_in = calls::asset_opt_in(account.address, asset, &params);
        self.send("opt in to an asset", account, &Session::single(opt_in, &params)?, None).await?;
        self.context.out.say(&format!("{} opted in to asset {asset}", account.name));
        Ok(true)
    }

    /// Opts a new user in to asset and contract and hands it some of the asset, where this project made the asset: in one
    /// group, so that no command that is cut off leaves half a user behind.
    pub(super) async fn welcome(&self, user: &Account, app: u64, asset: AssetIndex) -> Result<(), Failure> {
        let params = self.params().await?;
        let mut transactions = Vec::new();
        if self.algod.holding(user.address, asset).await?.is_none() {
            transactions.push(calls::asset_opt_in(user.address, asset, &params));
        }
        if self.algod.local_state(user.address, app).await?.is_none() {
            transactions.push(calls::opt_in(user.address, app, &params));
        }
        let opts_in = !transactions.is_empty();
        let gift = self.gift(user.address, asset).await?;
        if let Some((creator, amount)) = &gift {
            transactions.push(calls::asset_transfer(creator.address, user.address, asset, *amount, &params));
        }
        if transactions.is_empty() {
            return Ok(());
        }
        let signer = |sender: Address| match &gift {
            Some((creator, _)) if creator.address == sender => creator,
            _ => user,
        };
        let transactions = group(transactions, &params)?;
        let mut signed = Vec::with_capacity(transactions.len());
        for one in &transactions {
            signed.push(signer(one.header.sender).sign(one).await?);
        }
        self.submit(&signed, None).await?;
        if opts_in {
            self.context.out.say(&format!("{} opted in to asset {asset} and application {app}", user.name));
        }
        if let Some((_, amount)) = gift {
            self.context.out.say(&format!("sent {amount} minor units of asset {asset} to {}", user.address));
        }
        Ok(())
    }

    /// Hands some of the asset to a development user that just opted in by itself.
    pub(super) async fn hand_out_to_new(&self, user: &Account, asset: AssetIndex, new: bool) -> Result<(), Failure> {
        if !(new && user.name == "user" && matches!(user.origin, Origin::Local { .. })) {
            return Ok(());
        }
        let Some((creator, amount)) = self.gift(user.address, asset).await? else { return Ok(()) };
        let params = self.params().await?;
        let transfer = calls::asset_transfer(creator.address, user.address, asset, amount, &params);
        self.send("hand out the asset", &creator, &Session::single(transfer, &params)?, None).await?;
        self.context.out.say(&format!("sent {amount} minor units of asset {asset} to {}", user.address));
        Ok(())
    }

    /// What a user gets of the asset, and from whom: where the user has none and this project's creator has it.
    async fn gift(&self, user: Address, asset: AssetIndex) -> Result<Option<(Account, u64)>, Failure> {
        let has = self.algod.holding(user, asset).await?.map_or(0, |holding| holding.amount);
        let Ok(creator) = self.keys().get("creator").await else { return Ok(None) };
        if has > 0 || !self.is_development() || creator.address == user {
            return Ok(None);
        }
        let stock = self.algod.holding(creator.address, asset).await?.map_or(0, |holding| holding.amount);
        let amount = STARTING_UNITS.min(stock);
        Ok((amount > 0).then_some((creator, amount)))
    }
}
