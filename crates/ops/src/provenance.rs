//! What a record says of the moment it is written in: time, version, git commit.

use std::path::Path;
use std::process::{Command, Stdio};

/// Now, UTC, to the second.
#[must_use]
pub fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// This program's version.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What git gets of our environment: how to find itself and its settings.
const PASSED_TO_GIT: [&str; 6] = ["PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "GIT_CONFIG_GLOBAL"];

/// The git commit of the project, with `+` where the work tree differs; nothing outside git or without it.
#[must_use]
pub fn git_commit(project: &Path) -> Option<String> {
    let commit = git(project, &["rev-parse", "HEAD"]).filter(|commit| !commit.is_empty())?;
    // The record itself is expected to change.
    let changed = git(project, &["status", "--porcelain", "--untracked-files=no", "--", ".", ":!deployments"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit}+") })
}

/// What git answers in the project's folder; nothing where it refuses, or is not there.
#[must_use]
pub fn git(project: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        // Our environment may hold mnemonics, and git starts programs of others: hooks, file system monitors.
        .env_clear()
        .envs(PASSED_TO_GIT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .arg("-C")
        .arg(project)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
