//! A bill from request to receipt: what it needs, what the chain would refuse, and what it moved.

use super::{Balances, Bill, GlobalState, LocalState, Receipt, Split, TickId, Units, UsageError, calls};
use pnp_client::{Algod, ClientError, Confirmation, SuggestedParams};
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos, Transaction};

/// What a user asks to be billed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRequest {
    /// The contract.
    pub app: AppIndex,
    /// Who pays.
    pub user: Address,
    /// Units of use.
    pub units: Units,
    /// The price of one; the least allowed (and at least 1, where that is allowed) if not given.
    pub unit_price: Option<u64>,
    /// The tick; a fresh ULID if not given.
    pub tick: Option<TickId>,
    /// The asset; the bound one if not given.
    pub asset: Option<AssetIndex>,
    /// Whether the contract asks for rising ticks.
    pub ordered_ticks: bool,
}

/// A bill that passed every check that can be made before it is sent.
#[derive(Clone, Debug)]
pub struct PreparedBill {
    /// The bill.
    pub bill: Bill,
    /// Its three transactions, grouped.
    pub transactions: Vec<Transaction>,
    /// What the network suggested.
    pub params: SuggestedParams,
    /// The contract's state that it is based on.
    pub state: GlobalState,
    /// Holdings before it.
    pub before: Balances,
}

/// What a refusal means for a bill.
#[derive(Debug)]
pub enum RefusedBill {
    /// Another bill of the same user came first: with a later tick this one can be sent again.
    Overtaken,
    /// The contract has this very tick as the user's newest, although the node refused it: [`ClientError::Uncertain`].
    MayBeCharged(ClientError),
    /// It was refused, and nothing suggests that another attempt would pass.
    Refused,
}

/// Why an operation cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The network's answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Something the contract would refuse.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// There is no such application.
    #[error("application {0} does not exist on this network")]
    NoApplication(AppIndex),
    /// The user has not opted in to the contract.
    #[error("{user} has not opted in to application {app}")]
    NotOptedIn {
        /// Who.
        user: Address,
        /// To what.
        app: AppIndex,
    },
    /// A party has not opted in to the asset.
    #[error("the {party} {account} has not opted in to asset {asset}")]
    AssetNotHeld {
        /// `user`, `provider` or `platform`.
        party: &'static str,
        /// Who.
        account: Address,
        /// To what.
        asset: AssetIndex,
    },
    /// The user has too little of the asset.
    #[error("{user} has {has} minor units of asset {asset}, the bill takes {needs}: {} are missing", needs.saturating_sub(*has))]
    AssetShort {
        /// Who.
        user: Address,
        /// Of what.
        asset: AssetIndex,
        /// Minor units it has.
        has: u64,
        /// Minor units needed.
        needs: u64,
    },
    /// The user has too few Algos for the network's fees.
    #[error("{user} may spend {has}, the network's fees are {needs}: {} are missing", needs.saturating_sub(*has))]
    FeeShort {
        /// Who.
        user: Address,
        /// Above the minimum balance.
        has: MicroAlgos,
        /// The group's fees.
        needs: MicroAlgos,
    },
    /// A group too large; a fault of this program.
    #[error(transparent)]
    Group(#[from] pnp_types::GroupError),
}

/// Reads a contract's global state.
///
/// # Errors
/// [`OperationError::NoApplication`], or an application that is not this contract.
pub async fn global_state(algod: &Algod, app: AppIndex) -> Result<GlobalState, OperationError> {
    let application = algod.application(app).await?.ok_or(OperationError::NoApplication(app))?;
    Ok(GlobalState::read(&application)?)
}

impl PreparedBill {
    /// Reads state and balances and builds the group.
    ///
    /// # Errors
    /// Everything that is known to fail before it is sent.
    pub async fn new(algod: &Algod, request: &BillRequest) -> Result<Self, OperationError> {
        let BillRequest { app, user, units, .. } = *request;
        let (state, local, account, params) = tokio::try_join!(
            global_state(algod, app),
            async { Ok(LocalState::fetch(algod, user, app).await??) },
            async { Ok(algod.account(user).await?) },
            async { Ok(algod.suggested_params().await?) },
        )?;
        let local = local.ok_or(OperationError::NotOptedIn { user, app })?;
        let asset = state.billed_asset(request.asset)?;
        let unit_price = request.unit_price.unwrap_or_else(|| state.parameters.min_rate().max(1));
        state.parameters.check_price(unit_price)?;
        let split = Split::of(units, unit_price, state.parameters.fee_pct())?;
        let tick = match &request.tick {
            Some(tick) => tick.clone(),
            None => TickId::fresh(local.last_tick.as_ref().filter(|_| request.ordered_ticks))?,
        };
        if let Some(last) = &local.last_tick {
            let rises = tick.partial_cmp(last) == Some(std::cmp::Ordering::Greater);
            let refused = if request.ordered_ticks { !rises } else { tick == *last };
            if refused {
                return Err(UsageError::TickOrder { tick, last: last.clone() }.into());
            }
        }
        let bill = Bill {
            user,
            app,
            asset,
            provider: state.provider,
            platform: state.platform,
            tick,
            units,
            unit_price,
            split,
        };
        let transactions = calls::set_fees_and_group(bill.transactions(&params).to_vec(), &params)?;
        let before = bill.balances(algod).await?;
        if before.user < split.gross && !(user == state.provider || user == state.platform) {
            return Err(OperationError::AssetShort { user, asset, has: before.user, needs: split.gross });
        }
        let prepared = Self { bill, transactions, params, state, before };
        let (has, needs) = (account.spendable(), prepared.network_fee());
        if has < needs {
            return Err(OperationError::FeeShort { user, has, needs });
        }
        Ok(prepared)
    }

    /// The network's fees of the three transactions.
    #[must_use]
    pub fn network_fee(&self) -> MicroAlgos {
        let sum = |sum: MicroAlgos, transaction: &Transaction| sum.saturating_add(transaction.header.fee);
        self.transactions.iter().fold(MicroAlgos::ZERO, sum)
    }

    /// What a refusal of this bill means, by the newest tick that the contract has of the user now. `why` is the refusal.
    pub async fn after_refusal(&self, algod: &Algod, request: &BillRequest, why: &str) -> RefusedBill {
        let bill = &self.bill;
        let last = match LocalState::fetch(algod, bill.user, bill.app).await {
            Ok(Ok(Some(local))) => local.last_tick,
            // Without the state the refusal is reported as it is.
            _ => None,
        };
        match last {
            Some(last) if request.ordered_ticks && last > bill.tick => RefusedBill::Overtaken,
            // The tick was generated here, so that nobody else can have billed it.
            Some(last) if request.tick.is_none() && last == bill.tick => {
                let call = self.transactions.first();
                RefusedBill::MayBeCharged(ClientError::Uncertain {
                    txid: call.map(Transaction::id).unwrap_or_default(),
                    last_valid: call.map(|call| call.header.last_valid).unwrap_or_default(),
                    why: format!("the node refused it ({why}), and the newest tick of the user is this one"),
                })
            }
            _ => RefusedBill::Refused,
        }
    }

    /// The receipt of the bill once it is confirmed: reads the balances again.
    ///
    /// # Errors
    /// The network's.
    pub async fn receipt(
        &self,
        algod: &Algod,
        confirmation: &Confirmation,
        opcode_cost: u64,
    ) -> Result<Receipt, OperationError> {
        let bill = &self.bill;
        let after = bill.balances(algod).await?;
        let mut txids = self.transactions.iter().map(|transaction| transaction.id().to_string());
        let mut next = || txids.next().unwrap_or_default();
        Ok(Receipt {
            tick: bill.tick.clone(),
            units: bill.units,
            unit_price: bill.unit_price,
            split: bill.split,
            asset: bill.asset,
            app: bill.app,
            user: bill.user,
            provider: bill.provider,
            platform: bill.platform,
            txids: [next(), next(), next()],
            group: self.transactions.first().map(|first| first.header.group.to_base64()).unwrap_or_default(),
            round: confirmation.round,
            opcode_cost,
            network_fee: self.network_fee().0,
            before: self.before,
            after,
        })
    }
}

impl Bill {
    /// What the three parties hold of the asset.
    async fn balances(&self, algod: &Algod) -> Result<Balances, OperationError> {
        let held = async |party: &'static str, account: Address| match algod.holding(account, self.asset).await? {
            Some(holding) => Ok(holding.amount),
            None => Err(OperationError::AssetNotHeld { party, account, asset: self.asset }),
        };
        let (user, provider, platform) = tokio::try_join!(
            held("user", self.user),
            held("provider", self.provider),
            held("platform", self.platform)
        )?;
        Ok(Balances { user, provider, platform })
    }
}
