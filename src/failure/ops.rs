//! Errors of operations: connecting, provisioning, sending, settling.

use super::refusal::refusal;
use super::{Failure, interrupted_by_user, is_disk_full};
use pnp_network::Layer;
use pnp_ops::{
    ConnectError, DemonstrationError, DispenserError, Error, ExplainError, LockError, MissingApplication, NoContract,
    NotSent, SettingError, WrongSigner,
};
use pnp_usage::scenario::StageError;
use std::path::Path;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Network(error) => error.into(),
            Error::Connect(error) => error.into(),
            Error::Client(error) => error.into(),
            Error::Key(error) => error.into(),
            Error::Registry(error) => error.into(),
            Error::Operation(error) => error.into(),
            Error::Usage(error) => error.into(),
            Error::Refused(error) => refusal(&error),
            Error::NotSent(error) => error.into(),
            Error::Lock(error) => error.into(),
            Error::Dispenser(error) => error.into(),
            Error::Embedded(error) => error.into(),
            Error::Account(error) => error.into(),
            Error::Multisig(error) => (*error).into(),
            Error::Asset(error) => error.into(),
            Error::Sender(error) => (*error).into(),
            Error::Deploy(error) => error.into(),
            Error::Update(error) => error.into(),
            Error::Demonstration(error) => error.into(),
            Error::Setting(error) => error.into(),
            Error::NoContract(error) => error.into(),
            Error::Explain(error) => error.into(),
            Error::Stage(StageError::Client(error)) => error.into(),
            Error::Stage(_) => {
                Self::new("unplayable", message).hint("run with -v, and check the network with `status`")
            }
            Error::MissingApplication(error) => error.into(),
            Error::NotRecorded(_) => {
                Self::new("no_contract", message).hint("`pnp-contract history` without --app shows those that are")
            }
            Error::Batch(error) => (*error).into(),
            Error::Interrupted => interrupted_by_user("nothing is half-written; run the command again"),
            Error::WrongSigner(error) => (*error).into(),
            Error::Unnamed { txids, .. } => Self::new("malformed_answer", message)
                .hint(format!("look for transaction {} in an explorer", txids.join(", "))),
            Error::Folder { path, source } => folder(&path, &source),
        }
    }
}

/// A network by other rules than those that `--consensus` names.
pub(super) fn other_consensus(message: String) -> Failure {
    Failure::new("other_consensus", message)
        .because("a network keeps the rules that it was created with")
        .hint("omit --consensus, or create another network: in another folder, or with `localnet run --data-dir DIR`")
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let message = error.to_string();
        match error {
            ConnectError::NoAlgod { .. } => Self::new("no_algod", message),
            ConnectError::NoEmbedded => Self::new("no_embedded", message),
            ConnectError::OtherConsensus { .. } => other_consensus(message),
            ConnectError::Unreachable { network: name, layer, source } => {
                Self::from(source).hint(match layer {
                    Some(Layer::BuiltIn) => format!(
                        "check the connection, or name another provider of {name} in ALGOD_SERVER; --net embedded needs none"
                    ),
                    Some(Layer::Project) => {
                        format!("check the address of [networks.{name}] in pnp.toml, and the connection")
                    }
                    _ => format!("check ALGOD_SERVER and ALGOD_PORT, which say where {name} is, and the connection"),
                })
            }
        }
    }
}

impl From<NotSent> for Failure {
    fn from(error: NotSent) -> Self {
        let message = error.to_string();
        match error {
            NotSent::FeeOverLimit { fee, limit } => Self::new("fee_ceiling", message)
                .because("the network suggests fees by its congestion; nothing was sent")
                .hint(format!("wait until it is less busy, or allow it with --max-fee {}", fee.0))
                .with("fee", fee.0)
                .with("max_fee", limit.0),
            NotSent::Declined => Self::new("not_confirmed", message).hint("type mainnet, or pass --yes"),
            NotSent::NobodyToAsk => Self::new("not_confirmed", message)
                .because("there is no terminal to ask at")
                .hint("pass --yes if you mean it"),
            NotSent::Empty => Self::new("internal", message),
        }
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let message = error.to_string();
        match error {
            LockError::Held { holder, .. } => Self::new("record_held", message)
                .because("two at once could create two contracts instead of one, so one waits for the other")
                .hint("wait for it or end it, and run the command again; the lock is released when that process ends")
                .with("holder", holder),
            LockError::File { source, .. } => {
                Self::new("folder", message).because(source).hint("check the folder's rights")
            }
        }
    }
}

impl From<DispenserError> for Failure {
    fn from(error: DispenserError) -> Self {
        let failure = Self::new("no_dispenser", &error);
        match error {
            DispenserError::Nobody { .. } => failure.hint("send Algos to the account from a wallet or a faucet"),
            DispenserError::KmdSilent { url, why, .. } => {
                failure.because(format!("{url} does not answer: {why}")).hint(
                    "work in the folder where `pnp-contract localnet run` was started, which has the dispenser's key; on \
                     another network set KMD_PORT, or DISPENSER_MNEMONIC to a rich account's words",
                )
            }
            DispenserError::KeyLost { folder } => {
                let folder = folder.display();
                failure
                    .because(format!(
                        "{folder}/dispenser.key was deleted or is another chain's, and a new key would not own this chain's Algos"
                    ))
                    .hint(format!(
                        "restore the file, or set DISPENSER_MNEMONIC to the words of an account that has Algos; to begin a \
                         fresh chain, move {folder} away"
                    ))
            }
            DispenserError::KeyUnreadable(why) => failure.because(why),
            DispenserError::KeyStays => failure
                .because("a suite signs for its own accounts, many times a second")
                .hint("set DISPENSER_MNEMONIC to a rich account's words"),
        }
    }
}

impl From<SettingError> for Failure {
    fn from(error: SettingError) -> Self {
        let failure = Self::usage(&error);
        match error {
            SettingError::Address { .. } => failure.hint("an address has 58 characters: A to Z and 2 to 7"),
            SettingError::Asset => failure.hint("for example ASA_ID=1002"),
            SettingError::Application => failure.hint("for example APP_ID=1001"),
        }
    }
}

impl From<NoContract> for Failure {
    fn from(error: NoContract) -> Self {
        let NoContract { network, record, genesis_hash, has_others } = &error;
        let path = record.display();
        let why = match has_others {
            true => format!(
                "{path} has none for this chain ({genesis_hash}): those in it are on another one, or were deleted"
            ),
            false => format!("{path} has none"),
        };
        let hint = format!("run `pnp-contract deploy --net {network}`, or name one with --app");
        Self::new("no_contract", &error).because(why).hint(hint)
    }
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        let message = error.to_string();
        match error {
            ExplainError::NothingFailed { round, network, .. } => Self::new("nothing_failed", message)
                .because(format!("it is in round {round} of {network}"))
                .hint(format!("`pnp-contract history --net {network}` shows what was done")),
            ExplainError::UnknownTransaction { .. } => Self::new("unknown_transaction", message)
                .because("a node remembers a refusal only for a short time, and a transaction for a thousand rounds")
                .hint("explain the error's text instead, or the signed group with --group FILE"),
            ExplainError::NoProgram { source, .. } => Self::new("no_program", message).because(source),
        }
    }
}

impl From<MissingApplication> for Failure {
    fn from(error: MissingApplication) -> Self {
        Self::new("no_application", &error)
            .because(match error.is_recorded {
                true => "it is recorded here, but the chain does not have it: it was deleted, or the chain was reset",
                false => "no such application was created on this chain, or it was deleted",
            })
            .hint("check --app and --net, or deploy a new one")
            .with("app", error.app.0)
    }
}

impl From<DemonstrationError> for Failure {
    fn from(error: DemonstrationError) -> Self {
        match error {
            DemonstrationError::NoContract => Self::new("internal", error),
            DemonstrationError::Accepted { txid } => Self::new("demo", error)
                .because(format!("transaction {txid} was accepted"))
                .hint("this is a fault of this program: report it"),
        }
    }
}

impl From<WrongSigner> for Failure {
    fn from(error: WrongSigner) -> Self {
        let WrongSigner { name, address, origin, needs, has } = &error;
        let setting = name.to_ascii_uppercase().replace('-', "_");
        let failure = Self::new("wrong_signer", &error);
        let failure = match needs == address {
            true => failure
                .because(format!("the chain asks for its own key, and {origin} has another's"))
                .hint(format!("give the words of {address} itself, or take {setting}_SENDER out")),
            false => failure
                .because(format!("the chain asks for that key, and {origin} has the one of {has}"))
                .hint(format!(
                    "set {setting}_MNEMONIC to the words of {needs} and {setting}_SENDER to {address}, or keep both with \
                     `pnp-contract account import NAME --sender {address}`; a multisignature signs with --multisig"
                )),
        };
        failure.with("address", address.to_string()).with("needs", needs.to_string()).with("has", has.to_string())
    }
}

/// A folder of the project that cannot be used.
pub(super) fn folder(path: &Path, why: &std::io::Error) -> Failure {
    let code = if is_disk_full(why) { "disk_full" } else { "folder" };
    Failure::new(code, format!("{} cannot be used", path.display()))
        .because(why)
        .hint("free some space, check the folder's rights, or run the command in another folder")
}
