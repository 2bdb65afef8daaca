//! What the assembler and the disassembler answer, and the opcode table.

use data_encoding::BASE64;
use pnp_opcodes::{FieldSpec, Immediate, ImmediateKind, MAX_VERSION, introduced_in, version_table};
use pnp_teal::{
    AssembleOptions, Diagnostic, PcMap, Problem, Severity, VERSIONLESS_PROGRAM, assemble, assemble_bytes, disassemble,
    report,
};
use pnp_types::Address;
use serde_json::{Map, Value, json};

/// The version a question asks for; 0 and none leave it to the text.
pub(super) fn options(question: &Value) -> AssembleOptions {
    let version = question["v"].as_u64().and_then(|version| u8::try_from(version).ok()).filter(|version| *version != 0);
    AssembleOptions { version }
}

pub(super) fn notes(found: &[Diagnostic], severity: Severity) -> Value {
    let found = found.iter().filter(|found| found.severity == severity);
    found.map(|found| json!({"line": found.line, "col": found.column, "msg": found.problem.to_string(), "kind": format!("{:?}", found.problem)})).collect()
}

pub(super) fn assembled(question: &Value) -> Value {
    let source = question["src"].as_str().unwrap_or_default();
    match assemble(source, options(question)) {
        Ok(done) => {
            let place = |at: pnp_teal::Location| (at.pc.to_string(), json!([at.line, at.column]));
            let map: Map<String, Value> = done.source_map.iter().map(place).collect();
            let warns = notes(&done.warnings, Severity::Warning);
            json!({"ok": true, "errs": [], "warns": warns, "hex": hex::encode(&done.bytes), "map": map})
        }
        Err(found) if matches!(found.as_slice(), [only] if only.problem == Problem::NoInstruction) => {
            json!({"ok": true, "errs": [], "warns": [], "hex": hex::encode(VERSIONLESS_PROGRAM), "map": {}})
        }
        Err(found) => {
            json!({"ok": false, "errs": notes(&found, Severity::Error), "warns": notes(&found, Severity::Warning)})
        }
    }
}

/// What algod's `/v2/teal/compile` answers, with a source map.
pub(super) fn compiled(question: &Value) -> Value {
    let source = hex::decode(question["srchex"].as_str().unwrap_or_default()).unwrap_or_default();
    let (program, map) = match assemble_bytes(&source, AssembleOptions::default()) {
        Ok(done) => (done.bytes, done.source_map),
        Err(found) if matches!(found.as_slice(), [only] if only.problem == Problem::NoInstruction) => {
            (VERSIONLESS_PROGRAM.to_vec(), PcMap::default())
        }
        Err(found) => return json!({"message": report(&found, None)}),
    };
    let hash = Address::of_program(&program).to_string();
    json!({"hash": hash, "result": BASE64.encode(&program), "sourcemap": map.to_source_map("<body>")})
}

pub(super) fn disassembled(question: &Value) -> Value {
    let program = hex::decode(question["hex"].as_str().unwrap_or_default()).unwrap_or_default();
    match disassemble(&program) {
        Ok(text) => json!({"ok": true, "text": text}),
        Err(error) => json!({"ok": false, "text": error.text, "err": error.reason}),
    }
}

fn immediate(immediate: &Immediate) -> Value {
    let kind = immediate.kind.encoding();
    match immediate.kind {
        ImmediateKind::Field(group) => {
            let names: Vec<&str> = group.names().collect();
            let row = |name: &&str| group.table().by_name(name).map(|(_, row)| row);
            // What is never set is from no version.
            let since = |row: &FieldSpec| match (group.sets(), row.settable) {
                (true, 0) => -1,
                (true, since) => i16::from(since),
                (false, _) => i16::from(row.since),
            };
            let since: Vec<i16> = names.iter().filter_map(row).map(since).collect();
            json!({"kind": kind, "group": group.heading(), "fields": names, "since": since})
        }
        _ => json!({ "kind": kind }),
    }
}

pub(super) fn table() -> Value {
    let ops = version_table(MAX_VERSION).specs().iter().map(|spec| {
        json!({
            "byte": spec.byte, "sub": spec.sub, "name": spec.name, "since": introduced_in(spec.byte, spec.sub),
            "args": spec.signature.args.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "immediates": spec.immediates.iter().map(immediate).collect::<Vec<_>>(),
        })
    });
    json!({ "ops": ops.collect::<Vec<_>>() })
}
