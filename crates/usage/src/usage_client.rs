//! The front door: one contract on one network, and what its users do with it.

use super::{
    BillRequest, Creation, GlobalState, LocalState, OperationError, PreparedBill, Programs, Receipt, RefusedBill,
    SignError, Signer, Template, Units, UsageError, calls, global_state,
};
use pnp_client::{Algod, ClientError, Confirmation, Rejection, SuggestedParams};
use pnp_types::{Address, AppIndex, AssetIndex, SignedTransaction, Transaction};

/// How many generated ticks may be overtaken by other bills of the same user before that is reported.
const MAX_TICKS: usize = 20;

/// A contract on a network.
///
/// It is cheap to clone, and any number of users may be billed at the same time. Bills of one user that run at the same time
/// overtake each other, and are then made again with a later tick; to bill many ticks exactly once, whatever fails, use
/// [`Batch`](crate::batch::Batch).
#[derive(Clone, Debug)]
pub struct UsageClient {
    algod: Algod,
    app: AppIndex,
    asset: Option<AssetIndex>,
    ordered_ticks: bool,
}

/// Why something was not done with a contract.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// It cannot be done, or the network does not answer. [`BillError::may_be_charged`] says whether it may still have been
    /// done.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The network's rules or the contract's program refuse it; nothing was changed.
    #[error("{0}")]
    Refused(Box<Rejection>),
    /// The signer did not sign; nothing was sent.
    #[error("{account} cannot sign: {source}")]
    Signature {
        /// Whose signature is missing.
        account: Address,
        /// Why.
        source: SignError,
    },
    /// The node does not say which application was created.
    #[error("the node does not say which application transaction {0} created")]
    Unnamed(pnp_types::Txid),
}

impl From<UsageError> for BillError {
    fn from(error: UsageError) -> Self {
        Self::Operation(error.into())
    }
}

impl From<ClientError> for BillError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Rejected(rejection) => Self::Refused(rejection),
            error => Self::Operation(error.into()),
        }
    }
}

impl BillError {
    /// Whether the group may be in a block, now or later. Then it must not be made again before that is known.
    #[must_use]
    pub const fn may_be_charged(&self) -> bool {
        matches!(self, Self::Operation(OperationError::Client(error)) if error.may_have_arrived())
    }
}

impl UsageClient {
    /// The contract with this application, which asks for rising ticks, as the usual ones do.
    #[must_use]
    pub const fn new(algod: Algod, app: AppIndex) -> Self {
        Self { algod, app, asset: None, ordered_ticks: true }
    }

    /// Creates a contract that nobody can change or delete.
    ///
    /// # Errors
    /// [`BillError`].
    pub async fn deploy(algod: Algod, creator: &dyn Signer, creation: &Creation) -> Result<Self, BillError> {
        let programs = Programs::assemble(Template::default())?;
        let params = algod.suggested_params().await?;
        let transaction = calls::create(creator.address(), &programs, creation, &params);
        let confirmation = send(&algod, creator, vec![transaction], &params).await?;
        let app = confirmation.application.ok_or(BillError::Unnamed(confirmation.txid))?;
        Ok(Self::new(algod, app))
    }

    /// The same contract, billed with this asset: for one that is not bound to an asset.
    #[must_use]
    pub fn with_asset(self, asset: AssetIndex) -> Self {
        Self { asset: Some(asset), ..self }
    }

    /// The same contract, which does not ask for rising ticks.
    #[must_use]
    pub fn with_unordered_ticks(self) -> Self {
        Self { ordered_ticks: false, ..self }
    }

    /// The contract's application.
    #[must_use]
    pub const fn app(&self) -> AppIndex {
        self.app
    }

    /// Who is paid, the fee, the price limits and the asset.
    ///
    /// # Errors
    /// An application that does not exist or is another contract, and a network that does not answer.
    pub async fn state(&self) -> Result<GlobalState, OperationError> {
        global_state(&self.algod, self.app).await
    }

    /// What the contract keeps of a user; `None` where the user has not opted in.
    ///
    /// # Errors
    /// A network that does not answer.
    pub async fn user(&self, user: Address) -> Result<Option<LocalState>, OperationError> {
        Ok(LocalState::fetch(&self.algod, user, self.app).await??)
    }

    /// Lets a user hold the asset and use the contract, in one group of what is missing.
    ///
    /// # Errors
    /// [`BillError`].
    pub async fn opt_in(&self, user: &dyn Signer) -> Result<(), BillError> {
        let address = user.address();
        let asset = self.state().await?.billed_asset(self.asset)?;
        let params = self.algod.suggested_params().await?;
        let mut transactions = Vec::new();
        if self.algod.holding(address, asset).await?.is_none() {
            transactions.push(calls::asset_opt_in(address, asset, &params));
        }
        if self.user(address).await?.is_none() {
            transactions.push(calls::opt_in(address, self.app, &params));
        }
        if !transactions.is_empty() {
            send(&self.algod, user, transactions, &params).await?;
        }
        Ok(())
    }

    /// Bills `units` of use at `unit_price` minor units each, with a fresh tick, and waits for the block.
    ///
    /// # Errors
    /// [`BillError`]; where [`BillError::may_be_charged`] says so, do not bill again before the outcome is known.
    pub async fn bill(&self, user: &dyn Signer, units: Units, unit_price: u64) -> Result<Receipt, BillError> {
        let request = BillRequest {
            app: self.app,
            user: user.address(),
            units,
            unit_price: Some(unit_price),
            tick: None,
            asset: self.asset,
            ordered_ticks: self.ordered_ticks,
        };
        self.bill_request(user, &request).await
    }

    /// The same with a tick or other choices of the caller. A request that has a tick can be repeated safely: the contract
    /// charges a tick once.
    ///
    /// # Errors
    /// As [`UsageClient::bill`].
    pub async fn bill_request(&self, user: &dyn Signer, request: &BillRequest) -> Result<Receipt, BillError> {
        let mut ticks = 0;
        loop {
            ticks += 1;
            let prepared = PreparedBill::new(&self.algod, request).await?;
            let rejection = match self.send_bill(user, &prepared).await {
                Err(BillError::Refused(rejection)) => rejection,
                outcome => return outcome,
            };
            match prepared.after_refusal(&self.algod, request, &rejection.to_string()).await {
                RefusedBill::Overtaken if request.tick.is_none() && ticks < MAX_TICKS => {}
                RefusedBill::MayBeCharged(error) => return Err(error.into()),
                RefusedBill::Overtaken | RefusedBill::Refused => return Err(BillError::Refused(rejection)),
            }
        }
    }

    async fn send_bill(&self, user: &dyn Signer, prepared: &PreparedBill) -> Result<Receipt, BillError> {
        let signed = sign(user, &prepared.transactions).await?;
        let simulation = self.algod.simulate(&signed).await?;
        if let Some(failure) = simulation.failure {
            return Err(BillError::Refused(Box::new(failure.rejection)));
        }
        let confirmation = self.algod.deliver(&signed).await?;
        let cost = simulation.costs.first().copied().unwrap_or(simulation.cost);
        Ok(prepared.receipt(&self.algod, &confirmation, cost).await?)
    }
}

async fn sign(signer: &dyn Signer, transactions: &[Transaction]) -> Result<Vec<SignedTransaction>, BillError> {
    let signed = signer.sign(transactions).await;
    signed.map_err(|source| BillError::Signature { account: signer.address(), source })
}

/// Groups, signs and sends, and waits for the block.
async fn send(
    algod: &Algod,
    signer: &dyn Signer,
    transactions: Vec<Transaction>,
    params: &SuggestedParams,
) -> Result<Confirmation, BillError> {
    let transactions = calls::set_fees_and_group(transactions, params).map_err(OperationError::from)?;
    Ok(algod.deliver(&sign(signer, &transactions).await?).await?)
}
