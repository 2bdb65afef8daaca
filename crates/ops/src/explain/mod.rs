//! What an error of a node means: which transaction and line of TEAL refused, with which values.

mod listing;
mod pasted_error;
mod texts;
mod wrapping;

pub use listing::{ListedLine, Listing, Mismatch};
pub use pasted_error::PastedError;
pub use texts::{Advice, Meaning, TextContext, TextKind, advice, meaning_of};

use crate::connection::Connection;
use crate::error::{Error, ExplainError};
use crate::refusal::{Place, Refusal};
use crate::settings::Settings;
use pnp_client::{Outcome, RefusingProgram, Rejection, Unknown};
use pnp_registry::Store;
use pnp_types::{AppIndex, SignedTransaction, Txid};
use pnp_usage::{OperationError, Programs, Template, template_of};

/// What an error means.
#[derive(Debug)]
pub struct Explanation {
    /// The refusal, with the line and the values where they are known.
    pub refusal: Refusal,
    /// The lines around that one.
    pub listing: Vec<ListedLine>,
    /// The error in the node's words.
    pub text: String,
    /// The transaction that was refused, where the error names it.
    pub txid: Option<String>,
    /// Why the given program cannot be the one that failed.
    pub mismatch: Option<Mismatch>,
    /// Whether it was recognized as a refusal; otherwise it is a [`Rejection::Other`] that may be any text.
    pub is_recognized: bool,
}

/// Which program an error is about.
#[derive(Debug)]
pub enum ProgramSource {
    /// The one with this text.
    Listing(Listing),
    /// The one of this application, as the chain has it.
    Application(AppIndex),
    /// Whichever the error names, or seems to be about.
    Unnamed,
}

impl Explanation {
    /// Explains a text by a program's listing.
    #[must_use]
    pub fn of_text(pasted: PastedError, listing: Option<&Listing>) -> Self {
        let found = listing.map(|listing| listing.place_of(&pasted.failed, pasted.reason())).transpose();
        let PastedError { rejection, line, txid, text, .. } = pasted;
        let place = |line| listing?.line(line);
        let explained = match (line.and_then(place), rejection) {
            (Some(place), _) => {
                let (txid, what) = (String::new(), "refused".to_owned());
                let (program, inner, reason) = (RefusingProgram::Approval, Vec::new(), String::new());
                let (app, group_index, pc) = (None, None, None);
                let rejection = Rejection::Logic { txid, app, group_index, pc, what, reason, program, inner };
                Self::new(Refusal { rejection, line: Some(place), step: None, before: None }, listing, text)
            }
            (None, Some(rejection)) => {
                let (line, mismatch) = found.map_or_else(|why| (None, Some(why)), |place| (place.flatten(), None));
                let refusal = Refusal { rejection, line, step: None, before: None };
                Self { mismatch, ..Self::new(refusal, listing, text) }
            }
            (None, None) => {
                let rejection = Rejection::Other { text: text.clone() };
                Self { is_recognized: false, ..Self::new(Refusal::new(rejection, None), None, text) }
            }
        };
        Self { txid, ..explained }
    }

    fn new(refusal: Refusal, listing: Option<&Listing>, text: String) -> Self {
        let around = |place: &Place| listing.map(|listing| listing.around(place.line));
        let listing = refusal.line.as_ref().and_then(around).unwrap_or_default();
        Self { refusal, listing, text, txid: None, mismatch: None, is_recognized: true }
    }
}

impl Connection {
    /// The program of an application: this contract's source, or what it disassembles to.
    ///
    /// # Errors
    /// An application that does not exist, [`ExplainError::NoProgram`], and a network that does not answer.
    pub async fn listing(&self, app: AppIndex) -> Result<Listing, Error> {
        let application = self.algod.application(app).await?.ok_or(OperationError::NoApplication(app))?;
        let (approval, clear) = (&application.approval_program, &application.clear_program);
        if let Some(template) = template_of(approval, clear) {
            return Ok(Listing::contract(&Programs::assemble(template)?).of_application(app));
        }
        let listing = Listing::disassembly(format!("application {app}, disassembled"), approval);
        Ok(listing.map_err(|source| ExplainError::NoProgram { app, source })?.of_application(app))
    }

    /// Explains why a node dropped a transaction.
    ///
    /// # Errors
    /// [`ExplainError`], and a network that does not answer.
    pub async fn explain_transaction(&self, txid: Txid, program: ProgramSource) -> Result<Explanation, Error> {
        let network = self.network.name.clone();
        match self.algod.outcome(txid, None).await? {
            Outcome::Unknown(Unknown::Dropped(reason)) => {
                let pasted = PastedError::new(&reason);
                let listing = match program {
                    ProgramSource::Listing(listing) => Some(listing),
                    ProgramSource::Application(app) => Some(self.listing(app).await?),
                    ProgramSource::Unnamed => contract_listing(&self.settings, &pasted)?,
                };
                Ok(Explanation::of_text(pasted, listing.as_ref()))
            }
            Outcome::InBlock(confirmation) => {
                Err(ExplainError::NothingFailed { txid, round: confirmation.round, network }.into())
            }
            Outcome::Void(_) | Outcome::Unknown(_) => Err(ExplainError::UnknownTransaction { txid, network }.into()),
        }
    }

    /// Explains why a group is refused, with the values it is refused for: the node runs it without sending it, and does not
    /// check its signatures. `None` where it is not refused.
    ///
    /// # Errors
    /// As [`Connection::listing`].
    pub async fn explain_group(
        &self,
        group: &[SignedTransaction],
        program: ProgramSource,
    ) -> Result<Option<Explanation>, Error> {
        let Some(failed) = self.algod.simulate(group).await?.failure else { return Ok(None) };
        let pasted = PastedError::new(&failed.message);
        let app = match (&program, &failed.rejection) {
            (ProgramSource::Application(app), _) => Some(*app),
            (ProgramSource::Unnamed, Rejection::Logic { app, .. }) => *app,
            _ => None,
        };
        let listing = match (program, app) {
            (ProgramSource::Listing(listing), _) => Some(listing),
            (_, Some(app)) => Some(self.listing(app).await?),
            (_, None) => None,
        };
        let listing = listing.as_ref();
        let explanation = Explanation::of_text(pasted, listing);
        let Rejection::Logic { pc: Some(pc), txid, .. } = &failed.rejection else { return Ok(Some(explanation)) };
        let index = group.iter().position(|one| one.id().to_string() == *txid);
        let index = index.or(failed.index.and_then(|index| index.try_into().ok())).unwrap_or(0);
        // A node that does not give them leaves the explanation as it is.
        let step = self.algod.failed_step(group, index, *pc).await.unwrap_or(None);
        let before = step.as_ref().and_then(|step| listing?.place(step.before?)).map(|place| place.code);
        let refusal = Refusal { rejection: failed.rejection, line: explanation.refusal.line, step, before };
        Ok(Some(Explanation { refusal, ..explanation }))
    }
}

/// This contract's source, where an error may be about it: of a recorded application, or of a program whose instructions fit.
///
/// # Errors
/// A folder of records that cannot be read.
pub fn contract_listing(settings: &Settings, pasted: &PastedError) -> Result<Option<Listing>, Error> {
    let listing = Listing::contract(&Programs::assemble(Template::default())?);
    // Nobody named this program: where it cannot be the one that failed, it is another.
    if listing.place_of(&pasted.failed, pasted.reason()).is_err() {
        return Ok(None);
    }
    let Some(Rejection::Logic { app, .. }) = &pasted.rejection else { return Ok(Some(listing)) };
    if pasted.failed.iter().any(|failed| failed.opcodes.is_some()) {
        return Ok(Some(listing));
    }
    let is_recorded = |name: &String| {
        // A record that cannot be read names no application here.
        let chains = Store::new(&settings.folder, name).load().map(|record| record.chains).unwrap_or_default();
        chains.values().any(|chain| app.is_some_and(|app| chain.contract(app).is_some()))
    };
    let is_known = Store::networks(&settings.folder)?.iter().any(is_recorded);
    Ok(is_known.then_some(listing))
}
