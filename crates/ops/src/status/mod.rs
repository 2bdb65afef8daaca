//! The state of a network and its contract: the newest round, the contract on the chain beside its record, and its user.

mod concurrently;
mod environments;

pub use environments::{
    Condition, ContractSummary, Drift, EnvironmentProblem, EnvironmentStatus, Environments, Room, environments,
};

use crate::connection::Connection;
use crate::contract_record::recorded_template;
use crate::contract_state::{RecordDifference, differences};
use crate::error::{Error, MissingApplication};
use pnp_registry::Contract;
use pnp_types::{Address, AppIndex, Round, sha512_256};
use pnp_usage::{GlobalState, LocalState, Programs};

/// A network and its contract.
#[derive(Debug)]
pub struct Status {
    /// The newest round.
    pub round: Round,
    /// The contract; `None` where none is named or recorded.
    pub contract: Option<ContractStatus>,
}

/// A contract on the chain.
#[derive(Debug)]
pub struct ContractStatus {
    /// The application.
    pub app: AppIndex,
    /// Its record, where there is one.
    pub record: Option<Contract>,
    /// The account that created it.
    pub creator: Address,
    /// Its global state.
    pub state: GlobalState,
    /// The SHA-512/256 of its approval program, hex.
    pub approval_sha512_256: String,
    /// Which program that is.
    pub program: RunningProgram,
    /// Where the record says something else.
    pub differences: Vec<RecordDifference>,
    /// The user, where a key of one is here.
    pub user: Option<UserStatus>,
}

/// Which program the chain runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunningProgram {
    /// This source's, with the recorded template values.
    ThisSource,
    /// The recorded one, which is of another version of the source.
    Recorded,
    /// Another one than recorded.
    Other,
    /// The contract is not recorded.
    Unknown,
}

impl RunningProgram {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThisSource => "this source",
            Self::Recorded => "the recorded source, not today's",
            Self::Other => "another program than recorded",
            Self::Unknown => "not recorded here",
        }
    }
}

/// A user of a contract.
#[derive(Debug)]
pub struct UserStatus {
    /// The account.
    pub address: Address,
    /// Its state in the contract; `None` where it has not opted in.
    pub local: Option<LocalState>,
    /// What it holds of the contract's asset, in minor units; `None` where it does not hold it.
    pub holding: Option<u64>,
}

impl Connection {
    /// Reads the newest round, and the contract that is named, else the recorded one.
    ///
    /// # Errors
    /// [`MissingApplication`], an application that is not this contract, and a network that does not answer.
    pub async fn status(&self, app: Option<AppIndex>) -> Result<Status, Error> {
        let round = self.params().await?.last_round;
        let contract = match self.contract(app) {
            Ok((app, record)) => Some(self.contract_status(app, record).await?),
            Err(Error::NoContract(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Status { round, contract })
    }

    async fn contract_status(&self, app: AppIndex, record: Option<Contract>) -> Result<ContractStatus, Error> {
        let Some(application) = self.algod.application(app).await? else {
            let network = self.network.name.clone();
            return Err(MissingApplication { app, network, is_recorded: record.is_some() }.into());
        };
        let state = GlobalState::read(&application)?;
        let creator = application.creator;
        let approval_sha512_256 = hex::encode(sha512_256(&application.approval_program));
        Ok(ContractStatus {
            app,
            creator,
            program: running_program(record.as_ref(), &approval_sha512_256)?,
            approval_sha512_256,
            differences: record.as_ref().map(|record| differences(record, &creator, &state)).unwrap_or_default(),
            user: self.user_status(app, &state).await?,
            state,
            record,
        })
    }

    async fn user_status(&self, app: AppIndex, state: &GlobalState) -> Result<Option<UserStatus>, Error> {
        // Without a usable key there is no user to show.
        let Ok(account) = self.keys().get("user").await else { return Ok(None) };
        let address = account.address;
        let local = LocalState::fetch(&self.algod, address, app).await??;
        let holding = match state.asset {
            Some(asset) => self.algod.holding(address, asset).await?.map(|holding| holding.amount),
            None => None,
        };
        Ok(Some(UserStatus { address, local, holding }))
    }
}

fn running_program(record: Option<&Contract>, approval_sha512_256: &str) -> Result<RunningProgram, Error> {
    let Some(record) = record else { return Ok(RunningProgram::Unknown) };
    let of_this_source = Programs::assemble(recorded_template(&record.programs))?;
    Ok(if of_this_source.approval_hash() == approval_sha512_256 {
        RunningProgram::ThisSource
    } else if record.programs.approval_sha512_256 == approval_sha512_256 {
        RunningProgram::Recorded
    } else {
        RunningProgram::Other
    })
}
