//! Programs of tests, written in TEAL.

/// The bytes of a program of that version, whose lines are TEAL without its `#pragma version`.
pub(crate) fn program(version: u8, lines: &str) -> Vec<u8> {
    let source = format!("#pragma version {version}\n{lines}");
    match pnp_teal::assemble(&source, pnp_teal::AssembleOptions::default()) {
        Ok(assembled) => assembled.bytes,
        Err(problems) => panic!("{source}\n{problems:?}"),
    }
}
