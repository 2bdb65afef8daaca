//! The opcodes around the place where a program failed, for error texts.
//!
//! The ledger runs programs and the assembler reads them; neither knows the other. This layer knows both.

use pnp_teal::disassemble_with_places;

/// How many opcodes before the failing one are shown.
const BEFORE: usize = 2;

/// The opcode at `pc` and the two before it, as `bz label1; pushint 0; assert`; nothing if there is none at `pc`.
pub(super) fn around(program: &[u8], pc: usize) -> Option<String> {
    let disassembly = disassemble_with_places(program).ok()?;
    let places = &disassembly.places;
    let at = places.iter().position(|(place, _)| *place == pc)?;
    let (_, start) = places.get(at.saturating_sub(BEFORE))?;
    let end = places.get(at.checked_add(1)?).map_or(disassembly.text.len(), |(_, end)| *end);
    let text = disassembly.text.get(*start..end)?;
    Some(text.strip_suffix('\n').unwrap_or(text).replace('\n', "; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failing_opcode_comes_last_with_the_labels_behind_it() {
        let program =
            pnp_teal::assemble("#pragma version 11\nint 1\nbz end\nint 0\nassert\nend:\nint 1", Default::default())
                .unwrap();
        let place = program.bytes.iter().position(|byte| *byte == 0x44).unwrap();
        let text = around(&program.bytes, place).unwrap();
        assert!(text.starts_with("bz label1; ") && text.ends_with("assert; label1:"), "{text}");
        assert_eq!(around(&program.bytes, 9999), None);
    }
}
