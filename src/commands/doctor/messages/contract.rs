//! Findings about the contract on the chain.

use super::FindingMessage;
use pnp_ops::doctor::{AssetPower, ContractFinding};

const BIND: &str = "pnp-contract deploy --asset ASSET --on-schema-break append";
const WITHOUT_FLAG: &str = "deploy it without that flag, unless you mean it";

pub(super) fn message(finding: ContractFinding, network: &str) -> FindingMessage {
    match finding {
        ContractFinding::Pending { txid } => FindingMessage::with_hint(
            format!("a deployment was sent and its outcome not recorded: {txid}"),
            format!("pnp-contract status --net {network}    (finds out and records it)"),
        ),
        ContractFinding::NoneRecorded => {
            FindingMessage::fact(format!("no contract is recorded on {network}: pnp-contract deploy --net {network}"))
        }
        ContractFinding::Missing { app } => FindingMessage::with_hint(
            format!("application {app} does not exist on {network}: it was deleted, or the chain was reset"),
            format!("pnp-contract deploy --net {network}    (or correct APP_ID)"),
        ),
        ContractFinding::Exists { app } => FindingMessage::fact(format!("application {app} is on {network}")),
        ContractFinding::NotRecorded { app } => FindingMessage::with_hint(
            format!("application {app} is not recorded here"),
            format!("pnp-contract deploy --net {network} --app {app} --check"),
        ),
        ContractFinding::RecordedProgram => FindingMessage::fact("the chain runs the recorded program"),
        ContractFinding::OtherProgram { app } => FindingMessage::with_hint(
            format!("application {app} runs another program than recorded: somebody replaced it without this record"),
            format!(
                "pnp-contract verify --net {network}    (shows what differs); `git pull` may bring the newer record"
            ),
        ),
        ContractFinding::ThisSource => FindingMessage::fact("the chain runs today's source"),
        ContractFinding::OtherSource => {
            FindingMessage::fact(format!("the chain does not run today's source: pnp-contract verify --net {network}"))
        }
        ContractFinding::Differs(difference) => FindingMessage::with_hint(
            difference.to_string(),
            format!("pnp-contract deploy --net {network}    (records the deployed contract)"),
        ),
        ContractFinding::NotVerified => FindingMessage::with_hint(
            "the chain does not run this source: what was reviewed is not what runs",
            format!("pnp-contract verify --net {network}"),
        ),
        ContractFinding::Unbound { .. } => FindingMessage::with_hint(
            "the contract is bound to no asset: a bill can be paid with one that is worth nothing",
            BIND,
        ),
        ContractFinding::BoundAssetMissing { asset } => {
            FindingMessage::with_hint(format!("asset {asset}, which the contract is bound to, does not exist"), BIND)
        }
        ContractFinding::BoundAsset { asset, unit } => {
            FindingMessage::fact(format!("the contract is bound to asset {asset} ({unit})"))
        }
        ContractFinding::AssetPower { asset, power, address } => {
            let power = match power {
                AssetPower::Freeze => "freeze holdings",
                AssetPower::Clawback => "take holdings back",
            };
            FindingMessage::with_hint(
                format!("{address} can {power} of asset {asset}"),
                "make sure that you trust who holds that key",
            )
        }
        ContractFinding::Updatable(true) => FindingMessage::with_hint(
            "the contract is updatable: its creator can replace its rules at any time",
            WITHOUT_FLAG,
        ),
        ContractFinding::Updatable(false) => FindingMessage::fact("the contract's programs cannot be replaced"),
        ContractFinding::Deletable(true) => {
            FindingMessage::with_hint("the contract is deletable: its creator can end it at any time", WITHOUT_FLAG)
        }
        ContractFinding::Deletable(false) => FindingMessage::fact("the contract cannot be deleted"),
        ContractFinding::UnorderedTicks => FindingMessage::with_hint(
            "ticks need not rise: one that was billed can be billed again after another",
            "deploy it without --unordered-ticks",
        ),
        ContractFinding::ManySigners { name, threshold, keys } => {
            FindingMessage::fact(format!("{threshold} of {keys} keys sign for the creator ({name})"))
        }
        ContractFinding::AnySigner { name, keys } => FindingMessage::with_hint(
            format!("any one of {keys} keys signs for the creator ({name})"),
            "rekey it to a multisignature with a threshold of 2 or more",
        ),
        ContractFinding::OneSigner { creator } => FindingMessage::with_hint(
            format!("one key signs for the creator {creator}, as far as is known here"),
            "pnp-contract multisig new --threshold 2 ADDRESS ADDRESS ADDRESS    (then rekey the creator to it)",
        ),
        ContractFinding::TwoParties => FindingMessage::fact("provider and platform are two accounts"),
        ContractFinding::OneParty { address } => FindingMessage::with_hint(
            format!("provider and platform are the same account: {address}"),
            "check PROVIDER_ADDR and PLATFORM_ADDR",
        ),
        ContractFinding::NoParty { setting } => FindingMessage::with_hint(
            format!("{setting} is not set"),
            format!("set {setting} in .env.{network}, or pass it to deploy"),
        ),
        ContractFinding::NoAsset => FindingMessage::with_hint(
            "no asset is named: the contract would have none to be bound to",
            "set ASA_ID, or pass --asset to deploy",
        ),
        ContractFinding::AssetMissing { asset } => {
            FindingMessage::with_hint(format!("asset {asset} does not exist on {network}"), "correct ASA_ID and --net")
        }
    }
}
