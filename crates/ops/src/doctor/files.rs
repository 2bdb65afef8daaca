//! Settings, records and keys on the disk, and what git has of them.

use super::finding::{FileFinding, Finding, Findings, Topic};
use super::mnemonics::first_mnemonic;
use crate::provenance::{self, git};
use crate::settings::Settings;
use pnp_registry::{Deployments, Store};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// No larger file is searched for mnemonics, in bytes.
const MAX_SEARCHED_BYTES: u64 = 1 << 20;

pub(super) fn examine(settings: &Settings, findings: &mut Findings) {
    let folder = &settings.folder;
    records(settings, findings);
    let env_files = env_files(folder);
    for path in env_files.iter().filter(|path| holds_secret(path)) {
        permissions(settings, path, findings);
    }
    for path in files_in(&folder.join(".pnp").join("accounts")) {
        permissions(settings, &path, findings);
    }
    let Some(tracked) = git(folder, &["ls-files", "-z"]) else {
        findings.add(FileFinding::NoGit);
        return;
    };
    let tracked: Vec<&str> = tracked.split('\0').filter(|name| !name.is_empty()).collect();
    ignored(settings, &env_files, &tracked, findings);
    let mut found = false;
    for name in &tracked {
        if let Some(line) = mnemonic_in(&folder.join(name)) {
            found = true;
            findings.add(FileFinding::MnemonicInGit {
                file: (*name).to_owned(),
                line,
                is_test: is_read_by_tests(name),
            });
        }
    }
    if !found {
        findings.add(FileFinding::NoMnemonicInGit { files: tracked.len() });
    }
}

/// Whether records can be read, and whether a later version of this program wrote them.
fn records(settings: &Settings, findings: &mut Findings) {
    let names = match Store::networks(&settings.folder) {
        Ok(names) => names,
        Err(error) => return findings.add(Finding::failed(Topic::Files, "record", error)),
    };
    for name in names {
        let store = Store::new(&settings.folder, &name);
        let record = settings.shown(store.path());
        match store.load() {
            Err(error) => findings.add(Finding::failed(Topic::Files, "record", error)),
            Ok(deployments) => findings.add(match newer_version(&deployments) {
                Some(version) => FileFinding::NewerTool { record, version },
                None => FileFinding::Record { record },
            }),
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

/// Whether a file of settings names a mnemonic, a token or a password.
fn holds_secret(path: &Path) -> bool {
    let text = Zeroizing::new(std::fs::read_to_string(path).unwrap_or_default());
    let mut names =
        text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().trim_matches('\''));
    names.any(|name| name.ends_with("_MNEMONIC") || name.ends_with("_TOKEN") || name.ends_with("PASSWORD"))
}

/// Whether a file with secrets is for its owner alone.
#[cfg(unix)]
fn permissions(settings: &Settings, path: &Path, findings: &mut Findings) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(metadata) = std::fs::metadata(path) else { return };
    let (file, mode) = (settings.shown(path), metadata.permissions().mode() & 0o777);
    findings.add(if mode & 0o077 == 0 { FileFinding::Private { file } } else { FileFinding::Exposed { file, mode } });
}

#[cfg(not(unix))]
fn permissions(_: &Settings, _: &Path, _: &mut Findings) {}

/// Whether what may hold keys is kept out of git.
fn ignored(settings: &Settings, env_files: &[PathBuf], tracked: &[&str], findings: &mut Findings) {
    let private = settings.folder.join(".pnp");
    for path in env_files.iter().chain(private.exists().then_some(&private)) {
        let file = settings.shown(path);
        let is_inside = |tracked: &str| tracked.strip_prefix(&file).is_some_and(|rest| rest.starts_with('/'));
        findings.add(if tracked.iter().any(|tracked| *tracked == file || is_inside(tracked)) {
            FileFinding::KeptByGit { file }
        } else if git(&settings.folder, &["check-ignore", "-q", &file]).is_some() || ignores_itself(path) {
            FileFinding::Ignored { file }
        } else {
            FileFinding::NotIgnored { file }
        });
    }
}

/// Whether a folder's own `.gitignore` keeps all of it out.
fn ignores_itself(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join(".gitignore")).is_ok_and(|text| text.lines().any(|line| line.trim() == "*"))
}

/// Whether a file is in a folder of tests.
fn is_read_by_tests(name: &str) -> bool {
    Path::new(name).components().any(|part| {
        let part = part.as_os_str().to_string_lossy();
        ["test", "tests", "testdata", "fixtures"].contains(&part.as_ref())
    })
}

/// The line of the first mnemonic in a file.
fn mnemonic_in(path: &Path) -> Option<usize> {
    let metadata =
        std::fs::metadata(path).ok().filter(|metadata| metadata.is_file() && metadata.len() <= MAX_SEARCHED_BYTES)?;
    // 25 words of three letters.
    let is_long_enough = metadata.len() > 25 * 3;
    let text = is_long_enough.then(|| std::fs::read_to_string(path).ok()).flatten().map(Zeroizing::new)?;
    first_mnemonic(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_registry::{Chain, Contract, Event, Programs, Rates};
    use pnp_types::Round;

    #[test]
    fn versions_are_compared_as_numbers() {
        let event = |version: &str| Event {
            action: "create".into(),
            txids: Vec::new(),
            round: Round(1),
            time: String::new(),
            tool_version: version.into(),
            git_commit: None,
            parameters: Rates { fee_pct: 0, min_rate: 1, max_rate: 1 },
            approval_sha512_256: String::new(),
        };
        let record = |versions: &[&str]| {
            let contract = Contract {
                app_id: pnp_types::AppIndex(1),
                app_address: String::new(),
                name: String::new(),
                version: None,
                asset_id: pnp_types::AssetIndex::NONE,
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
