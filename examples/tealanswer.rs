//! Answers questions about TEAL, one JSON object a line, in the form of the reference's oracle: what
//! `scripts/differential` compares with it.
//!
//! `{"op":"asm","src":TEXT,"v":13}`, `{"op":"dis","hex":HEX}`, `{"op":"bench","src":TEXT,"ms":300}` and
//! `{"op":"table"}`, the opcodes of the last version; lines that are no such question get an `err`.

use std::hint::black_box;
use std::io::{self, BufRead, BufWriter, Write};
use std::time::{Duration, Instant};

use pnp_contract::opcodes::{FieldSpec, Immediate, ImmediateKind, MAX_VERSION, introduced_in, version_table};
use pnp_contract::teal::{AssembleOptions, Diagnostic, Severity, assemble, disassemble};
use serde_json::{Map, Value, json};

fn notes(found: &[Diagnostic], severity: Severity) -> Value {
    let found = found.iter().filter(|found| found.severity == severity);
    found.map(|found| json!({"line": found.line, "col": found.column, "msg": found.problem.to_string()})).collect()
}

fn assembled(question: &Value) -> Value {
    let source = question["src"].as_str().unwrap_or_default();
    let version = question["v"].as_u64().and_then(|version| u8::try_from(version).ok()).filter(|version| *version != 0);
    match assemble(source, AssembleOptions { version }) {
        Ok(done) => {
            let place = |at: pnp_contract::teal::Location| (at.pc.to_string(), json!([at.line, at.column]));
            let map: Map<String, Value> = done.source_map.iter().map(place).collect();
            let warns = notes(&done.warnings, Severity::Warning);
            json!({"ok": true, "errs": [], "warns": warns, "hex": hex::encode(&done.bytes), "map": map})
        }
        Err(found) => {
            json!({"ok": false, "errs": notes(&found, Severity::Error), "warns": notes(&found, Severity::Warning)})
        }
    }
}

fn disassembled(question: &Value) -> Value {
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
            json!({"kind": kind, "fields": names, "since": since})
        }
        _ => json!({ "kind": kind }),
    }
}

fn table() -> Value {
    let ops = version_table(MAX_VERSION).specs().iter().map(|spec| {
        json!({
            "byte": spec.byte, "sub": spec.sub, "name": spec.name, "since": introduced_in(spec.byte, spec.sub),
            "args": spec.signature.args.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "immediates": spec.immediates.iter().map(immediate).collect::<Vec<_>>(),
        })
    });
    json!({ "ops": ops.collect::<Vec<_>>() })
}

/// How long an assembly takes, in nanoseconds: the mean over `ms` milliseconds.
fn bench(question: &Value) -> Value {
    let source = question["src"].as_str().unwrap_or_default();
    let span = Duration::from_millis(question["ms"].as_u64().unwrap_or(100).max(100));
    let start = Instant::now();
    let mut runs = 0_u32;
    while start.elapsed() < span {
        for _ in 0..16 {
            let _ = black_box(assemble(black_box(source), AssembleOptions::default()));
        }
        runs += 16;
    }
    json!({"asm_ns": start.elapsed().as_nanos() as f64 / f64::from(runs)})
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Value>(&line?) {
            Err(error) => json!({"err": error.to_string()}),
            Ok(question) => match question["op"].as_str() {
                Some("asm") => assembled(&question),
                Some("dis") => disassembled(&question),
                Some("table") => table(),
                Some("bench") => bench(&question),
                _ => json!({"err": "unknown op"}),
            },
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
