//! What became of deployments whose process did not live to record them.

use crate::Error;
use crate::connection::Connection;
use crate::observer::Event;
use pnp_registry::{Contract, Event as Entry, Pending};
use pnp_types::{Address, AppIndex, Round};

/// A contract's record once the contract is made.
#[must_use]
pub fn finished(mut contract: Contract, app_id: AppIndex, round: Round) -> Contract {
    contract.app_id = app_id;
    contract.app_address = Address::of_application(app_id).to_string();
    if let Some(event) = contract.history.last_mut() {
        event.round = round;
    }
    contract
}

impl Connection {
    /// Finds out what became of deployments that were sent, and records those that are in a block.
    ///
    /// # Errors
    /// A network that does not answer, and a record that cannot be written.
    pub async fn settle(&self, pending: &[Pending]) -> Result<(), Error> {
        for entry in pending {
            let Ok(txid) = entry.txid.parse() else { continue };
            let found = self.algod.pending(txid).await.unwrap_or(None);
            let made = found.as_ref().and_then(|confirmation| Some((confirmation.application?, confirmation.round)));
            let over = self.params().await?.last_round > entry.last_valid;
            if let Some((app_id, round)) = made {
                self.recover(entry, app_id, round)?;
            } else if over {
                self.record(|chain| chain.pending.retain(|other| other.txid != entry.txid))?;
            }
        }
        Ok(())
    }

    /// Records a deployment that is in a block.
    fn recover(&self, entry: &Pending, app_id: AppIndex, round: Round) -> Result<(), Error> {
        let contract = finished(entry.contract.clone(), app_id, round);
        self.event(Event::DeploymentRecovered { app: app_id });
        self.record(|chain| {
            chain.pending.retain(|other| other.txid != entry.txid);
            if let Some(old) = entry.replaces.and_then(|old| chain.contract_mut(old)) {
                old.deleted = true;
                let event = contract.history.last().cloned();
                old.history.extend(event.map(|event| Entry { action: "delete".to_owned(), round, ..event }));
            }
            // A search may have found it in the meantime.
            if chain.contract(app_id).is_none() {
                chain.contracts.push(contract);
            }
        })
    }
}
