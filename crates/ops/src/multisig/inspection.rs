//! What a bundle would do, gathered from the bundle and, where it answers, from its network.

use super::fields::{Field, fields};
use super::network::{BundleNetwork, NoNetwork};
use super::outcome::outcome;
use super::signatures::{SignatureState, Signatures};
use super::validity::{LONGEST_VALIDITY, Validity, ValidityWarning};
use crate::connection::Connection;
use crate::contract_record::programs_of;
use crate::error::Error;
use crate::refusal::Refusal;
use pnp_client::{ApplicationState, ClientError, Outcome, Simulation, Unknown};
use pnp_types::{
    Address, AppIndex, Bundle, Digest, MicroAlgos, Round, SignedTransaction, Transaction, TransactionType, assign_group,
};
use pnp_usage::{GlobalState, Intent, Parameters, ProgramChange, ProgramPair, UsageError, program_changes};

/// What a bundle would do: everything a signer should see.
#[derive(Debug)]
pub struct Inspection {
    /// The genesis hash of the bundle's network.
    pub genesis_hash: Digest,
    /// The network's name here; nothing where it does not answer.
    pub network: Option<String>,
    /// The group's id, which is that of these transactions; nothing for a transaction alone.
    pub group: Option<Digest>,
    /// The network's fees.
    pub fee: MicroAlgos,
    /// When it can be sent.
    pub validity: Validity,
    /// Who has signed.
    pub signatures: Signatures,
    /// The transactions, in the group's order.
    pub transactions: Vec<InspectedTransaction>,
    /// What running it now would lead to; nothing where the network was not asked.
    pub simulation: Option<Simulated>,
    /// What to look at twice.
    pub warnings: Vec<Warning>,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
}

/// One transaction.
#[derive(Debug)]
pub struct InspectedTransaction {
    /// The transaction.
    pub transaction: Transaction,
    /// Its fields that are set.
    pub fields: Vec<Field>,
    /// Fee and limits of the contract, where it sets them.
    pub parameters: Option<ParameterDifference>,
    /// Programs, where it brings any.
    pub programs: Vec<ProgramChange>,
}

/// Fee and limits of a contract before and after a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterDifference {
    /// What the chain has; nothing where there is no contract yet, or nobody could look.
    pub before: Option<Parameters>,
    /// What the transaction sets.
    pub after: Parameters,
}

/// A simulated group.
#[derive(Debug)]
pub struct Simulated {
    /// Opcode cost.
    pub cost: u64,
    /// Why it would fail.
    pub refusal: Option<Refusal>,
}

/// What a signer should look at twice.
#[derive(Debug)]
pub enum Warning {
    /// It may not be sent in time.
    Validity(ValidityWarning),
    /// A key is among the signers more than once, so that fewer people than the threshold says are enough.
    SignerTwice(Address),
    /// The network does not have the application that is called.
    NoApplication {
        /// The application.
        app: AppIndex,
        /// The network's name.
        network: String,
    },
    /// The state of the application that is called is not that of a UsageContract.
    NotOurs(UsageError),
    /// A field gives something away.
    Field {
        /// The field.
        field: Field,
        /// Whose.
        sender: Address,
    },
    /// A program is not this project's source.
    ForeignProgram {
        /// `approval` or `clear`.
        program: &'static str,
    },
    /// It was sent already.
    Confirmed {
        /// Its round.
        round: Round,
    },
    /// The multisignature does not sign for a sender, so that the network will refuse the bundle.
    OtherSigner {
        /// The sender.
        sender: Address,
        /// Whose key signs for it now.
        signer: Address,
    },
    /// It would fail now, for the reason that the simulation gives.
    WouldFail,
    /// A signature does not hold.
    WrongSignature(Address),
}

/// What could not be seen.
#[derive(Debug)]
pub enum Unseen {
    /// The network: which programs and parameters it has, who signs for the sender, whether the bundle would pass, and how
    /// many rounds are left.
    Network(NoNetwork),
    /// Whether the bundle was sent.
    Outcome(Unknown),
    /// Whether the bundle would pass.
    Simulation(ClientError),
}

impl Inspection {
    /// Looks at a bundle, and at its network where that answers. Closes the connection.
    ///
    /// # Errors
    /// A network that stops answering, or answers nonsense.
    pub async fn new(bundle: &Bundle, network: BundleNetwork) -> Result<Self, Error> {
        let inspection = Self::of(bundle, network.connection()).await;
        let missing = network.close().await;
        let mut inspection = inspection?;
        inspection.add_missing(missing?);
        Ok(inspection)
    }

    /// Says what could not be seen without a network.
    pub(super) fn add_missing(&mut self, missing: Option<NoNetwork>) {
        self.unseen.extend(missing.map(Unseen::Network));
    }

    /// Looks at a bundle, and at its network where there is a `connection` to it.
    ///
    /// # Errors
    /// As [`Inspection::new`].
    pub(super) async fn of(bundle: &Bundle, connection: Option<&Connection>) -> Result<Self, Error> {
        let now = match connection {
            Some(connection) => Some(connection.params().await?.last_round),
            None => None,
        };
        let mut inspection = Self {
            genesis_hash: bundle.genesis_hash(),
            network: connection.map(|connection| connection.network.name.clone()),
            group: Some(bundle.group()).filter(|group| !group.is_zero()),
            fee: bundle.fee(),
            validity: Validity::of(bundle, now),
            signatures: Signatures::of(bundle),
            transactions: Vec::new(),
            simulation: None,
            warnings: Vec::new(),
            unseen: Vec::new(),
        };
        inspection.warnings.extend(inspection.validity.warning().map(Warning::Validity));
        inspection.warnings.extend(signer_twice(bundle).map(Warning::SignerTwice));
        for transaction in bundle.transactions() {
            let inspected = inspection.look_at(transaction, connection).await?;
            inspection.transactions.push(inspected);
        }
        if let (Some(connection), Some(now)) = (connection, now) {
            inspection.look_ahead(bundle, connection, now).await?;
        }
        let wrong: Vec<_> =
            inspection.signatures.in_state(SignatureState::Wrong).map(Warning::WrongSignature).collect();
        inspection.warnings.extend(wrong);
        Ok(inspection)
    }

    async fn look_at(
        &mut self,
        transaction: &Transaction,
        connection: Option<&Connection>,
    ) -> Result<InspectedTransaction, Error> {
        let call = &transaction.application_call;
        let is_call = transaction.kind == TransactionType::ApplicationCall;
        let app = Some(call.application).filter(|app| is_call && *app != AppIndex::NONE);
        let standing = match (connection, app) {
            (Some(connection), Some(app)) => {
                let standing = connection.algod.application(app).await?;
                if standing.is_none() {
                    let network = connection.network.name.clone();
                    self.warnings.push(Warning::NoApplication { app, network });
                }
                standing
            }
            _ => None,
        };
        let before = match standing.as_ref().map(GlobalState::read).transpose() {
            Ok(state) => state.map(|state| state.parameters),
            Err(error) => {
                self.warnings.push(Warning::NotOurs(error));
                None
            }
        };
        let after = if is_call { Intent::of(call).and_then(|intent| intent.parameters()) } else { None };
        let fields = fields(transaction);
        let sender = transaction.header.sender;
        let dangerous = fields.iter().filter(|field| field.danger.is_some());
        self.warnings.extend(dangerous.map(|field| Warning::Field { field: field.clone(), sender }));
        let programs = programs(transaction, standing.as_ref(), connection.is_some());
        let foreign = programs.iter().filter(|one| one.after.template.is_none() && one.changed != Some(false));
        self.warnings.extend(foreign.map(|one| Warning::ForeignProgram { program: one.program }));
        let parameters = after.map(|after| ParameterDifference { before, after });
        Ok(InspectedTransaction { transaction: transaction.clone(), fields, parameters, programs })
    }

    /// Whether it was sent, and else whether it would pass.
    async fn look_ahead(&mut self, bundle: &Bundle, connection: &Connection, now: Round) -> Result<(), Error> {
        match outcome(connection, bundle).await? {
            Outcome::InBlock(confirmation) => {
                self.warnings.push(Warning::Confirmed { round: confirmation.round });
                return Ok(());
            }
            Outcome::Unknown(why @ Unknown::NoBlocks(_)) => self.unseen.push(Unseen::Outcome(why)),
            Outcome::Unknown(_) | Outcome::Void(_) => {}
        }
        self.look_at_senders(bundle, connection).await?;
        if !self.validity.is_over() {
            self.simulate(bundle, connection, now).await;
        }
        Ok(())
    }

    /// Whether the multisignature signs for every sender, as the chain has it.
    async fn look_at_senders(&mut self, bundle: &Bundle, connection: &Connection) -> Result<(), Error> {
        let mut senders: Vec<_> = bundle.transactions().map(|transaction| transaction.header.sender).collect();
        senders.sort();
        senders.dedup();
        for sender in senders {
            let signer = connection.algod.account(sender).await?.signer();
            if signer != bundle.account().address() {
                self.warnings.push(Warning::OtherSigner { sender, signer });
            }
        }
        Ok(())
    }

    async fn simulate(&mut self, bundle: &Bundle, connection: &Connection, now: Round) {
        match connection.algod.simulate(&unsigned(bundle, now)).await {
            Ok(simulation) => {
                let simulated = simulated(bundle, connection, &simulation);
                if simulated.refusal.is_some() {
                    self.warnings.push(Warning::WouldFail);
                }
                self.simulation = Some(simulated);
            }
            Err(error) => self.unseen.push(Unseen::Simulation(error)),
        }
    }
}

/// A key that counts more than once.
fn signer_twice(bundle: &Bundle) -> Option<Address> {
    let keys: Vec<_> = bundle.account().keys().collect();
    let is_second = |(index, key): &(usize, &Address)| keys.iter().take(*index).any(|other| other == *key);
    keys.iter().enumerate().find(is_second).map(|(_, key)| *key)
}

/// The group without its signatures, so that it can be run before they are there; what is valid only later is run as if it
/// were valid now.
fn unsigned(bundle: &Bundle, now: Round) -> Vec<SignedTransaction> {
    let mut transactions: Vec<_> = bundle.transactions().cloned().collect();
    if bundle.first_valid() > now.saturating_add(1) {
        for transaction in &mut transactions {
            transaction.header.first_valid = now;
            transaction.header.last_valid = now.saturating_add(LONGEST_VALIDITY);
            transaction.header.group = Digest::ZERO;
        }
        if transactions.len() > 1 {
            // A bundle has no more transactions than a group takes.
            let _ = assign_group(&mut transactions);
        }
    }
    let bare = |(transaction, signed): (Transaction, &SignedTransaction)| {
        let auth_addr = signed.auth_addr;
        SignedTransaction { auth_addr, ..transaction.into() }
    };
    transactions.into_iter().zip(bundle.signed()).map(bare).collect()
}

fn simulated(bundle: &Bundle, connection: &Connection, simulation: &Simulation) -> Simulated {
    let refusal = simulation.failure.as_ref().map(|failure| {
        let record = connection.record_of(bundle);
        Refusal::new(failure.rejection.clone(), programs_of(record.as_ref()).as_ref())
    });
    Simulated { cost: simulation.cost, refusal }
}

fn programs(transaction: &Transaction, standing: Option<&ApplicationState>, looked: bool) -> Vec<ProgramChange> {
    let call = &transaction.application_call;
    if call.approval_program.is_empty() && call.clear_program.is_empty() {
        return Vec::new();
    }
    let after = ProgramPair { approval: &call.approval_program, clear: &call.clear_program };
    let before = standing.map(|app| ProgramPair { approval: &app.approval_program, clear: &app.clear_program });
    program_changes(before, after, call.application != AppIndex::NONE && !looked).into()
}
