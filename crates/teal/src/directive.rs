//! Lines that begin with `#`: pragmas, and the way to `#define`.

use pnp_opcodes::MAX_VERSION;

use super::Problem;
use super::assembler::{Assembler, Failure, failure};
use super::integer::parse_uint;
use super::salt::Salt;
use super::token::Token;

impl Assembler<'_> {
    #[cold]
    pub(super) fn directive(&mut self, tokens: &[Token]) -> Result<(), Failure> {
        let Some(first) = tokens.first() else { return Ok(()) };
        match first.bytes(self.source) {
            b"#pragma" => self.pragma(tokens),
            b"#define" => self.define(tokens),
            other => {
                let word = other.strip_prefix(b"#").unwrap_or(other);
                Err(failure(*first, Problem::UnknownDirective(word.into())))
            }
        }
    }

    fn pragma(&mut self, tokens: &[Token]) -> Result<(), Failure> {
        let [hash, key, ..] = tokens else { return Err(failure(tokens[0], Problem::EmptyPragma)) };
        match key.bytes(self.source) {
            b"version" => self.pragma_version(*hash, tokens),
            b"typetrack" => {
                let value = self.pragma_value("typetrack", tokens)?;
                let on = parse_bool(value.bytes(self.source)).ok_or_else(|| self.bad_pragma("typetrack", value))?;
                if on && !self.typetrack {
                    self.known.reset();
                }
                self.typetrack = on;
                Ok(())
            }
            b"autosalt" => {
                let value = self.pragma_value("autosalt", tokens)?;
                self.check_early("autosalt", *hash)?;
                let on = parse_bool(value.bytes(self.source)).ok_or_else(|| self.bad_pragma("autosalt", value))?;
                self.salt = if on { Salt::On(*hash) } else { Salt::Off(*hash) };
                Ok(())
            }
            other => Err(failure(*hash, Problem::UnknownPragma(other.into()))),
        }
    }

    fn pragma_version(&mut self, hash: Token, tokens: &[Token]) -> Result<(), Failure> {
        let value = self.pragma_value("version", tokens)?;
        self.check_early("version", hash)?;
        let found = parse_uint(value.bytes(self.source)).map_err(|_| self.bad_pragma("version", value))?;
        let version = u8::try_from(found).ok().filter(|version| *version <= MAX_VERSION);
        let Some(version) = version else { return Err(failure(value, Problem::UnsupportedVersion(found))) };
        match self.settled_version() {
            None => {
                self.set_version(version);
                if self.recheck_macros() {
                    return Err(failure(value, Problem::MacrosAndVersion));
                }
                Ok(())
            }
            Some(settled) if settled == version => Ok(()),
            Some(settled) => Err(failure(value, Problem::VersionMismatch { found, settled })),
        }
    }

    fn pragma_value(&self, pragma: &'static str, tokens: &[Token]) -> Result<Token, Failure> {
        match tokens {
            [_, key] => Err(failure(*key, Problem::PragmaWithoutValue(pragma))),
            [_, _, value] => Ok(*value),
            [_, _, _, extra, ..] => Err(failure(*extra, Problem::ExtraTokens(self.joined(&tokens[3..]).into()))),
            _ => Err(failure(tokens.first().copied().unwrap_or_default(), Problem::EmptyPragma)),
        }
    }

    fn check_early(&self, pragma: &'static str, hash: Token) -> Result<(), Failure> {
        if self.code.bytes.is_empty() { Ok(()) } else { Err(failure(hash, Problem::LatePragma(pragma))) }
    }

    fn bad_pragma(&self, pragma: &'static str, value: Token) -> Failure {
        failure(value, Problem::BadPragma { pragma, value: self.excerpt(value) })
    }
}

/// What Go takes for a truth value.
fn parse_bool(text: &[u8]) -> Option<bool> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Some(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Some(false),
        _ => None,
    }
}
