//! Programs that sign.

use super::address::Address;
use super::bounds::{MAX_LOGIC_SIGNATURE, MAX_LOGIC_SIGNATURE_ARG, MAX_LOGIC_SIGNATURE_ARGS};
use super::msgpack::{Wire, wire_struct};
use super::multisig::MultisigSignature;
use super::signature::{PqSignature, Signature};

/// A program that approves transactions, for the account of its own hash or for one that delegated to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LogicSignature {
    /// The program.
    pub logic: Vec<u8>,
    /// Delegation by one key.
    pub sig: Signature,
    /// Delegation by a multisignature, in the older form.
    pub msig: MultisigSignature,
    /// Delegation by a multisignature, in the form that names the account.
    pub lmsig: MultisigSignature,
    /// Delegation by a post-quantum key.
    pub pqsig: PqSignature,
    /// Arguments, which nothing signs.
    pub args: Vec<Vec<u8>>,
}

wire_struct! {
    LogicSignature {
        "l" => logic, "Logic" <= MAX_LOGIC_SIGNATURE;
        "sig" => sig, "Sig";
        "msig" => msig, "Msig";
        "lmsig" => lmsig, "LMsig";
        "pqsig" => pqsig, "PQsig";
        "arg" => args, "Args" <= (MAX_LOGIC_SIGNATURE_ARGS, MAX_LOGIC_SIGNATURE_ARG);
    }
}

impl LogicSignature {
    /// Whether there is no logic signature at all.
    pub fn is_none(&self) -> bool {
        Wire::is_empty(self)
    }

    /// The account of the program itself, for which it signs without a delegation.
    pub fn address(&self) -> Address {
        Address::of_program(&self.logic)
    }

    /// Whether an account lets the program sign for it, rather than the program for its own account.
    pub fn is_delegated(&self) -> bool {
        !(self.sig.is_none() && self.msig.is_none() && self.lmsig.is_none() && self.pqsig.is_none())
    }

    /// Bytes of all arguments together.
    pub fn args_len(&self) -> usize {
        self.args.iter().map(Vec::len).sum()
    }
}
