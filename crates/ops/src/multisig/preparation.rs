//! The bundle of those who have to sign.

use super::error::MultisigError;
use super::validity::Validity;
use crate::connection::Connection;
use crate::error::Error;
use crate::sender::Unsigned;
use pnp_types::{Bundle, Digest, MultisigAccount, Round, Signature, SignedTransaction, Transaction, assign_group};
use pnp_usage::OperationError;

/// The rounds in which a bundle can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundleRounds {
    /// The first one; the network's newest without it.
    pub first_valid: Option<Round>,
    /// How many more, at most [`LONGEST_VALIDITY`](super::LONGEST_VALIDITY).
    pub validity: u64,
}

/// A bundle that nobody has signed yet.
#[derive(Clone, Debug)]
pub struct PreparedBundle {
    /// The transactions.
    pub bundle: Bundle,
    /// When it can be sent.
    pub validity: Validity,
}

impl Connection {
    /// The transactions as the signers get them: valid in the rounds asked for, with fees for signatures of their size.
    ///
    /// # Errors
    /// [`MultisigError::FirstRoundOver`], too many transactions for a group, and a network that does not answer.
    pub async fn prepare_bundle(&self, unsigned: &Unsigned, rounds: BundleRounds) -> Result<PreparedBundle, Error> {
        let params = self.params().await?;
        let now = params.last_round;
        let multisig = &unsigned.sender.multisig;
        let mut transactions = unsigned.transactions.clone();
        let first_valid = rounds.first_valid.unwrap_or(now.max(Round(1)));
        if first_valid < now {
            return Err(MultisigError::FirstRoundOver { first_valid, now }.into());
        }
        for transaction in &mut transactions {
            let header = &mut transaction.header;
            header.first_valid = first_valid;
            // A transaction may be valid in one round more than the network's number says.
            header.last_valid = first_valid.saturating_add(rounds.validity);
            header.group = Digest::ZERO;
            let by_size = params.fee_per_byte.saturating_mul(signed_size(multisig, transaction));
            transaction.header.fee.0 = transaction.header.fee.0.max(by_size);
        }
        if transactions.len() > 1 {
            assign_group(&mut transactions).map_err(OperationError::Group)?;
        }
        let bundle = Bundle::new(multisig, &transactions).map_err(MultisigError::NotMade)?;
        let validity = Validity::of(&bundle, Some(now));
        Ok(PreparedBundle { bundle, validity })
    }
}

/// Bytes of the transaction once enough have signed it.
fn signed_size(multisig: &MultisigAccount, transaction: &Transaction) -> u64 {
    let mut msig = multisig.blank().clone();
    let some = Signature([1; 64]);
    msig.subsigs.iter_mut().take(usize::from(msig.threshold)).for_each(|subsig| subsig.sig = some);
    let mut transaction = transaction.clone();
    transaction.header.group = Digest([1; 32]);
    let auth_addr = multisig.address();
    let signed = SignedTransaction { msig, auth_addr, ..transaction.into() };
    pnp_types::msgpack::encode(&signed).len() as u64
}
