//! Why a bundle cannot be used, as failures: what happened, why, what to do.

use crate::failure::Failure;
use pnp_types::{BundleError, MultisigError};
use std::path::Path;

/// A file that is no bundle.
pub(super) fn unreadable(path: &Path, error: &BundleError) -> Failure {
    let name = path.display();
    let message = match error {
        // The decoder's words are kept for programs.
        BundleError::Malformed { why, .. } if why.is_short() => "it ends in the middle of a transaction".to_owned(),
        BundleError::Malformed { offset, .. } => format!("its bytes from {offset} on are no signed transaction"),
        error => error.to_string(),
    };
    let failure = Failure::new("bundle", format!("{name} is no bundle to sign: {message}"));
    let failure = match error {
        BundleError::Empty => failure.hint("check the file's name; a command with --multisig writes a bundle"),
        BundleError::TooMany | BundleError::Malformed { .. } => failure
            .because(
                "a bundle is msgpack: the signed transactions of one group, one after the other, as goal writes them",
            )
            .hint("check the file's name, and that it was sent as it is, not as text"),
        BundleError::NotCanonical(_) => failure
            .because("two programs that read the same bytes differently could show one thing and sign another")
            .hint("write the bundle anew, with this program or with goal"),
        BundleError::OtherKind(_) => failure
            .because("each of its transactions must wait for the keys of one multisignature")
            .hint("send what is signed already with `goal clerk rawsend`; sign a bundle as its command wrote it"),
        BundleError::NoMultisig(_) => failure
            .because("goal writes such files where it does not know the multisignature's keys")
            .hint("name the multisignature with --multisig"),
        BundleError::NoAccount { .. } => {
            failure.because("version, threshold and keys make no account").hint("write the bundle anew")
        }
        BundleError::Mixed { .. } | BundleError::OtherSigner { .. } | BundleError::SignerIsSender(_) => failure
            .because("what is signed must be for one multisignature, the sender's own or one it was rekeyed to")
            .hint("do not sign it; ask whoever sent it, and write the bundle anew"),
        BundleError::NotOneGroup(_) | BundleError::Twice(_) | BundleError::Networks(_) => failure
            .because("a bundle is one group: all of it happens, or nothing")
            .hint("do not sign it: transactions were added, taken away or changed; write the bundle anew"),
        BundleError::Lengths(..)
        | BundleError::Accounts(..)
        | BundleError::Different { .. }
        | BundleError::Contradiction { .. } => failure.hint("merge copies of one bundle only"),
    };
    match error {
        BundleError::Malformed { offset, why } => failure.with("offset", *offset).with("decoder", why.to_string()),
        _ => failure,
    }
}

/// Two files that are no copies of one bundle.
pub(super) fn unlike(first: &Path, second: &Path, error: &BundleError) -> Failure {
    let failure = Failure::new(
        "unlike",
        format!("{} and {} are not copies of one bundle: {error}", first.display(), second.display()),
    );
    match error {
        BundleError::Different { index, mine, theirs } => failure
            .because("somebody changed a transaction, or they are bundles of two runs; signatures of one do not fit the other")
            .hint("look at both with `pnp-contract multisig inspect`, and sign copies of one bundle only")
            .with("index", *index)
            .with("txids", vec![mine.to_string(), theirs.to_string()]),
        BundleError::Contradiction { why: MultisigError::Contradiction(signer), .. } => failure
            .because("a key's signature of one transaction is always the same: one of the two was made in another way")
            .hint("have that signer sign one of the copies anew")
            .with("signer", signer.to_string()),
        _ => failure.hint("merge copies of one bundle only"),
    }
}
