//! TEAL to bytes and back.

use data_encoding::BASE64;
use serde_json::json;

use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::Answer;
use crate::rest::request::Request;
use pnp_teal::{AssembleOptions, PcMap, Problem, VERSIONLESS_PROGRAM};
use pnp_types::Address;

/// The longest source, in bytes.
const MAX_BYTES: usize = 512 * 1024;

/// `POST /v2/teal/compile`: the program, its hash and, if asked for, its source map.
pub(in crate::rest) fn compile(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let with_map = request.query_flag("sourcemap")?;
    let source = request.body_within(MAX_BYTES)?;
    let (program, map) = match pnp_teal::assemble_bytes(source, AssembleOptions::default()) {
        Ok(program) => (program.bytes, program.source_map),
        Err(problems) if matches!(problems.as_slice(), [only] if only.problem == Problem::NoInstruction) => {
            (VERSIONLESS_PROGRAM.to_vec(), PcMap::default())
        }
        Err(problems) => return Err(Refusal::bad(pnp_teal::report(&problems, None))),
    };
    let hash = Address::of_program(&program);
    let mut answer = json!({"hash": hash.to_string(), "result": BASE64.encode(&program)});
    if let Some(fields) = answer.as_object_mut().filter(|_| with_map) {
        fields.insert("sourcemap".to_owned(), json!(map.to_source_map("<body>")));
    }
    Ok(Answer::value(answer))
}

/// `POST /v2/teal/disassemble`.
pub(in crate::rest) fn disassemble(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    let text = pnp_teal::disassemble(request.body_within(MAX_BYTES)?).map_err(|error| Refusal::bad(error.reason))?;
    Ok(Answer::value(json!({"result": text})))
}
