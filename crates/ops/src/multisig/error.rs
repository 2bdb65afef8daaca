//! Why a bundle is not made, signed, merged or sent.

use super::fields::Field;
use super::signatures::Signatures;
use super::validity::Validity;
use pnp_types::{Address, BundleError, Digest, Round, Txid};
use std::path::PathBuf;

/// Why something with a multisignature or a bundle was not done.
#[derive(Debug, thiserror::Error)]
pub enum MultisigError {
    /// No multisignature of that name or address is recorded.
    #[error("no multisignature {asked:?} is recorded")]
    NotRecorded {
        /// The name or address.
        asked: String,
        /// The names of those that are recorded.
        recorded: Vec<String>,
    },
    /// The file of a multisignature does not exist.
    #[error("there is no file {}", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// A signer is named more than once.
    #[error("{signer} is there twice, as number {number} too")]
    SignerTwice {
        /// The signer.
        signer: Address,
        /// Its second place among the signers, from 1.
        number: usize,
    },
    /// Keys and threshold make no account.
    #[error(transparent)]
    NoAccount(#[from] pnp_types::MultisigError),
    /// The first round a bundle was to be sent in is over.
    #[error("round {first_valid} is over: the network is in {now}")]
    FirstRoundOver {
        /// The round that was asked for.
        first_valid: Round,
        /// The network's newest round.
        now: Round,
    },
    /// The transactions make no bundle; a fault of this program.
    #[error("the bundle could not be made")]
    NotMade(#[source] BundleError),
    /// A bundle's file exists.
    #[error("{} is there already", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// A bundle's file cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No block can hold the bundle any more.
    #[error("the bundle expired: its last round was {}", validity.last_valid)]
    Expired {
        /// When it could be sent.
        validity: Validity,
        /// The network's newest round.
        now: Round,
    },
    /// No block can hold the bundle yet.
    #[error("{bundle} can be sent from round {first_valid} on")]
    TooEarly {
        /// The bundle's name.
        bundle: String,
        /// The first round it can be in.
        first_valid: Round,
        /// The network's newest round.
        now: Round,
        /// Rounds until it can be sent.
        early_by: u64,
    },
    /// Signatures do not hold.
    #[error("a signature of {} in {bundle} does not hold", texts(signers).join(" and of "))]
    WrongSignature {
        /// The bundle's name.
        bundle: String,
        /// Whose.
        signers: Vec<Address>,
    },
    /// Not enough have signed.
    #[error("{bundle} has too few signatures")]
    TooFewSignatures {
        /// The bundle's name.
        bundle: String,
        /// Who has signed, and who has not.
        signatures: Signatures,
    },
    /// The bundle is for another network.
    #[error("the bundle is for another network than {network}")]
    WrongNetwork {
        /// The genesis hash of the bundle's network.
        bundle: Digest,
        /// The network that is asked.
        network: String,
        /// Its genesis hash, base64.
        genesis_hash: String,
    },
    /// An account that the bundle sends for was rekeyed since.
    #[error("{sender} is signed for by {signer} now")]
    Rekeyed {
        /// The account.
        sender: Address,
        /// Whose key signs for it now.
        signer: Address,
        /// Whose keys have signed the bundle.
        multisig: Address,
    },
    /// No key of a signer who has not signed yet is here.
    #[error("no key of a signer who has not signed yet is here")]
    NoSigner {
        /// The signers.
        signers: Vec<Address>,
    },
    /// The keys of several signers are here, and none is named.
    #[error("several signers' keys are here: {}", names.join(", "))]
    SeveralSigners {
        /// The accounts' names; never empty.
        names: Vec<String>,
    },
    /// The key is not one of the multisignature's.
    #[error("the key of {name} is not among the signers")]
    NotASigner {
        /// The account's name.
        name: String,
        /// The key's address.
        signer: Address,
        /// How many keys the multisignature has.
        keys: usize,
        /// Its address.
        multisig: Address,
    },
    /// A new signature contradicts those that are there.
    #[error("the signature does not fit the ones that are there")]
    DoesNotFit(#[source] BundleError),
    /// A signature could not be made; a fault of this program.
    #[error("the signature could not be made")]
    NotSigned(#[source] BundleError),
    /// Two files are no copies of one bundle.
    #[error("{first} and {second} are not copies of one bundle: {error}")]
    NotCopies {
        /// The first copy's name.
        first: String,
        /// The other's.
        second: String,
        /// What does not fit.
        error: Box<BundleError>,
        /// The fields in which a transaction differs: what the first alone has, and what the other alone has.
        difference: Option<Box<[Vec<Field>; 2]>>,
    },
    /// There is nothing to merge.
    #[error("there is nothing to merge")]
    NothingToMerge,
    /// A group that was sent is not known to the network any more, so that what it did cannot be recorded.
    #[error("algod does not know {txid} any more")]
    Forgotten {
        /// A transaction of the group.
        txid: Txid,
    },
}

fn texts(addresses: &[Address]) -> Vec<String> {
    addresses.iter().map(Address::to_string).collect()
}
