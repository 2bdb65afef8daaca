//! `disassemble`: a program back into TEAL, from wherever it is.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_network;
use crate::terminal::input::read;
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use data_encoding::{BASE64, BASE64_NOPAD};
use pnp_opcodes::MAX_VERSION;
use pnp_types::{AppIndex, sha512_256};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Arguments of `disassemble`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file with a program, or the program itself as hex or base64; - reads stdin
    #[arg(required_unless_present = "app", conflicts_with = "app", value_name = "PROGRAM")]
    program: Option<PathBuf>,
    /// How the program is written [default: by its first byte]
    #[arg(long, value_enum, conflicts_with = "app")]
    format: Option<Format>,
    /// The program of an application on the network
    #[arg(long, value_parser = whole, allow_hyphen_values = true, value_name = "ID")]
    app: Option<AppIndex>,
    /// The application's clear program instead of its approval program
    #[arg(long, requires = "app", conflicts_with_all = ["program", "format"])]
    clear: bool,
}

/// How a program is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Its bytes, as in a .tok file
    Raw,
    /// Hexadecimal digits, with or without 0x
    Hex,
    /// Base64, as algod's REST has it
    Base64,
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }

    /// By the content's first byte: every version's number is a control character no text begins with, its hex
    /// begins with 0 and its base64 with A to D. `None` for what cannot be a program.
    fn of(content: &[u8]) -> Option<Self> {
        match content.first()? {
            0..=MAX_VERSION => Some(Self::Raw),
            _ => match content.trim_ascii_start().first()? {
                b'0' => Some(Self::Hex),
                b'A'..=b'D' => Some(Self::Base64),
                _ => None,
            },
        }
    }

    /// The program that is written so; blanks within digits and letters do not count. The error is one sentence.
    fn read(self, content: &[u8]) -> Result<Vec<u8>, String> {
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

/// A program as TEAL.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct DisassembleReport {
    /// Where the program is from: the file, `-` for stdin, the given text, or the application and which program of it.
    program: String,
    /// The application, where the program is from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    app: Option<AppIndex>,
    /// How it was written; absent for an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    /// Its size in bytes.
    size: usize,
    /// The SHA-512/256 of its bytes, in hex.
    sha512_256: String,
    /// The TEAL.
    teal: String,
}

/// Finds the program and disassembles it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    match (args.app, &args.program) {
        (Some(app), _) => {
            let program = of_application(context, app, args.clear).await?;
            let name = format!("the {} program of application {app}", if args.clear { "clear" } else { "approval" });
            answer(name, Some(app), None, &program)
        }
        (None, Some(path)) => {
            let (name, content) = content(path)?;
            let format = args.format.or_else(|| Format::of(&content)).ok_or_else(|| unknown(&name))?;
            let program = format.read(&content).map_err(|error| {
                Failure::new("program", format!("{name} is not {}", format.name())).because(error).hint(HOW)
            })?;
            answer(name, None, Some(format), &program)
        }
        (None, None) => Err(Failure::usage("there is no program").hint("name a file, or an application with --app")),
    }
}

const HOW: &str = "say how the program is written: --format raw, hex or base64";

/// A program's content and its name for people: a file's, or the argument itself where there is no such file.
fn content(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let given = path.as_os_str().as_encoded_bytes();
    let is_text = matches!(Format::of(given), Some(Format::Hex | Format::Base64));
    if is_text && path != Path::new("-") && !path.exists() {
        let text: String = path.display().to_string();
        let short = text.char_indices().nth(24).map(|(end, _)| format!("{}…", text.get(..end).unwrap_or_default()));
        return Ok((short.unwrap_or(text), given.to_vec()));
    }
    Ok((path.display().to_string(), read(path)?))
}

async fn of_application(context: &Context, app: AppIndex, clear: bool) -> Result<Vec<u8>, Failure> {
    on_network(context, async |session| {
        let Some(found) = session.algod.application(app).await? else {
            let network = &session.network.name;
            return Err(Failure::new("no_application", format!("application {app} does not exist on {network}"))
                .because("no such application was made on this chain, or it was deleted")
                .hint("check --app and --net")
                .with("app", app));
        };
        Ok(if clear { found.clear_program } else { found.approval_program })
    })
    .await
}

fn answer(name: String, app: Option<AppIndex>, format: Option<Format>, program: &[u8]) -> Result<Answer, Failure> {
    if program.first().is_none_or(|version| *version > MAX_VERSION) {
        return Err(unknown(&name));
    }
    let teal = pnp_teal::disassemble(program).map_err(|error| {
        Failure::new("program", format!("{name} is not a program")).because(error).hint(match format {
            Some(_) => HOW,
            None => "the network runs newer programs than this release knows; look for a newer release",
        })
    })?;
    let text = teal.trim_end().to_owned();
    let sha512_256 = hex::encode(sha512_256(program));
    let report = DisassembleReport { program: name, app, format, size: program.len(), sha512_256, teal };
    Answer::of(&report, text)
}

/// What begins with no version.
fn unknown(name: &str) -> Failure {
    Failure::new("program", format!("{name} is not a program"))
        .because(format!("a program begins with its version, 0 to {MAX_VERSION}: as a byte, in hex or in base64"))
        .hint(HOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_tells_how_a_program_is_written() {
        for version in 0..=MAX_VERSION {
            let program = [version, 0x81, 0x0a, 0x20];
            assert_eq!(Format::of(&program), Some(Format::Raw), "{version}");
            let hex = hex::encode(program);
            for text in [hex.clone(), format!("0x{hex}\n"), format!(" {}\n{}", &hex[..3], &hex[3..])] {
                assert_eq!(Format::of(text.as_bytes()), Some(Format::Hex), "{text}");
                assert_eq!(Format::Hex.read(text.as_bytes()).as_deref(), Ok(&program[..]), "{text}");
            }
            for text in [BASE64.encode(&program), BASE64_NOPAD.encode(&program)] {
                assert_eq!(Format::of(text.as_bytes()), Some(Format::Base64), "{text}");
                assert_eq!(Format::Base64.read(text.as_bytes()).as_deref(), Ok(&program[..]), "{text}");
            }
        }
        for other in [&b""[..], b"#pragma version 8", b"\xff", b"E", b" \n"] {
            assert_eq!(Format::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn wrong_digits_are_named() {
        assert!(Format::Hex.read(b"0b8").is_err());
        assert!(Format::Hex.read(b"0b8g").is_err());
        assert!(Format::Base64.read(b"AA=").is_err());
        assert!(Format::Base64.read(b"A!AA").is_err());
    }
}
