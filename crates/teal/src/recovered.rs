//! A program's text for people who assemble it again, and whether that gives the same program.

use super::{AssembleOptions, DisassembleError, assemble, disassemble, report};

/// What tells the assembler not to follow types: a program of another compiler may have types that it cannot follow.
const WITHOUT_TYPES: &str = "#pragma typetrack false\n";

/// A program as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredSource {
    /// The text: the disassembly, with `#pragma typetrack false` where it assembles only so.
    pub text: String,
    /// Why the text does not assemble to the same program; `None` where it does.
    pub problem: Option<String>,
}

/// The text of a program, made so that it assembles to the same program where that is possible.
///
/// ```
/// use pnp_teal::recover_source;
///
/// let recovered = recover_source(&[8, 0x81, 1]).unwrap();
/// assert_eq!((recovered.text.as_str(), recovered.problem), ("#pragma version 8\npushint 1\n", None));
/// ```
///
/// # Errors
/// As [`disassemble()`].
pub fn recover_source(program: &[u8]) -> Result<RecoveredSource, DisassembleError> {
    let text = disassemble(program)?;
    let Some(problem) = difference(&text, program) else { return Ok(RecoveredSource { text, problem: None }) };
    if let Some(end) = text.find('\n').and_then(|end| end.checked_add(1)) {
        let mut untyped = text.clone();
        untyped.insert_str(end, WITHOUT_TYPES);
        if difference(&untyped, program).is_none() {
            return Ok(RecoveredSource { text: untyped, problem: None });
        }
    }
    Ok(RecoveredSource { text, problem: Some(problem) })
}

/// How what a text assembles to differs from a program; `None` where it is the same.
fn difference(text: &str, program: &[u8]) -> Option<String> {
    match assemble(text, AssembleOptions::default()) {
        Ok(assembled) if assembled.bytes == program => None,
        Ok(assembled) => {
            Some(format!("it assembles to other bytes: {} instead of {}", assembled.bytes.len(), program.len()))
        }
        Err(problems) => Some(report(&problems, None).lines().next().unwrap_or_default().trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of slot 0 is bytes or a number, by the branch: the assembler takes the one that was stored last in the text.
    const TWO_TYPES: &str = "#pragma version 8\n#pragma typetrack false\nint 5\nbz other\nbyte \"a\"\nstore 0\nb join\nother:\nint 3\nstore 0\njoin:\nload 0\nlen\n";

    #[test]
    fn a_program_whose_types_cannot_be_followed_has_the_pragma() {
        let program = assemble(TWO_TYPES, AssembleOptions::default()).unwrap().bytes;
        assert!(assemble(&disassemble(&program).unwrap(), AssembleOptions::default()).is_err());
        let recovered = recover_source(&program).unwrap();
        assert!(recovered.text.starts_with("#pragma version 8\n#pragma typetrack false\n"), "{}", recovered.text);
        assert_eq!(recovered.problem, None);
        assert_eq!(assemble(&recovered.text, AssembleOptions::default()).unwrap().bytes, program);
    }

    #[test]
    fn what_gives_another_program_says_so() {
        // A number in more bytes than it needs.
        let program = [8, 0x81, 0x81, 0];
        let recovered = recover_source(&program).unwrap();
        assert_eq!(recovered.text, disassemble(&program).unwrap());
        assert_eq!(recovered.problem.as_deref(), Some("it assembles to other bytes: 3 instead of 4"));
    }
}
