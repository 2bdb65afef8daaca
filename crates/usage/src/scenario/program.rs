//! The contract's programs for given template values, and the rule at each program counter.

use std::collections::BTreeMap;

use super::Contract;
use pnp_client::Rejection;
use pnp_teal::template::{TemplateValue, Templates};

/// The contract's TEAL, as text.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The approval program.
    pub approval: String,
    /// The clear program.
    pub clear: String,
}

/// The contract's programs, assembled.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The approval program's bytes.
    pub approval: Vec<u8>,
    /// The clear program's bytes.
    pub clear: Vec<u8>,
    /// For each program counter of the approval program whose line has one, its comment.
    rules: BTreeMap<usize, String>,
}

impl Programs {
    /// Assembles the sources with a scenario's template values.
    ///
    /// # Errors
    /// The assembler's messages, a line each.
    pub fn assemble(sources: &Sources, contract: &Contract) -> Result<Self, String> {
        let values: Templates = [
            ("TMPL_UPDATABLE", contract.updatable),
            ("TMPL_DELETABLE", contract.deletable),
            ("TMPL_ORDERED_TICKS", contract.ordered_ticks),
        ]
        .into_iter()
        .map(|(name, value)| (name, TemplateValue::Uint(value)))
        .collect();
        let assemble = |source: &str| {
            let text = values.substitute(source).map_err(|e| e.to_string())?;
            pnp_teal::assemble(&text, pnp_teal::AssembleOptions::default())
                .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        };
        let approval = assemble(&sources.approval)?;
        let clear = assemble(&sources.clear)?;
        let lines: Vec<&str> = sources.approval.lines().collect();
        let rules = approval
            .source_map
            .iter()
            .filter_map(|place| {
                let (_, comment) = lines.get(place.line as usize)?.split_once("// ")?;
                Some((place.pc as usize, comment.trim().to_owned()))
            })
            .collect();
        Ok(Self { approval: approval.bytes, clear: clear.bytes, rules })
    }

    /// The rule at a program counter: its line's comment.
    #[must_use]
    pub fn rule(&self, pc: usize) -> Option<&str> {
        self.rules.get(&pc).map(String::as_str)
    }

    /// The rule that a refusal is by; nothing where it is the protocol's own.
    #[must_use]
    pub fn rule_of(&self, refusal: &Rejection) -> Option<&str> {
        match refusal {
            Rejection::Logic { pc: Some(pc), .. } => self.rule(usize::try_from(*pc).ok()?),
            _ => None,
        }
    }
}
