//! Running a group without keeping anything.

use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::Answer;
use crate::rest::document::Document;
use crate::rest::request::Request;
use crate::rest::shapes::simulation;
use pnp_ledger::simulate::{Request as Simulation, SimulateError};

/// The most bytes a request may have.
const MAX_BYTES: usize = 1_000_000;

/// `POST /v2/transactions/simulate`. A group that fails is an answer, not an error.
pub(in crate::rest) fn simulate(node: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let asked = read(request.body_within(MAX_BYTES)?)?;
    check_sizes(&asked, node.read(|chain| chain.params().max_tx_group_size))?;
    let response = node.simulate(&asked).map_err(|error| match error {
        SimulateError::Invalid(text) => Refusal::bad(text),
        SimulateError::Internal(text) => Refusal::internal(text),
    })?;
    Ok(Answer::encoded(&simulation::response(&response), request.format()?))
}

/// The request in msgpack, or in the JSON form of the same.
fn read(body: &[u8]) -> Result<Simulation, Refusal> {
    if body.is_empty() {
        return Err(Refusal::bad("failed to decode object: EOF"));
    }
    let packed = simulation::request(body);
    let outcome = match serde_json::from_slice(body).ok().and_then(|json| Document::from_json(&json)) {
        Some(document) if packed.is_err() => simulation::request(&document.to_msgpack()),
        _ => packed,
    };
    outcome.map_err(|error| {
        // algod takes for JSON what is no msgpack, and finds its fault there.
        let blank = body.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let problem = match body.get(blank) {
            Some(b'{' | b'[') => error.to_string(),
            _ => {
                format!("json decode error [pos {}]: only encoded map or array can be decoded into a struct", blank + 1)
            }
        };
        Refusal::bad(format!("failed to decode object: {problem}"))
    })
}

fn check_sizes(asked: &Simulation, most: usize) -> Result<(), Refusal> {
    for size in asked.groups.iter().map(Vec::len) {
        match size {
            0 => return Err(Refusal::bad("empty txgroup")),
            size if size > most => {
                return Err(Refusal::bad(format!("transaction group size {size} exceeds protocol max {most}")));
            }
            _ => {}
        }
    }
    Ok(())
}
