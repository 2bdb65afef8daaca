//! From groups to the chain's next block: check signatures, evaluate, write durably.

use super::chain::{Chain, ChainError};
use super::error::{BlockError, GroupError};
use super::evaluator::{EvaluatedBlock, Evaluator};
use super::next_header::next_header;
use super::overlay::ReadError;
use pnp_types::{ApplyData, Block, BlockHeader, SignedTransaction};

/// A block that is part of the chain now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedBlock {
    /// The block.
    pub block: Block,
    /// What the transactions of each group did, in the order of the groups.
    pub applied: Vec<Vec<ApplyData>>,
}

/// Why groups did not become a block. Nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// A group was refused.
    #[error("{error}")]
    Group {
        /// Its place among the groups.
        index: usize,
        /// Why.
        error: Box<GroupError>,
    },
    /// The block could not be started or finished.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The block could not be written.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl ProposeError {
    fn group(index: usize, error: GroupError) -> Self {
        match error {
            GroupError::Read(error) => Self::Block(error.into()),
            error => Self::Group { index, error: Box::new(error) },
        }
    }
}

impl From<ReadError> for ProposeError {
    fn from(error: ReadError) -> Self {
        Self::Block(error.into())
    }
}

impl Chain {
    /// Makes a block of these groups, in this order, and adds it to the chain. `timestamp` is in seconds since 1970 and
    /// is taken as it is, for a development network's clock may jump. The block is durable when this returns.
    /// If any group is refused there is no block.
    pub fn propose(
        &mut self,
        groups: &[Vec<SignedTransaction>],
        timestamp: i64,
    ) -> Result<CommittedBlock, ProposeError> {
        let (evaluated, applied) = self.evaluate(groups, timestamp)?;
        let EvaluatedBlock { block, delta, totals } = evaluated;
        self.append(&block, &delta, totals)?;
        Ok(CommittedBlock { block, applied })
    }

    /// [`Self::propose`] without waiting for the disk: no answer may name the block before [`Self::durability`] says
    /// that it is safe.
    pub fn propose_unsynced(
        &mut self,
        groups: &[Vec<SignedTransaction>],
        timestamp: i64,
    ) -> Result<CommittedBlock, ProposeError> {
        let (evaluated, applied) = self.evaluate(groups, timestamp)?;
        let EvaluatedBlock { block, delta, totals } = evaluated;
        self.append_unsynced(&block, &delta, totals)?;
        Ok(CommittedBlock { block, applied })
    }

    /// [`Self::propose`] without the writing: the block as it would be on top of the latest round.
    pub fn evaluate(
        &self,
        groups: &[Vec<SignedTransaction>],
        timestamp: i64,
    ) -> Result<(EvaluatedBlock, Vec<Vec<ApplyData>>), ProposeError> {
        let previous = self.latest_header();
        let header = BlockHeader { timestamp, ..next_header(previous, timestamp)? };
        let mut evaluator = Evaluator::start_with(self, previous, header)?;
        let mut applied = Vec::with_capacity(groups.len());
        for (index, group) in groups.iter().enumerate() {
            applied.push(self.add(&mut evaluator, group).map_err(|error| ProposeError::group(index, error))?);
        }
        Ok((evaluator.finish()?, applied))
    }

    fn add(&self, evaluator: &mut Evaluator<'_>, group: &[SignedTransaction]) -> Result<Vec<ApplyData>, GroupError> {
        evaluator.verify(group)?;
        let mut context = evaluator.group_context(group);
        if let Some(describe) = self.describe_opcodes() {
            context = context.with_opcodes_in_errors(describe);
        }
        evaluator.add_in_context(&mut context)
    }
}
