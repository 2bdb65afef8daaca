//! Settings, records and keys on the disk, and what git has of them.

use super::check::{Checks, Topic};
use super::secrets::first_mnemonic;
use crate::failure::Failure;
use crate::session::context::Context;
use pnp_ops::provenance::{self, git};
use pnp_registry::{Deployments, Store};
use std::path::{Path, PathBuf};

const FILES: Topic = Topic::Files;
/// No larger file is searched for mnemonics, in bytes.
const LARGEST: u64 = 1 << 20;

pub(super) fn look(context: &Context, checks: &mut Checks) {
    let folder = &context.folder;
    let shown = |path: &Path| context.shown(path);
    records(context, checks);
    let env_files = env_files(folder);
    for path in &env_files {
        permissions(path, &shown(path), holds_secret(path), checks);
    }
    for path in files_in(&folder.join(".pnp").join("accounts")) {
        permissions(&path, &shown(&path), true, checks);
    }
    let Some(tracked) = git(folder, &["ls-files", "-z"]) else {
        checks.note(FILES, "git", "this project is not in git, so that nothing of it is looked for there");
        return;
    };
    let tracked: Vec<&str> = tracked.split('\0').filter(|name| !name.is_empty()).collect();
    ignored(context, &env_files, &tracked, checks);
    let mut found = false;
    for name in &tracked {
        if let Some(line) = mnemonic_in(&folder.join(name)) {
            found = true;
            let (is_test, hint) = match is_of_tests(name) {
                true => (true, "fine where that key owns nothing on any network; else move what it owns"),
                false => (
                    false,
                    "whoever has the repository has that key: move what it owns to a fresh account, then `git rm --cached` \
                     the file",
                ),
            };
            let message = format!("{name}:{line} holds a mnemonic, and git keeps it");
            checks.graver(!is_test, FILES, "mnemonic_in_git", message, hint);
        }
    }
    if !found {
        checks.ok(FILES, "mnemonic_in_git", format!("no mnemonic is in the {} files that git keeps", tracked.len()));
    }
}

/// Whether records can be read, and whether a later version of this program wrote them.
fn records(context: &Context, checks: &mut Checks) {
    let names = match Store::networks(&context.folder) {
        Ok(names) => names,
        Err(error) => return checks.failure(FILES, "record", &Failure::from(error)),
    };
    for name in names {
        let store = Store::new(&context.folder, &name);
        let shown = context.shown(store.path());
        match store.load() {
            Err(error) => checks.failure(FILES, "record", &Failure::from(error)),
            Ok(record) => match newer_version(&record) {
                Some(version) => checks.warning(
                    FILES,
                    "tool_version",
                    format!("{shown} was last written by version {version}, this is {}", provenance::TOOL_VERSION),
                    "use that version or a later one, so that all of you work with the same",
                ),
                None => checks.ok(FILES, "record", format!("{shown} can be read")),
            },
        }
    }
}

/// The highest version that wrote in a record, where it is higher than this one.
fn newer_version(record: &Deployments) -> Option<String> {
    let number =
        |version: &str| -> Vec<u64> { version.split(['.', '-']).map_while(|part| part.parse().ok()).collect() };
    let events = record.chains.values().flat_map(|chain| &chain.contracts).flat_map(|contract| &contract.history);
    let highest = events.map(|event| &event.tool_version).max_by_key(|version| number(version))?;
    (number(highest) > number(provenance::TOOL_VERSION)).then(|| highest.clone())
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

/// `.env` and `.env.NET`, but for templates.
fn env_files(folder: &Path) -> Vec<PathBuf> {
    let is_settings = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let rest = name.strip_prefix(".env");
        rest.is_some_and(|rest| {
            (rest.is_empty() || rest.starts_with('.')) && ![".template", ".example", ".sample"].contains(&rest)
        })
    };
    files_in(folder).into_iter().filter(is_settings).collect()
}

/// Whether a file of settings names a mnemonic or a token.
fn holds_secret(path: &Path) -> bool {
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path).unwrap_or_default());
    let names = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim());
    names.into_iter().any(|name| name.ends_with("_MNEMONIC") || name.ends_with("_TOKEN") || name.ends_with("PASSWORD"))
}

#[cfg(unix)]
fn permissions(path: &Path, shown: &str, is_secret: bool, checks: &mut Checks) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(metadata) = std::fs::metadata(path) else { return };
    let mode = metadata.permissions().mode() & 0o777;
    if is_secret && mode & 0o077 != 0 {
        checks.error(
            FILES,
            "permissions",
            format!("{shown} holds secrets and may be read by other users of this machine (mode {mode:o})"),
            format!("chmod 600 {shown}"),
        );
    } else if is_secret {
        checks.ok(FILES, "permissions", format!("{shown} is for its owner alone"));
    }
}

#[cfg(not(unix))]
fn permissions(_: &Path, _: &str, _: bool, _: &mut Checks) {}

/// Whether what may hold keys is kept out of git.
fn ignored(context: &Context, env_files: &[PathBuf], tracked: &[&str], checks: &mut Checks) {
    let private = context.folder.join(".pnp");
    for path in env_files.iter().chain(private.exists().then_some(&private)) {
        let name = context.shown(path);
        if tracked
            .iter()
            .any(|file| *file == name || file.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/')))
        {
            checks.error(
                FILES,
                "gitignore",
                format!("git keeps {name}, where keys and tokens are"),
                format!("git rm -r --cached {name} && echo '{name}' >> .gitignore"),
            );
        } else if git(&context.folder, &["check-ignore", "-q", &name]).is_some() || is_ignored_inside(path) {
            checks.ok(FILES, "gitignore", format!("{name} is kept out of git"));
        } else {
            checks.warning(
                FILES,
                "gitignore",
                format!("nothing keeps {name} out of git"),
                format!("echo '{name}' >> .gitignore"),
            );
        }
    }
}

/// Whether a folder's own `.gitignore` keeps all of it out.
fn is_ignored_inside(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join(".gitignore")).is_ok_and(|text| text.lines().any(|line| line.trim() == "*"))
}

/// Whether a file is one that tests read.
fn is_of_tests(name: &str) -> bool {
    Path::new(name).components().any(|part| {
        let part = part.as_os_str().to_string_lossy();
        ["test", "tests", "testdata", "fixtures"].contains(&part.as_ref())
    })
}

fn mnemonic_in(path: &Path) -> Option<usize> {
    let metadata = std::fs::metadata(path).ok().filter(|metadata| metadata.is_file() && metadata.len() <= LARGEST)?;
    // 25 words of three letters.
    let is_long_enough = metadata.len() > 25 * 3;
    let text = is_long_enough.then(|| std::fs::read_to_string(path).ok()).flatten().map(zeroize::Zeroizing::new)?;
    first_mnemonic(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_registry::{Chain, Contract, Event, Programs, Rates};

    #[test]
    fn versions_are_compared_as_numbers() {
        let event = |version: &str| Event {
            action: "create".into(),
            txids: Vec::new(),
            round: 1,
            time: String::new(),
            tool_version: version.into(),
            git_commit: None,
            parameters: Rates { fee_pct: 0, min_rate: 1, max_rate: 1 },
            approval_sha512_256: String::new(),
        };
        let record = |versions: &[&str]| {
            let contract = Contract {
                app_id: 1,
                app_address: String::new(),
                name: String::new(),
                version: None,
                asset_id: 0,
                creator: String::new(),
                provider: String::new(),
                platform: String::new(),
                parameters: Rates { fee_pct: 0, min_rate: 1, max_rate: 1 },
                programs: Programs {
                    approval_sha512_256: String::new(),
                    clear_sha512_256: String::new(),
                    approval_source_sha256: String::new(),
                    clear_source_sha256: String::new(),
                    template: std::collections::BTreeMap::new(),
                },
                deleted: false,
                history: versions.iter().map(|version| event(version)).collect(),
            };
            let mut record = Deployments::new("x");
            record.chains.insert("h".into(), Chain { contracts: vec![contract], ..Chain::default() });
            record
        };
        assert_eq!(newer_version(&record(&[])), None);
        assert_eq!(newer_version(&record(&["0.0.9", provenance::TOOL_VERSION])), None);
        assert_eq!(newer_version(&record(&["900.10.0", "900.9.1", "odd"])).as_deref(), Some("900.10.0"));
    }
}
