//! Rules of the transactions by which accounts take part in consensus.

use super::{Check, MalformedError};
use crate::fees::{plain_heartbeat_fee, sizes_are_priced};
use crate::state::SpecialAddresses;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{Header, Heartbeat, HeartbeatProof, KeyRegistration, Round, VotingData};

const NO_KEY: [u8; 32] = [0; 32];

/// go-algorand `data/transactions/keyreg.go`.
pub(super) fn key_registration(
    keys: &KeyRegistration,
    header: &Header,
    specials: &SpecialAddresses,
    params: &ConsensusParams,
) -> Check {
    if header.sender == specials.fee_sink {
        return Err(MalformedError::KeysForFeeSink { sink: header.sender });
    }
    if params.enable_keyreg_coherency_check {
        coherent(&keys.voting, header)?;
    }
    if keys.nonparticipation {
        if !params.support_become_non_participating_transactions {
            return Err(MalformedError::NonparticipationUnsupported);
        }
        if !keys.voting.lacks_keys() {
            return Err(MalformedError::OnlineNonparticipating);
        }
    }
    state_proof_key(keys, params)
}

fn coherent(keys: &VotingData, header: &Header) -> Check {
    if keys.vote_first > keys.vote_last {
        return Err(MalformedError::VotingRangeReversed);
    }
    let set = [keys.vote_key != NO_KEY, keys.selection_key != NO_KEY, keys.vote_key_dilution != 0];
    if set.iter().any(|&set| set) && !set.iter().all(|&set| set) {
        return Err(MalformedError::IncompleteVotingKeys);
    }
    if keys.vote_key_dilution == 0 {
        if keys.vote_first != Round::GENESIS || keys.vote_last != Round::GENESIS {
            return Err(MalformedError::OfflineWithVotingRounds);
        }
    } else {
        if keys.vote_last == Round::GENESIS {
            return Err(MalformedError::OnlineWithoutLastRound);
        }
        // The reference adds in 64 bits that wrap around.
        if keys.vote_first.0 > header.last_valid.0.wrapping_add(1) {
            return Err(MalformedError::OnlineTooLate);
        }
    }
    Ok(())
}

fn state_proof_key(keys: &KeyRegistration, params: &ConsensusParams) -> Check {
    let empty = keys.voting.state_proof_key == [0; 64];
    if !params.enable_state_proof_keyreg_check {
        return if empty { Ok(()) } else { Err(MalformedError::StateProofKeyUnsupported) };
    }
    let limit = params.max_keyreg_valid_period;
    if limit != 0 && keys.voting.vote_last.since(keys.voting.vote_first) > limit {
        return Err(MalformedError::VotingRangeTooLong);
    }
    match (keys.nonparticipation, keys.voting.lacks_keys(), empty) {
        (true, _, false) => Err(MalformedError::NonparticipatingWithStateProofKey),
        (false, true, false) => Err(MalformedError::OfflineWithStateProofKey),
        (false, false, true) => Err(MalformedError::OnlineWithoutStateProofKey),
        _ => Ok(()),
    }
}

/// How a heartbeat claims to owe less than others, if it does: "discounted" where that is a field of its own, "free"
/// or "cheap" where paying too little is the claim.
pub(crate) fn discount_claim(heartbeat: &Heartbeat, header: &Header, params: &ConsensusParams) -> Option<&'static str> {
    if sizes_are_priced(params) {
        return heartbeat.challenge_discount.then_some("discounted");
    }
    let underpays = header.fee < plain_heartbeat_fee(header, params) && header.group.is_zero();
    underpays.then_some(if header.fee.is_zero() { "free" } else { "cheap" })
}

/// go-algorand `data/transactions/heartbeat.go`.
pub(super) fn heartbeat(heartbeat: &Heartbeat, header: &Header, params: &ConsensusParams) -> Check {
    if !sizes_are_priced(params) && heartbeat.challenge_discount {
        return Err(MalformedError::HeartbeatDiscountUnsupported);
    }
    if let Some(claim) = discount_claim(heartbeat, header, params) {
        let extras = [
            ("Note", !header.note.is_empty()),
            ("Lease", header.lease != [0; 32]),
            ("RekeyTo", !header.rekey_to.is_zero()),
        ];
        if let Some((field, _)) = extras.into_iter().find(|(_, set)| *set) {
            return Err(MalformedError::HeartbeatExtra { field, claim });
        }
    }
    let needed = [
        ("HbProof", heartbeat.proof == HeartbeatProof::default()),
        ("HbSeed", heartbeat.seed == [0; 32]),
        ("HbVoteID", heartbeat.vote_id == NO_KEY),
    ];
    if let Some((field, _)) = needed.into_iter().find(|(_, empty)| *empty) {
        return Err(MalformedError::HeartbeatEmpty { field });
    }
    if heartbeat.key_dilution == 0 {
        return Err(MalformedError::HeartbeatKeyDilution);
    }
    Ok(())
}
