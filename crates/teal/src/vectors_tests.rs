//! The answers recorded from the reference (`scripts/record teal`), asked again here.

use serde_json::{Map, Value, json};

use super::{
    AssembleOptions, Diagnostic, Problem, Severity, VERSIONLESS_PROGRAM, assemble, assemble_bytes, disassemble, report,
};
use data_encoding::BASE64;

/// The cases of all files whose name begins so.
fn cases(name: &str) -> Vec<Value> {
    let folder = format!("{}/../../tests/vectors/teal", env!("CARGO_MANIFEST_DIR"));
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with(name) {
            let mut file: Value = serde_json::from_str(&std::fs::read_to_string(entry.path()).unwrap()).unwrap();
            cases.append(file["cases"].as_array_mut().unwrap());
        }
    }
    cases
}

/// A part of an answer; what is empty was not written down.
fn part(answer: &Value, name: &str) -> Value {
    let empty = if name == "map" { json!({}) } else { json!([]) };
    answer.get(name).cloned().unwrap_or(empty)
}

fn notes(found: &[Diagnostic], severity: Severity) -> Vec<Value> {
    let found = found.iter().filter(|found| found.severity == severity);
    found.map(|found| json!({"line": found.line, "col": found.column, "msg": found.problem.to_string()})).collect()
}

#[test]
fn assembles_as_the_reference_does() {
    let cases = cases("assemble");
    assert!(cases.len() >= 500, "only {} cases", cases.len());
    for case in cases {
        let source = case["src"].as_str().unwrap();
        let version = case["v"].as_u64().map(|version| u8::try_from(version).unwrap());
        let expected = &case["answer"];
        let (errors, warnings) = match assemble(source, AssembleOptions { version }) {
            Err(found) if found.first().is_some_and(|found| found.problem == Problem::NoInstruction) => {
                assert_eq!(expected["hex"], hex::encode(VERSIONLESS_PROGRAM), "{source}");
                continue;
            }
            Ok(done) => {
                assert_eq!(hex::encode(&done.bytes), expected["hex"].as_str().unwrap_or("an error"), "{source}");
                let place = |at: super::Location| (at.pc.to_string(), json!([at.line, at.column]));
                let map: Map<String, Value> = done.source_map.iter().map(place).collect();
                assert_eq!(Value::Object(map), part(expected, "map"), "{source}");
                (Vec::new(), notes(&done.warnings, Severity::Warning))
            }
            Err(found) => (notes(&found, Severity::Error), notes(&found, Severity::Warning)),
        };
        assert_eq!(errors.is_empty(), expected.get("hex").is_some(), "{source}");
        assert_eq!(Value::from(errors), part(expected, "errs"), "{source}");
        assert_eq!(Value::from(warnings), part(expected, "warns"), "{source}");
    }
}

#[test]
fn disassembles_as_the_reference_does() {
    let cases = cases("disassemble");
    assert!(cases.len() >= 500, "only {} cases", cases.len());
    for case in cases {
        let hex = case["hex"].as_str().unwrap();
        let expected = &case["answer"];
        match disassemble(&hex::decode(hex).unwrap()) {
            Ok(text) => assert_eq!(text, expected["text"].as_str().unwrap(), "{hex}"),
            Err(error) => {
                assert_eq!(error.reason, expected["err"].as_str().unwrap_or("no error"), "{hex}");
                assert_eq!(error.text, expected["text"].as_str().unwrap_or_default(), "{hex}");
            }
        }
    }
}

#[test]
fn what_is_disassembled_assembles_to_the_same_bytes() {
    let mut compared = 0;
    for case in cases("assemble") {
        let Some(hex) = case["answer"]["hex"].as_str() else { continue };
        let program = hex::decode(hex).unwrap();
        if program == VERSIONLESS_PROGRAM {
            continue;
        }
        let text = disassemble(&program).unwrap();
        let again = assemble(&format!("#pragma typetrack false\n{text}"), AssembleOptions::default());
        assert_eq!(hex::encode(again.unwrap().bytes), hex, "{text}");
        compared += 1;
    }
    assert!(compared > 100, "only {compared} programs came back");
}

/// Sources that are no text, which algod's REST compiles.
#[test]
fn compiles_as_algod_does() {
    let mut compared = 0;
    for case in cases("compile") {
        let source = hex::decode(case["srchex"].as_str().unwrap()).unwrap();
        let shown = String::from_utf8_lossy(&source);
        let expected = &case["answer"];
        match assemble_bytes(&source, AssembleOptions::default()) {
            Ok(done) => {
                assert_eq!(BASE64.encode(&done.bytes), expected["result"].as_str().unwrap_or("an error"), "{shown}");
                assert_eq!(json!(done.source_map.to_source_map("<body>")), expected["sourcemap"], "{shown}");
            }
            Err(found) => assert_eq!(report(&found, None), expected["message"].as_str().unwrap_or("none"), "{shown}"),
        }
        compared += 1;
    }
    assert!(compared > 50, "only {compared} sources");
}
