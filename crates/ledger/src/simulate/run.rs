//! One simulation from request to answer: who signs, whether the group is signed, what it does, what it pays.
//!
//! The order of checks decides which of several faults is reported, so it is the reference's
//! (go-algorand `ledger/simulation/simulator.go`).

use super::observer::Observer;
use super::signers;
use super::{GroupResult, MAX_EXTRA_OPCODE_BUDGET, Overrides, Request, Response, SimulateError};
use crate::authorize::{self, AuthorizeReason};
use crate::chain::Chain;
use crate::earlier_state::EarlierState;
use crate::error::{ApplyError, GroupError};
use crate::evaluator::Evaluator;
use crate::fees;
use crate::key::Key;
use crate::overlay::ReadError;
use crate::reader::ChainReader;
use crate::record::Record;
use pnp_avm::{DescribeOpcodes, GroupContext};
use pnp_types::SigningKey;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    Address, MicroAlgos, Micros, PqSignature, Round, SignedTransaction, SignedTransactionWithApplyData, TransactionType,
};

/// Signs in the place of keys that the request does not have. Its signature is right and its account has no authority,
/// so it passes the check of signatures and nothing else.
const PLACEHOLDER_SEED: [u8; 32] = *b"stands in for a missing signer..";

/// Why a simulated group stopped.
enum Outcome {
    Failed { message: String, at: Vec<usize> },
    Passed,
}

impl Chain {
    /// Runs one group on top of the chain without keeping anything. No program sees the time of the block it would be
    /// in, so that it is as the one before. A group that fails is an answer; an error is a request that is not valid,
    /// or a chain that cannot be read.
    pub fn simulate(&self, request: &Request) -> Result<Response, SimulateError> {
        let group = request.group()?;
        let describe = self.describe_opcodes();
        if request.round == Round::GENESIS || request.round == self.latest() {
            return simulate(self, self.latest(), request, group, describe);
        }
        if request.round > self.latest() {
            return Err(internal(ApplyError::NoEntry { round: request.round, latest: self.latest() }));
        }
        let past = EarlierState::of(self, request.round).map_err(internal)?;
        simulate(&past, request.round, request, group, describe)
    }
}

fn simulate(
    chain: &dyn ChainReader,
    round: Round,
    request: &Request,
    group: &[SignedTransaction],
    describe: Option<DescribeOpcodes>,
) -> Result<Response, SimulateError> {
    let previous = chain.header(round).map_err(internal)?;
    let previous = previous.ok_or_else(|| SimulateError::Internal(format!("no header of round {round}")))?;
    let mut evaluator = Evaluator::start(chain, &previous, previous.timestamp).map_err(internal)?;
    let params = evaluator.params();

    let mut response = request.blank_response(round);
    let blank = std::mem::take(&mut response.groups).into_iter().next().unwrap_or_default();
    let overrides = response.overrides;
    let mut observer = Observer::new(blank, response.initial_states.take(), overrides, request.trace);

    let mut group = group.to_vec();
    if request.fix_signers {
        signers::fix(&mut group, |address| authorizer(chain, address)).map_err(internal)?;
    }
    observer.signers = group.iter().map(signers::signer).collect();

    let mut outcome = check(&evaluator, &group, &overrides, &mut observer, describe)?;
    if matches!(outcome, Outcome::Passed) {
        if request.extra_opcode_budget > MAX_EXTRA_OPCODE_BUDGET {
            let extra = request.extra_opcode_budget;
            return Err(SimulateError::Invalid(format!(
                "extra budget {extra} > simulation extra budget limit {MAX_EXTRA_OPCODE_BUDGET}"
            )));
        }
        if request.allow_unnamed_resources {
            observer.allow_unnamed(&group, params, chain);
        }
        let mut context = evaluator.group_context(&group).with_tracer(&mut observer);
        if let Some(describe) = describe {
            context = context.with_opcodes_in_errors(describe);
        }
        let done = evaluator.add_in_context(&mut context);
        let signed: Vec<_> = context.transactions.iter().map(|entry| entry.signed.clone()).collect();
        drop(context);
        outcome = match done {
            Ok(_) => {
                // Block-level rules still see the group; its own fate is sealed.
                evaluator.finish().map_err(internal)?;
                check_fixed_envelopes(&signed, &overrides, params)
            }
            Err(GroupError::Read(error)) => return Err(internal(error)),
            Err(error) => Outcome::Failed {
                message: error.to_string(),
                at: observer.failed_at().map(<[usize]>::to_vec).unwrap_or_default(),
            },
        };
    }

    let (mut result, initial, signers) = observer.finish();
    if let Outcome::Failed { message, at } = outcome {
        result.failure_message = message;
        result.failed_at = at;
    }
    sum_up(&mut result, params);
    for (transaction, signer) in result.transactions.iter_mut().zip(signers) {
        let asked = signers::signer(&transaction.transaction.signed);
        transaction.fixed_signer = (asked != signer).then_some(signer);
    }
    response.groups = vec![result];
    response.initial_states = initial;
    Ok(response)
}

fn internal(error: impl ToString) -> SimulateError {
    SimulateError::Internal(error.to_string())
}

/// Who signs for an account now.
fn authorizer(chain: &dyn ChainReader, address: &Address) -> Result<Address, ReadError> {
    Ok(match chain.get(&Key::Account(*address))? {
        Some(Record::Account(account)) if !account.auth_addr.is_zero() => account.auth_addr,
        _ => *address,
    })
}

/// Checks that the group is well-formed, and its signatures, with placeholders for those that may be missing. Logic
/// signatures run in here.
fn check(
    evaluator: &Evaluator<'_>,
    group: &[SignedTransaction],
    overrides: &Overrides,
    observer: &mut Observer<'_>,
    describe: Option<DescribeOpcodes>,
) -> Result<Outcome, SimulateError> {
    if group.iter().any(|signed| signed.transaction.kind == TransactionType::StateProof) {
        return Err(SimulateError::Internal("cannot simulate StateProof transactions".to_owned()));
    }
    let params = evaluator.params();
    let transactions = group
        .iter()
        .map(|signed| SignedTransactionWithApplyData {
            signed: if overrides.allow_empty_signatures {
                with_assumed_signature(signed, overrides, params)
            } else {
                signed.clone()
            },
            ..SignedTransactionWithApplyData::default()
        })
        .collect();
    let specials = evaluator.state().context().specials;
    let mut context = GroupContext::for_signatures(transactions, params).with_tracer(observer);
    if let Some(describe) = describe {
        context = context.with_opcodes_in_errors(describe);
    }
    match authorize::check_in_context(&mut context, &specials, &evaluator.headers()) {
        Ok(()) => Ok(Outcome::Passed),
        Err(GroupError::Read(error)) => Err(internal(error)),
        Err(error) => match &error {
            // Signatures are verified together, after all else: which of them is wrong is not said.
            GroupError::Unauthorized(unauthorized)
                if matches!(unauthorized.reason(), AuthorizeReason::WrongSignature) =>
            {
                Err(SimulateError::Invalid(error.to_string()))
            }
            GroupError::Unauthorized(unauthorized) if unauthorized.index().is_some() => {
                // A fault of a transaction is reported by itself, a fault of its signature with the transaction.
                let message = match unauthorized.reason() {
                    AuthorizeReason::Malformed(malformed) => malformed.to_string(),
                    _ => error.to_string(),
                };
                Ok(Outcome::Failed { message, at: unauthorized.index().into_iter().collect() })
            }
            GroupError::EmptyGroupId { index, .. } | GroupError::InconsistentGroup { index, .. } => {
                Ok(Outcome::Failed { message: error.to_string(), at: vec![*index] })
            }
            // Nobody in particular is to blame.
            _ => Err(SimulateError::Invalid(error.to_string())),
        },
    }
}

/// The transaction with a signature that passes, where it has none and may lack it.
fn with_assumed_signature(
    signed: &SignedTransaction,
    overrides: &Overrides,
    params: &ConsensusParams,
) -> SignedTransaction {
    let by_key = || SigningKey::from_seed(&PLACEHOLDER_SEED).sign_transaction(&signed.transaction);
    let valid = |envelope: &PqSignature| {
        let by_scheme_alone = envelope.public_key.is_empty() || overrides.fix_signers;
        let authorizer = (!by_scheme_alone).then(|| signed.authorizer());
        authorize::check_envelope(envelope, authorizer.as_ref(), params).is_ok()
    };
    if signers::is_unsigned(signed) || signers::is_placeholder(signed) && valid(&signed.pqsig) {
        by_key()
    } else if signers::is_delegated_placeholder(signed) && valid(&signed.lsig.pqsig) {
        // Its program has to run anyway, so it signs as if it were the account itself.
        let mut escrow = signed.clone();
        escrow.lsig.pqsig = PqSignature::default();
        escrow.auth_addr = Address::of_program(&signed.lsig.logic);
        escrow
    } else {
        signed.clone()
    }
}

/// Placeholders that name a key have to name the one that proved to sign.
fn check_fixed_envelopes(group: &[SignedTransaction], overrides: &Overrides, params: &ConsensusParams) -> Outcome {
    if !(overrides.allow_empty_signatures && overrides.fix_signers) {
        return Outcome::Passed;
    }
    for (index, signed) in group.iter().enumerate() {
        let (envelope, what) = if signers::is_placeholder(signed) {
            (&signed.pqsig, "pq signature")
        } else if signers::is_delegated_placeholder(signed) {
            (&signed.lsig.pqsig, "pq delegated logic signature")
        } else {
            continue;
        };
        if envelope.public_key.is_empty() {
            continue;
        }
        if let Err(fault) = authorize::check_envelope(envelope, Some(&signed.authorizer()), params) {
            return Outcome::Failed { message: format!("{what} validation failed: {fault}"), at: vec![index] };
        }
    }
    Outcome::Passed
}

/// Adds up what the group and its transactions paid and used, inner ones among them.
fn sum_up(result: &mut GroupResult, params: &ConsensusParams) {
    result.app_budget_consumed = result.transactions.iter().map(|transaction| transaction.app_budget_consumed).sum();
    for transaction in &mut result.transactions {
        transaction.fees_paid = paid(&transaction.transaction);
    }
    (result.usage, result.fees_paid) =
        usage(result.transactions.iter().map(|transaction| &transaction.transaction), params);
}

fn paid(entry: &SignedTransactionWithApplyData) -> MicroAlgos {
    let inner = entry.apply_data.eval_delta.inner_txns.iter().map(paid);
    inner.fold(entry.signed.transaction.header.fee, MicroAlgos::saturating_add)
}

fn usage<'t>(
    group: impl Iterator<Item = &'t SignedTransactionWithApplyData> + Clone,
    params: &ConsensusParams,
) -> (Micros, MicroAlgos) {
    let own = fees::summarize(group.clone().map(|entry| &entry.signed), params);
    group.fold((own.usage, own.paid), |(used, paid), entry| {
        let (inner_used, inner_paid) = usage_of(&entry.apply_data.eval_delta.inner_txns, params);
        (Micros(used.0.saturating_add(inner_used.0)), paid.saturating_add(inner_paid))
    })
}

fn usage_of(group: &[SignedTransactionWithApplyData], params: &ConsensusParams) -> (Micros, MicroAlgos) {
    usage(group.iter(), params)
}
