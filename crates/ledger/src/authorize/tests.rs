//! Signed in each way, and in each way not.

use super::*;
use crate::test_program::program;
use pnp_avm::LedgerError;
use pnp_types::consensus::{LATEST, versions};
use pnp_types::{
    Address, BlockHeader, LogicSignature, MicroAlgos, MultisigSignature, MultisigSubsignature, PqSignature, Round,
    Signature, SigningKey,
};

fn approve() -> Vec<u8> {
    program(11, "int 1")
}

struct NoLedger;

impl SignatureLedger for NoLedger {
    fn block_header(&self, _round: Round) -> Result<BlockHeader, LedgerError> {
        Err("no blocks here".into())
    }

    fn genesis_hash(&self) -> Digest {
        Digest::ZERO
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn payment(sender: Address) -> Transaction {
    let mut transaction = Transaction { kind: TransactionType::Payment, ..Transaction::default() };
    transaction.header.sender = sender;
    transaction.header.fee = MicroAlgos(1_000);
    transaction.header.last_valid = Round(10);
    transaction
}

fn verdict(group: &[SignedTransaction]) -> String {
    verdict_under(group, LATEST.params)
}

fn verdict_under(group: &[SignedTransaction], params: &'static ConsensusParams) -> String {
    let specials = SpecialAddresses { fee_sink: Address([0xfe; 32]), rewards_pool: Address([0xff; 32]) };
    let text = check_group(group, &specials, params, &NoLedger).map_err(|error| error.to_string());
    let id = group.first().map(|signed| signed.id().to_string()).unwrap_or_default();
    text.map_or_else(|text| text.replace(&id, "ID"), |()| "ok".to_owned())
}

fn with_program(sender: Address, lsig: LogicSignature) -> SignedTransaction {
    SignedTransaction { lsig, ..SignedTransaction::from(payment(sender)) }
}

/// A two-of-three account of the keys 1, 2, 3, signed by `signers`.
fn multisig(message: &[u8], signers: &[u8]) -> MultisigSignature {
    let subsigs = [1, 2, 3].map(|seed| MultisigSubsignature {
        key: key(seed).public_key(),
        sig: if signers.contains(&seed) { key(seed).sign(message) } else { Signature::NONE },
    });
    MultisigSignature { version: 1, threshold: 2, subsigs: subsigs.to_vec() }
}

#[test]
fn exactly_one_kind_of_signature() {
    let transaction = payment(key(1).address());
    let signed = key(1).sign_transaction(&transaction);
    assert_eq!(verdict(std::slice::from_ref(&signed)), "ok");
    assert_eq!(verdict(&[transaction.into()]), "transaction ID invalid : signedtxn has no sig");
    let both = SignedTransaction { msig: multisig(b"", &[1]), ..signed.clone() };
    assert_eq!(verdict(&[both]), "transaction ID invalid : signedtxn should have only one type of signature");
    let same = SignedTransaction { auth_addr: key(1).address(), ..signed };
    assert_eq!(verdict(&[same]), "transaction ID invalid : AuthAddr must be different from Sender");
}

#[test]
fn multisignatures_need_their_keys_in_order_and_enough_of_them() {
    let account = multisig(b"", &[]).address().unwrap();
    let transaction = payment(account);
    let message = transaction.signing_bytes();
    let with = |msig| verdict(&[SignedTransaction { msig, ..SignedTransaction::from(transaction.clone()) }]);
    assert_eq!(with(multisig(&message, &[1, 3])), "ok");
    assert_eq!(with(multisig(&message, &[1, 2, 3])), "ok", "more than enough");
    assert_eq!(
        with(multisig(&message, &[1])),
        "transaction ID invalid : multisig validation failed: Invalid number of signatures"
    );
    assert_eq!(
        with(MultisigSignature { threshold: 1, ..multisig(&message, &[1]) }),
        "transaction ID invalid : multisig validation failed: Invalid address"
    );
    assert_eq!(
        with(MultisigSignature { threshold: 4, ..multisig(&message, &[1]) }),
        "transaction ID invalid : multisig validation failed: Invalid threshold"
    );
    assert_eq!(
        with(MultisigSignature { version: 2, ..multisig(&message, &[1]) }),
        "transaction ID invalid : multisig validation failed: unknown version"
    );
    assert_eq!(with(multisig(b"another", &[1, 2])), "At least one signature didn't pass verification");
}

#[test]
fn programs_sign_for_their_own_account_or_by_delegation() {
    let contract = LogicSignature { logic: approve(), ..LogicSignature::default() };
    let own = contract.address();
    assert_eq!(verdict(&[with_program(own, contract.clone())]), "ok");
    let stranger = key(1).address();
    assert_eq!(
        verdict(&[with_program(stranger, contract.clone())]),
        "transaction ID invalid : LogicNot signed and not a Logic-only account"
    );
    assert_eq!(verdict(&[with_program(stranger, key(1).delegate(&approve()))]), "ok");
    assert_eq!(
        verdict(&[with_program(stranger, key(2).delegate(&approve()))]),
        "transaction ID invalid : At least one signature didn't pass verification"
    );

    let account = multisig(b"", &[]).address().unwrap();
    let bound = [b"MsigProgram", account.as_bytes().as_slice(), &approve()].concat();
    let lmsig = LogicSignature { lmsig: multisig(&bound, &[2, 3]), ..contract.clone() };
    assert_eq!(verdict(&[with_program(account, lmsig.clone())]), "ok");
    assert_eq!(
        verdict_under(&[with_program(account, lmsig)], &versions::V40),
        "transaction ID invalid : LogicSig LMsig field not supported in this consensus version"
    );
    let bound = [b"Program".as_slice(), &approve()].concat();
    let msig = LogicSignature { msig: multisig(&bound, &[2, 3]), ..contract };
    assert_eq!(
        verdict(&[with_program(account, msig.clone())]),
        "transaction ID invalid : LogicSig Msig field not supported in this consensus version"
    );
    let v10 = program(10, "int 1");
    let bound = [b"Program", v10.as_slice()].concat();
    let old = LogicSignature { logic: v10, msig: multisig(&bound, &[2, 3]), ..msig };
    assert_eq!(verdict_under(&[with_program(account, old)], &versions::V40), "ok");
}

#[test]
fn programs_are_run_and_their_refusal_is_the_groups() {
    let reject = LogicSignature { logic: program(11, "int 0"), ..LogicSignature::default() };
    assert_eq!(
        verdict(&[with_program(reject.address(), reject)]),
        "transaction ID invalid : transaction ID: rejected by logic"
    );
    let broken = LogicSignature { logic: program(11, "err"), ..LogicSignature::default() };
    let text = verdict(&[with_program(broken.address(), broken)]);
    assert!(
        text.starts_with(
            "transaction ID invalid : transaction ID: rejected by logic err=err opcode executed. Details: pc=1"
        ),
        "{text}"
    );
    let new = LogicSignature { logic: vec![99], ..LogicSignature::default() };
    assert_eq!(verdict(&[with_program(new.address(), new)]), "transaction ID invalid : LogicSig.Logic version too new");
}

#[test]
fn logic_signatures_share_one_allowance() {
    let orphan = LogicSignature { args: vec![vec![1]], ..LogicSignature::default() };
    let mut signed = key(1).sign_transaction(&payment(key(1).address()));
    signed.lsig = orphan;
    assert_eq!(verdict(&[signed.clone()]), "LogicSig fields without LogicSig program");
    assert_eq!(verdict_under(&[signed], &versions::V39), "ok", "ignored before sizes were pooled");

    let args = vec![vec![0; 1001]];
    let lsig = LogicSignature { logic: approve(), args, ..LogicSignature::default() };
    assert_eq!(
        verdict(&[with_program(lsig.address(), lsig.clone())]),
        "txgroup had 1001 bytes of LogicSig args, more than the available size pool of 1000 bytes (per-LogicSig allowance is 1000)"
    );
    assert_eq!(
        verdict_under(&[with_program(lsig.address(), lsig)], &versions::V41),
        "txgroup had 1004 bytes of LogicSigs, more than the available pool of 1000 bytes"
    );
}

#[test]
fn post_quantum_signatures_name_their_key() {
    let pqsig = PqSignature {
        scheme: PqSignature::FALCON_1024,
        salt: 0,
        public_key: vec![10; 1793],
        signature: vec![0xba; 100],
    };
    let with = |sender, pqsig: PqSignature| SignedTransaction { pqsig, ..SignedTransaction::from(payment(sender)) };
    let prefix = "transaction ID invalid : pq signature validation failed: ";
    let own = pqsig.address();
    assert_eq!(
        verdict(&[with(own, pqsig.clone())]),
        format!("{prefix}invalid falcon-1024 signature: error code -3: falcon verify failed")
    );
    let stranger = key(1).address();
    assert_eq!(
        verdict(&[with(stranger, pqsig.clone())]),
        format!("{prefix}pq signature authorizer mismatch: derived {own}, expected {stranger}")
    );
    let unknown = PqSignature { scheme: *b"f2", ..pqsig.clone() };
    assert_eq!(verdict(&[with(unknown.address(), unknown)]), format!("{prefix}pq signature scheme not supported"));
    assert_eq!(verdict_under(&[with(own, pqsig)], &versions::V41), "transaction ID invalid : pq signature not enabled");
}
