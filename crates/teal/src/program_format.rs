//! How programs are written down: as bytes, in hex, in base64.

use data_encoding::{BASE64, BASE64_NOPAD};
use pnp_opcodes::MAX_VERSION;

/// How a program is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramFormat {
    /// Its bytes, as in a `.tok` file.
    Raw,
    /// Hexadecimal digits, with or without `0x`.
    Hex,
    /// Base64, with or without padding, as algod's REST has it.
    Base64,
}

impl ProgramFormat {
    /// Its name, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }

    /// The format that the first byte of `content` shows: every version's number is a control character, with which no text
    /// begins; its hex begins with 0, and its base64 with A to D. `None` for what cannot be a program.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        match content.first()? {
            0..=MAX_VERSION => Some(Self::Raw),
            _ => match content.trim_ascii_start().first()? {
                b'0' => Some(Self::Hex),
                b'A'..=b'D' => Some(Self::Base64),
                _ => None,
            },
        }
    }

    /// The program that is written so; blanks within digits and letters do not count.
    ///
    /// # Errors
    /// What is wrong with the digits, in one sentence.
    pub fn read(self, content: &[u8]) -> Result<Vec<u8>, String> {
        let text: Vec<u8> = content.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        match self {
            Self::Raw => Ok(content.to_vec()),
            Self::Hex => {
                let digits = text.strip_prefix(b"0x").unwrap_or(&text);
                hex::decode(digits).map_err(|error| error.to_string())
            }
            Self::Base64 if text.ends_with(b"=") => BASE64.decode(&text).map_err(|error| error.to_string()),
            Self::Base64 => BASE64_NOPAD.decode(&text).map_err(|error| error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_shows_how_a_program_is_written() {
        for version in 0..=MAX_VERSION {
            let program = [version, 0x81, 0x0a, 0x20];
            assert_eq!(ProgramFormat::of(&program), Some(ProgramFormat::Raw), "{version}");
            let hex = hex::encode(program);
            for text in [hex.clone(), format!("0x{hex}\n"), format!(" {}\n{}", &hex[..3], &hex[3..])] {
                assert_eq!(ProgramFormat::of(text.as_bytes()), Some(ProgramFormat::Hex), "{text}");
                assert_eq!(ProgramFormat::Hex.read(text.as_bytes()).as_deref(), Ok(&program[..]), "{text}");
            }
            for text in [BASE64.encode(&program), BASE64_NOPAD.encode(&program)] {
                assert_eq!(ProgramFormat::of(text.as_bytes()), Some(ProgramFormat::Base64), "{text}");
                assert_eq!(ProgramFormat::Base64.read(text.as_bytes()).as_deref(), Ok(&program[..]), "{text}");
            }
        }
        for other in [&b""[..], b"#pragma version 8", b"\xff", b"E", b" \n"] {
            assert_eq!(ProgramFormat::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn wrong_digits_are_refused() {
        assert!(ProgramFormat::Hex.read(b"0b8").is_err());
        assert!(ProgramFormat::Hex.read(b"0b8g").is_err());
        assert!(ProgramFormat::Base64.read(b"AA=").is_err());
        assert!(ProgramFormat::Base64.read(b"A!AA").is_err());
    }
}
