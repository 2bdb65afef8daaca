//! A store that is restored from an older backup: what moved since then stops, and nothing is billed again.

use super::operator::{Shop, done, gateway, within};
use super::server::Server;
use crate::cli::matches_schema;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// What each account of the seed holds, by address.
fn holdings(folder: &Path) -> BTreeMap<String, u64> {
    let found = done(folder, &["recover", "--scan"]);
    let wallets = found["wallets"].as_array().unwrap().iter();
    let amount = |wallet: &Value| wallet["holdings"][0]["amount"].as_u64().unwrap_or(0);
    wallets.map(|wallet| (wallet["address"].as_str().unwrap().to_owned(), amount(wallet))).collect()
}

/// What `gateway check` says of a check, with the command's exit code.
fn check(folder: &Path, name: &str) -> (i32, String) {
    let ran = gateway(folder, &["check"]);
    let report = ran.json();
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name}: {report:#}"));
    (ran.code, found["message"].as_str().unwrap().to_owned())
}

#[test]
fn a_restored_store_stops_what_moved_since_and_bills_nothing_again() {
    let server = Server::start();
    let folder = server.folder();
    let shop = Shop::of(&server);
    for user in ["alice", "bob"] {
        shop.fund(user, "5");
        shop.play(user, 2);
        shop.wait_for_bills(user, 1);
    }
    let open = shop.start("alice");
    shop.minute();
    shop.tick(&open, "before");
    done(folder.path(), &["backup", "copy.db"]);

    // After the backup: what alice had played is billed, and carol comes, whom the backup does not know.
    shop.stop(&open);
    shop.wait_for_bills("alice", 2);
    shop.fund("carol", "5");
    shop.play("carol", 1);
    shop.wait_for_bills("carol", 1);
    assert_eq!(check(folder.path(), "stopped_wallets"), (0, "no wallet is stopped".to_owned()));
    assert_eq!(server.stop().0, Some(0));
    let before = holdings(folder.path());
    assert_eq!(before.len(), 3, "{before:?}");

    // It says what it will find.
    let restored = done(folder.path(), &["restore", "copy.db"]);
    let stops = restored["will_stop"].as_array().unwrap();
    assert_eq!(stops.len(), 1, "{restored:#}");
    assert_eq!((&stops[0]["user_id"], &stops[0]["cause"]), (&"alice".into(), &"ledger_behind_chain".into()));
    let kept = folder.path().join(restored["kept"].as_str().unwrap());
    assert!(kept.is_file() && restored["newest_entry_at"].is_string(), "{restored:#}");
    let server = Server::start_in(folder);
    let folder = server.folder();
    let shop = Shop::of(&server);
    let mut said = (0, String::new());
    within(Duration::from_secs(20), "alice is stopped", || {
        said = check(folder.path(), "stopped_wallets");
        said.1.contains("alice")
    });
    assert_eq!(said.0, 3);
    assert!(said.1.contains("1 ledger_behind_chain"), "{}", said.1);
    assert!(!said.1.contains("bob"), "{}", said.1);
    assert_eq!(check(folder.path(), "treasury_books").0, 3);

    // Her ticks go on, and nothing of it is billed.
    shop.minute();
    assert_eq!(shop.tick(&open, "after")["can_continue"], true);
    shop.stop(&open);
    shop.play("alice", 2);
    // Others are billed: one with an account, and one who is new and does not get the key that carol had.
    shop.play("bob", 2);
    shop.wait_for_bills("bob", 2);
    shop.fund("dora", "1");
    shop.play("dora", 1);
    shop.wait_for_bills("dora", 1);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(shop.bills("alice"), 1);
    let address = |user: &str| shop.done("GET", &format!("/v1/wallets/{user}"), None)["address"].clone();
    let mut after = holdings(folder.path());
    let doras = after.remove(address("dora").as_str().unwrap());
    assert_eq!(doras, Some(98), "{after:?}");
    let bobs = address("bob");
    let bobs = bobs.as_str().unwrap();
    assert_eq!(after.insert(bobs.to_owned(), before[bobs]), Some(before[bobs] - 4), "{after:?}");
    assert_eq!(after, before);
    assert_eq!(done(folder.path(), &["verify"])["healthy"], true);

    // Neither does another start.
    assert_eq!(server.stop().0, Some(0));
    let server = Server::start_in(folder);
    let shop = Shop::of(&server);
    shop.play("bob", 1);
    shop.wait_for_bills("bob", 3);
    assert_eq!(shop.bills("alice"), 1);
    release(server.folder().path(), &shop);
}

/// A person has looked: alice goes on once the books have taken over what the chain knows of her.
fn release(folder: &Path, shop: &Shop) {
    let stopped = done(folder, &["wallets", "list", "--stopped"]);
    assert_eq!(stopped["wallets"].as_array().map(Vec::len), Some(1), "{stopped:#}");
    assert_eq!(stopped["wallets"][0]["user_id"], "alice");
    let shown = done(folder, &["wallets", "show", "alice"]);
    matches_schema("gateway wallets show", &shown);
    assert_eq!((&shown["stopped"], &shown["chain"]["agrees"]), (&"ledger_behind_chain".into(), &false.into()));
    assert_eq!(shown["chain"]["corrections"], serde_json::json!(["accept_tick"]));
    let reason = ["wallets", "release", "alice", "--reason", "a bill after the backup"];
    let refused = gateway(folder, &reason);
    assert_eq!(refused.code, 1);
    assert!(refused.stdout.contains("CHAIN_DIFFERS"), "{}", refused.stdout);
    let mut all = reason.to_vec();
    for correction in ["accept-tick", "accept-algos"] {
        all.extend(["--correct", correction]);
    }
    let released = done(folder, &all);
    matches_schema("gateway wallets release", &released);
    assert_eq!(released["corrected"], serde_json::json!(["accept_tick", "accept_algos"]));
    // The bill of the backup's time, and what she has played since.
    within(Duration::from_secs(20), "alice is billed", || shop.bills("alice") > 2);
    assert_eq!(check(folder, "stopped_wallets").1, "no wallet is stopped");
    assert_eq!(done(folder, &["verify"])["healthy"], true);
    let again = gateway(folder, &reason);
    assert!(again.stdout.contains("WALLET_NOT_STOPPED"), "{}", again.stdout);
}

/// The names in the gateway's folder.
fn names(home: &Path) -> Vec<String> {
    let names = std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// What `gateway restore` refuses, with its code.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let ran = gateway(folder, &[&["restore"], arguments].concat());
    assert_ne!(ran.code, 0, "{arguments:?}");
    ran.json()["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_copy_that_cannot_be_the_store_changes_nothing() {
    let server = Server::start();
    let folder = server.folder();
    let shop = Shop::of(&server);
    shop.fund("alice", "5");
    done(folder.path(), &["backup", "copy.db"]);
    assert_eq!(refused(folder.path(), &["copy.db"]), "gateway_running");
    shop.fund("bob", "5");
    assert_eq!(server.stop().0, Some(0));

    let home = folder.path().join(".pnp/gateway/embedded");
    let (before, store) = (names(&home), std::fs::read(home.join("gateway.db")).unwrap());
    let whole = std::fs::read(folder.path().join("copy.db")).unwrap();
    let damaged = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        std::fs::write(folder.path().join(name), bytes).unwrap();
    };
    damaged("empty.db", &Vec::clear);
    damaged("text.db", &|bytes| *bytes = b"not a store".repeat(1000));
    damaged("half.db", &|bytes| bytes.truncate(bytes.len() / 2));
    // The schema's number, at byte 60 of the file.
    damaged("newer.db", &|bytes| bytes[60..64].copy_from_slice(&99_u32.to_be_bytes()));
    for (copy, code) in [
        ("empty.db", "bad_backup"),
        ("text.db", "bad_backup"),
        ("half.db", "bad_backup"),
        ("newer.db", "store_too_new"),
    ] {
        assert_eq!(refused(folder.path(), &[copy]), code, "{copy}");
        assert_eq!(refused(folder.path(), &["--offline", copy]), code, "{copy}");
    }
    assert_eq!(refused(folder.path(), &["missing.db"]), "gateway");
    assert_eq!(names(&home), before);
    assert_eq!(std::fs::read(home.join("gateway.db")).unwrap(), store);

    // A folder that has lost its store, but not its seed, gets it back without the network too.
    std::fs::remove_file(home.join("gateway.db")).unwrap();
    for file in ["gateway.db-wal", "gateway.db-shm"] {
        let _ = std::fs::remove_file(home.join(file));
    }
    let restored = done(folder.path(), &["restore", "--offline", "copy.db"]);
    assert!(restored.get("kept").is_none() && restored.get("will_stop").is_none(), "{restored:#}");
    let server = Server::start_in(folder);
    assert_eq!(Shop::of(&server).done("GET", "/v1/wallets/alice", None)["available"], "5");
}
