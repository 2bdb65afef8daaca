//! What matters before MainNet: what is allowed, and still has to be meant.

use super::contract::DeployedContract;
use super::finding::{AssetPower, BalanceFinding, ContractFinding, FileFinding, Findings, NetworkFinding};
use crate::connection::Connection;
use crate::error::Error;
use crate::provenance::{self, git};
use pnp_registry::Multisigs;
use pnp_types::{Address, MicroAlgos};
use pnp_usage::Template;

/// Transactions of a bill, each of which costs the least fee while the network is not congested.
const TRANSACTIONS_PER_BILL: u64 = 3;

pub(super) async fn examine(
    connection: &Connection,
    contract: Option<&DeployedContract>,
    findings: &mut Findings,
) -> Result<(), Error> {
    fees(connection, findings).await?;
    source(connection, contract, findings);
    match contract {
        Some(contract) => {
            asset(connection, contract, findings).await?;
            creator(connection, contract.application.creator, findings).await?;
            if contract.verification.is_near {
                template(contract.verification.on_chain, findings);
            }
            parties(contract.state.provider, contract.state.platform, findings);
            Ok(())
        }
        None => new_contract(connection, findings).await,
    }
}

/// Whether the network asks for more than its least fee.
async fn fees(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    let params = connection.params().await?;
    let bill = MicroAlgos(params.min_fee.0.saturating_mul(TRANSACTIONS_PER_BILL));
    findings.add(match params.fee_per_byte {
        0 => NetworkFinding::Fees { bill },
        per_byte => NetworkFinding::Congested { per_byte: MicroAlgos(per_byte), bill },
    });
    Ok(())
}

/// Whether what runs is what everybody can read.
fn source(connection: &Connection, contract: Option<&DeployedContract>, findings: &mut Findings) {
    if contract.is_some_and(|contract| !contract.verification.is_same()) {
        findings.add(ContractFinding::NotVerified);
    }
    let folder = &connection.settings.folder;
    findings.add(match provenance::git_commit(folder) {
        None => FileFinding::NoCommit,
        Some(commit) if commit.ends_with('+') => FileFinding::Uncommitted,
        Some(commit) => FileFinding::Commit(commit),
    });
    let record = connection.record_name();
    if connection.store.path().exists() && git(folder, &["ls-files", "--error-unmatch", &record]).is_none() {
        findings.add(FileFinding::RecordNotInGit { record });
    }
}

async fn asset(connection: &Connection, contract: &DeployedContract, findings: &mut Findings) -> Result<(), Error> {
    let Some(asset) = contract.state.asset else {
        findings.add(ContractFinding::Unbound { is_mainnet: connection.identity.is_mainnet() });
        return Ok(());
    };
    let Some(state) = connection.algod.asset(asset).await? else {
        findings.add(ContractFinding::BoundAssetMissing { asset });
        return Ok(());
    };
    findings.add(ContractFinding::BoundAsset { asset, unit: state.unit_name });
    for (power, address) in [(AssetPower::Freeze, state.freeze), (AssetPower::Clawback, state.clawback)] {
        if !address.is_empty() {
            findings.add(ContractFinding::AssetPower { asset, power, address });
        }
    }
    Ok(())
}

/// Whether one stolen key would be enough.
async fn creator(connection: &Connection, creator: Address, findings: &mut Findings) -> Result<(), Error> {
    let signer = connection.algod.account(creator).await?.signer();
    let known = Multisigs::new(&connection.settings.folder).all()?;
    findings.add(match known.into_iter().find(|one| one.account.address() == signer) {
        Some(one) => {
            let (name, threshold, keys) = (one.name, one.account.threshold(), one.account.keys().len());
            match threshold {
                0 | 1 => ContractFinding::AnySigner { name, keys },
                _ => ContractFinding::ManySigners { name, threshold, keys },
            }
        }
        None => ContractFinding::OneSigner { creator },
    });
    Ok(())
}

fn template(template: Template, findings: &mut Findings) {
    findings.add(ContractFinding::Updatable(template.updatable));
    findings.add(ContractFinding::Deletable(template.deletable));
    if !template.ordered_ticks {
        findings.add(ContractFinding::UnorderedTicks);
    }
}

fn parties(provider: Address, platform: Address, findings: &mut Findings) {
    findings.add(match provider == platform {
        true => ContractFinding::OneParty { address: provider },
        false => ContractFinding::TwoParties,
    });
}

/// What a deployment needs.
async fn new_contract(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    let asset = connection.asset(None)?;
    let mut parties = Vec::new();
    for setting in ["PROVIDER_ADDR", "PLATFORM_ADDR"] {
        match connection.address(None, setting) {
            Ok(Some(address)) => parties.push((setting, address)),
            Ok(None) if connection.is_development() => {}
            Ok(None) => findings.add(ContractFinding::NoParty { setting }),
            // Already found with the keys.
            Err(_) => {}
        }
    }
    let Some(asset) = asset else {
        if !connection.is_development() {
            findings.add(ContractFinding::NoAsset);
        }
        return Ok(());
    };
    if connection.algod.asset(asset).await?.is_none() {
        findings.add(ContractFinding::AssetMissing { asset });
        return Ok(());
    }
    for (setting, address) in parties {
        if connection.algod.holding(address, asset).await?.is_none() {
            findings.add(BalanceFinding::PartyCannotHold { setting, address, asset });
        }
    }
    Ok(())
}
