//! Whether a group is signed: exactly one kind of signature a transaction, and each one right.
//!
//! Signatures of plain keys are collected and checked last, as the reference's batches are, so that a group with
//! several faults reports the same one. Whether the signer may sign for the sender is state, and asked later
//! (go-algorand `data/transactions/verify/txn.go`).

mod error;
mod signatures;
mod signer_address;

#[cfg(test)]
mod tests;

pub use error::{AuthorizeError, AuthorizeReason, MultisigFault, PqFault};
pub use signer_address::{SignerAddressError, check_signer_addresses};

use super::error::GroupError;
use super::fees::sizes_are_priced;
use super::state::SpecialAddresses;
use super::wellformed::{self, state_proof_sender};
use pnp_avm::{GroupContext, SignatureLedger};
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    AssetIndex, Digest, SignedTransaction, SignedTransactionWithApplyData, Transaction, TransactionType,
    group_id_of_ids, ungrouped_id,
};

use signatures::Batch;
pub(super) use signatures::envelope as check_envelope;

/// Checks what can be checked of a group without its accounts: that each transaction is well-formed, the group's id, sizes of
/// logic signatures, and every signature. Logic signatures run in here.
pub(crate) fn check_group(
    group: &[SignedTransaction],
    specials: &SpecialAddresses,
    params: &'static ConsensusParams,
    ledger: &dyn SignatureLedger,
) -> Result<(), GroupError> {
    let transactions = group
        .iter()
        .map(|signed| SignedTransactionWithApplyData { signed: signed.clone(), ..Default::default() })
        .collect();
    check_in_context(&mut GroupContext::for_signatures(transactions, params), specials, ledger)
}

/// [`check_group`] for a group that already has a context, and with it perhaps a tracer.
pub(crate) fn check_in_context(
    context: &mut GroupContext<'_>,
    specials: &SpecialAddresses,
    ledger: &dyn SignatureLedger,
) -> Result<(), GroupError> {
    let params = context.params;
    let group: Vec<SignedTransaction> = context.transactions.iter().map(|entry| entry.signed.clone()).collect();
    for (index, signed) in group.iter().enumerate() {
        wellformed::check(&signed.transaction, specials, params)
            .map_err(|error| AuthorizeError::at(index, signed, AuthorizeReason::Malformed(error)))?;
    }
    check_group_members(&group)?;
    check_logic_signature_sizes(&group, params)?;
    let mut batch = Batch::default();
    for (index, signed) in group.iter().enumerate() {
        check_one(context, index, signed, ledger, &mut batch)
            .map_err(|reason| AuthorizeError::at(index, signed, reason))?;
    }
    batch.verify().map_err(|index| AuthorizeError::of_batch(index, &group))?;
    Ok(())
}

/// Refuses transactions that cannot be in one group, and a group id that does not commit to exactly these in this order
/// (go-algorand `data/transactions/checks.go`).
pub(crate) fn check_group_members(group: &[SignedTransaction]) -> Result<(), GroupError> {
    let kinds = || group.iter().map(|signed| &signed.transaction);
    let opens_resources = |transaction: &Transaction| match transaction.kind {
        TransactionType::ApplicationCall => true,
        TransactionType::AssetConfig => transaction.asset_config.asset == AssetIndex::NONE,
        _ => false,
    };
    if kinds().any(|transaction| transaction.kind == TransactionType::Heartbeat) && kinds().any(opens_resources) {
        return Err(GroupError::HeartbeatInResourceGroup);
    }
    check_group_id(group)
}

/// Refuses a group id that does not commit to exactly these transactions in this order.
pub(crate) fn check_group_id(group: &[SignedTransaction]) -> Result<(), GroupError> {
    let Some(first) = group.first() else { return Ok(()) };
    let claimed = first.transaction.header.group;
    for (index, signed) in group.iter().enumerate() {
        let found = signed.transaction.header.group;
        if found != claimed {
            return Err(GroupError::InconsistentGroup { index, found, expected: claimed });
        }
        if found.is_zero() && group.len() > 1 {
            return Err(GroupError::EmptyGroupId { index, size: group.len() });
        }
    }
    if claimed.is_zero() {
        return Ok(());
    }
    let members: Vec<Digest> = group.iter().map(|signed| ungrouped_id(&signed.transaction)).collect();
    let actual = group_id_of_ids(members.clone());
    if actual != claimed {
        return Err(GroupError::IncompleteGroup { claimed, actual, members });
    }
    Ok(())
}

/// Limits of logic signatures over all of the group: their programs and arguments share one allowance.
fn check_logic_signature_sizes(group: &[SignedTransaction], params: &ConsensusParams) -> Result<(), AuthorizeError> {
    let allowance = usize::try_from(params.logic_sig_max_size).unwrap_or(usize::MAX);
    let priced = sizes_are_priced(params);
    let counts_orphans = params.max_absolute_logic_sig_program_size > params.logic_sig_max_size;
    let (mut bytes, mut arg_bytes, mut pools_args) = (0usize, 0usize, false);
    for (index, signed) in group.iter().enumerate() {
        let lsig = &signed.lsig;
        if lsig.logic.is_empty() {
            if !lsig.is_none() && priced {
                return Err(AuthorizeError::bare(Some(index), AuthorizeReason::OrphanLogicSignature));
            }
            if !counts_orphans {
                continue;
            }
        }
        let args = lsig.args_len();
        bytes = bytes.saturating_add(lsig.logic.len()).saturating_add(args);
        arg_bytes = arg_bytes.saturating_add(args);
        pools_args |= args > allowance;
    }
    let pool = group.len().saturating_mul(allowance);
    if !priced && bytes > pool {
        return Err(AuthorizeError::bare(None, AuthorizeReason::LogicSignaturesTooLarge { bytes, pool }));
    }
    if pools_args && arg_bytes > pool {
        let reason = AuthorizeReason::LogicSignatureArgsTooLarge { bytes: arg_bytes, pool, allowance };
        return Err(AuthorizeError::bare(None, reason));
    }
    Ok(())
}

/// The one way in which a transaction is signed.
enum Kind {
    Key,
    Multisig,
    Program,
    PostQuantum,
    StateProof,
}

fn kind_of(signed: &SignedTransaction) -> Result<Kind, AuthorizeReason> {
    let present = [
        (!signed.sig.is_none()).then_some(Kind::Key),
        (!signed.msig.is_none()).then_some(Kind::Multisig),
        (!signed.lsig.logic.is_empty()).then_some(Kind::Program),
        (!signed.pqsig.is_none()).then_some(Kind::PostQuantum),
    ];
    let mut kinds = present.into_iter().flatten();
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => Ok(kind),
        (Some(_), Some(_)) => Err(AuthorizeReason::ManySignatures),
        (None, _) => {
            let transaction = &signed.transaction;
            let proves =
                transaction.kind == TransactionType::StateProof && transaction.header.sender == state_proof_sender();
            if proves { Ok(Kind::StateProof) } else { Err(AuthorizeReason::NoSignature) }
        }
    }
}

fn check_one(
    context: &mut GroupContext<'_>,
    index: usize,
    signed: &SignedTransaction,
    ledger: &dyn SignatureLedger,
    batch: &mut Batch,
) -> Result<(), AuthorizeReason> {
    let params = context.params;
    let transaction = &signed.transaction;
    if !signed.auth_addr.is_zero() {
        if !params.support_rekeying {
            return Err(AuthorizeReason::RekeyingUnsupported);
        }
        if params.enforce_auth_addr_sender_diff && signed.auth_addr == transaction.header.sender {
            return Err(AuthorizeReason::AuthAddrIsSender);
        }
    }
    if !params.enable_pq_scheme_falcon1024 && (!signed.pqsig.is_none() || !signed.lsig.pqsig.is_none()) {
        return Err(AuthorizeReason::PqDisabled);
    }
    let kind = kind_of(signed)?;
    if let (TransactionType::Heartbeat, Some(heartbeat)) = (&transaction.kind, &transaction.heartbeat) {
        signatures::heartbeat(heartbeat, transaction.header.last_valid, index, batch);
    }
    let authorizer = signed.authorizer();
    match kind {
        Kind::Key => {
            batch.add(index, authorizer.0, transaction.signing_bytes(), signed.sig);
            Ok(())
        }
        Kind::Multisig => signatures::multisig(&signed.msig, &authorizer, &transaction.signing_bytes(), index, batch)
            .map_err(AuthorizeReason::Multisig),
        Kind::PostQuantum => signatures::post_quantum(&signed.pqsig, &transaction.signing_bytes(), &authorizer, params)
            .map_err(AuthorizeReason::Pq),
        Kind::StateProof => Ok(()),
        Kind::Program => {
            check_logic_signature(context, index, signed)?;
            match pnp_avm::eval_signature(context, index, ledger) {
                Ok(true) => Ok(()),
                Ok(false) => Err(AuthorizeReason::ProgramRejected { txid: signed.id() }),
                Err(error) => Err(AuthorizeReason::Program { txid: signed.id(), error: Box::new(error) }),
            }
        }
    }
}

/// Checks a logic signature without running it: size, version, and who delegated to it.
fn check_logic_signature(
    context: &GroupContext<'_>,
    index: usize,
    signed: &SignedTransaction,
) -> Result<(), AuthorizeReason> {
    let params = context.params;
    let lsig = &signed.lsig;
    if params.logic_sig_version == 0 {
        return Err(AuthorizeReason::LogicSignaturesDisabled);
    }
    let limit = params.max_absolute_logic_sig_program_size;
    if lsig.logic.len() as u64 > limit {
        return Err(AuthorizeReason::ProgramTooLong { limit });
    }
    let version = wellformed::program_version(&lsig.logic).map_err(|_| AuthorizeReason::ProgramVersion)?;
    if version > params.logic_sig_version {
        return Err(AuthorizeReason::ProgramTooNew);
    }
    context.check_signature(index).map_err(|error| AuthorizeReason::ProgramCheck(error.to_string()))?;

    let authorizer = signed.authorizer();
    let delegations = [!lsig.sig.is_none(), !lsig.msig.is_none(), !lsig.lmsig.is_none(), !lsig.pqsig.is_none()];
    match delegations.into_iter().filter(|&present| present).count() {
        0 if lsig.address() == authorizer => return Ok(()),
        0 => return Err(AuthorizeReason::NotSignedNorContract),
        1 => {}
        _ => return Err(AuthorizeReason::ManyDelegations),
    }
    let bound = |prefix: &[u8]| [prefix, authorizer.as_bytes(), &lsig.logic].concat();
    let mut batch = Batch::default();
    if !lsig.pqsig.is_none() {
        return signatures::post_quantum(&lsig.pqsig, &bound(b"PQProgram"), &authorizer, params)
            .map_err(AuthorizeReason::PqDelegation);
    }
    let program = [b"Program", lsig.logic.as_slice()].concat();
    if !lsig.sig.is_none() {
        batch.add(index, authorizer.0, program, lsig.sig);
    } else if !lsig.lmsig.is_none() {
        if !params.logic_sig_lmsig {
            return Err(AuthorizeReason::DelegationUnsupported { field: "LMsig" });
        }
        signatures::multisig(&lsig.lmsig, &authorizer, &bound(b"MsigProgram"), index, &mut batch)
            .map_err(AuthorizeReason::MultisigDelegation)?;
    } else {
        if !params.logic_sig_msig {
            return Err(AuthorizeReason::DelegationUnsupported { field: "Msig" });
        }
        signatures::multisig(&lsig.msig, &authorizer, &program, index, &mut batch)
            .map_err(AuthorizeReason::MultisigDelegation)?;
    }
    batch.verify().map_err(|_| AuthorizeReason::WrongDelegation)
}
