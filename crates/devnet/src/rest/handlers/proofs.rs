//! Proofs that something is in the chain. Of a transaction there is one; of light headers there is none without state
//! proofs.

use super::ledger_error;
use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::{Answer, Format};
use crate::rest::document::{Document, Fields};
use crate::rest::request::Request;
use pnp_types::merkle::TreeHash;
use pnp_types::{Round, msgpack};

/// `GET /v2/blocks/{round}/transactions/{txid}/proof`: the way from a transaction to its block's commitment.
pub(in crate::rest) fn of_transaction(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let (round, txid) = (request.number("round")?, request.txid("txid")?);
    let name = request.query("hashtype")?.unwrap_or("sha512_256".into());
    let hash = match name.as_ref() {
        "sha512_256" => TreeHash::Sha512_256,
        "sha256" => TreeHash::Sha256,
        _ => return Err(Refusal::bad("invalid hash type")),
    };
    let block =
        node.read(|chain| chain.block(round)).map_err(ledger_error)?.ok_or_else(|| ledger_error("no such round"))?;
    let sent = block.transactions().map_err(ledger_error)?;
    let index = sent.iter().position(|one| one.signed.id() == txid);
    let missing = || Refusal::missing(super::transactions::NOT_FOUND);
    let index = index.ok_or_else(missing)?;
    let tree = block.tree(hash).map_err(ledger_error)?;
    let (_, siblings) = tree.prove(index).ok_or_else(missing)?;
    let in_block =
        block.payset.get(index).map(|kept| hash.hash(&[b"STIB", &msgpack::encode(kept)])).ok_or_else(missing)?;
    let document = Fields::default()
        .with("hashtype", name.as_ref())
        .with("idx", index)
        .with("proof", Document::Bytes(concatenated(&siblings, hash.size())))
        .with("stibhash", Document::Bytes(in_block))
        .with("treedepth", tree.depth());
    Ok(Answer::document(&document.into(), Format::Json))
}

/// The siblings one after another; one that is not there is zeros.
fn concatenated(siblings: &[&[u8]], size: usize) -> Vec<u8> {
    let full = |sibling: &&[u8]| {
        let mut sibling = sibling.to_vec();
        sibling.resize(size, 0);
        sibling
    };
    siblings.iter().flat_map(full).collect()
}

/// `GET /v2/stateproofs/{round}` and `/v2/blocks/{round}/lightheader/proof`: no account votes here, so there are none.
pub(in crate::rest) fn of_state(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let round: Round = request.number("round")?;
    if round > node.read(|chain| chain.latest()) {
        return Err(Refusal::internal("given round is greater than the latest round"));
    }
    Err(Refusal::missing("no state proof can be found for that round"))
}
