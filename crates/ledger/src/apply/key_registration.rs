//! Going online, offline, or out of consensus for good (go-algorand `ledger/apply/keyreg.go`).

use crate::error::ApplyError;
use crate::state::{State, balance_lookback};
use pnp_types::{AccountStatus, Header, KeyRegistration, Round};

/// Registers the keys and sets the account's status by them.
pub(super) fn apply(state: &mut State<'_>, keys: &KeyRegistration, header: &Header) -> Result<(), ApplyError> {
    let params = state.params();
    let round = state.round();
    let mut account = state.account(&header.sender)?;
    if account.status == AccountStatus::NotParticipating {
        return Err(ApplyError::NotParticipating(header.sender));
    }
    let (new, voting) = (&keys.voting, &mut account.voting);
    voting.vote_key = new.vote_key;
    voting.selection_key = new.selection_key;
    if params.enable_state_proof_keyreg_check {
        voting.state_proof_key = new.state_proof_key;
    }
    if new.lacks_keys() {
        if keys.nonparticipation && !params.support_become_non_participating_transactions {
            return Err(ApplyError::NonparticipationUnsupported);
        }
        account.status = if keys.nonparticipation { AccountStatus::NotParticipating } else { AccountStatus::Offline };
        (voting.vote_first, voting.vote_last, voting.vote_key_dilution) = (Round::GENESIS, Round::GENESIS, 0);
    } else {
        if params.enable_keyreg_coherency_check {
            if new.vote_last <= round {
                return Err(ApplyError::KeysExpired);
            }
            if new.vote_first > round.saturating_add(1) {
                return Err(ApplyError::KeysInFuture);
            }
        }
        (voting.vote_first, voting.vote_last) = (new.vote_first, new.vote_last);
        voting.vote_key_dilution = new.vote_key_dilution;
        account.status = AccountStatus::Online;
        if params.payouts.enabled {
            account.last_heartbeat = round.saturating_add(balance_lookback(params));
            account.incentive_eligible |= header.fee.0 >= params.payouts.go_online_fee;
        }
    }
    state.put_account(&header.sender, &account);
    Ok(())
}
