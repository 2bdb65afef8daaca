//! `gateway keys`: API keys, each shown once or written to a file.

use super::reports::{KeyReport, KeysReport, NewKeyReport, PlaybackKeyReport};
use super::{Api, encoded};
use crate::failure::Failure;
use crate::terminal::output::Answer;
use serde::Deserialize;
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Arguments of `gateway keys`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Create a key
    Create {
        /// What people call it
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// The partner, by its id or name; may be omitted where there is only one
        #[arg(long, value_name = "PARTNER")]
        partner: Option<String>,
        /// For pages of these origins instead of servers, for example https://shop.example
        #[arg(long = "origin", value_name = "ORIGIN", conflicts_with = "scopes")]
        origins: Vec<String>,
        /// A right that a secret key has only where it is named: prices:set, ticks:unbounded, withdrawals:write
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        #[command(flatten)]
        place: Place,
    },
    /// List keys
    List {
        /// Only this partner's, by its id or name
        #[arg(long, value_name = "PARTNER")]
        partner: Option<String>,
    },
    /// Replace a key; the old one works on for a while
    Rotate {
        /// The key's id
        #[arg(value_name = "KEY_ID")]
        id: String,
        /// For how many hours the old key works on
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=168))]
        overlap: i64,
        #[command(flatten)]
        place: Place,
    },
    /// Replace the key that signs playback tokens; the old one stays published until no token needs it
    RotatePlayback {
        /// Stop publishing the old key and sign with the new one at once: for a key that somebody else knows
        #[arg(long)]
        revoke_old: bool,
    },
    /// End a key at once
    Revoke {
        /// The key's id
        #[arg(value_name = "KEY_ID")]
        id: String,
    },
}

/// Where a new key goes: it is given once.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// Print the key on stdout
    #[arg(long)]
    show_key: bool,
    /// Write the key to this new file, for you alone, instead of showing it
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// What the API answers where it makes a key.
#[derive(Deserialize)]
struct Made {
    secret: Option<String>,
    #[serde(flatten)]
    key: KeyReport,
}

pub(super) async fn run(api: &Api, args: &Args) -> Result<Answer, Failure> {
    match &args.command {
        Command::Create { name, partner, origins, scopes, place } => {
            let partner = api.partner(partner.as_deref()).await?;
            let body = match origins.is_empty() {
                true => json!({ "partner_id": partner, "kind": "secret", "name": name, "scopes": scopes }),
                false => json!({ "partner_id": partner, "kind": "publishable", "name": name, "origins": origins }),
            };
            make(api, "/v1/api_keys", &body, place).await
        }
        Command::Rotate { id, overlap, place } => {
            let path = format!("/v1/api_keys/{}/rotate", encoded(id));
            make(api, &path, &json!({ "overlap_hours": overlap }), place).await
        }
        Command::List { partner } => {
            let path = match partner {
                Some(partner) => format!("/v1/api_keys?partner_id={}", api.partner(Some(partner)).await?),
                None => "/v1/api_keys".to_owned(),
            };
            let report = KeysReport { keys: api.list(&path).await? };
            let lines: Vec<_> = report.keys.iter().map(line).collect();
            let text = if lines.is_empty() { "there are no keys".to_owned() } else { lines.join("\n") };
            Answer::of(&report, text)
        }
        Command::RotatePlayback { revoke_old } => {
            let body = json!({ "revoke_old": revoke_old });
            let key: PlaybackKeyReport = api.send("POST", "/v1/playback_keys/rotate", Some(&body)).await?;
            let state = if key.replaced { "signs" } else { "was created before and signs" };
            let text = format!(
                "playback key {} {state} from {} on; {} is published until {}",
                key.key_id, key.signs_from, key.old_key_id, key.old_until
            );
            Answer::of(&key, text)
        }
        Command::Revoke { id } => {
            let path = format!("/v1/api_keys/{}/revoke", encoded(id));
            let key: KeyReport = api.send("POST", &path, None).await?;
            let text = format!("key {} ({}) works no more", key.id, key.name);
            Answer::of(&key, text)
        }
    }
}

async fn make(api: &Api, path: &str, body: &serde_json::Value, place: &Place) -> Result<Answer, Failure> {
    // The file first: a key that cannot be written would be lost.
    let file = place.key_file.as_deref().map(|path| new_file(path).map(|file| (path, file))).transpose()?;
    let made: Result<Made, _> = api.send("POST", path, Some(body)).await;
    let Made { key, secret } = match made {
        Ok(made) => made,
        Err(failure) => {
            if let Some((path, _)) = file
                && let Err(error) = std::fs::remove_file(path)
            {
                return Err(failure.because(format!("and the empty file {} stays: {error}", path.display())));
            }
            return Err(failure);
        }
    };
    let secret = secret.map(Zeroizing::new);
    let secret = secret.ok_or_else(|| Failure::new("gateway", "the gateway's answer has no key"))?;
    let about = format!("key {} ({}) of partner {}", key.id, key.name, key.partner_id);
    match file {
        Some((path, mut file)) => {
            let written = file.write_all(secret.as_bytes()).and_then(|()| file.write_all(b"\n"));
            written.and_then(|()| file.sync_all()).map_err(|error| unwritable(path, error))?;
            let text = format!("{about} is in {}, readable by you alone", path.display());
            Answer::of(&NewKeyReport { key, secret: None, file: Some(path.to_owned()) }, text)
        }
        None => {
            let text = format!("{about}; it is not shown again:\n{}", secret.as_str());
            Answer::of(&NewKeyReport { key, secret: Some(secret.as_str().to_owned()), file: None }, text)
        }
    }
}

fn new_file(path: &Path) -> Result<std::fs::File, Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| unwritable(path, error))
}

fn unwritable(path: &Path, error: std::io::Error) -> Failure {
    Failure::new("unwritable", format!("{} cannot be written", path.display()))
        .because(error)
        .hint("name a new file in a folder that can be written")
}

fn line(key: &KeyReport) -> String {
    let KeyReport { id, kind, name, hint, .. } = key;
    let rights = [key.scopes.as_slice(), key.origins.as_slice()].concat().join(" ");
    let state = match (&key.revoked_at, &key.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) => format!("ends {at}"),
        (None, None) => key.last_used_at.as_ref().map_or("never used".to_owned(), |at| format!("used {at}")),
    };
    format!("{id}  {kind:<11}  ...{hint}  {name}  {state}  {rights}").trim_end().to_owned()
}
