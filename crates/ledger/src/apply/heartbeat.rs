//! Heartbeats (go-algorand `ledger/apply/heartbeat.go`).

use super::challenge::{Challenge, Period};
use crate::error::ApplyError;
use crate::state::State;
use crate::wellformed::discount_claim;
use pnp_types::{AccountStatus, Digest, Header, Heartbeat};

/// Notes that the account was seen, after checking that the heartbeat is for its keys and this chain, and that a
/// claimed discount is due.
pub(super) fn apply(state: &mut State<'_>, fields: &Heartbeat, header: &Header) -> Result<(), ApplyError> {
    let address = fields.address;
    let mut account = state.account(&address)?;
    if let Some(claim) = discount_claim(fields, header, state.params()) {
        if account.status != AccountStatus::Online {
            return Err(ApplyError::HeartbeatStatus { claim, status: account.status, account: address });
        }
        if !account.incentive_eligible {
            return Err(ApplyError::HeartbeatIneligible { claim, account: address });
        }
        let Some(challenge) = Challenge::find(state, Period::Risky)? else {
            return Err(ApplyError::HeartbeatUnchallenged { claim, account: address });
        };
        if !challenge.is_failed_by(&address, account.last_seen()) {
            let Challenge { round, seed, bits } = challenge;
            return Err(ApplyError::HeartbeatNotMeant { claim, account: address, round, seed: seed.into(), bits });
        }
    }
    let seed = state.header(header.first_valid)?.seed;
    if seed.0 != fields.seed {
        return Err(ApplyError::HeartbeatSeed { given: Digest(fields.seed), round: header.first_valid, seed });
    }
    let voter = account.voting.vote_key;
    if voter != fields.vote_id {
        return Err(ApplyError::HeartbeatVoter { given: fields.vote_id, account: address, voter });
    }
    let dilution = account.voting.vote_key_dilution;
    if dilution != fields.key_dilution {
        return Err(ApplyError::HeartbeatDilution { given: fields.key_dilution, account: address, dilution });
    }
    account.last_heartbeat = state.round();
    state.put_account(&address, &account);
    Ok(())
}
