//! Fields of state proofs (go-algorand `crypto/stateproof`, `merklesignature`, `merklearray`, `stateproofmsg`).
//!
//! A development network neither creates nor checks them; it reads them in blocks of other networks.

use std::collections::BTreeMap;

use crate::amount::Round;
use crate::bounds::{FALCON_PUBLIC_KEY, MAX_DIGEST, MAX_FALCON_SIGNATURE, MAX_PROOF_PATH, MAX_REVEALS, MAX_SHA256};
use crate::msgpack::{Bounded, DecodeError, Decoder, Element, Encoder, Wire, wire_struct};

/// Fields of an `stpf` transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct StateProof {
    /// Kind of proof; only 0 exists.
    pub proof_type: u64,
    /// The proof.
    pub proof: StateProofBody,
    /// What is proved.
    pub message: StateProofMessage,
}

/// Evidence that enough stake signed a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct StateProofBody {
    /// Root of the tree of signatures.
    pub signature_commitment: GenericDigest,
    /// Weight of all signatures.
    pub signed_weight: u64,
    /// Proof that the revealed signatures are in the tree.
    pub signature_proofs: MerkleProof,
    /// Proof that the revealed participants are in the voters' tree.
    pub participant_proofs: MerkleProof,
    /// Salt version of the Falcon signatures.
    pub salt_version: u8,
    /// Signatures and participants by position.
    pub reveals: BTreeMap<u64, Reveal>,
    /// Positions in the order they were drawn.
    pub positions: Vec<u64>,
}

wire_struct! {
    StateProofBody {
        "c" => signature_commitment, "SigCommit";
        "w" => signed_weight, "SignedWeight";
        "S" => signature_proofs, "SigProofs";
        "P" => participant_proofs, "PartProofs";
        "v" => salt_version, "MerkleSignatureSaltVersion";
        "r" => reveals, "Reveals" <= MAX_REVEALS;
        "pr" => positions, "PositionsToReveal" <= MAX_REVEALS;
    }
}

/// What a state proof proves: the headers of an interval and the voters of the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct StateProofMessage {
    /// Root of the tree of light block headers.
    pub block_headers_commitment: Vec<u8>,
    /// Root of the tree of the next interval's voters.
    pub voters_commitment: Vec<u8>,
    /// Logarithm of the weight the next proof has to reach.
    pub ln_proven_weight: u64,
    /// First round of the interval.
    pub first_attested_round: Round,
    /// Last round of the interval.
    pub last_attested_round: Round,
}

wire_struct! {
    StateProofMessage {
        "b" => block_headers_commitment, "BlockHeadersCommitment" <= MAX_SHA256;
        "v" => voters_commitment, "VotersCommitment" <= MAX_DIGEST;
        "P" => ln_proven_weight, "LnProvenWeight";
        "f" => first_attested_round, "FirstAttestedRound";
        "l" => last_attested_round, "LastAttestedRound";
    }
}

/// A revealed position: who signed, and the signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Reveal {
    /// The signature.
    pub slot: SignatureSlot,
    /// The participant.
    pub participant: Participant,
}

wire_struct! {
    Reveal {
        "s" => slot, "SigSlot";
        "p" => participant, "Part", required;
    }
}

/// A signature and the weight of all before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SignatureSlot {
    /// The signature.
    pub signature: FalconSignature,
    /// Weight of the signatures in lower positions.
    pub weight_before: u64,
}

wire_struct! {
    SignatureSlot {
        "s" => signature, "Sig";
        "l" => weight_before, "L";
    }
}

/// A voter and its weight.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Participant {
    /// The voter's state-proof key.
    pub key: ParticipantKey,
    /// Its stake in microAlgos.
    pub weight: u64,
}

wire_struct! {
    Participant {
        "p" => key, "PK", required;
        "w" => weight, "Weight";
    }
}

/// A commitment to all of a voter's state-proof keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ParticipantKey {
    /// Root of the tree of keys.
    pub commitment: [u8; 64],
    /// Rounds each key lasts.
    pub key_lifetime: u64,
}

impl Default for ParticipantKey {
    fn default() -> Self {
        Self { commitment: [0; 64], key_lifetime: 0 }
    }
}

wire_struct! {
    ParticipantKey {
        "cmt" => commitment, "Commitment";
        "lf" => key_lifetime, "KeyLifetime";
    }
}

/// A Falcon signature with the proof that its key is the signer's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FalconSignature {
    /// The signature, at most 1538 bytes.
    pub signature: FalconBytes,
    /// Place of the key in the tree of keys.
    pub index: u64,
    /// Proof of that place.
    pub proof: MerkleProof,
    /// The key.
    pub verifying_key: FalconKey,
}

wire_struct! {
    FalconSignature {
        "sig" => signature, "Signature";
        "idx" => index, "VectorCommitmentIndex";
        "prf" => proof, "Proof";
        "vkey" => verifying_key, "VerifyingKey";
    }
}

/// A Falcon-1024 public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FalconKey {
    /// The 1793 bytes; on the heap, because a transaction that is no state proof carries the room too.
    pub public_key: FalconPublicKey,
}

impl Default for FalconKey {
    fn default() -> Self {
        Self { public_key: FalconPublicKey(Vec::new()) }
    }
}

wire_struct! {
    FalconKey {
        "k" => public_key, "PublicKey";
    }
}

/// The 1793 bytes of a Falcon-1024 public key, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FalconPublicKey(pub Vec<u8>);

impl Wire for FalconPublicKey {
    fn is_empty(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(&self.0);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut bytes = vec![0; FALCON_PUBLIC_KEY];
        decoder.fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

/// A digest of any length up to 64 bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct GenericDigest(pub Vec<u8>);

impl Wire for GenericDigest {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(&self.0);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Bounded::decode_bounded(decoder, MAX_DIGEST).map(Self).map_err(DecodeError::leave_structure)
    }
}

impl Element for GenericDigest {}

/// The bytes of a Falcon signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FalconBytes(pub Vec<u8>);

impl Wire for FalconBytes {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(&self.0);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Bounded::decode_bounded(decoder, MAX_FALCON_SIGNATURE).map(Self).map_err(DecodeError::leave_structure)
    }
}

/// Digests that lead from leaves to a root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MerkleProof {
    /// The digests, from the leaves up.
    pub path: Vec<GenericDigest>,
    /// The hash function.
    pub hash: HashFactory,
    /// Levels of the tree.
    pub tree_depth: u8,
}

wire_struct! {
    MerkleProof {
        "pth" => path, "Path" <= MAX_PROOF_PATH;
        "hsh" => hash, "HashFactory";
        "td" => tree_depth, "TreeDepth";
    }
}

/// The hash function of a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct HashFactory {
    /// 0 SHA-512/256, 1 Sumhash-512, 2 SHA-256, 3 SHA-512.
    pub hash_type: HashType,
}

wire_struct! {
    HashFactory {
        "t" => hash_type, "HashType";
    }
}

/// The number of a hash function; numbers over 3 do not decode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct HashType(pub u16);

impl Wire for HashType {
    fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.uint(u64::from(self.0));
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let number = u16::decode(decoder)?;
        if number > 3 { Err(DecodeError::other("unmarshalled object is invalid")) } else { Ok(Self(number)) }
    }
}
