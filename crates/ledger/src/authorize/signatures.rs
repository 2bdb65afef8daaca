//! The signatures themselves: of keys, of several keys, of post-quantum keys, of heartbeats.

use super::{MultisigFault, PqFault};
use pnp_avm::crypto::{ed25519, falcon};
use pnp_types::consensus::ConsensusParams;
use pnp_types::msgpack::Encoder;
use pnp_types::{
    Address, Heartbeat, MultisigError, MultisigSignature, MultisigSubsignature, PqSignature, Round, Signature,
};

/// Signatures of plain keys that wait to be checked.
#[derive(Default)]
pub(super) struct Batch(Vec<Pending>);

struct Pending {
    index: usize,
    key: [u8; 32],
    message: Vec<u8>,
    signature: Signature,
}

impl Batch {
    pub(super) fn add(&mut self, index: usize, key: [u8; 32], message: Vec<u8>, signature: Signature) {
        self.0.push(Pending { index, key, message, signature });
    }

    /// Checks all; the error is the place in the group of the first wrong one.
    pub(super) fn verify(&self) -> Result<(), usize> {
        match self.0.iter().find(|entry| !ed25519::verify(&entry.key, &entry.message, &entry.signature.0)) {
            Some(wrong) => Err(wrong.index),
            None => Ok(()),
        }
    }
}

/// Checks that the account is that of the keys, and that enough of them signed; their signatures go into the batch
/// (go-algorand `crypto/multisig.go` `MultisigBatchPrep`).
pub(super) fn multisig(
    msig: &MultisigSignature,
    authorizer: &Address,
    message: &[u8],
    index: usize,
    batch: &mut Batch,
) -> Result<(), MultisigFault> {
    if msig.subsigs.first().is_none_or(|first| *first == MultisigSubsignature::default()) {
        return Err(MultisigFault::Signatures);
    }
    let address = msig.address().map_err(|error| match error {
        MultisigError::Version(_) => MultisigFault::Version,
        MultisigError::TooManyKeys(_) => MultisigFault::Signatures,
        _ => MultisigFault::Threshold,
    })?;
    if address != *authorizer {
        return Err(MultisigFault::Address);
    }
    if msig.signature_count() < usize::from(msig.threshold) {
        return Err(MultisigFault::Signatures);
    }
    for subsig in msig.subsigs.iter().filter(|subsig| !subsig.sig.is_none()) {
        batch.add(index, subsig.key, message.to_vec(), subsig.sig);
    }
    Ok(())
}

/// All of a post-quantum signature but its proof: a scheme the network has and, where asked for, the right account.
pub(crate) fn envelope(
    signature: &PqSignature,
    authorizer: Option<&Address>,
    params: &ConsensusParams,
) -> Result<(), PqFault> {
    if signature.is_none() {
        return Err(PqFault::Blank);
    }
    if signature.scheme != PqSignature::FALCON_1024 {
        return Err(PqFault::Unsupported);
    }
    if !params.enable_pq_scheme_falcon1024 {
        return Err(PqFault::Disabled);
    }
    let derived = signature.address();
    match authorizer {
        Some(expected) if derived != *expected => Err(PqFault::Authorizer { derived, expected: *expected }),
        _ => Ok(()),
    }
}

/// go-algorand `data/transactions/pqsig.go` `Verify`.
pub(super) fn post_quantum(
    signature: &PqSignature,
    message: &[u8],
    authorizer: &Address,
    params: &ConsensusParams,
) -> Result<(), PqFault> {
    envelope(signature, Some(authorizer), params)?;
    if signature.signature.is_empty() {
        return Err(PqFault::Empty);
    }
    let Ok(key) = <&[u8; falcon::PUBLIC_KEY_SIZE]>::try_from(signature.public_key.as_slice()) else {
        let length = signature.public_key.len();
        return Err(PqFault::KeySize { length, want: falcon::PUBLIC_KEY_SIZE });
    };
    falcon::check(key, message, &signature.signature).map_err(PqFault::Wrong)
}

/// The two levels of one-time keys and the signature of the seed
/// (go-algorand `crypto/onetimesig.go` `HeartbeatProof.BatchPrep`).
pub(super) fn heartbeat(heartbeat: &Heartbeat, last_valid: Round, index: usize, batch: &mut Batch) {
    let dilution = heartbeat.key_dilution.max(1);
    let (round_batch, offset) = (last_valid.0 / dilution, last_valid.0 % dilution);
    let proof = &heartbeat.proof;
    let batch_id = key_id(b"OT1", &proof.pk2, round_batch, None);
    batch.add(index, heartbeat.vote_id, batch_id, proof.pk2_sig);
    let offset_id = key_id(b"OT2", &proof.pk, round_batch, Some(offset));
    batch.add(index, proof.pk2, offset_id, proof.pk1_sig);
    batch.add(index, proof.pk, [b"SD", heartbeat.seed.as_slice()].concat(), proof.sig);
}

/// What a one-time key is signed as. Unlike everywhere else, empty fields are written.
fn key_id(prefix: &[u8], key: &[u8; 32], batch: u64, offset: Option<u64>) -> Vec<u8> {
    let mut encoder = Encoder::after(prefix);
    encoder.map_header(2 + usize::from(offset.is_some()));
    encoder.str(b"batch");
    encoder.uint(batch);
    if let Some(offset) = offset {
        encoder.str(b"off");
        encoder.uint(offset);
    }
    encoder.str(b"pk");
    encoder.bytes(key);
    encoder.into_bytes()
}
