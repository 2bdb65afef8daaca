//! The contract's own TEAL, assembled for a set of template values.

use super::UsageError;
use pnp_teal::template::{TemplateValue, Templates};
use pnp_teal::{AssembleOptions, PcMap, assemble, report};
use pnp_types::sha512_256;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The approval program's source.
pub const APPROVAL_SOURCE: &str = include_str!("../teal/usage_approval.teal");
/// The clear program's source.
pub const CLEAR_SOURCE: &str = include_str!("../teal/usage_clear.teal");
/// Where the approval program's source lies in the project; how messages name it.
pub const APPROVAL_PATH: &str = "teal/usage_approval.teal";
/// Where the clear program's source lies in the project.
pub const CLEAR_PATH: &str = "teal/usage_clear.teal";

/// The values of the contract's template variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// `TMPL_UPDATABLE`: whether the creator may replace the programs.
    pub updatable: bool,
    /// `TMPL_DELETABLE`: whether the creator may end the contract.
    pub deletable: bool,
    /// `TMPL_ORDERED_TICKS`: whether every tick must be greater than the one before.
    pub ordered_ticks: bool,
}

impl Default for Template {
    /// What cannot be changed can be trusted: neither updatable nor deletable, ticks in order.
    fn default() -> Self {
        Self { updatable: false, deletable: false, ordered_ticks: true }
    }
}

impl Template {
    /// Every set of values.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8_u8).map(|bits| Self { updatable: bits & 1 != 0, deletable: bits & 2 != 0, ordered_ticks: bits & 4 != 0 })
    }

    /// Name and value of each variable.
    #[must_use]
    pub const fn values(&self) -> [(&'static str, u64); 3] {
        [
            ("TMPL_UPDATABLE", self.updatable as u64),
            ("TMPL_DELETABLE", self.deletable as u64),
            ("TMPL_ORDERED_TICKS", self.ordered_ticks as u64),
        ]
    }

    /// The sources with these values in their places: approval, clear.
    ///
    /// # Errors
    /// [`UsageError::Assembly`], which would be a fault of this program.
    pub fn sources(&self) -> Result<(String, String), UsageError> {
        let values = Templates::from_iter(self.values().map(|(name, value)| (name, TemplateValue::Uint(value))));
        let filled = |source| values.substitute(source).map_err(|error| UsageError::Assembly(error.to_string()));
        Ok((filled(APPROVAL_SOURCE)?, filled(CLEAR_SOURCE)?))
    }
}

/// Both programs as bytes, and where their bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The approval program.
    pub approval: Vec<u8>,
    /// The clear program.
    pub clear: Vec<u8>,
    /// The template values they were assembled with.
    pub template: Template,
    map: PcMap,
}

/// A place in the contract's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SourceLine {
    /// `teal/usage_approval.teal`.
    pub file: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// The instruction.
    pub code: String,
    /// What the source says about it.
    pub comment: Option<String>,
}

impl Programs {
    /// Assembles both programs.
    ///
    /// # Errors
    /// [`UsageError::Assembly`], which would be a fault of this program.
    pub fn assemble(template: Template) -> Result<Self, UsageError> {
        let (approval, clear) = template.sources()?;
        let assembled = |path: &str, source: &str| {
            assemble(source, AssembleOptions::default())
                .map_err(|problems| UsageError::Assembly(report(&problems, Some(path)).trim().to_owned()))
        };
        let approval = assembled(APPROVAL_PATH, &approval)?;
        let clear = assembled(CLEAR_PATH, &clear)?;
        Ok(Self { approval: approval.bytes, clear: clear.bytes, template, map: approval.source_map })
    }

    /// SHA-512/256 of the approval program, hex.
    #[must_use]
    pub fn approval_hash(&self) -> String {
        hex::encode(sha512_256(&self.approval))
    }

    /// SHA-512/256 of the clear program, hex.
    #[must_use]
    pub fn clear_hash(&self) -> String {
        hex::encode(sha512_256(&self.clear))
    }

    /// Every instruction of the approval program that the source wrote down, with its line.
    pub fn instructions(&self) -> impl Iterator<Item = (u64, SourceLine)> {
        self.map.iter().filter_map(|location| {
            let pc = u64::from(location.pc);
            Some((pc, self.source_line(pc)?))
        })
    }

    /// The source line behind a program counter of the approval program.
    #[must_use]
    pub fn source_line(&self, pc: u64) -> Option<SourceLine> {
        let pc = usize::try_from(pc).ok().filter(|pc| *pc < self.approval.len())?;
        // Locations count lines from 0.
        let index = usize::try_from(self.map.covering(pc)?.line).ok()?;
        let line = index.checked_add(1)?;
        let text = APPROVAL_SOURCE.lines().nth(index)?;
        let (code, comment) = text.split_once("//").map_or((text, None), |(code, comment)| (code, Some(comment)));
        Some(SourceLine {
            file: APPROVAL_PATH,
            line,
            code: code.trim().to_owned(),
            comment: comment.map(|comment| comment.trim().to_owned()),
        })
    }
}

/// SHA-256 of both sources, hex: approval, clear.
#[must_use]
pub fn source_hashes() -> (String, String) {
    let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
    (hash(APPROVAL_SOURCE), hash(CLEAR_SOURCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_assembles_within_its_budget() {
        for template in [Template::default(), Template { updatable: true, deletable: true, ordered_ticks: false }] {
            let programs = Programs::assemble(template).unwrap();
            assert!(programs.approval.len() <= 480, "{} bytes", programs.approval.len());
            assert_eq!(programs.approval.first(), Some(&11));
        }
        let one = Programs::assemble(Template::default()).unwrap();
        let other = Programs::assemble(Template { updatable: true, ..Template::default() }).unwrap();
        assert_ne!(one.approval_hash(), other.approval_hash());
        assert_eq!(one.clear_hash(), other.clear_hash());
    }

    #[test]
    fn places_in_the_program_are_lines_of_the_source() {
        let programs = Programs::assemble(Template::default()).unwrap();
        let rules: Vec<String> = (0..programs.approval.len() as u64)
            .filter_map(|pc| programs.source_line(pc))
            .filter(|line| line.code == "assert")
            .filter_map(|line| line.comment)
            .collect();
        assert!(rules.iter().any(|rule| rule.contains("unit_price must not be over max_rate")), "{rules:?}");
        assert_eq!(programs.source_line(100_000), None);
    }
}
