//! What is wrong with a project's files, keys, network, contract and balances.
//!
//! An examination looks and changes nothing: no account is created or funded, no record written. What cannot be looked at is a
//! finding of its own and stops nothing else.

mod balances;
mod contract;
mod files;
mod finding;
mod keys;
mod mnemonics;
mod network;
mod preflight;

pub use finding::{
    AssetPower, BalanceFinding, ContractFinding, FileFinding, Finding, KeyFinding, KeyPlace, NetworkFinding, Severity,
    Topic,
};

use crate::connection::Connection;
use crate::error::Error;
use crate::host::Host;
use crate::settings::{Settings, embedded_folder};
use finding::Findings;
use pnp_network::{Environment, Kind, Network};

/// How far an examination goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examine {
    /// Whether what matters before MainNet is examined too: asset, creator's keys, template, fees, source, backups.
    pub preflight: bool,
    /// How many ticks the user's balance should pay for.
    pub ticks: u64,
}

/// What was found.
#[derive(Debug)]
pub struct Examination {
    /// The network's name; `None` where the settings cannot be read.
    pub network: Option<String>,
    /// The network's genesis hash, base64; `None` where it was not reached.
    pub genesis_hash: Option<String>,
    /// All findings, in the order they were made.
    pub findings: Vec<Finding>,
}

impl Examination {
    /// How many findings are so bad.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == severity).count()
    }
}

/// Examines a project and the network that its settings name.
pub async fn examine(settings: &Settings, host: &Host, examine: Examine) -> Examination {
    let mut findings = Findings::default();
    let (mut network_name, mut genesis_hash) = (None, None);
    files::examine(settings, &mut findings);
    match settings.network() {
        Ok((network, environment)) => {
            genesis_hash = examine_network(settings, host, examine, &network, &environment, &mut findings).await;
            network_name = Some(network.name);
        }
        Err(error) => findings.add(Finding::failed(Topic::Files, "settings", error)),
    }
    Examination { network: network_name, genesis_hash, findings: findings.0 }
}

/// What needs the network, and what is known without it; the genesis hash where it was reached.
async fn examine_network(
    settings: &Settings,
    host: &Host,
    examine: Examine,
    network: &Network,
    environment: &Environment,
    findings: &mut Findings,
) -> Option<String> {
    network.notes.iter().for_each(|note| findings.add(FileFinding::SettingsNote(note.clone())));
    keys::settings(environment, findings);
    // Looking must not create it.
    let is_new = network.kind == Kind::Embedded && !embedded_folder(&settings.folder).exists();
    let connection = if is_new {
        findings.add(NetworkFinding::NotCreated);
        None
    } else {
        network::open(settings, host, network, findings).await
    };
    let Some(connection) = connection else {
        keys::offline(settings, host, network, environment, findings).await;
        return None;
    };
    let hash = connection.identity.hash.clone();
    if let Err(error) = examine_connection(&connection, examine, findings).await {
        findings.add(Finding::failed(Topic::Network, "interrupted", error));
    }
    if let Err(error) = connection.close().await {
        findings.add(Finding::failed(Topic::Network, "embedded", error));
    }
    Some(hash)
}

async fn examine_connection(connection: &Connection, examine: Examine, findings: &mut Findings) -> Result<(), Error> {
    network::examine(connection, findings).await?;
    keys::examine(connection, examine.preflight, findings).await?;
    let contract = contract::examine(connection, findings).await?;
    balances::examine(connection, contract.as_ref(), examine.ticks, findings).await?;
    if examine.preflight {
        preflight::examine(connection, contract.as_ref(), findings).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "embedded")]
    #[tokio::test]
    async fn an_examination_creates_nothing_and_reaches_no_network_that_does_not_exist() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::new(folder.path());
        let preflight = Examine { preflight: true, ticks: 1 };
        let examination = examine(&settings, &Host::default(), preflight).await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!((examination.network.as_deref(), &examination.genesis_hash), (Some("embedded"), &None));
        assert!(
            examination.findings.iter().any(|finding| matches!(finding, Finding::Network(NetworkFinding::NotCreated)))
        );
        assert_eq!(examination.count(Severity::Error), 0);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_a_finding() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pnp.toml"), "not toml").unwrap();
        std::fs::write(folder.path().join(".env"), "USER_MNEMONIC=secret").unwrap();
        let usual = Examine { preflight: false, ticks: 1 };
        let examination = examine(&Settings::new(folder.path()), &Host::default(), usual).await;
        assert_eq!(examination.network, None);
        let has = |topic, check| {
            examination.findings.iter().any(|finding| {
                (finding.topic(), finding.check(), finding.severity()) == (topic, check, Severity::Error)
            })
        };
        assert!(has(Topic::Files, "settings"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join(".env")).unwrap().permissions().mode();
            assert_eq!(has(Topic::Files, "permissions"), mode & 0o077 != 0);
        }
    }
}
