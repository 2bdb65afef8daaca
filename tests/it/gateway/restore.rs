//! A store that is restored from an older backup: what moved since then stops, and nothing is billed again.

use super::operator::{Shop, done, gateway, within};
use super::server::Server;
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

    let home = folder.path().join(".pnp/gateway/embedded");
    for file in ["gateway.db-wal", "gateway.db-shm"] {
        let _ = std::fs::remove_file(home.join(file));
    }
    std::fs::copy(folder.path().join("copy.db"), home.join("gateway.db")).unwrap();
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
}
