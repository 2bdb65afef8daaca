//! The recorded contract, and what the chain has of it.

use super::finding::{ContractFinding, Finding, Findings, Topic};
use crate::connection::Connection;
use crate::contract_state::differences;
use crate::error::Error;
use pnp_client::ApplicationState;
use pnp_registry::Contract;
use pnp_types::sha512_256;
use pnp_usage::{GlobalState, Verification};

/// A contract that is on the chain.
pub(super) struct DeployedContract {
    pub(super) application: ApplicationState,
    pub(super) state: GlobalState,
    pub(super) verification: Verification,
}

/// The contract that commands use, compared with its record and with this source.
pub(super) async fn examine(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<Option<DeployedContract>, Error> {
    for pending in connection.chain().map(|chain| chain.pending).unwrap_or_default() {
        findings.add(ContractFinding::Pending { txid: pending.txid });
    }
    let (app, record) = match connection.contract(None) {
        Ok(found) => found,
        Err(Error::NoContract(_)) => {
            findings.add(ContractFinding::NoneRecorded);
            return Ok(None);
        }
        Err(error) => {
            findings.add(Finding::failed(Topic::Contract, "recorded", error));
            return Ok(None);
        }
    };
    let Some(application) = connection.algod.application(app).await? else {
        findings.add(ContractFinding::Missing { app });
        return Ok(None);
    };
    let state = match GlobalState::read(&application) {
        Ok(state) => state,
        Err(error) => {
            findings.add(Finding::failed(Topic::Contract, "exists", error));
            return Ok(None);
        }
    };
    findings.add(ContractFinding::Exists { app });
    let verification = Verification::new(&application, None)?;
    let contract = DeployedContract { application, state, verification };
    programs(&contract, record.as_ref(), findings);
    Ok(Some(contract))
}

fn programs(contract: &DeployedContract, record: Option<&Contract>, findings: &mut Findings) {
    let app = contract.application.id;
    let runs = hex::encode(sha512_256(&contract.application.approval_program));
    findings.add(match record {
        Some(record) if record.programs.approval_sha512_256 != runs => ContractFinding::OtherProgram { app },
        Some(_) => ContractFinding::RecordedProgram,
        None => ContractFinding::NotRecorded { app },
    });
    let is_this_source = contract.verification.is_same();
    findings.add(if is_this_source { ContractFinding::ThisSource } else { ContractFinding::OtherSource });
    if let Some(record) = record {
        let differences = differences(record, &contract.application.creator, &contract.state);
        differences.into_iter().for_each(|difference| findings.add(ContractFinding::Differs(difference)));
    }
}
