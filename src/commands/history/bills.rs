//! What was billed in batches, by the journals that lie here.

use crate::session::Session;
use pnp_types::AppIndex;
use pnp_usage::journal;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// What one journal tells.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Journalled {
    /// Its file.
    journal: String,
    /// The contract.
    app: AppIndex,
    /// What was billed: a file's name, or what was repeated.
    input: String,
    /// Bills in blocks.
    charged: u64,
    /// Bills that were refused.
    refused: u64,
    /// Bills that may or may not be in a block.
    open: u64,
    /// Minor units the users paid; text, for it may be more than 64 bits.
    gross: String,
    /// The platform's part.
    fee: String,
    /// The provider's part.
    net: String,
    /// Whether all of it is settled.
    done: bool,
    /// What is wrong with the journal, instead of all that.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl fmt::Display for Journalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { journal, app, input, charged, refused, open, gross, fee, .. } = self;
        if let Some(problem) = &self.problem {
            return write!(f, "bills     {problem}");
        }
        write!(
            f,
            "bills     application {app}, {input}: {charged} charged ({gross} minor units, {fee} of them fees), "
        )?;
        write!(f, "{refused} refused, {open} open{}", if self.done { "" } else { ", not finished" })?;
        write!(f, "    {journal}")
    }
}

/// The journals of this chain, and of one application where it is named.
pub(super) fn read(session: &Session<'_>, app: Option<AppIndex>) -> Vec<Journalled> {
    let folder = session.context.folder.join(".pnp").join("journals");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "journal"));
    paths.sort();
    let told = paths.iter().filter_map(|path| one(session, path));
    told.filter(|one| app.is_none_or(|app| one.app == app || one.problem.is_some())).collect()
}

fn one(session: &Session<'_>, path: &Path) -> Option<Journalled> {
    let journal = session.context.shown(path);
    let mut told = Journalled {
        journal,
        app: 0,
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
            let begin = past.begin.filter(|begin| begin.genesis_hash.to_base64() == session.identity.hash)?;
            told.app = begin.app;
            told.input = begin.input;
            told.charged = past.charged.len();
            told.refused = past.refused.len();
            told.open = past.open.len() as u64;
            told.gross = past.sums.gross.to_string();
            told.fee = past.sums.fee.to_string();
            told.net = past.sums.net.to_string();
            told.done = past.done;
        }
        Err(error) => told.problem = Some(error.to_string()),
    }
    Some(told)
}
