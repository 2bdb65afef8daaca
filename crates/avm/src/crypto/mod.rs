//! The primitives of the AVM, and of transaction authorization, by name.
//!
//! Each file states one rule of the network over a public library: what is accepted, what is refused, byte for byte.
//! Nothing here knows programs, stacks, costs or ledgers.

mod bls12_381;
mod bn254;
mod curve;
pub mod ec;
pub mod ecdsa;
pub mod ed25519;
pub mod falcon;
pub mod hashes;
mod mimc;
mod poseidon2;
pub mod scalars;
pub mod vrf;

pub use hashes::{keccak256, sha3_256, sha256, sha512, sha512_256};
pub use mimc::mimc;
pub use pnp_types::sumhash512;
pub use poseidon2::poseidon2;
