//! The commands as a user meets them: arguments, environment and files in; stdout, stderr and an exit code out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what tests share may fail as loudly as tests")]

mod billing;
mod check;
mod concurrent;
mod cost;
mod deploy;
mod diagnostics;
mod disassemble;
mod embedded;
mod explain;
mod fmt;
mod future;
mod help;
mod identity;
mod interrupted;
mod keys;
mod lost_transactions;
mod misuse;
mod multisig;
mod program;
mod reading_commands;
mod schemas;
#[cfg(feature = "gateway")]
pub(crate) use schemas::matches_schema;
pub(crate) mod secrets;
mod version_0_1_0;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A project's folder and the environment commands run in.
pub(crate) struct Project {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// The command, not started: with nothing of the caller's environment but what is needed to run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pnp-contract"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs with `--json`; the document, which must be all there is on stdout.
    pub(crate) fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let ran = self.run(&all);
        let document = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {:?} {:?}", ran.stdout, ran.stderr));
        (ran.code, document)
    }

    /// Runs with `--json` what must succeed.
    pub(crate) fn done(&self, arguments: &[&str]) -> Value {
        let (code, document) = self.json(arguments);
        assert_eq!(code, 0, "{arguments:?}: {document:#}");
        document
    }

    /// Runs with `--json` what must fail with this exit code and error code; the error.
    pub(crate) fn refused(&self, arguments: &[&str], exit: i32, code: &str) -> Value {
        let (found, document) = self.json(arguments);
        let error = document["error"].clone();
        assert_eq!((found, error["code"].as_str()), (exit, Some(code)), "{arguments:?}: {document:#}");
        assert_eq!(error["exit"], exit);
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{document:#}");
        assert!(error["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "no next step: {document:#}");
        error
    }
}
