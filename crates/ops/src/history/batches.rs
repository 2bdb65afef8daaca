//! What was billed in batches, by the journals in this project.

use crate::connection::Connection;
use pnp_types::AppIndex;
use pnp_usage::journal;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What was billed in one batch, by its journal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchHistory {
    /// Its file.
    pub journal: String,
    /// The contract.
    pub app: AppIndex,
    /// What was billed: a file's name, or what was repeated.
    pub input: String,
    /// Bills in blocks.
    pub charged: u64,
    /// Bills that were refused.
    pub refused: u64,
    /// Bills that may or may not be in a block.
    pub open: u64,
    /// Minor units the users paid; text, for it may be more than 64 bits.
    pub gross: String,
    /// The platform's part.
    pub fee: String,
    /// The provider's part.
    pub net: String,
    /// Whether all of it is settled.
    pub done: bool,
    /// What is wrong with the journal, instead of all that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// The journals of this chain, and of one application where it is named.
pub(super) fn read(connection: &Connection, app: Option<AppIndex>) -> Vec<BatchHistory> {
    let folder = connection.settings.folder.join(".pnp").join("journals");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "journal"));
    paths.sort();
    let batches = paths.iter().filter_map(|path| one(connection, path));
    batches.filter(|one| app.is_none_or(|app| one.app == app || one.problem.is_some())).collect()
}

fn one(connection: &Connection, path: &Path) -> Option<BatchHistory> {
    let journal = connection.settings.shown(path);
    let mut batch = BatchHistory {
        journal,
        app: AppIndex::NONE,
        input: String::new(),
        charged: 0,
        refused: 0,
        open: 0,
        gross: "0".to_owned(),
        fee: "0".to_owned(),
        net: "0".to_owned(),
        done: false,
        problem: None,
    };
    match journal::read(path, |_| {}) {
        Ok(past) => {
            let begin = past.begin.filter(|begin| begin.genesis_hash.to_base64() == connection.identity.hash)?;
            batch.app = begin.app;
            batch.input = begin.input;
            batch.charged = past.charged.len();
            batch.refused = past.refused.len();
            batch.open = past.open.len() as u64;
            batch.gross = past.sums.gross.to_string();
            batch.fee = past.sums.fee.to_string();
            batch.net = past.sums.net.to_string();
            batch.done = past.done;
        }
        Err(error) => batch.problem = Some(error.to_string()),
    }
    Some(batch)
}
