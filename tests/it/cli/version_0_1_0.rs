//! What version 0.1.0 left behind opens and works: records, journals, bundles, keystore and the embedded network's store.

use super::Project;
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/v0.1.0")
}

/// Copies a folder; `.gz` files are unpacked.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else if let Some(name) = name.strip_suffix(".gz") {
            let mut bytes = Vec::new();
            GzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut bytes).unwrap();
            fs::write(to.join(name), bytes).unwrap();
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
        #[cfg(unix)]
        if to.join(name).is_file() {
            // Keys are refused where others may read them, and a checkout lets them.
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(to.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

fn project() -> Project {
    let project = Project::new().with("PNP_KEYSTORE", "keystore").with("PNP_KEYSTORE_PASSWORD", "correct-horse");
    copy(&recorded().join("project"), project.path());
    fs::rename(project.path().join("pnp"), project.path().join(".pnp")).unwrap();
    project
}

/// The embedded network listens on another port each time.
fn without_port(mut answer: Value) -> Value {
    if let Some(answer) = answer.as_object_mut() {
        answer.remove("algod");
    }
    answer
}

/// Whether every member of an answer is still there with its value; later versions may add members.
fn is_kept(expected: &Value, answer: &Value) -> bool {
    match (expected, answer) {
        (Value::Object(expected), Value::Object(answer)) => {
            expected.iter().all(|(name, value)| answer.get(name).is_some_and(|now| is_kept(value, now)))
        }
        (Value::Array(expected), Value::Array(answer)) => {
            expected.len() == answer.len() && expected.iter().zip(answer).all(|(value, now)| is_kept(value, now))
        }
        _ => expected == answer,
    }
}

#[test]
fn what_it_recorded_is_read_as_it_read_it() {
    let project = project();
    let commands: &[(&str, &[&str])] = &[
        ("status", &["status", "--all"]),
        ("status-1007", &["status", "--app", "1007"]),
        ("history", &["history", "--app", "1007"]),
        ("history-1016", &["history", "--app", "1016"]),
        ("accounts", &["account", "list"]),
        ("multisig-info", &["multisig", "info", "ops"]),
        ("multisig-status", &["multisig", "status", "update.msig"]),
        ("verify", &["verify", "--app", "1007"]),
        ("inspect", &["multisig", "inspect", "update.msig"]),
    ];
    for (name, command) in commands {
        let text = fs::read_to_string(recorded().join("answers").join(format!("{name}.json"))).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        let (answer, expected) = (without_port(project.done(command)), without_port(expected));
        assert!(is_kept(&expected, &answer), "{command:?}: {expected:#}\n{answer:#}");
    }
}

#[test]
fn a_batch_that_was_killed_goes_on_from_its_journal() {
    let project = project();
    let ran = project.run(&["--json", "bill", "--from", "june.csv", "--app", "1007"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let last: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    let summary = &last["summary"];
    let counts = ["lines", "charged", "charged_before", "refused", "left", "doubtful", "gross"];
    assert_eq!(counts.map(|count| summary[count].as_u64().unwrap()), [40, 17, 23, 0, 0, 0, 80], "{summary:#}");
}

#[test]
fn a_bundle_is_signed_on_and_sent() {
    let project = project();
    let signed = project.done(&["multisig", "sign", "update.msig", "--as", "bob", "--yes"]);
    assert_eq!(signed["signatures"]["complete"], true, "{signed:#}");
    let sent = project.done(&["multisig", "submit", "update.msig"]);
    assert_eq!((sent["app"].as_u64(), sent["sent_before"].as_bool()), (Some(1016), Some(false)), "{sent:#}");
    let status = project.done(&["status", "--app", "1016"]);
    assert_eq!(status["contract"]["parameters"]["max_rate"], 50, "{status:#}");
}

#[test]
fn a_key_of_its_keystore_opens_with_its_password() {
    let project = project();
    project.done(&["account", "export", "vault", "--out", "words", "--yes"]);
    let words = fs::read_to_string(project.path().join("words")).unwrap();
    assert_eq!(words.split_whitespace().count(), 25);
    let project = project.with("PNP_KEYSTORE_PASSWORD", "another");
    let (code, _) = project.json(&["account", "export", "vault", "--out", "again", "--yes"]);
    assert_eq!(code, 1);
}
