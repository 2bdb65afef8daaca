//! Blocks and what is in them.

use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::{Answer, Format};
use crate::rest::document::{Document, Fields};
use crate::rest::request::Request;
use pnp_types::{AppIndex, Block, Round, SignedTransactionWithApplyData};

use super::ledger_error;

fn block_of(node: &DevNode, request: &Request) -> Result<Block, Refusal> {
    let round = request.number("round")?;
    let found = node.read(|chain| chain.block(round)).map_err(ledger_error)?;
    found.ok_or_else(|| Refusal::missing("failed to retrieve information from the ledger"))
}

/// `GET /v2/blocks/{round}`. Only msgpack has the certificate, which on this network says its round and no more.
pub(in crate::rest) fn block(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    request.number::<Round>("round")?;
    let header_only = request.query_flag("header-only")?;
    let format = request.format()?;
    let block = block_of(node, request)?;
    if header_only {
        let document = Fields::default().with("block", Document::of_wire(&block.header));
        return Ok(Answer::encoded(&document.into(), format));
    }
    let fields = Fields::default().with("block", Document::of_wire(&block));
    if format == Format::Json {
        return Ok(Answer::encoded(&fields.into(), format));
    }
    let certificate = Fields::default().with_some("rnd", block.header.round);
    let answer = Answer::encoded(&fields.with("cert", certificate).into(), format);
    Ok(answer.with_header("x-algorand-struct", "block-v1"))
}

/// `GET /v2/blocks/{round}/hash`.
pub(in crate::rest) fn hash(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let hash = block_of(node, request)?.hash().to_string();
    Ok(Answer::document(&Fields::default().with("blockHash", hash).into(), Format::Json))
}

/// `GET /v2/blocks/{round}/txids`, of the transactions that were sent; inner ones have none here.
pub(in crate::rest) fn txids(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let sent = block_of(node, request)?.transactions().map_err(ledger_error)?;
    let ids = sent.iter().map(|one| Document::from(one.signed.id().to_string()));
    Ok(Answer::document(&Fields::default().with("blockTxids", ids.collect::<Document>()).into(), Format::Json))
}

/// `GET /v2/blocks/{round}/logs`: of every call, inner ones under the id of the transaction that was sent.
pub(in crate::rest) fn logs(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let sent = block_of(node, request)?.transactions().map_err(ledger_error)?;
    let mut found = Vec::new();
    for one in &sent {
        collect_logs(one, &one.signed.id().to_string(), &mut found);
    }
    Ok(Answer::document(&Fields::default().with("logs", found).into(), Format::Json))
}

fn collect_logs(one: &SignedTransactionWithApplyData, txid: &str, found: &mut Vec<Document>) {
    let delta = &one.apply_data.eval_delta;
    if !delta.logs.is_empty() {
        let called = one.signed.transaction.application_call.application;
        let fields = Fields::default()
            .with("application-index", if called == AppIndex::NONE { one.apply_data.application } else { called })
            .with("logs", delta.logs.iter().map(|log| Document::bytes(log)).collect::<Document>())
            .with("txId", txid);
        found.push(fields.into());
    }
    delta.inner_txns.iter().for_each(|inner| collect_logs(inner, txid, found));
}
