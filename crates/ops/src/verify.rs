//! Whether the chain runs this very source.

use crate::connection::Connection;
use crate::contract_record::recorded_template;
use crate::error::Error;
use pnp_types::AppIndex;
use pnp_usage::{OperationError, TemplateChoices, Verification};

/// A contract compared with this source.
#[derive(Debug)]
pub struct Verified {
    /// The application.
    pub app: AppIndex,
    /// What is the same and what differs.
    pub verification: Verification,
}

impl Connection {
    /// Compares the contract that is named, else the recorded one, with this source. The template values expected are those
    /// named in `template`, else the recorded ones, else whatever the chain has.
    ///
    /// # Errors
    /// No contract that is meant, an application that does not exist, and a network that does not answer.
    pub async fn verify(&self, app: Option<AppIndex>, template: TemplateChoices) -> Result<Verified, Error> {
        let (app, record) = self.contract(app)?;
        let application = self.algod.application(app).await?.ok_or(OperationError::NoApplication(app))?;
        let expected = match record {
            Some(record) => Some(template.over(recorded_template(&record.programs))),
            None if template == TemplateChoices::default() => None,
            None => Some(template.over(Verification::new(&application, None)?.on_chain)),
        };
        Ok(Verified { app, verification: Verification::new(&application, expected)? })
    }
}
