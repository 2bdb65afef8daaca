//! One tick, and its receipt.

use super::has_ordered_ticks;
use crate::connection::Connection;
use crate::contract_record::programs_of;
use crate::error::Error;
use crate::refusal::Refusal;
use crate::sender::{MultisigSigners, Outcome, Sender, Unsigned};
use crate::sending::sign;
use pnp_client::Rejection;
use pnp_keys::Account;
use pnp_registry::Contract;
use pnp_types::{Address, AppIndex, AssetIndex};
use pnp_usage::{BillRequest, PreparedBill, Receipt, RefusedBill, StopSignal, TickId, Units, global_state};
use tokio::sync::OwnedMutexGuard;

/// How many generated ticks may be overtaken by other bills of the same user before that is reported.
const MAX_TICKS: usize = 20;

/// One bill: who pays for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillOrder {
    /// The contract; the recorded one without a number.
    pub app: Option<AppIndex>,
    /// The name of the account that pays.
    pub user: String,
    /// Units of use, at least 1.
    pub units: Units,
    /// The price of one in minor units; the least that the contract allows if not given.
    pub unit_price: Option<u64>,
    /// The tick; a fresh ULID if not given.
    pub tick: Option<TickId>,
    /// The asset, where the contract is not bound to one.
    pub asset: Option<AssetIndex>,
}

impl BillOrder {
    /// A bill for `units` of the recorded contract at its least price.
    #[must_use]
    pub fn new(user: impl Into<String>, units: Units) -> Self {
        Self { app: None, user: user.into(), units, unit_price: None, tick: None, asset: None }
    }
}

impl Connection {
    /// Bills one tick and waits for its block. On a development network the account that pays is created, funded and opted in
    /// where it is not yet.
    ///
    /// Until the group is sent, `stop` ends the bill with [`Error::Interrupted`]; after that its outcome is waited for. A bill
    /// that has no tick can be repeated after an error only where [`Error::may_have_been_sent`] says that nothing was sent; one
    /// that has a tick can always be repeated, because the contract charges a tick once.
    ///
    /// # Errors
    /// Everything that is known to fail before it is sent, a [`Refusal`], and the errors of sending.
    pub async fn bill(
        &self,
        order: &BillOrder,
        signers: Option<&MultisigSigners>,
        stop: &StopSignal,
    ) -> Result<Outcome<Receipt>, Error> {
        let (app, record) = self.contract(order.app)?;
        let mut request = BillRequest {
            app,
            user: Address::ZERO,
            units: order.units,
            unit_price: order.unit_price,
            tick: order.tick.clone(),
            asset: order.asset,
            ordered_ticks: has_ordered_ticks(record.as_ref()),
        };
        let user = match self.sender(signers, &order.user).await? {
            Sender::Single(account) => account,
            Sender::Multisig(sender) => {
                request.user = sender.address;
                let prepared = PreparedBill::new(&self.algod, &request).await?;
                let what = effect(&prepared);
                let unsigned = Unsigned { action: "bill", what, sender, transactions: prepared.transactions };
                return Ok(Outcome::Unsigned(Box::new(unsigned)));
            }
        };
        request.user = user.address;
        let _place = self.enter_queue(user.address, stop).await?;
        self.ensure_opted_in(&user, &request, stop).await?;
        self.bill_queued(&user, &request, record.as_ref(), stop).await.map(Outcome::Done)
    }

    /// Lets an account of a development network use the asset and the contract, where it does not hold the asset yet.
    async fn ensure_opted_in(&self, user: &Account, request: &BillRequest, stop: &StopSignal) -> Result<(), Error> {
        if !self.is_own(user) {
            return Ok(());
        }
        let needed = stop.unless_stopped(async {
            let asset = global_state(&self.algod, request.app).await?.billed_asset(request.asset)?;
            // A user that left the contract still holds the asset, and opts in again only explicitly.
            let holding = self.algod.holding(user.address, asset).await?;
            Ok::<_, Error>(holding.is_none().then_some(asset))
        });
        match needed.await.ok_or(Error::Interrupted)?? {
            Some(asset) => self.opt_in_and_fund(user, request.app, asset).await,
            None => Ok(()),
        }
    }

    /// Bills an account that uses the contract already, with a fresh tick where another bill of the same user overtook the one
    /// before and none is named. `record` is the contract's, to name the line that refuses.
    ///
    /// # Errors
    /// As [`Connection::bill`].
    pub async fn bill_account(
        &self,
        user: &Account,
        request: &BillRequest,
        record: Option<&Contract>,
        stop: &StopSignal,
    ) -> Result<Receipt, Error> {
        let _place = self.enter_queue(user.address, stop).await?;
        self.bill_queued(user, request, record, stop).await
    }

    /// Waits until no other bill of the user is on its way here.
    async fn enter_queue(&self, user: Address, stop: &StopSignal) -> Result<OwnedMutexGuard<()>, Error> {
        stop.unless_stopped(self.billing.enter(user)).await.ok_or(Error::Interrupted)
    }

    async fn bill_queued(
        &self,
        user: &Account,
        request: &BillRequest,
        record: Option<&Contract>,
        stop: &StopSignal,
    ) -> Result<Receipt, Error> {
        let mut ticks = 0;
        loop {
            ticks += 1;
            match self.bill_once(user, request, record, stop).await {
                Err(NotBilled::Overtaken(_)) if request.tick.is_none() && ticks < MAX_TICKS => {}
                Err(NotBilled::Overtaken(error) | NotBilled::Final(error)) => return Err(error),
                Ok(receipt) => return Ok(receipt),
            }
        }
    }

    /// Simulates, approves and sends one bill, and builds its receipt.
    async fn bill_once(
        &self,
        user: &Account,
        request: &BillRequest,
        record: Option<&Contract>,
        stop: &StopSignal,
    ) -> Result<Receipt, NotBilled> {
        let programs = programs_of(record);
        // Nothing is sent yet, so this may be cancelled at any point.
        let before_sending = stop.unless_stopped(async {
            let prepared = PreparedBill::new(&self.algod, request).await.map_err(Error::from)?;
            let signed = sign(user, &prepared.transactions).await?;
            let simulation = self.algod.simulate(&signed).await.map_err(Error::from)?;
            if let Some(failure) = &simulation.failure {
                let rejection = failure.rejection.clone();
                let refusal = Refusal::of_group(&self.algod, &signed, rejection, programs.as_ref()).await;
                return Err(self.overtaken_or_final(request, &prepared, Box::new(refusal).into()).await);
            }
            let what = effect(&prepared);
            let approved = self.check_and_approve(&what, user.address, &prepared.transactions).await;
            approved.map_err(Error::from)?;
            Ok((prepared, signed, simulation))
        });
        let (prepared, signed, simulation) = before_sending.await.ok_or(Error::Interrupted)??;
        let sent = match self.submit(&signed, programs.as_ref()).await {
            Err(Error::Refused(refusal))
                if matches!(refusal.rejection, Rejection::Logic { .. } | Rejection::Other { .. }) =>
            {
                return Err(self.overtaken_or_final(request, &prepared, Error::Refused(refusal)).await);
            }
            outcome => outcome?,
        };
        let cost = simulation.costs.first().copied().unwrap_or(simulation.cost);
        Ok(prepared.receipt(&self.algod, &sent.confirmation, cost).await.map_err(Error::from)?)
    }

    /// Distinguishes a bill that another one of the same user overtook from one that is refused for good.
    async fn overtaken_or_final(&self, request: &BillRequest, prepared: &PreparedBill, error: Error) -> NotBilled {
        match prepared.after_refusal(&self.algod, request, &error.to_string()).await {
            RefusedBill::Overtaken => NotBilled::Overtaken(error),
            RefusedBill::MayBeCharged(error) => NotBilled::Final(error.into()),
            RefusedBill::Refused => NotBilled::Final(error),
        }
    }
}

/// Why a bill was not charged.
enum NotBilled {
    /// Since it was made, another tick of this user was billed.
    Overtaken(Error),
    /// Anything else.
    Final(Error),
}

impl From<Error> for NotBilled {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// What a bill does, for those who approve or sign it.
fn effect(prepared: &PreparedBill) -> String {
    let split = prepared.bill.split;
    let asset = prepared.bill.asset;
    format!("bill {} minor units of asset {asset} ({} net, {} fee)", split.gross, split.net, split.fee)
}
