//! Any text through the assembler: it answers, its places lie inside the text, and its programs survive the way through the
//! disassembler and back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pnp_teal::{AssembleOptions, Assembled, Diagnostic, Problem, assemble, disassemble, report};

/// A program's own text must assemble to it again.
fn comes_back(done: &Assembled) {
    let text = disassemble(&done.bytes).expect("what was assembled is a program");
    match assemble(&format!("#pragma typetrack false\n{text}"), AssembleOptions::default()) {
        Ok(again) => assert_eq!(again.bytes, done.bytes, "{text}"),
        // A label nobody jumps to is not written, and after it a block of constants may lie in dead code.
        Err(found) => {
            let known = |found: &Diagnostic| matches!(found.problem, Problem::UndefinedConstant { .. } | Problem::LineTooLong);
            assert!(found.iter().all(known), "{found:?}\n{text}");
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((version, text)) = input.split_first() else { return };
    let source = String::from_utf8_lossy(text);
    // Most sources name their version themselves.
    let version = Some(version % 64).filter(|version| (1..=14).contains(version));
    match assemble(&source, AssembleOptions { version }) {
        Ok(done) => {
            let places: Vec<_> = done.source_map.iter().collect();
            assert!(places.is_sorted_by_key(|place| place.pc));
            assert!(places.iter().all(|place| (place.pc as usize) < done.bytes.len()));
            comes_back(&done);
        }
        Err(found) => {
            assert!(!found.is_empty());
            for found in &found {
                assert!(source.get(found.span.clone()).is_some(), "{found:?}");
                let _ = (found.help(&source), found.related(&source));
            }
            assert!(!report(&found, None).is_empty());
        }
    }
});
