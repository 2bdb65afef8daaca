//! Sending a group: fees, approval, signatures, confirmation.

use crate::approval::{Decision, Effect, Proposal};
use crate::connection::Connection;
use crate::error::{Error, NotSent};
use crate::observer::{Event, Observer};
use crate::refusal::Refusal;
use pnp_client::{ClientError, Confirmation, SuggestedParams};
use pnp_keys::Account;
use pnp_types::{Address, MicroAlgos, SignedTransaction, Transaction, Txid};
use pnp_usage::{OperationError, Programs, calls};

/// What sending a group led to.
#[derive(Debug)]
pub struct Sent {
    /// The transactions' ids, in the group's order.
    pub txids: Vec<String>,
    /// The first transaction's confirmation.
    pub confirmation: Confirmation,
}

/// The most microAlgos of fees that a group of so many transactions usually costs on a public network: twenty times the
/// least fee.
#[must_use]
pub const fn usual_max_fee(transactions: u64) -> u64 {
    transactions.saturating_mul(20_000)
}

/// Transactions as one group, ready to be signed.
///
/// # Errors
/// Too many transactions for a group.
pub fn group(transactions: Vec<Transaction>, params: &SuggestedParams) -> Result<Vec<Transaction>, Error> {
    calls::set_fees_and_group(transactions, params).map_err(|error| OperationError::Group(error).into())
}

/// One transaction, ready to be signed.
///
/// # Errors
/// As [`group`].
pub fn single(transaction: Transaction, params: &SuggestedParams) -> Result<Vec<Transaction>, Error> {
    group(vec![transaction], params)
}

/// Signs a group by one account.
///
/// # Errors
/// A key that does not sign.
pub async fn sign(account: &Account, transactions: &[Transaction]) -> Result<Vec<SignedTransaction>, Error> {
    let mut signed = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        signed.push(account.sign(transaction).await?);
    }
    Ok(signed)
}

/// A group whose outcome is not known yet. Reports [`Event::Settled`] when it is dropped.
struct InFlight<'o> {
    observer: &'o dyn Observer,
    txid: Txid,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.observer.event(Event::Settled { txid: self.txid });
    }
}

impl Connection {
    /// Asks for approval of a group of one account on MainNet, sends it and waits for its block.
    ///
    /// # Errors
    /// [`NotSent`], [`Refusal`], a key that does not sign, and a network that does not answer.
    pub async fn send(
        &self,
        what: &str,
        account: &Account,
        transactions: &[Transaction],
        programs: Option<&Programs>,
    ) -> Result<Sent, Error> {
        self.check_and_approve(what, account.address, transactions).await?;
        self.submit(&sign(account, transactions).await?, programs).await
    }

    /// Sends a signed group and waits for its block.
    ///
    /// # Errors
    /// [`NotSent`], [`Refusal`], and a network that does not answer.
    pub async fn submit(&self, group: &[SignedTransaction], programs: Option<&Programs>) -> Result<Sent, Error> {
        let Some(first) = group.first() else { return Err(NotSent::Empty.into()) };
        let txid = first.transaction.id();
        self.event(Event::Sent { txid, takes_a_while: !self.is_development() });
        let _in_flight = InFlight { observer: &*self.host.observer, txid };
        self.check_fees(group.iter().map(|signed| &signed.transaction))?;
        let confirmation = match self.algod.deliver(group).await {
            Ok(confirmation) => confirmation,
            Err(ClientError::Rejected(rejection)) => {
                let refusal = Refusal::of_group(&self.algod, group, *rejection, programs).await;
                return Err(Box::new(refusal).into());
            }
            Err(error) => return Err(error.into()),
        };
        let txids = group.iter().map(|signed| signed.transaction.id().to_string()).collect();
        Ok(Sent { txids, confirmation })
    }

    /// The most microAlgos of fees for a group of so many transactions; `None` without a limit.
    #[must_use]
    pub fn max_fee(&self, transactions: u64) -> Option<u64> {
        let usual = || (!self.is_development()).then(|| usual_max_fee(transactions));
        self.settings.max_fee.or_else(usual)
    }

    /// Refuses a group whose fees are over the limit: suggested fees rise with congestion, and a node may suggest what it
    /// likes.
    ///
    /// # Errors
    /// [`NotSent::FeeOverLimit`].
    fn check_fees<'t>(&self, group: impl IntoIterator<Item = &'t Transaction>) -> Result<(), NotSent> {
        let fees: Vec<u64> = group.into_iter().map(|transaction| transaction.header.fee.0).collect();
        let fee = fees.iter().fold(0, |sum: u64, fee| sum.saturating_add(*fee));
        match self.max_fee(fees.len() as u64) {
            Some(limit) if fee > limit => Err(NotSent::FeeOverLimit { fee: MicroAlgos(fee), limit: MicroAlgos(limit) }),
            _ => Ok(()),
        }
    }

    /// Refuses a group whose fees are over the limit, and asks for approval of any other on MainNet.
    ///
    /// # Errors
    /// [`NotSent`].
    pub async fn check_and_approve(
        &self,
        what: &str,
        sender: Address,
        transactions: &[Transaction],
    ) -> Result<(), NotSent> {
        self.check_fees(transactions)?;
        self.approve_group(what, sender, transactions).await
    }

    /// Asks for approval of a group on MainNet.
    ///
    /// # Errors
    /// [`NotSent::Declined`] and [`NotSent::NobodyToAsk`].
    pub async fn approve_group(
        &self,
        what: &str,
        sender: Address,
        transactions: &[Transaction],
    ) -> Result<(), NotSent> {
        let fee = transactions.iter().fold(0, |sum: u64, one| sum.saturating_add(one.header.fee.0));
        self.approve(Effect::Group {
            action: what.to_owned(),
            sender,
            fee: MicroAlgos(fee),
            txids: transactions.iter().map(Transaction::id).collect(),
        })
        .await
    }

    /// Asks for approval of something that is about to happen on MainNet; elsewhere nobody is asked.
    ///
    /// # Errors
    /// [`NotSent::Declined`] and [`NotSent::NobodyToAsk`].
    pub async fn approve(&self, effect: Effect) -> Result<(), NotSent> {
        if !self.identity.is_mainnet() {
            return Ok(());
        }
        let (network, genesis_id) = (self.network.name.clone(), self.identity.id.clone());
        match self.host.approve.decide(&Proposal { network, genesis_id, effect }).await {
            Decision::Approved => Ok(()),
            Decision::Declined => Err(NotSent::Declined),
            Decision::NobodyToAsk => Err(NotSent::NobodyToAsk),
        }
    }
}
