//! Who has signed a bundle, who is missing, and whose signature does not hold.

use crate::failure::Failure;
use pnp_avm::crypto::ed25519;
use pnp_types::Bundle;
use schemars::JsonSchema;
use serde::Serialize;

/// How far one signer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It signed every transaction.
    Signed,
    /// It signed some of the transactions.
    Partly,
    /// It signed none.
    Missing,
    /// A signature of it does not hold.
    Wrong,
}

/// One signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct SignerProgress {
    /// Its address.
    pub(super) address: String,
    /// How far it is.
    pub(super) state: State,
}

/// How far a bundle is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Progress {
    /// The multisignature's address.
    pub(super) multisig: String,
    /// How many have to sign.
    pub(super) threshold: u8,
    /// How many more signatures are needed.
    pub(super) missing: usize,
    /// Whether enough have signed, and every signature holds.
    pub(super) complete: bool,
    /// The signers, in the order that makes the address.
    pub(super) signers: Vec<SignerProgress>,
}

impl Progress {
    /// Looks at every signature, by the network's rule.
    pub(super) fn of(bundle: &Bundle) -> Self {
        let all = bundle.signed().len();
        let signers: Vec<_> = bundle
            .signers(ed25519::verify)
            .into_iter()
            .map(|signer| SignerProgress {
                address: signer.address.to_string(),
                state: match signer.signed {
                    _ if !signer.wrong.is_empty() => State::Wrong,
                    0 => State::Missing,
                    signed if signed < all => State::Partly,
                    _ => State::Signed,
                },
            })
            .collect();
        let missing = bundle.missing();
        let complete = missing == 0 && signers.iter().all(|signer| signer.state != State::Wrong);
        let account = bundle.account();
        Self { multisig: account.address().to_string(), threshold: account.threshold(), missing, complete, signers }
    }

    /// Those whose signature does not hold.
    pub(super) fn wrong(&self) -> Vec<&str> {
        let wrong = self.signers.iter().filter(|signer| signer.state == State::Wrong);
        wrong.map(|signer| signer.address.as_str()).collect()
    }

    /// Refuses a bundle with a signature that does not hold; `file` is where it is.
    pub(super) fn check(&self, file: &str) -> Result<(), Failure> {
        let wrong = self.wrong();
        if wrong.is_empty() {
            return Ok(());
        }
        Err(Failure::new(
            "wrong_signature",
            format!("a signature of {} in {file} does not hold", wrong.join(" and of ")),
        )
        .because("it is of another transaction or was damaged; networks refuse the whole group for one such signature")
        .hint("leave this copy out, and have that signer sign a good copy")
        .with("signers", wrong.iter().map(|wrong| (*wrong).to_owned()).collect::<Vec<_>>()))
    }

    /// In one line.
    pub(super) fn headline(&self) -> String {
        let signed = self.signers.iter().filter(|signer| signer.state == State::Signed).count();
        let wrong = self.wrong().len();
        let state = match (wrong, self.missing) {
            (0, 0) => "enough to send it".to_owned(),
            (0, 1) => "1 more is needed".to_owned(),
            (0, missing) => format!("{missing} more are needed"),
            (1, _) => "1 SIGNATURE DOES NOT HOLD".to_owned(),
            (wrong, _) => format!("{wrong} SIGNATURES DO NOT HOLD"),
        };
        format!("{signed} of {} signed, {} have to: {state}", self.signers.len(), self.threshold)
    }

    /// A line for each signer.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |signer: &SignerProgress| {
            let state = match signer.state {
                State::Signed => "signed",
                State::Partly => "partly",
                State::Missing => "missing",
                State::Wrong => "WRONG",
            };
            format!("{state:<9} {}", signer.address)
        };
        self.signers.iter().map(line).collect()
    }
}
