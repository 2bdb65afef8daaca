//! Errors of multisignatures and of the bundles they sign: what happened, why, what to do.

use super::{Failure, is_disk_full};
use pnp_ops::multisig::{Field, LONGEST_VALIDITY, MultisigError};
use pnp_ops::reports::bundle_words;
use pnp_types::{Address, BundleError};
use std::path::Path;

impl From<MultisigError> for Failure {
    fn from(error: MultisigError) -> Self {
        let message = error.to_string();
        match error {
            MultisigError::NotRecorded { asked, recorded } => not_recorded(&message, &asked, &recorded),
            MultisigError::NoFile { .. } => Self::new("no_multisig", message)
                .hint("give the name or the file of a multisignature; `pnp-contract multisig info` lists those here"),
            MultisigError::SignerTwice { .. } => Self::usage(message)
                .because("one person's key would count as two signers")
                .hint("name each signer once"),
            MultisigError::NoAccount(pnp_types::MultisigError::TooManyKeys(_)) => {
                Self::usage(message).hint("name fewer signers")
            }
            MultisigError::NoAccount(_) => {
                Self::usage(message).hint("--threshold is from 1 to the number of signers")
            }
            MultisigError::FirstRoundOver { .. } => {
                Self::usage(message).hint("omit --first-valid, or name a later round")
            }
            MultisigError::NotMade(why) | MultisigError::NotSigned(why) => Self::new("internal", message).because(why),
            MultisigError::FileExists { .. } => Self::new("exists", message)
                .because("a bundle that others may have signed is not replaced")
                .hint("name another file with --out, or move that one elsewhere"),
            MultisigError::Unwritable { source, .. } => {
                Self::new(if is_disk_full(&source) { "disk_full" } else { "unwritable" }, message)
                    .because(source)
                    .hint("what was there before is still there; free space, or name another place with --out")
            }
            MultisigError::Expired { validity, now } => Self::new("expired", message)
                .because(format!(
                    "the network is in round {now}, and transactions are valid for {LONGEST_VALIDITY} rounds at most"
                ))
                .hint("create the bundle again with the same command, and have it signed faster, or for later with --first-valid")
                .with("first_valid", validity.first_valid.get())
                .with("last_valid", validity.last_valid.get())
                .with("now", now.get()),
            MultisigError::TooEarly { first_valid, now, early_by, .. } => Self::new("too_early", message)
                .because(format!(
                    "the network is in round {now}: {} are to pass before",
                    bundle_words::duration(early_by)
                ))
                .hint("submit it then")
                .with("first_valid", first_valid.get())
                .with("now", now.get()),
            MultisigError::WrongSignature { signers, .. } => Self::new("wrong_signature", message)
                .because(
                    "it is of another transaction or was damaged; networks refuse the whole group for one such signature",
                )
                .hint("leave this copy out, and have that signer sign a good copy")
                .with("signers", texts(&signers)),
            MultisigError::TooFewSignatures { signatures, .. } => {
                Self::new("too_few_signatures", format!("{message}: {}", bundle_words::signatures(&signatures)))
                    .because(format!(
                        "still to be signed by {} of\n{}",
                        signatures.missing,
                        bundle_words::signers(&signatures).join("\n")
                    ))
                    .hint("have the missing sign it, or merge their copies")
                    .with("missing", signatures.missing)
            }
            MultisigError::WrongNetwork { bundle: hash, network, genesis_hash } => {
                let other = bundle_words::network(hash);
                Self::new("wrong_network", format!("the bundle is for {other}, not for {network}"))
                    .because(format!(
                        "its transactions carry the genesis hash {}, {network} has {genesis_hash}",
                        hash.to_base64()
                    ))
                    .hint("name the bundle's own network with --net")
            }
            MultisigError::Rekeyed { multisig, .. } => Self::new("wrong_signer", message)
                .because(format!("the bundle is signed for {multisig}"))
                .hint("the account was rekeyed since: create the bundle again for the key that signs for it now"),
            MultisigError::NoSigner { signers } => Self::new("no_key", message)
                .because(format!("the signers are {}", texts(&signers).join(", ")))
                .hint(
                    "name the account with --as; its key comes from the keystore, NAME_MNEMONIC in the environment or \
                     .env, or .pnp/",
                ),
            MultisigError::SeveralSigners { names } => Self::usage(message)
                .because("who signs is not guessed")
                .hint(format!("name one, for example --as {}", names.first().map_or("", String::as_str))),
            MultisigError::NotASigner { signer, keys, multisig, .. } => Self::new("not_a_signer", message)
                .because(format!("{signer} is not one of the {keys} keys of {multisig}"))
                .hint("sign with a key that is; `pnp-contract multisig inspect` lists them")
                .with("signer", signer.to_string()),
            MultisigError::DoesNotFit(why) => Self::new("bundle", message).because(why),
            MultisigError::NotCopies { error, difference, .. } => {
                let failure = not_copies(message, &error);
                match difference.map(|fields| *fields) {
                    Some([first, second]) => failure.because(format!(
                        "the first has {}; the second has {}",
                        listed(&first),
                        listed(&second)
                    )),
                    None => failure,
                }
            }
            MultisigError::NothingToMerge => Self::usage(message).hint("name the copies"),
            MultisigError::Forgotten { .. } => Self::new("malformed_answer", message)
                .because("the group was sent, but not recorded")
                .hint("run the command again soon: a node remembers a thousand rounds"),
        }
    }
}

fn texts(addresses: &[Address]) -> Vec<String> {
    addresses.iter().map(Address::to_string).collect()
}

fn not_recorded(message: &str, asked: &str, recorded: &[String]) -> Failure {
    let here = if recorded.is_empty() { "none is".to_owned() } else { format!("{} are", recorded.join(", ")) };
    Failure::new("no_multisig", message)
        .because(format!(
            "an address does not tell its keys, so that they are written down; {here} in deployments/multisig"
        ))
        .hint(format!("run `pnp-contract multisig new --name {asked} --threshold N ADDRESS…`, or name a file"))
}

fn listed(fields: &[Field]) -> String {
    match fields {
        [] => "nothing of that".to_owned(),
        fields => fields.iter().map(bundle_words::field).collect::<Vec<_>>().join(", "),
    }
}

/// A file that is no bundle.
pub(crate) fn unreadable_bundle(path: &Path, error: &BundleError) -> Failure {
    let name = path.display();
    let message = match error {
        // The decoder's words are kept for programs.
        BundleError::Malformed { why, .. } if why.is_short() => "it ends in the middle of a transaction".to_owned(),
        BundleError::Malformed { offset, why } if why.unknown_name().is_some() => format!(
            "the transaction from byte {offset} on has a field {}, which no transaction of this program's version has",
            why.unknown_name().unwrap_or_default()
        ),
        BundleError::Malformed { offset, .. } => format!("its bytes from {offset} on are no signed transaction"),
        error => error.to_string(),
    };
    let failure = Failure::new("bundle", format!("{name} is no bundle to sign: {message}"));
    let failure = match error {
        BundleError::Empty => failure.hint("check the file's name; a command with --multisig writes a bundle"),
        BundleError::Malformed { why, .. } if why.unknown_name().is_some() => failure
            .because("what is signed would not have the field: it would be another transaction")
            .hint("sign it with a program that knows the field, or create the bundle again without it"),
        BundleError::TooMany | BundleError::Malformed { .. } => failure
            .because(
                "a bundle is msgpack: the signed transactions of one group, one after the other, as goal writes them",
            )
            .hint("check the file's name, and that it was sent as it is, not as text"),
        BundleError::Ambiguous { .. } => failure
            .because("two programs that read the same bytes differently could show one thing and sign another")
            .hint("create the bundle again, with this program or with goal"),
        BundleError::OtherKind(_) => failure
            .because("each of its transactions must wait for the keys of one multisignature")
            .hint("send what is signed already with `goal clerk rawsend`; sign a bundle as its command wrote it"),
        BundleError::NoMultisig(_) => failure
            .because("goal writes such files where it does not know the multisignature's keys")
            .hint("name the multisignature with --multisig"),
        BundleError::NoAccount { .. } => failure
            .because("version, threshold and keys do not form a valid multisig account")
            .hint("create the bundle again"),
        BundleError::Mixed { .. } | BundleError::OtherSigner { .. } | BundleError::SignerIsSender(_) => failure
            .because("what is signed must be for one multisignature, the sender's own or one it was rekeyed to")
            .hint("do not sign it; ask the person who sent it, and create the bundle again"),
        BundleError::NotOneGroup(_) | BundleError::Twice(_) | BundleError::Networks(_) => failure
            .because("a bundle is one group: all of it happens, or nothing")
            .hint("do not sign it: transactions were added, removed or changed; create the bundle again"),
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
fn not_copies(message: String, error: &BundleError) -> Failure {
    let failure = Failure::new("unlike", message);
    match error {
        BundleError::Different { index, mine, theirs } => failure
            .because("somebody changed a transaction, or they are bundles of two runs; signatures of one do not fit the other")
            .hint("look at both with `pnp-contract multisig inspect`, and sign copies of one bundle only")
            .with("index", *index)
            .with("txids", vec![mine.to_string(), theirs.to_string()]),
        BundleError::Contradiction { why: pnp_types::MultisigError::Contradiction(signer), .. } => failure
            .because("a key's signature of one transaction is always the same: one of the two was made in another way")
            .hint("have that signer sign one of the copies again")
            .with("signer", signer.to_string()),
        _ => failure.hint("merge copies of one bundle only"),
    }
}
