//! Names in the source: labels by instruction, and methods by selector.

use std::collections::HashMap;

use super::constants::Constants;
use super::value::{Value, followed};
use crate::flow::{Operand, Program};
use crate::token;

/// What the source calls its parts.
#[derive(Debug, Default)]
pub(super) struct Labels {
    by_instruction: HashMap<usize, String>,
    methods: HashMap<Vec<u8>, String>,
}

impl Labels {
    /// Reads the labels of a source, and the methods its program names.
    pub(super) fn of(source: &str, program: &Program, constants: &Constants) -> Self {
        let instructions = program.instructions();
        let mut placed: Vec<(usize, usize)> = Vec::new();
        for (at, it) in instructions.iter().enumerate() {
            placed.extend(it.source.as_ref().map(|place| (place.span.start, at)));
        }
        // A macro's statements are where it is defined.
        placed.sort_unstable();
        let mut labels = Self::default();
        for (label, word) in token::labels(source) {
            let next = placed.partition_point(|(place, _)| *place <= word.span().start);
            if let Some((_, at)) = placed.get(next) {
                labels.by_instruction.entry(*at).or_insert_with(|| label.to_owned());
            }
        }
        for it in instructions {
            let text = it.source.as_ref().and_then(|place| source.get(place.span.clone())).unwrap_or_default();
            let Some(signature) = text.strip_prefix("method ") else { continue };
            let value = match &it.operand {
                Operand::Constant(place) => Some(followed(program.constant(place))),
                _ => constants.loaded(it),
            };
            if let Some(Value::Bytes(value)) = value {
                labels.methods.insert(value.to_vec(), signature.trim().trim_matches('"').to_owned());
            }
        }
        labels
    }

    /// The first label in front of an instruction.
    pub(super) fn at(&self, instruction: usize) -> Option<&str> {
        self.by_instruction.get(&instruction).map(String::as_str)
    }

    /// The signature of a method.
    pub(super) fn method(&self, selector: &[u8]) -> Option<&str> {
        self.methods.get(selector).map(String::as_str)
    }
}
