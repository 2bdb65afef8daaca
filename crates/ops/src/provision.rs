//! Creates what a development network lacks: accounts, Algos, the PLY asset, opt-ins. On other networks it creates nothing.

use crate::connection::Connection;
use crate::error::{AssetError, CreatedKind, Error, WrongSigner};
use crate::observer::Event;
use crate::provenance;
use crate::sending::{Sent, group, single};
use pnp_client::{AccountState, SuggestedParams};
use pnp_keys::{Account, Origin};
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos, Transaction};
use pnp_usage::{Programs, calls};

/// What a new account gets.
const STARTING_BALANCE: MicroAlgos = MicroAlgos(100_000_000);
/// What a new user gets of the asset, in minor units.
const STARTING_UNITS: u64 = 1_000_000;

/// How PLY is created.
#[derive(Clone, Debug)]
pub struct AssetPlan {
    /// Its unit's name.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// How many decimals it is shown with.
    pub decimals: u32,
    /// How many minor units there are.
    pub total: u64,
    /// Where more is said about it.
    pub url: String,
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
    /// Refuses texts that are longer than the network takes.
    ///
    /// # Errors
    /// [`AssetError::TooLong`].
    pub(crate) fn check(&self) -> Result<(), AssetError> {
        let texts = [("unit", &self.unit, 8), ("name", &self.name, 32), ("url", &self.url, 96)];
        match texts.into_iter().find(|(_, text, most)| text.len() > *most) {
            Some((part, text, most)) => Err(AssetError::TooLong { part, length: text.len(), most }),
            None => Ok(()),
        }
    }

    /// The transaction that creates the asset, managed by its creator.
    #[must_use]
    pub fn transaction(&self, creator: Address, params: &SuggestedParams) -> Transaction {
        let creation = Transaction::asset_create(creator, self.total, self.decimals)
            .unit_name(&self.unit)
            .name(&self.name)
            .url(&self.url)
            .manager(creator)
            .reserve(creator);
        calls::for_network(creation, params)
    }
}

/// Units of the asset for a new user of a development network.
#[derive(Debug)]
pub struct StartingUnits {
    giver: Account,
    asset: AssetIndex,
    amount: u64,
}

impl Connection {
    /// The account `name`, whose key the chain accepts; on a development network created and funded where that is missing.
    ///
    /// # Errors
    /// A key that is missing or malformed, [`WrongSigner`], and a network that does not answer.
    pub async fn account(&self, name: &str) -> Result<Account, Error> {
        if !self.is_development() {
            let account = self.keys().get(name).await?;
            return self.prepared(account).await;
        }
        self.settings.make_key_folder()?;
        let account = self.keys().get_or_create(name).await?;
        self.prepared(account).await
    }

    /// An account whose key the chain accepts; one of a development network alone is funded where that is missing.
    ///
    /// # Errors
    /// As [`Connection::account`].
    pub async fn prepared(&self, account: Account) -> Result<Account, Error> {
        let state = self.algod.account(account.address).await?;
        check_signer(&state, &account)?;
        let name = &account.name;
        let made = account.origin == Origin::Local { made: true };
        if made {
            self.event(Event::AccountCreated { name: name.clone(), address: account.address });
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
    #[must_use]
    pub fn is_own(&self, account: &Account) -> bool {
        self.is_development() && matches!(account.origin, Origin::Local { .. } | Origin::Kmd { .. })
    }

    fn note_account(&self, name: &str, address: Address, made: bool) -> Result<(), Error> {
        let origin =
            if made { "made and funded from this network's dispenser" } else { "funded from this network's dispenser" };
        self.record(|chain| {
            chain.accounts.entry(name.to_owned()).or_insert_with(|| pnp_registry::Account {
                address: address.to_string(),
                origin: origin.to_owned(),
                time: provenance::now(),
            });
        })
    }

    /// Sends Algos from the network's dispenser.
    ///
    /// # Errors
    /// A missing dispenser, and the errors of sending.
    pub async fn fund(&self, address: Address, amount: MicroAlgos) -> Result<Sent, Error> {
        let dispenser = self.dispenser().await?;
        let params = self.params().await?;
        let payment = calls::payment(dispenser.address, address, amount, &params);
        let sent = self.send("fund an account", dispenser, &single(payment, &params)?, None).await?;
        self.event(Event::Funded { address, amount });
        Ok(sent)
    }

    /// Creates an asset of `creator` and records it.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn make_asset(&self, creator: &Account, plan: &AssetPlan) -> Result<pnp_registry::Asset, Error> {
        let params = self.params().await?;
        let transaction = plan.transaction(creator.address, &params);
        let sent = self.send("create an asset", creator, &single(transaction, &params)?, None).await?;
        let Some(asset_id) = sent.confirmation.asset else {
            return Err(Error::Unnamed { made: CreatedKind::Asset, txids: sent.txids });
        };
        let asset = pnp_registry::Asset {
            asset_id,
            unit: plan.unit.clone(),
            decimals: plan.decimals,
            total: plan.total,
            creator: creator.address.to_string(),
            origin: "made by this command".to_owned(),
            txid: sent.txids.first().cloned().unwrap_or_default(),
            round: sent.confirmation.round,
            time: provenance::now(),
        };
        self.record(|chain| chain.assets.push(asset.clone()))?;
        self.event(Event::AssetCreated { asset: asset_id, unit: plan.unit.clone() });
        Ok(asset)
    }

    /// Opts an account of ours in to an asset where it is not yet; what was sent for that.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn ensure_holding(&self, account: &Account, asset: AssetIndex) -> Result<Option<Sent>, Error> {
        if self.algod.holding(account.address, asset).await?.is_some() {
            return Ok(None);
        }
        let params = self.params().await?;
        let opt_in = calls::asset_opt_in(account.address, asset, &params);
        let sent = self.send("opt in to an asset", account, &single(opt_in, &params)?, None).await?;
        self.event(Event::AssetOptedIn { name: account.name.clone(), asset });
        Ok(Some(sent))
    }

    /// Opts a new user in to asset and contract and hands it some of the asset, where this project made the asset: in one
    /// group, so that no command that is cut off leaves half a user behind.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn opt_in_and_fund(&self, user: &Account, app: AppIndex, asset: AssetIndex) -> Result<(), Error> {
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
            self.event(Event::UserOptedIn { name: user.name.clone(), asset, app });
        }
        Ok(())
    }

    /// What a development user that opts in to the asset by itself gets of it.
    ///
    /// # Errors
    /// A network that does not answer.
    pub async fn gift_to_new(&self, user: &Account, asset: AssetIndex) -> Result<Option<StartingUnits>, Error> {
        if user.name != "user" || !self.is_own(user) {
            return Ok(None);
        }
        self.gift(user.address, asset).await
    }

    /// Sends a user's transactions and a gift to it: in one group, so that no command that is cut off leaves half a user
    /// behind. Gifts are made on development networks only, where nothing has to be confirmed.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn send_with_gift(
        &self,
        user: &Account,
        mut transactions: Vec<Transaction>,
        gift: Option<&StartingUnits>,
        programs: Option<&Programs>,
    ) -> Result<Sent, Error> {
        let params = self.params().await?;
        if let Some(StartingUnits { giver, asset, amount }) = gift {
            transactions.push(calls::asset_transfer(giver.address, user.address, *asset, *amount, &params));
        }
        let transactions = group(transactions, &params)?;
        let mut signed = Vec::with_capacity(transactions.len());
        for one in &transactions {
            let giver = gift.map(|gift| &gift.giver).filter(|giver| giver.address == one.header.sender);
            signed.push(giver.unwrap_or(user).sign(one).await?);
        }
        let sent = self.submit(&signed, programs).await?;
        if let Some(StartingUnits { asset, amount, .. }) = gift {
            self.event(Event::AssetSent { asset: *asset, amount: *amount, to: user.address });
        }
        Ok(sent)
    }

    /// What a user gets of the asset, and from whom: where the user has none and this project's creator has it.
    async fn gift(&self, user: Address, asset: AssetIndex) -> Result<Option<StartingUnits>, Error> {
        let has = self.algod.holding(user, asset).await?.map_or(0, |holding| holding.amount);
        let Ok(giver) = self.keys().get("creator").await else { return Ok(None) };
        if has > 0 || !self.is_development() || giver.address == user {
            return Ok(None);
        }
        let stock = self.algod.holding(giver.address, asset).await?.map_or(0, |holding| holding.amount);
        let amount = STARTING_UNITS.min(stock);
        Ok((amount > 0).then_some(StartingUnits { giver, asset, amount }))
    }
}

/// Refuses an account whose key here is not the one that the chain asks for, before anything is done with it.
fn check_signer(state: &AccountState, account: &Account) -> Result<(), Box<WrongSigner>> {
    let (needs, has) = (state.signer(), account.signer());
    if needs == has {
        return Ok(());
    }
    let Account { name, address, origin, .. } = account;
    Err(Box::new(WrongSigner { name: name.clone(), address: *address, origin: origin.clone(), needs, has }))
}
