//! TEAL to bytes and back.

use data_encoding::BASE64;
use serde_json::json;

use crate::node::DevNode;
use crate::node::rest::Refusal;
use crate::node::rest::answer::Answer;
use crate::node::rest::request::Request;
use crate::teal::{self, AssembleOptions};

/// The longest source, in bytes.
const MOST_BYTES: usize = 512 * 1024;

/// `POST /v2/teal/compile`: the program, its hash and, if asked for, its source map.
pub(in crate::node::rest) fn compile(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let with_map = request.query_flag("sourcemap")?;
    let source =
        std::str::from_utf8(request.body_within(MOST_BYTES)?).map_err(|_| Refusal::bad("the source is not UTF-8"))?;
    let options = AssembleOptions::default();
    let program = teal::assemble(source, options).map_err(|problems| Refusal::bad(teal::report(&problems, None)))?;
    let mut answer = json!({"hash": program.program_hash().to_string(), "result": BASE64.encode(&program.bytes)});
    if let Some(fields) = answer.as_object_mut().filter(|_| with_map) {
        let map = program.source_map.to_source_map("<body>");
        fields.insert("sourcemap".to_owned(), json!(map));
    }
    Ok(Answer::value(&answer))
}

/// `POST /v2/teal/disassemble`.
pub(in crate::node::rest) fn disassemble(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let text = teal::disassemble(request.body_within(MOST_BYTES)?).map_err(|error| Refusal::bad(error.reason))?;
    Ok(Answer::value(&json!({"result": text})))
}
