//! The network before the first request: the contract is deployed and verified, the treasury has Algos and PLY, and the store
//! knows both.

use super::ServeError;
use crate::amount::Amount;
use crate::credentials::NetworkKeys;
use crate::ledger::{Contract, ContractState, LedgerError, Partner, PartnerSettings, stock};
use crate::store::Store;
use pnp_keys::Account;
use pnp_ops::{Connection, DeployRequest, Outcome};
use pnp_types::{Address, AppIndex, AssetIndex, Digest, MicroAlgos, sha512_256};
use pnp_usage::{GlobalState, TemplateChoices, calls, global_state};

/// The decimals that PLY has: a minor unit is a cent.
const DECIMALS: u32 = 2;
/// What a treasury on a development network is filled up to, and when.
const TREASURY_ALGOS: (MicroAlgos, MicroAlgos) = (MicroAlgos(10_000_000_000), MicroAlgos(1_000_000_000));
/// The same in minor units of PLY.
const TREASURY_PLY: (u64, u64) = (1_000_000_000, 10_000_000);
/// The partner that the mock key belongs to.
const FIRST_PARTNER: &str = "default";

/// What the gateway needs to know of its network.
#[derive(Clone, Debug)]
pub(super) struct PreparedNetwork {
    /// The contract.
    pub(super) app: AppIndex,
    /// PLY.
    pub(super) asset: AssetIndex,
    /// The treasury's account.
    pub(super) treasury: Address,
    /// The contract's state.
    pub(super) state: GlobalState,
    /// Its approval program's hash.
    pub(super) program: Digest,
}

impl PreparedNetwork {
    pub(super) async fn prepare(
        connection: &Connection,
        keys: &NetworkKeys,
        store: &Store,
    ) -> Result<Self, ServeError> {
        let lock = connection.begin(Some("serve")).await?;
        let deployed = connection.deploy(&DeployRequest::default(), None).await?;
        let app = match deployed {
            Outcome::Done(deployment) => deployment.app,
            Outcome::Unsigned(_) => None,
        };
        let app = app.ok_or_else(|| ServeError::Contract { app: 0, why: "it was not deployed".to_owned() })?;
        let (state, asset, program) = verified(connection, app).await?;
        let treasury = Account::new("treasury", keys.treasury()?);
        fill_treasury(connection, &treasury, asset).await?;
        drop(lock);
        let network = Self { app, asset, treasury: treasury.address, state, program };
        network.record(connection, store).await?;
        Ok(network)
    }

    /// Writes the contract and what the treasury has more than the books say.
    async fn record(&self, connection: &Connection, store: &Store) -> Result<(), ServeError> {
        let holding = connection.algod.holding(self.treasury, self.asset).await?.map_or(0, |holding| holding.amount);
        let holding = Amount::cents(holding).ok_or(LedgerError::TooLarge)?;
        let parameters = self.state.parameters;
        let mut contract = Contract {
            id: 0,
            partner: 0,
            app: self.app.0,
            asset: self.asset.0,
            provider: self.state.provider.to_string(),
            platform: self.state.platform.to_string(),
            fee_pct: parameters.fee_pct().0,
            min_rate: parameters.min_rate(),
            max_rate: parameters.max_rate(),
            state: ContractState::InForce,
        };
        let is_embedded = connection.network.name == "embedded";
        store
            .write(move |write| -> Result<(), LedgerError> {
                let first = Partner::all(write.connection())?.into_iter().next();
                contract.partner = match first {
                    Some(partner) => partner.id,
                    None => Partner::add(write, FIRST_PARTNER, &development_settings(is_embedded))?,
                };
                // Where the operator gave the first partner another contract, that stays in force.
                let known = Contract::all(write.connection())?;
                let has_another = known.iter().any(|other| {
                    other.partner == contract.partner
                        && other.app != contract.app
                        && other.state == ContractState::InForce
                });
                let is_known = known.iter().any(|other| other.app == contract.app);
                if !(has_another && is_known) {
                    Contract::put_in_force(write, &contract)?;
                }
                let surplus = write.row(
                    "SELECT ?1 - b.treasury - b.reserved - (SELECT COALESCE(SUM(due + sending), 0) FROM wallets \
                     WHERE due > 0 OR sending > 0), \
                     (SELECT COUNT(*) FROM chain_ops WHERE state IN ('planned', 'signed', 'sent', 'doubtful')) \
                     FROM books b WHERE b.id = 1",
                    [holding],
                    |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
                )?;
                // With something in flight the holding may be on either side of it.
                if let Some((surplus, 0)) = surplus
                    && surplus > 0
                {
                    stock(write, Amount(surplus), "found in the treasury's account")?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }
}

/// What partners of development networks have: nothing waits for days, and on the embedded network one sees each bill.
fn development_settings(is_embedded: bool) -> PartnerSettings {
    let usual = PartnerSettings { card_hold_days: 0, ..PartnerSettings::default() };
    if is_embedded { PartnerSettings { lots: false, stop_makes_due: true, ..usual } } else { usual }
}

/// Compares the contract with this source: the proof that nothing is billed twice needs its rising ticks.
pub(super) async fn verified(
    connection: &Connection,
    app: AppIndex,
) -> Result<(GlobalState, AssetIndex, Digest), ServeError> {
    let refused = |why: String| ServeError::Contract { app: app.0, why };
    let found = connection.verify(Some(app), TemplateChoices::default()).await?.verification;
    if !found.is_same_code() {
        return Err(refused("its programs are not this version's".to_owned()));
    }
    if !found.on_chain.ordered_ticks {
        return Err(refused("it does not ask for rising ticks".to_owned()));
    }
    let state = global_state(&connection.algod, app).await.map_err(pnp_ops::Error::from)?;
    let asset = state.asset.ok_or_else(|| refused("it is bound to no asset".to_owned()))?;
    let application = connection.algod.application(app).await?;
    let application = application.ok_or_else(|| refused("it does not exist".to_owned()))?;
    let described = connection.algod.asset(asset).await?;
    let described =
        described.ok_or_else(|| ServeError::Asset { asset: asset.0, why: "it does not exist".to_owned() })?;
    if described.decimals != DECIMALS {
        let why = format!("it has {} decimals, and PLY has {DECIMALS}", described.decimals);
        return Err(ServeError::Asset { asset: asset.0, why });
    }
    for (party, account) in [("provider", state.provider), ("platform", state.platform)] {
        if connection.algod.holding(account, asset).await?.is_none() {
            return Err(refused(format!("its {party} {account} has not opted in to asset {asset}")));
        }
    }
    Ok((state, asset, Digest(sha512_256(&application.approval_program))))
}

/// Gives the treasury of a development network Algos and PLY where it has little.
async fn fill_treasury(connection: &Connection, treasury: &Account, asset: AssetIndex) -> Result<(), ServeError> {
    let (full, low) = TREASURY_ALGOS;
    if connection.algod.account(treasury.address).await?.spendable() < low {
        connection.fund(treasury.address, full).await?;
    }
    let (full, low) = TREASURY_PLY;
    let holding = connection.algod.holding(treasury.address, asset).await?;
    if holding.as_ref().is_some_and(|holding| holding.amount >= low) {
        return Ok(());
    }
    let creator = connection.account("creator").await?;
    let stock = connection.algod.holding(creator.address, asset).await?.map_or(0, |holding| holding.amount);
    let params = connection.params().await?;
    let mut transactions = Vec::new();
    if holding.is_none() {
        transactions.push(calls::asset_opt_in(treasury.address, asset, &params));
    }
    if stock > 0 {
        let amount = full.min(stock);
        transactions.push(calls::asset_transfer(creator.address, treasury.address, asset, amount, &params));
    }
    let mut signed = Vec::with_capacity(transactions.len());
    for transaction in &pnp_ops::group(transactions, &params)? {
        let account = if transaction.header.sender == creator.address { &creator } else { treasury };
        signed.extend(pnp_ops::sign(account, std::slice::from_ref(transaction)).await?);
    }
    if !signed.is_empty() {
        connection.submit(&signed, None).await?;
    }
    Ok(())
}
