//! Findings about settings, records and git.

use super::FindingMessage;
use pnp_ops::doctor::FileFinding;
use pnp_ops::provenance::TOOL_VERSION;

pub(super) fn message(finding: FileFinding) -> FindingMessage {
    match finding {
        FileFinding::SettingsNote(note) => FindingMessage::fact(note),
        FileFinding::Record { record } => FindingMessage::fact(format!("{record} can be read")),
        FileFinding::NewerTool { record, version } => FindingMessage::with_hint(
            format!("{record} was last written by version {version}, this is {TOOL_VERSION}"),
            "use that version or a later one, so that all of you work with the same",
        ),
        FileFinding::RecordNotInGit { record } => FindingMessage::with_hint(
            format!("{record} is not in git: others in this project cannot see what is deployed"),
            format!("git add {record} && git commit"),
        ),
        FileFinding::Private { file } => FindingMessage::fact(format!("{file} is for its owner alone")),
        FileFinding::Exposed { file, mode } => FindingMessage::with_hint(
            format!("{file} holds secrets and may be read by other users of this machine (mode {mode:o})"),
            format!("chmod 600 {file}"),
        ),
        FileFinding::NoGit => {
            FindingMessage::fact("this project is not in git, so that nothing of it is looked for there")
        }
        FileFinding::Ignored { file } => FindingMessage::fact(format!("{file} is kept out of git")),
        FileFinding::NotIgnored { file } => FindingMessage::with_hint(
            format!("nothing keeps {file} out of git"),
            format!("echo '{file}' >> .gitignore"),
        ),
        FileFinding::KeptByGit { file } => FindingMessage::with_hint(
            format!("git keeps {file}, where keys and tokens are"),
            format!("git rm -r --cached {file} && echo '{file}' >> .gitignore"),
        ),
        FileFinding::NoMnemonicInGit { files } => {
            FindingMessage::fact(format!("no mnemonic is in the {files} files that git keeps"))
        }
        FileFinding::MnemonicInGit { file, line, is_test } => FindingMessage::with_hint(
            format!("{file}:{line} holds a mnemonic, and git keeps it"),
            match is_test {
                true => "fine where that key owns nothing on any network; else move what it owns",
                false => {
                    "everyone with the repository has that key: move what it owns to a fresh account, then `git rm --cached` \
                     the file"
                }
            },
        ),
        FileFinding::Commit(commit) => FindingMessage::fact(format!("the work tree is commit {commit}")),
        FileFinding::Uncommitted => FindingMessage::with_hint(
            "the work tree differs from the last commit: the record would name a source that nobody has",
            "git commit -a",
        ),
        FileFinding::NoCommit => FindingMessage::with_hint(
            "this project is not in git: it cannot be found out later what was deployed",
            "git init && git add -A && git commit",
        ),
    }
}
