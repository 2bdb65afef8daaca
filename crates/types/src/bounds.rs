//! How long values may be on the wire: the largest that any consensus version allows.
//!
//! Decoders refuse more before they allocate. Values of go-algorand's `config/bounds`, which computes them the same way;
//! a test compares them with the consensus parameters.

/// Bytes of a transaction note.
pub const MAX_NOTE: usize = 4096;
/// Bytes of a genesis id.
pub const MAX_GENESIS_ID: usize = 128;
/// Bytes of a transaction type.
pub const MAX_TRANSACTION_TYPE: usize = 7;
/// Bytes of a protocol name.
pub const MAX_PROTOCOL_NAME: usize = 128;
/// Bytes of a key or value of application state.
pub const MAX_STATE_BYTES: usize = 128;
/// Bytes of a value of application state.
pub const MAX_STATE_VALUE: usize = 128;
/// Bytes of an application program with all extra pages.
pub const MAX_PROGRAM: usize = 2048 * 8;
/// Entries of each reference list of an application call, and its arguments.
pub const MAX_APP_LIST: usize = 32;
/// Entries of an access list.
pub const MAX_ACCESS: usize = 16;
/// Bytes of a logic signature's program, and of its arguments.
pub const MAX_LOGIC_SIGNATURE: usize = 16_000;
/// Arguments of a logic signature.
pub const MAX_LOGIC_SIGNATURE_ARGS: usize = 255;
/// Bytes of one argument of a logic signature.
pub const MAX_LOGIC_SIGNATURE_ARG: usize = 4096;
/// Subsignatures of a multisignature.
pub const MAX_MULTISIG: usize = 255;
/// Bytes of a Falcon-1024 public key.
pub const FALCON_PUBLIC_KEY: usize = 1793;
/// Bytes of the longest Falcon-1024 signature.
pub const MAX_FALCON_SIGNATURE: usize = 1538;
/// Bytes of an asset's unit name.
pub const MAX_ASSET_UNIT_NAME: usize = 8;
/// Bytes of an asset's name.
pub const MAX_ASSET_NAME: usize = 32;
/// Bytes of an asset's URL.
pub const MAX_ASSET_URL: usize = 96;
/// Accounts with a local delta in one transaction.
pub const MAX_DELTA_ACCOUNTS: usize = 2048;
/// Keys of one state delta.
pub const MAX_DELTA_KEYS: usize = 2048;
/// Log lines of one call.
pub const MAX_LOGS: usize = 2048;
/// Inner transactions directly under one transaction.
pub const MAX_INNER: usize = 256;
/// Transactions of a block.
pub const MAX_PAYSET: usize = 100_000;
/// Transactions of a group.
pub const MAX_GROUP: usize = 16;
/// Entries of an account's or application's key-value store.
pub const MAX_KEY_VALUES: usize = 1024;
/// Accounts removed from the online set by one block.
pub const MAX_PARTICIPATION_UPDATES: usize = 32;
/// Kinds of state proofs.
pub const MAX_STATE_PROOF_TYPES: usize = 1;
/// Reveals of a state proof.
pub const MAX_REVEALS: usize = 640;
/// Digests of a Merkle proof.
pub const MAX_PROOF_PATH: usize = 1 << 15;
/// Bytes of a digest of any hash function in use.
pub const MAX_DIGEST: usize = 64;
/// Bytes of a SHA-256 digest.
pub const MAX_SHA256: usize = 32;
