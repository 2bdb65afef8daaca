//! Where keys are kept, which one wins, and what is said where one is missing, locked, damaged or another's.

use super::Project;
use pnp_client::Algod;
use pnp_devnet::{Config, DevNode, LOCAL_TOKEN};
use pnp_keys::mnemonic;
use pnp_types::SigningKey;
use pnp_types::{Address, MicroAlgos};
use pnp_usage::calls;
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

const PASSWORD: &str = "correct horse battery staple";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn words(seed: u8) -> String {
    mnemonic::from_seed(&[seed; 32]).as_str().to_owned()
}

fn address(seed: u8) -> String {
    key(seed).address().to_string()
}

/// A project whose keystore lies inside it.
fn project() -> Project {
    let project = Project::new();
    let keystore = project.path().join("keystore").display().to_string();
    project.with("PNP_KEYSTORE", &keystore).with("PNP_KEYSTORE_PASSWORD", PASSWORD)
}

/// Runs with `input` on stdin; exit code, stdout and stderr.
fn run_with(project: &Project, input: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut child =
        project.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn import(project: &Project, name: &str, seed: u8) {
    let (code, _, stderr) = run_with(project, &words(seed), &["account", "import", name]);
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn an_account_is_sealed_shown_resealed_and_removed() {
    let project = project();
    import(&project, "alice", 1);
    let path = project.path().join("keystore/alice.json");
    let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(file["header"]["address"], address(1));
    assert_eq!(file["header"]["kdf"]["name"], "argon2id");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
    project.refused(&["account", "new", "alice", "--keystore"], 1, "taken");

    // The words are shown on request only, and never in a document.
    project.refused(&["account", "export", "alice"], 2, "usage");
    let refused = project.run(&["account", "export", "alice"]);
    assert!(refused.code == 1 && refused.stdout.is_empty(), "{}", refused.stdout);
    assert_eq!(project.run(&["--yes", "account", "export", "alice"]).stdout.trim(), words(1));
    let out = project.path().join("words.txt").display().to_string();
    let exported = project.done(&["account", "export", "alice", "--out", &out]);
    assert!(!exported.to_string().contains(&words(1)));
    assert_eq!(std::fs::read_to_string(&out).unwrap().trim(), words(1));
    project.refused(&["account", "export", "alice", "--out", &out], 1, "unwritable");

    let changed = project.with("PNP_KEYSTORE_NEW_PASSWORD", "another one");
    changed.done(&["account", "passwd", "alice"]);
    let error = changed.refused(&["account", "export", "alice", "--out", "x"], 1, "locked");
    assert!(error["message"].as_str().unwrap().contains("PNP_KEYSTORE_PASSWORD in the environment"), "{error}");
    let changed = changed.with("PNP_KEYSTORE_PASSWORD", "another one");
    assert_eq!(changed.run(&["--yes", "account", "export", "alice"]).stdout.trim(), words(1));
    changed.refused(&["account", "remove", "alice"], 1, "not_confirmed");
    assert!(path.exists());
    changed.done(&["--yes", "account", "remove", "alice"]);
    assert!(!path.exists());
}

#[test]
fn words_are_not_taken_from_the_command_line_nor_repeated() {
    let project = project();
    let ran = project.run(&["account", "import", "alice", "abandon", "secretword"]);
    assert!(ran.code == 2 && !ran.stderr.contains("secretword"), "{}", ran.stderr);
    let (code, stdout, stderr) = run_with(&project, "abandon secretword", &["account", "import", "alice"]);
    assert!(code == 1 && !stderr.contains("secretword") && stdout.is_empty(), "{stderr}");
    project.refused(&["account", "import", "alice"], 1, "no_words");
    project.refused(&["account", "import", "alice", "--from-env", "NOT_SET"], 1, "no_words");
    assert!(!project.path().join("keystore").exists(), "nothing was written");
}

#[test]
fn a_locked_and_a_damaged_entry_are_distinguished() {
    let folder = project();
    import(&folder, "creator", 1);
    let (keystore, path) = (folder.path().join("keystore"), folder.path().join("keystore/creator.json"));
    let keystore = keystore.display().to_string();
    let bare = || Project::new().with("PNP_KEYSTORE", &keystore);
    bare().refused(&["account", "export", "creator", "--out", "x"], 1, "locked");
    bare().with("PNP_KEYSTORE_PASSWORD", "wrong").refused(&["account", "export", "creator", "--out", "x"], 1, "locked");
    let from_file = bare().file("password", &format!("{PASSWORD}\n")).with("PNP_KEYSTORE_PASSWORD_FILE", "password");
    from_file.done(&["account", "export", "creator", "--out", "x"]);
    // The embedded network has a creator of its own, whose key needs no password.
    let own = bare();
    own.done(&["account", "list"]);
    let deployed = own.done(&["deploy", "--updatable"]);
    assert_ne!(deployed["contract"]["creator"], address(1));
    own.done(&["params", "--fee-pct", "100"]);
    own.done(&["bill", "--units", "1"]);
    bare().with("PNP_KEYSTORE", "off").done(&["deploy"]);

    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"passes\": 3", "\"passes\": 4", 1)).unwrap();
    folder.refused(&["account", "export", "creator", "--out", "x"], 1, "damaged_keystore");
    let listed = folder.done(&["account", "list", "--offline"]);
    assert!(listed["problems"][0].as_str().unwrap().contains("damaged"), "{listed:#}");
    std::fs::write(&path, text.replacen("\"memory_kib\": 65536", "\"memory_kib\": 4000000000", 1)).unwrap();
    let error = folder.refused(&["account", "export", "creator", "--out", "x"], 1, "damaged_keystore");
    assert!(error["message"].as_str().unwrap().contains("too much"), "{error}");
}

#[test]
fn the_strongest_place_wins_and_the_others_are_shown() {
    let project = project();
    let made = project.done(&["account", "new", "alice"])["address"].clone();
    import(&project, "alice", 4);
    let project = project
        .file(".env", &format!("ALICE_MNEMONIC=\"{}\"\n", words(3)))
        .file(".env.embedded", &format!("ALICE_MNEMONIC='{}'\n", words(2)));
    let of = |document: &Value| -> Vec<(String, bool)> {
        let rows = document["accounts"].as_array().unwrap().iter().filter(|row| row["name"] == "alice");
        rows.map(|row| (row["address"].as_str().unwrap().to_owned(), row["used"] == true)).collect()
    };
    let made = made.as_str().unwrap().to_owned();
    let listed = of(&project.done(&["account", "list", "--offline"]));
    assert_eq!(listed, [(address(2), true), (address(4), false), (made.clone(), false)]);
    std::fs::remove_file(project.path().join(".env.embedded")).unwrap();
    assert_eq!(of(&project.done(&["account", "list", "--offline"]))[0], (address(3), true));
    let project = project.with("ALICE_MNEMONIC", &words(1));
    assert_eq!(of(&project.done(&["account", "list"]))[0], (address(1), true));
    let plain = project.with("ALICE_MNEMONIC", "");
    std::fs::remove_file(plain.path().join(".env")).unwrap();
    assert_eq!(of(&plain.done(&["account", "list"])), [(address(4), true), (made.clone(), false)]);
    plain.done(&["--yes", "account", "remove", "alice"]);
    assert_eq!(of(&plain.done(&["account", "list"])), [(made, true)]);
}

/// A payment of nothing by `account`, signed by `signer`, that gives the signing to `to`.
async fn rekey(algod: &Algod, account: Address, signer: &SigningKey, to: Address) {
    let params = algod.suggested_params().await.unwrap();
    let mut payment = calls::payment(account, account, MicroAlgos::ZERO, &params);
    payment.header.rekey_to = to;
    let group = calls::set_fees_and_group(vec![payment], &params).unwrap();
    algod.submit(&[signer.sign_transaction(&group[0])]).await.unwrap();
    algod.wait(group[0].id(), group[0].header.last_valid).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rekeyed_account_names_the_key_it_needs_and_signs_with_it() {
    let running = DevNode::spawn(Config::test()).unwrap();
    let algod = Algod::new(&running.url(), Some(LOCAL_TOKEN)).unwrap();
    let local = |project: Project| {
        project.with("ALGOD_SERVER", &running.url()).with("KMD_PORT", "1").with("PNP_NET", "localnet")
    };
    let project = local(project()).with("CREATOR_MNEMONIC", &words(1));
    project.done(&["account", "fund", &address(1)]);
    project.done(&["asset", "create"]);
    rekey(&algod, key(1).address(), &key(1), key(2).address()).await;
    let error = project.refused(&["asset", "create"], 1, "wrong_signer");
    assert_eq!((&error["needs"], &error["has"]), (&Value::from(address(2)), &Value::from(address(1))), "{error}");
    let listed = project.run(&["account", "list"]).stdout;
    assert!(listed.contains(&format!("the chain asks for {}", address(2))), "{listed}");

    let settings = local(Project::new()).with("CREATOR_MNEMONIC", &words(2));
    settings.done(&["account", "fund", &address(2)]);
    let settings = settings.with("CREATOR_SENDER", &address(1));
    let made = settings.done(&["asset", "create"]);
    assert_eq!(made["asset"]["creator"], address(1));

    let kept = project.with("CREATOR_MNEMONIC", "");
    let (code, _, stderr) = run_with(&kept, &words(2), &["account", "import", "creator", "--sender", &address(1)]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(kept.done(&["asset", "create"])["asset"]["creator"], address(1));
    rekey(&algod, key(1).address(), &key(2), key(1).address()).await;
    let error = kept.refused(&["asset", "create"], 1, "wrong_signer");
    assert!(error["message"].as_str().unwrap().contains("is not rekeyed"), "{error}");
    running.stop().unwrap();
}

#[test]
fn a_lost_dispenser_is_reported_and_not_replaced() {
    let project = Project::new();
    project.done(&["account", "new", "alice"]);
    project.done(&["account", "fund", "alice"]);
    let file = project.path().join(".pnp/embedded/dispenser.key");
    let saved = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let error = project.refused(&["account", "fund", "alice"], 1, "no_dispenser");
    assert!(error["cause"].as_str().unwrap().contains("dispenser.key"), "{error}");
    assert!(!file.exists(), "no new key took its place");
    project.done(&["account", "list"]);
    std::fs::write(&file, saved).unwrap();
    project.done(&["account", "fund", "alice", "--amount", "1"]);
}

#[test]
fn a_new_user_is_opted_in_and_given_the_asset_at_once() {
    let project = Project::new();
    project.done(&["deploy"]);
    let opted = project.done(&["optin"]);
    // Asset, application and gift: one group, which no kill divides.
    assert_eq!(opted["txids"].as_array().unwrap().len(), 3, "{opted:#}");
    project.done(&["bill", "--units", "1"]);
}
