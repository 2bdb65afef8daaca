//! The outcome of deployments that were sent by a process that ended before it recorded them.

use crate::Error;
use crate::connection::Connection;
use crate::contract_record::finished;
use crate::observer::Event;
use pnp_client::{Confirmation, Outcome, Window};
use pnp_registry::{Event as Entry, Pending};
use pnp_types::{AppIndex, Round};

impl Connection {
    /// Finds out what became of deployments that were sent, and records those that are in a block.
    ///
    /// # Errors
    /// A network that does not answer, and a record that cannot be written.
    pub async fn settle(&self, pending: &[Pending]) -> Result<(), Error> {
        for entry in pending {
            let Ok(txid) = entry.txid.parse() else { continue };
            match self.algod.outcome(txid, Some(Window::ending(entry.last_valid))).await? {
                Outcome::InBlock(Confirmation { application: Some(app_id), round, .. }) => {
                    self.recover(entry, app_id, round)?;
                }
                Outcome::Void(_) => {
                    self.record(|chain| chain.pending.retain(|other| other.txid != entry.txid))?;
                }
                // Whatever is not known stays, for the next look.
                Outcome::InBlock(_) | Outcome::Unknown(_) => {}
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
