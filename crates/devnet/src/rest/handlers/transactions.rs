//! Submitting groups, and looking up what became of them.

use serde_json::json;

use super::ledger_error;
use crate::DevNode;
use crate::rest::answer::{Answer, Format};
use crate::rest::document::{Document, Fields};
use crate::rest::request::Request;
use crate::rest::shapes::pending;
use crate::rest::{MAX_BODY, Refusal};
use pnp_ledger::{GroupError, ProposeError, check_signer_addresses};
use pnp_types::{SignedTransaction, msgpack};

/// algod's text for a transaction it knows nothing of. SDKs wait on when they see its status.
pub(super) const NOT_FOUND: &str =
    "could not find the transaction in the transaction pool or in the last 1000 confirmed rounds";

/// `POST /v2/transactions`: a group, confirmed in a block of its own when this answers.
pub(in crate::rest) fn submit(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let group = decode_group(&request.body, node.read(|chain| chain.params().max_tx_group_size))?;
    if !request.query_flag("skip-pq-address-check")? {
        check_signer_addresses(&group).map_err(|error| Refusal::bad(error.to_string()))?;
    }
    let first = node.submit(group).map_err(refusal_of)?;
    Ok(Answer::value(json!({"txId": first.to_string()})))
}

/// `POST /v2/transactions/async`: algod does not say what becomes of the group, but here it is known at once.
pub(in crate::rest) fn submit_async(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    submit(node, request).map(|_| Answer::empty())
}

/// Signed transactions, one after another.
fn decode_group(body: &[u8], most: usize) -> Result<Vec<SignedTransaction>, Refusal> {
    let (mut group, mut rest) = (Vec::new(), body);
    while let Some(first) = rest.first() {
        if !matches!(first, 0x80..=0x9f | 0xc0 | 0xdc..=0xdf) {
            let place = body.len() - rest.len() + 1;
            let problem = "only encoded map or array can be decoded into a struct";
            return Err(Refusal::bad(format!("msgpack decode error [pos {place}]: {problem}")));
        }
        let (one, behind) = match msgpack::decode_from_client(rest) {
            Err(error) if error.is_short() && body.len() > MAX_BODY => {
                let problem = "code=413, message=Request Entity Too Large";
                return Err(Refusal::bad(format!("msgpack decode error [pos {}]: {problem}", body.len())));
            }
            // To algod a transaction that is cut off is the end of the bytes, and those before it are the group.
            Err(error) if error.is_short() => break,
            read => read.map_err(|error| Refusal::bad(error.to_string()))?,
        };
        rest = behind;
        group.push(one);
        if group.len() > most {
            return Err(Refusal::bad(format!("max group size is {most}")));
        }
    }
    if group.is_empty() { Err(Refusal::bad("empty txgroup")) } else { Ok(group) }
}

/// Why there is no block: the group's fault, or the ledger's.
fn refusal_of(error: ProposeError) -> Refusal {
    match error {
        ProposeError::Group { error, .. } => refusal_of_group(&error),
        other => ledger_error(other),
    }
}

/// A refused group in the words SDKs parse: `TransactionPool.Remember: transaction …`, with the program's place as data.
fn refusal_of_group(error: &GroupError) -> Refusal {
    // What algod checks before its pool sees the group comes without the pool's name.
    let before_pool = matches!(
        error,
        GroupError::TooLarge { .. }
            | GroupError::Malformed { .. }
            | GroupError::Unauthorized(_)
            | GroupError::InconsistentGroup { .. }
            | GroupError::EmptyGroupId { .. }
            | GroupError::IncompleteGroup { .. }
            | GroupError::HeartbeatInResourceGroup
    );
    let refusal =
        Refusal::bad(if before_pool { error.to_string() } else { format!("TransactionPool.Remember: {error}") });
    match error.program() {
        Some(program) => refusal.with_data(program.data()),
        None => refusal,
    }
}

/// `GET /v2/transactions/pending/{txid}`. Nothing is ever pending here: it is confirmed not long ago, or unknown.
pub(in crate::rest) fn pending_by_id(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let (txid, format) = (request.txid("txid")?, request.format()?);
    let found = node.recent_transaction(&txid).map_err(ledger_error)?;
    let found = found.ok_or_else(|| Refusal::missing(NOT_FOUND))?;
    let one = &found.transaction;
    Ok(Answer::encoded(&pending::transaction(&one.signed, &one.apply_data, Some(found.round)), format))
}

/// `GET /v2/transactions/pending`: there are none, for a group is refused or in a block.
pub(in crate::rest) fn pending(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    request.query_number("max")?;
    none(request.format()?)
}

/// `GET /v2/accounts/{address}/transactions/pending`: none, for the same reason.
pub(in crate::rest) fn pending_of(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    request.address("address")?;
    pending(node, request)
}

fn none(format: Format) -> Result<Answer, Refusal> {
    let document = Fields::default().with("top-transactions", Vec::<Document>::new()).with("total-transactions", 0_u64);
    Ok(Answer::encoded(&document.into(), format))
}
