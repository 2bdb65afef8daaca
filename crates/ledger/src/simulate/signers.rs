//! Transactions that come without a signature: who would sign, and what replaces the signature.
//!
//! A transaction may lack its signature, or hold a placeholder of a post-quantum one that names scheme and key but has
//! no proof (go-algorand `ledger/simulation/simulator.go`).

use std::collections::BTreeMap;

use pnp_types::{Address, SignedTransaction, TransactionType};

/// Whether the transaction is signed only with a post-quantum envelope that lacks its proof.
pub(super) fn is_placeholder(signed: &SignedTransaction) -> bool {
    signed.sig.is_none()
        && signed.msig.is_none()
        && signed.lsig.is_none()
        && !signed.pqsig.is_none()
        && signed.pqsig.signature.is_empty()
}

/// Whether the transaction's logic signature is delegated by such an envelope.
pub(super) fn is_delegated_placeholder(signed: &SignedTransaction) -> bool {
    let lsig = &signed.lsig;
    signed.sig.is_none()
        && signed.msig.is_none()
        && signed.pqsig.is_none()
        && !lsig.logic.is_empty()
        && lsig.sig.is_none()
        && lsig.msig.is_none()
        && lsig.lmsig.is_none()
        && !lsig.pqsig.is_none()
        && lsig.pqsig.signature.is_empty()
}

/// Whether nothing at all speaks for the transaction.
pub(super) fn is_unsigned(signed: &SignedTransaction) -> bool {
    signed.sig.is_none() && signed.msig.is_none() && signed.lsig.is_none() && signed.pqsig.is_none()
}

/// Whether something has to replace a signature.
pub(super) fn lacks_signature(signed: &SignedTransaction) -> bool {
    is_unsigned(signed) || is_placeholder(signed) || is_delegated_placeholder(signed)
}

/// Assumes the right signers for the transactions from `from` on, up to and with the first application call: what that
/// call rekeys is known only after it has run. `lookup` returns who signs for an account now.
pub(super) fn fix<E>(
    group: &mut [SignedTransaction],
    mut lookup: impl FnMut(&Address) -> Result<Address, E>,
) -> Result<(), E> {
    let mut known: BTreeMap<Address, Address> = BTreeMap::new();
    for signed in group {
        let sender = signed.transaction.header.sender;
        if lacks_signature(signed) {
            let authorizer = match known.get(&sender) {
                Some(authorizer) => *authorizer,
                None => *known.entry(sender).or_insert(lookup(&sender)?),
            };
            signed.auth_addr = if authorizer == sender { Address::ZERO } else { authorizer };
        }
        if signed.transaction.kind == TransactionType::ApplicationCall {
            break;
        }
        let rekey_to = signed.transaction.header.rekey_to;
        if !rekey_to.is_zero() {
            known.insert(sender, rekey_to);
        }
    }
    Ok(())
}

/// Who has to sign: the authorizer, or the sender where none is named.
pub(super) fn signer(signed: &SignedTransaction) -> Address {
    if signed.auth_addr.is_zero() { signed.transaction.header.sender } else { signed.auth_addr }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::Signature;

    fn unsigned(sender: u8, rekey_to: u8, kind: TransactionType) -> SignedTransaction {
        let mut signed = SignedTransaction::default();
        signed.transaction.kind = kind;
        signed.transaction.header.sender = Address([sender; 32]);
        signed.transaction.header.rekey_to = Address([rekey_to; 32]);
        signed
    }

    #[test]
    fn signers_follow_the_chain_then_the_groups_own_rekeys_until_a_call() {
        let pay = TransactionType::Payment;
        let mut group = [
            unsigned(1, 2, pay.clone()),
            unsigned(1, 1, pay.clone()),
            unsigned(1, 0, pay.clone()),
            unsigned(3, 0, TransactionType::ApplicationCall),
            unsigned(3, 0, pay),
        ];
        let mut asked = Vec::new();
        fix(&mut group, |address| {
            asked.push(*address);
            Ok::<_, ()>(Address([9; 32]))
        })
        .unwrap();
        let signers: Vec<u8> = group.iter().map(|signed| signed.auth_addr.0[0]).collect();
        assert_eq!(signers, [9, 2, 0, 9, 0]);
        assert_eq!(asked, [Address([1; 32]), Address([3; 32])]);
    }

    #[test]
    fn a_signed_transaction_keeps_its_signer() {
        let mut signed = unsigned(1, 0, TransactionType::Payment);
        signed.sig = Signature([1; 64]);
        let mut group = [signed.clone()];
        fix(&mut group, |_| Err("never asked")).unwrap();
        assert_eq!(group, [signed]);
    }
}
