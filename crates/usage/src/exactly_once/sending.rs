//! One group from its bytes to its outcome.

use super::group_outcome::{self, GroupOutcome};
use super::network::Network;
use crate::{OperationError, TickId};
use pnp_client::{ClientError, Rejection, RetryAdvice, Window};
use pnp_types::{Address, AppIndex, Round, Txid};
use std::time::{Duration, Instant};

/// A signed group that may be on its way.
#[derive(Clone, Debug)]
pub struct SentGroup {
    /// The id of its first transaction.
    pub txid: Txid,
    /// The rounds whose blocks can contain it.
    pub window: Window,
    /// Its signed transactions, one after the other; without them it can only be looked for.
    pub bytes: Option<Vec<u8>>,
    /// What it bills, where it is a bill: the contract's state may then show that it is charged.
    pub bill: Option<BilledTick>,
}

/// The tick of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledTick {
    /// Who pays.
    pub user: Address,
    /// The contract.
    pub app: AppIndex,
    /// The tick.
    pub tick: TickId,
}

/// How a group is sent.
#[derive(Clone, Copy, Debug)]
pub struct SendRules {
    /// Whether the node that answers is the whole network, so that no other node can have what it refuses or does not know.
    pub is_single_node: bool,
    /// Whether a group that was just accepted is looked for in new blocks alone, which is one request a round for all groups, and
    /// by its id only after `block_wait`.
    pub by_blocks: bool,
    /// How long to wait for a block with the group before it is sent again.
    pub block_wait: Duration,
    /// The pause before looking again for a group that was refused when it was sent again.
    pub recheck_delay: Duration,
    /// For how long the network may make no blocks while the group is in none.
    pub no_block_timeout: Duration,
}

/// How sending ended.
#[derive(Debug)]
pub enum SendResult {
    /// Its outcome is found out.
    Outcome {
        /// The outcome.
        outcome: GroupOutcome,
        /// The newest refusal, where it was refused at least once; one that was not only too late, if there was one.
        refusal: Option<ClientError>,
    },
    /// It was refused, and no other node can have a copy of it.
    Refused(ClientError),
}

/// Why the outcome of a group is not found out for now. The same bytes may be sent again later.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The network does not answer, or refuses the connection.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The contract cannot be read.
    #[error(transparent)]
    Contract(#[from] OperationError),
    /// The network makes no blocks.
    #[error("the network makes no blocks: transaction {txid} is neither in one nor given up")]
    Stalled {
        /// The group's first transaction.
        txid: Txid,
    },
}

impl SentGroup {
    /// Whether no block to come can have the group.
    #[must_use]
    pub const fn is_over(&self, latest: Round, is_single_node: bool) -> bool {
        self.window.is_over(latest, is_single_node)
    }

    /// Sends the group until its outcome is known.
    ///
    /// `may_have_arrived` says whether a copy may be anywhere already: sent before, or about to be sent by another process. Then a
    /// refusal says nothing, and only a block or the group's last round decides. Without it, a refusal of the first copy is the
    /// outcome. On a network of one node a copy that may have arrived is refused for good where the node refuses it twice and does
    /// not know it in between.
    ///
    /// # Errors
    /// [`SendError`]: the outcome is not known yet.
    pub async fn send(
        &self,
        network: &Network,
        rules: &SendRules,
        mut may_have_arrived: bool,
    ) -> Result<SendResult, SendError> {
        let mut refusals = 0;
        let mut refusal = None;
        let mut moved = (network.latest(), Instant::now());
        loop {
            if self.is_over(network.latest(), rules.is_single_node) {
                let outcome = group_outcome::find(network, self).await?;
                return Ok(SendResult::Outcome { outcome, refusal });
            }
            // Before it is sent, so that no block falls in between.
            let expected = rules.by_blocks.then(|| network.expect(self.txid));
            let submitted = match &self.bytes {
                Some(bytes) => submit(network, bytes, &mut may_have_arrived).await?,
                None => Ok(()),
            };
            match submitted {
                Ok(()) => {
                    let found = match expected {
                        Some(expected) => match expected.wait(rules.block_wait).await {
                            None => network.look_up(self.txid).await?,
                            found => found,
                        },
                        None => network.confirm(self.txid, rules.block_wait).await?,
                    };
                    if let Some(round) = found {
                        return Ok(in_block(round));
                    }
                }
                Err(error) if !may_have_arrived => return Ok(SendResult::Refused(error)),
                Err(error) => {
                    // The earlier copy may still be on its way: only a block, or its last round, decides.
                    tokio::time::sleep(rules.recheck_delay).await;
                    if let Some(round) = network.look_up(self.txid).await? {
                        return Ok(in_block(round));
                    }
                    refusals += 1;
                    if rules.is_single_node && refusals > 1 {
                        return Ok(SendResult::Refused(error));
                    }
                    // Near its end every copy is refused for being late, which explains nothing.
                    if refusal.is_none() || !matches!(error.rejection(), Some(Rejection::Expired { .. })) {
                        refusal = Some(error);
                    }
                }
            }
            network.refresh().await?;
            if network.latest() > moved.0 {
                moved = (network.latest(), Instant::now());
            } else if moved.1.elapsed() > rules.no_block_timeout {
                return Err(SendError::Stalled { txid: self.txid });
            }
        }
    }
}

const fn in_block(round: Round) -> SendResult {
    SendResult::Outcome { outcome: GroupOutcome::InBlock(Some(round)), refusal: None }
}

/// Sends bytes; `Ok(Err(_))` is a refusal. Afterwards `sent` says whether they may have arrived.
async fn submit(network: &Network, bytes: &[u8], sent: &mut bool) -> Result<Result<(), ClientError>, ClientError> {
    let retries = network.retries();
    loop {
        network.pass().await;
        let error = match network.algod().submit_bytes(bytes).await {
            Ok(_) => {
                network.answered();
                *sent = true;
                return Ok(Ok(()));
            }
            Err(error) => error,
        };
        match error.retry_advice() {
            RetryAdvice::Refused if matches!(error.rejection(), Some(Rejection::Duplicate { .. })) => {
                network.answered();
                *sent = true;
                return Ok(Ok(()));
            }
            RetryAdvice::Refused => {
                network.answered();
                return Ok(Err(error));
            }
            RetryAdvice::Later => {
                *sent |= error.may_have_arrived();
                if !network.may_try_again(&retries, &error) {
                    return Err(error);
                }
            }
            RetryAdvice::Stop => return Err(error),
        }
    }
}
