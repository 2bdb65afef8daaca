//! Any bytes through the disassembler: it answers, and what its text assembles to has a text that assembles to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pnp_teal::{AssembleOptions, assemble, disassemble, disassemble_with_places};

fn assembled(text: &str) -> Option<Vec<u8>> {
    let text = format!("#pragma typetrack false\n{text}");
    assemble(&text, AssembleOptions::default()).ok().map(|done| done.bytes)
}

fuzz_target!(|program: &[u8]| {
    let Ok(found) = disassemble_with_places(program) else { return };
    assert!(found.places.iter().all(|(pc, at)| *pc < program.len() && found.text.is_char_boundary(*at)));
    // Not always `program` itself: numbers and offsets can be written longer than they need to be.
    let Some(bytes) = assembled(&found.text) else { return };
    let text = disassemble(&bytes).expect("what was assembled is a program");
    assert_eq!(assembled(&text).as_ref(), Some(&bytes), "{text}");
});
