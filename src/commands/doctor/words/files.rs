//! Findings about settings, records and git.

use super::Words;
use pnp_ops::doctor::FileFinding;
use pnp_ops::provenance::TOOL_VERSION;

pub(super) fn words(finding: FileFinding) -> Words {
    match finding {
        FileFinding::SettingsNote(note) => Words::fact(note),
        FileFinding::Record { record } => Words::fact(format!("{record} can be read")),
        FileFinding::NewerTool { record, version } => Words::with_hint(
            format!("{record} was last written by version {version}, this is {TOOL_VERSION}"),
            "use that version or a later one, so that all of you work with the same",
        ),
        FileFinding::RecordNotInGit { record } => Words::with_hint(
            format!("{record} is not in git: others in this project cannot see what is deployed"),
            format!("git add {record} && git commit"),
        ),
        FileFinding::Private { file } => Words::fact(format!("{file} is for its owner alone")),
        FileFinding::Exposed { file, mode } => Words::with_hint(
            format!("{file} holds secrets and may be read by other users of this machine (mode {mode:o})"),
            format!("chmod 600 {file}"),
        ),
        FileFinding::NoGit => Words::fact("this project is not in git, so that nothing of it is looked for there"),
        FileFinding::Ignored { file } => Words::fact(format!("{file} is kept out of git")),
        FileFinding::NotIgnored { file } => {
            Words::with_hint(format!("nothing keeps {file} out of git"), format!("echo '{file}' >> .gitignore"))
        }
        FileFinding::KeptByGit { file } => Words::with_hint(
            format!("git keeps {file}, where keys and tokens are"),
            format!("git rm -r --cached {file} && echo '{file}' >> .gitignore"),
        ),
        FileFinding::NoMnemonicInGit { files } => {
            Words::fact(format!("no mnemonic is in the {files} files that git keeps"))
        }
        FileFinding::MnemonicInGit { file, line, is_test } => Words::with_hint(
            format!("{file}:{line} holds a mnemonic, and git keeps it"),
            match is_test {
                true => "fine where that key owns nothing on any network; else move what it owns",
                false => {
                    "everyone with the repository has that key: move what it owns to a fresh account, then `git rm --cached` \
                     the file"
                }
            },
        ),
        FileFinding::Commit(commit) => Words::fact(format!("the work tree is commit {commit}")),
        FileFinding::Uncommitted => Words::with_hint(
            "the work tree differs from the last commit: the record would name a source that nobody has",
            "git commit -a",
        ),
        FileFinding::NoCommit => Words::with_hint(
            "this project is not in git: it cannot be found out later what was deployed",
            "git init && git add -A && git commit",
        ),
    }
}
