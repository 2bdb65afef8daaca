//! What a development network lacks is made: accounts, Algos, the PLY asset, opt-ins. Elsewhere nothing is.

use crate::failure::Failure;
use crate::moment;
use crate::session::{Sent, Session, group, private_folder};
use pnp_client::{AccountState, SuggestedParams};
use pnp_keys::{Account, Origin};
use pnp_types::{Address, AssetConfig, AssetIndex, AssetParams, MicroAlgos, Transaction, TransactionType};
use pnp_usage::{Programs, calls};

/// What a made account gets.
const STARTING_BALANCE: MicroAlgos = MicroAlgos(100_000_000);
/// What a made user gets of the asset, in minor units.
const STARTING_UNITS: u64 = 1_000_000;

/// How PLY is made.
#[derive(Clone, Debug)]
pub(crate) struct AssetPlan {
    pub(crate) unit: String,
    pub(crate) name: String,
    pub(crate) decimals: u32,
    pub(crate) total: u64,
    pub(crate) url: String,
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

impl AssetPlan {
    /// The transaction that makes the asset, managed by its creator.
    pub(crate) fn transaction(&self, creator: Address, params: &SuggestedParams) -> Transaction {
        let asset = AssetParams {
            total: self.total,
            decimals: self.decimals,
            unit_name: self.unit.as_str().into(),
            asset_name: self.name.as_str().into(),
            url: self.url.as_str().into(),
            manager: creator,
            reserve: creator,
            ..AssetParams::default()
        };
        Transaction {
            kind: TransactionType::AssetConfig,
            header: calls::header(creator, params),
            asset_config: AssetConfig { asset: 0, params: asset },
            ..Transaction::default()
        }
    }
}

/// What a new user of a development network is given.
#[derive(Debug)]
pub(crate) struct Gift {
    giver: Account,
    asset: AssetIndex,
    amount: u64,
}

impl Session<'_> {
    /// The account `name`, whose key the chain accepts; on a development network made and funded where that is missing.
    pub(crate) async fn account(&self, name: &str) -> Result<Account, Failure> {
        if !self.is_development() {
            let account = self.keys().get(name).await?;
            return self.prepared(account).await;
        }
        private_folder(self.context)?;
        let account = self.keys().get_or_create(name).await?;
        self.prepared(account).await
    }

    /// An account whose key the chain accepts; one of a development network alone is funded where that is missing.
    pub(crate) async fn prepared(&self, account: Account) -> Result<Account, Failure> {
        let state = self.algod.account(account.address).await?;
        signs(&state, &account)?;
        let name = &account.name;
        let made = account.origin == Origin::Local { made: true };
        if made {
            self.context.out.say(&format!("made the account {name}: {}", account.address));
        }
        if self.is_own(&account) {
            let funded = state.balance.is_zero();
            if funded {
                self.fund(account.address, STARTING_BALANCE).await?;
            }
            // A command that was cut off may have funded it without a note.
            if made || funded || !self.chain()?.accounts.contains_key(name) {
                self.note_account(name, account.address, made)?;
            }
        }
        Ok(account)
    }

    /// Whether an account is one of a development network alone: made for this project, or kept in its kmd.
    pub(crate) fn is_own(&self, account: &Account) -> bool {
        self.is_development() && matches!(account.origin, Origin::Local { .. } | Origin::Kmd { .. })
    }

    fn note_account(&self, name: &str, address: Address, made: bool) -> Result<(), Failure> {
        let origin =
            if made { "made and funded from this network's dispenser" } else { "funded from this network's dispenser" };
        self.record(|chain| {
            chain.accounts.entry(name.to_owned()).or_insert_with(|| pnp_registry::Account {
                address: address.to_string(),
                origin: origin.to_owned(),
                time: moment::now(),
            });
        })
    }

    /// Sends Algos from the network's dispenser.
    pub(crate) async fn fund(&self, address: Address, amount: MicroAlgos) -> Result<Sent, Failure> {
        let dispenser = self.dispenser().await?;
        let params = self.params().await?;
        let payment = calls::payment(dispenser.address, address, amount, &params);
        let sent = self.send("fund an account", dispenser, &Session::single(payment, &params)?, None).await?;
        self.context.out.say(&format!("sent {amount} to {address}"));
        Ok(sent)
    }

    /// Makes an asset of `creator` and records it.
    pub(crate) async fn make_asset(&self, creator: &Account, plan: &AssetPlan) -> Result<pnp_registry::Asset, Failure> {
        let params = self.params().await?;
        let transaction = plan.transaction(creator.address, &params);
        let sent = self.send("create an asset", creator, &Session::single(transaction, &params)?, None).await?;
        let asset_id = sent.confirmation.asset.ok_or_else(|| {
            Failure::new("malformed_answer", "algod does not say which asset was made")
                .hint(format!("look for transaction {} in an explorer", sent.txids.join(", ")))
        })?;
        let asset = pnp_registry::Asset {
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

    /// Opts an account of ours in to an asset where it is not yet; what was sent for that.
    pub(crate) async fn hold(&self, account: &Account, asset: AssetIndex) -> Result<Option<Sent>, Failure> {
        if self.algod.holding(account.address, asset).await?.is_some() {
            return Ok(None);
        }
        let params = self.params().await?;
        let opt_in = calls::asset_opt_in(account.address, asset, &params);
        let sent = self.send("opt in to an asset", account, &Session::single(opt_in, &params)?, None).await?;
        self.context.out.say(&format!("{} opted in to asset {asset}", account.name));
        Ok(Some(sent))
    }

    /// Opts a new user in to asset and contract and hands it some of the asset, where this project made the asset: in one
    /// group, so that no command that is cut off leaves half a user behind.
    pub(crate) async fn welcome(&self, user: &Account, app: u64, asset: AssetIndex) -> Result<(), Failure> {
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
        if opts_in || gift.is_some() {
            self.send_with_gift(user, transactions, gift.as_ref(), None).await?;
        }
        if opts_in {
            self.context.out.say(&format!("{} opted in to asset {asset} and application {app}", user.name));
        }
        Ok(())
    }

    /// What a development user that opts in to the asset by itself gets of it.
    pub(crate) async fn gift_to_new(&self, user: &Account, asset: AssetIndex) -> Result<Option<Gift>, Failure> {
        if user.name != "user" || !self.is_own(user) {
            return Ok(None);
        }
        self.gift(user.address, asset).await
    }

    /// Sends a user's transactions and a gift to it: in one group, so that no command that is cut off leaves half a user
    /// behind. Gifts are made on development networks only, where nothing has to be confirmed.
    pub(crate) async fn send_with_gift(
        &self,
        user: &Account,
        mut transactions: Vec<Transaction>,
        gift: Option<&Gift>,
        programs: Option<&Programs>,
    ) -> Result<Sent, Failure> {
        let params = self.params().await?;
        if let Some(Gift { giver, asset, amount }) = gift {
            transactions.push(calls::asset_transfer(giver.address, user.address, *asset, *amount, &params));
        }
        let transactions = group(transactions, &params)?;
        let mut signed = Vec::with_capacity(transactions.len());
        for one in &transactions {
            let giver = gift.map(|gift| &gift.giver).filter(|giver| giver.address == one.header.sender);
            signed.push(giver.unwrap_or(user).sign(one).await?);
        }
        let sent = self.submit(&signed, programs).await?;
        if let Some(Gift { asset, amount, .. }) = gift {
            self.context.out.say(&format!("sent {amount} minor units of asset {asset} to {}", user.address));
        }
        Ok(sent)
    }

    /// What a user gets of the asset, and from whom: where the user has none and this project's creator has it.
    async fn gift(&self, user: Address, asset: AssetIndex) -> Result<Option<Gift>, Failure> {
        let has = self.algod.holding(user, asset).await?.map_or(0, |holding| holding.amount);
        let Ok(giver) = self.keys().get("creator").await else { return Ok(None) };
        if has > 0 || !self.is_development() || giver.address == user {
            return Ok(None);
        }
        let stock = self.algod.holding(giver.address, asset).await?.map_or(0, |holding| holding.amount);
        let amount = STARTING_UNITS.min(stock);
        Ok((amount > 0).then_some(Gift { giver, asset, amount }))
    }
}

/// Refuses an account whose key here is not the one that the chain asks for, before anything is made with it.
fn signs(state: &AccountState, account: &Account) -> Result<(), Failure> {
    let (needs, has) = (state.signer(), account.signer());
    if needs == has {
        return Ok(());
    }
    let Account { name, address, origin, .. } = account;
    let setting = name.to_ascii_uppercase().replace('-', "_");
    let failure = match needs == *address {
        true => Failure::new("wrong_signer", format!("the account {name} ({address}) is not rekeyed to {has}"))
            .because(format!("the chain asks for its own key, and {origin} has another's"))
            .hint(format!("give the words of {address} itself, or take {setting}_SENDER away")),
        false => Failure::new("wrong_signer", format!("the account {name} ({address}) is rekeyed to {needs}"))
            .because(format!("the chain asks for that key, and {origin} has the one of {has}"))
            .hint(format!(
                "set {setting}_MNEMONIC to the words of {needs} and {setting}_SENDER to {address}, or keep both with \
                 `pnp-contract account import NAME --sender {address}`; a multisignature signs with --multisig"
            )),
    };
    Err(failure.with("address", address.to_string()).with("needs", needs.to_string()).with("has", has.to_string()))
}
