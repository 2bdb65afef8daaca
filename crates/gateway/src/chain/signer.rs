//! The one place that signs: only what was ordered, only for contracts that were verified, and only so much a day.

use super::groups::{OpLabel, Order, Parties};
use super::keys::{KeyError, WalletKeys, WithdrawalClaim};
use super::outflow::{CapReached, Caps, Outflow, SignedToday};
use super::shapes::{self, ShapeError, ShapeLimits};
use crate::amount::Amount;
use pnp_types::{Address, AppIndex, SignedTransaction, Transaction};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The transactions are not what was ordered.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The order is for another account than the key's.
    #[error("the order is for {ordered}, the key is of {has}")]
    OtherWallet {
        /// The order's wallet.
        ordered: Address,
        /// The key's address.
        has: Address,
    },
    /// The contract was not verified, or pays others than the ones that were.
    #[error("application {0} is not a contract that was verified, with these receivers")]
    Contract(AppIndex),
    /// The withdrawal was not authorized, or differs from what was.
    #[error("the withdrawal was not authorized")]
    NotAuthorized,
    /// So much was signed today that this would be over a cap.
    #[error(transparent)]
    Cap(#[from] CapReached),
    /// There is no key.
    #[error("there is no key: {0}")]
    Key(#[source] KeyError),
}

/// What the signer knows of a contract that was verified against our source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedContract {
    /// Who gets the net.
    pub provider: Address,
    /// Who gets the fee.
    pub platform: Address,
    /// SHA-512/256 of its approval program.
    pub program: [u8; 32],
}

/// What is to be signed, and for which operation.
#[derive(Clone, Copy, Debug)]
pub struct SignRequest<'a> {
    /// The operation's id: what it moves counts once, however many attempts it has.
    pub op: i64,
    /// Its note and lease.
    pub label: &'a OpLabel,
    /// The wallet's row id.
    pub wallet: i64,
    /// The number of its key.
    pub key_number: u64,
    /// What was ordered.
    pub order: &'a Order,
    /// A withdrawal's row id and its proof.
    pub withdrawal: Option<(i64, &'a [u8])>,
    /// Milliseconds since 1970: which day it counts for.
    pub now: i64,
}

/// Signs for the treasury and the wallets of one network.
#[derive(Debug)]
pub struct Signer<K> {
    keys: K,
    parties: Parties,
    limits: ShapeLimits,
    contracts: RwLock<BTreeMap<AppIndex, VerifiedContract>>,
    outflow: Mutex<Outflow>,
}

impl<K: WalletKeys> Signer<K> {
    /// A signer whose treasury is the keys' own, for the asset `parties` names.
    ///
    /// # Errors
    /// [`SignError::Key`], and [`SignError::OtherWallet`] where `parties` names another treasury.
    pub fn new(keys: K, parties: Parties, limits: ShapeLimits, caps: Caps) -> Result<Self, SignError> {
        let has = keys.treasury().map_err(SignError::Key)?.address();
        if has != parties.treasury {
            return Err(SignError::OtherWallet { ordered: parties.treasury, has });
        }
        Ok(Self { keys, parties, limits, contracts: RwLock::default(), outflow: Mutex::new(Outflow::new(caps)) })
    }

    /// The treasury and the asset.
    #[must_use]
    pub const fn parties(&self) -> Parties {
        self.parties
    }

    /// What no group exceeds.
    #[must_use]
    pub const fn limits(&self) -> &ShapeLimits {
        &self.limits
    }

    /// Counts on from what was signed before this process began.
    pub fn resume(&self, signed: &SignedToday) {
        self.outflow.lock().unwrap_or_else(PoisonError::into_inner).resume(signed);
    }

    /// Lets bills of a contract be signed, once it was verified on the chain.
    pub fn allow_contract(&self, app: AppIndex, contract: VerifiedContract) {
        self.contracts.write().unwrap_or_else(PoisonError::into_inner).insert(app, contract);
    }

    /// What was verified of a contract.
    #[must_use]
    pub fn contract(&self, app: AppIndex) -> Option<VerifiedContract> {
        self.contracts.read().unwrap_or_else(PoisonError::into_inner).get(&app).copied()
    }

    /// The address of the wallet whose key has this number.
    ///
    /// # Errors
    /// [`SignError::Key`].
    pub fn address(&self, key_number: u64) -> Result<Address, SignError> {
        Ok(self.keys.wallet(key_number).map_err(SignError::Key)?.address())
    }

    /// Signs a group that is what was ordered.
    ///
    /// # Errors
    /// [`SignError`]; then nothing was signed and nothing counted.
    pub fn sign(&self, request: &SignRequest<'_>, group: &[Transaction]) -> Result<Vec<SignedTransaction>, SignError> {
        let SignRequest { order, label, .. } = request;
        shapes::check(order, self.parties, label, &self.limits, group)?;
        self.check_contracts(order)?;
        self.check_authorized(request)?;
        let wallet = self.keys.wallet(request.key_number).map_err(SignError::Key)?;
        if wallet.address() != order.wallet() {
            return Err(SignError::OtherWallet { ordered: order.wallet(), has: wallet.address() });
        }
        let treasury = self.keys.treasury().map_err(SignError::Key)?;
        self.outflow.lock().unwrap_or_else(PoisonError::into_inner).count(request.op, order, group, request.now)?;
        let key = |sender: Address| if sender == treasury.address() { &treasury } else { &wallet };
        Ok(group.iter().map(|one| key(one.header.sender).sign_transaction(one)).collect())
    }

    fn check_contracts(&self, order: &Order) -> Result<(), SignError> {
        match order {
            Order::Bill(bill) => {
                let is_same = |known: &VerifiedContract| {
                    known.provider == bill.provider
                        && known.platform == bill.platform
                        && bill.asset == self.parties.asset
                        && bill.split.fee.checked_add(bill.split.net) == Some(bill.split.gross)
                        && bill.units.get().checked_mul(bill.unit_price) == Some(bill.split.gross)
                };
                self.contract(bill.app).filter(is_same).map(|_| ()).ok_or(SignError::Contract(bill.app))
            }
            Order::Create { app, .. } | Order::Join { app, .. } => {
                self.contract(*app).map(|_| ()).ok_or(SignError::Contract(*app))
            }
            Order::Deliver { .. }
            | Order::Withdraw { .. }
            | Order::Return { .. }
            | Order::Refill { .. }
            | Order::Close { .. } => Ok(()),
        }
    }

    fn check_authorized(&self, request: &SignRequest<'_>) -> Result<(), SignError> {
        let Order::Withdraw { destination, amount, .. } = request.order else { return Ok(()) };
        let (withdrawal, mac) = request.withdrawal.ok_or(SignError::NotAuthorized)?;
        let amount = Amount::cents(*amount).ok_or(SignError::NotAuthorized)?;
        let claim = WithdrawalClaim { withdrawal, wallet: request.wallet, amount, destination: *destination };
        if self.keys.verify_mac(&claim, mac) { Ok(()) } else { Err(SignError::NotAuthorized) }
    }
}

#[cfg(test)]
mod tests;
