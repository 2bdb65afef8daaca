//! What a group owes: one minimum fee a transaction, more for what is larger or dearer to check.
//!
//! Needs are counted in millionths of a minimum fee and rounded up once for the whole group
//! (go-algorand `data/transactions/signedtxn.go` `SummarizeFees`, `data/basics/overflow.go` `FeeForUsage`).

use super::error::GoAlgos;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    ApplicationCall, Header, MicroAlgos, Micros, PqSignature, SignedTransaction, Transaction, TransactionType,
};

/// What a group needs and what it pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroupFees {
    /// Minimum fees needed, in millionths of one.
    pub usage: Micros,
    /// What its transactions pay, together.
    pub paid: MicroAlgos,
}

/// A group that pays less than its transactions need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// Not enough.
    #[error(
        "txgroup with {} fees is less than {} (usage={} * base={})",
        GoAlgos(*paid), GoAlgos(*needed), Decimal(*usage), GoAlgos(*base)
    )]
    TooLittle {
        /// What is paid.
        paid: MicroAlgos,
        /// What is needed.
        needed: MicroAlgos,
        /// Minimum fees needed, in millionths of one.
        usage: Micros,
        /// The minimum fee.
        base: MicroAlgos,
    },
    /// More than any amount.
    #[error("txgroup required fee overflow")]
    Overflow,
}

/// A factor with six places, as the reference prints it.
struct Decimal(Micros);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:06}", self.0.0 / Micros::ONE.0, self.0.0 % Micros::ONE.0)
    }
}

/// Needs and payments of a group, top-level or inner.
pub(crate) fn summarize<'t>(
    group: impl IntoIterator<Item = &'t SignedTransaction>,
    params: &ConsensusParams,
) -> GroupFees {
    let mut fees = GroupFees::default();
    let (mut count, mut program_bytes) = (0usize, 0usize);
    for signed in group {
        count += 1;
        program_bytes += signed.lsig.logic.len();
        fees.usage = sum(fees.usage, fee_factor(signed, params));
        fees.paid = fees.paid.saturating_add(signed.transaction.header.fee);
    }
    let free_program_bytes = count.saturating_mul(usize::try_from(params.logic_sig_max_size).unwrap_or(usize::MAX));
    fees.usage = sum(fees.usage, surcharge(program_bytes, free_program_bytes, params));
    fees
}

/// Refuses a group that pays less than it needs, so far as that is known without its inner transactions
/// (go-algorand `ledger/eval/eval.go` `CheckGroupFees`).
pub(crate) fn check(fees: GroupFees, params: &ConsensusParams) -> Result<(), FeeError> {
    let base = MicroAlgos(params.min_txn_fee);
    let needed = fee_for_usage(fees.usage, params).ok_or(FeeError::Overflow)?;
    if fees.paid < needed {
        return Err(FeeError::TooLittle { paid: fees.paid, needed, usage: fees.usage, base });
    }
    Ok(())
}

/// `usage` minimum fees, rounded up; `None` if that is no amount.
fn fee_for_usage(usage: Micros, params: &ConsensusParams) -> Option<MicroAlgos> {
    pnp_avm::fee_for_usage(params, usage, Micros::ONE, 0).map(|(fee, _)| fee)
}

/// What one transaction needs, its signature included.
#[must_use]
pub(crate) fn fee_factor(signed: &SignedTransaction, params: &ConsensusParams) -> Micros {
    sum(signature_contribution(signed), transaction_factor(&signed.transaction, params))
}

/// What the size of a header adds.
#[must_use]
pub(crate) fn header_contribution(header: &Header, params: &ConsensusParams) -> Micros {
    surcharge(header.note.len(), params.max_txn_note_bytes, params)
}

/// What a heartbeat that claims no discount pays at least.
#[must_use]
pub(crate) fn plain_heartbeat_fee(header: &Header, params: &ConsensusParams) -> MicroAlgos {
    let usage = sum(header_contribution(header, params), Micros::ONE);
    fee_for_usage(usage, params).unwrap_or(MicroAlgos(u64::MAX))
}

/// Whether size beyond the old limits can be paid for.
#[must_use]
pub(crate) fn sizes_are_priced(params: &ConsensusParams) -> bool {
    params.per_byte_txn_surcharge != Micros::default()
}

/// Bytes of both programs beyond those that cost nothing.
#[must_use]
pub(crate) fn large_program_bytes(total: usize, params: &ConsensusParams) -> usize {
    total.saturating_sub(params.max_app_total_program_len.saturating_mul(1 + params.max_extra_app_program_pages))
}

fn transaction_factor(transaction: &Transaction, params: &ConsensusParams) -> Micros {
    let factor = sum(Micros::ONE, header_contribution(&transaction.header, params));
    match transaction.kind {
        TransactionType::StateProof => Micros::default(),
        TransactionType::Heartbeat => {
            let discounted = if sizes_are_priced(params) {
                transaction.heartbeat.as_ref().is_some_and(|heartbeat| heartbeat.challenge_discount)
            } else {
                transaction.header.group.is_zero()
            };
            if discounted { Micros(factor.0.saturating_sub(Micros::ONE.0)) } else { factor }
        }
        TransactionType::ApplicationCall => sum(factor, call_contribution(&transaction.application_call, params)),
        _ => factor,
    }
}

fn call_contribution(call: &ApplicationCall, params: &ConsensusParams) -> Micros {
    let programs = call.approval_program.len() + call.clear_program.len();
    let args = call.args.iter().map(Vec::len).sum();
    sum(
        surcharge(large_program_bytes(programs, params), 0, params),
        surcharge(args, params.max_app_total_arg_len, params),
    )
}

fn signature_contribution(signed: &SignedTransaction) -> Micros {
    if !signed.pqsig.is_none() {
        scheme_contribution(&signed.pqsig)
    } else if !signed.lsig.pqsig.is_none() {
        scheme_contribution(&signed.lsig.pqsig)
    } else {
        Micros::default()
    }
}

/// What checking a post-quantum signature adds (go-algorand `config/consensus.go` `PQSchemeFeeContribution`).
fn scheme_contribution(signature: &PqSignature) -> Micros {
    match &signature.scheme {
        b"f1" => Micros(2 * Micros::ONE.0),
        b"f2" => Micros::ONE,
        _ => Micros::default(),
    }
}

/// The price of the bytes over what is free.
fn surcharge(bytes: usize, free: usize, params: &ConsensusParams) -> Micros {
    Micros(params.per_byte_txn_surcharge.0.saturating_mul(bytes.saturating_sub(free) as u64))
}

fn sum(a: Micros, b: Micros) -> Micros {
    Micros(a.0.saturating_add(b.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::consensus::{LATEST, versions};

    fn signed(kind: TransactionType) -> SignedTransaction {
        SignedTransaction::from(Transaction { kind, ..Transaction::default() })
    }

    fn usage(signed: SignedTransaction) -> u64 {
        summarize([&signed], LATEST.params).usage.0
    }

    #[test]
    fn size_and_signature_add_to_one_minimum_fee() {
        let per_byte = LATEST.params.per_byte_txn_surcharge.0;
        let mut noted = signed(TransactionType::Payment);
        assert_eq!(usage(noted.clone()), 1_000_000);
        noted.transaction.header.note = vec![0; 1030];
        assert_eq!(usage(noted), 1_000_000 + 6 * per_byte);
        let mut call = signed(TransactionType::ApplicationCall);
        call.transaction.application_call.args = vec![vec![0; 2000], vec![0; 50]];
        call.transaction.application_call.approval_program = vec![0; 8200];
        assert_eq!(usage(call), 1_000_000 + (2 + 8) * per_byte);
        let mut quantum = signed(TransactionType::Payment);
        quantum.pqsig.scheme = *b"f1";
        assert_eq!(usage(quantum), 3_000_000);
        let mut program = signed(TransactionType::Payment);
        program.lsig.logic = vec![0; 1010];
        assert_eq!(summarize([&program], LATEST.params).usage.0, 1_000_000 + 10 * per_byte);
        let plain = signed(TransactionType::Payment);
        assert_eq!(summarize([&program, &plain], LATEST.params).usage.0, 2_000_000, "the group shares its allowance");
    }

    #[test]
    fn proofs_are_free_and_challenged_heartbeats_too() {
        assert_eq!(usage(signed(TransactionType::StateProof)), 0);
        let mut heartbeat = signed(TransactionType::Heartbeat);
        heartbeat.transaction.heartbeat = Some(Box::default());
        assert_eq!(usage(heartbeat.clone()), 1_000_000);
        assert_eq!(summarize([&heartbeat], &versions::V41).usage.0, 0, "a lone one was presumed challenged");
        if let Some(fields) = &mut heartbeat.transaction.heartbeat {
            fields.challenge_discount = true;
        }
        assert_eq!(usage(heartbeat), 0);
    }

    #[test]
    fn needs_are_rounded_up_once() {
        let fees = |usage, paid| GroupFees { usage: Micros(usage), paid: MicroAlgos(paid) };
        assert_eq!(check(fees(1_000_001, 1_001), LATEST.params), Ok(()));
        assert_eq!(
            check(fees(1_000_001, 1_000), LATEST.params).unwrap_err().to_string(),
            "txgroup with 1mA fees is less than 1.001mA (usage=1.000001 * base=1mA)"
        );
    }
}
