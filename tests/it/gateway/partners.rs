//! A second partner with a contract of its own: its users' bills pay its own address, also after a restart.

use super::operator::{Shop, done};
use super::server::Server;

/// The applications that a user's bills call, the newest first.
fn apps(shop: &Shop, user: &str) -> Vec<u64> {
    let all = shop.done("GET", &format!("/v1/settlements?user_id={user}&kind=bill"), None)["data"].clone();
    all.as_array().unwrap().iter().map(|bill| bill["app_id"].as_u64().unwrap()).collect()
}

#[test]
fn a_second_partner_has_a_contract_of_its_own() {
    let server = Server::start();
    let folder = server.folder();
    let first = Shop::of(&server);
    let shared = first.done("GET", "/v1/contracts", None)["data"][0].clone();
    done(folder.path(), &["partners", "add", "books"]);
    let contract = done(folder.path(), &["partners", "deploy", "books"]);
    assert_ne!(contract["app_id"], shared["app_id"]);
    assert_ne!(contract["provider"], shared["provider"]);
    assert_eq!((&contract["platform"], &contract["asset_id"]), (&shared["platform"], &shared["asset_id"]));
    let key = done(
        folder.path(),
        &["keys", "create", "--name", "site", "--partner", "books", "--show-key", "--scope", "prices:set"],
    );
    let key = key["secret"].as_str().unwrap().to_owned();
    done(folder.path(), &["partners", "set", "books", "lots=false", "stop_makes_due=true", "card_hold_days=0"]);
    let second = Shop::with_key(&server, &key);
    second.fund("anna", "5");
    second.play("anna", 2);
    second.wait_for_bills("anna", 1);
    let app = contract["app_id"].as_u64().unwrap();
    assert_eq!(apps(&second, "anna"), [app]);
    // The first partner's users are billed by its contract, and another user of the same name is another one.
    first.fund("anna", "5");
    first.play("anna", 1);
    first.wait_for_bills("anna", 1);
    assert_eq!(apps(&first, "anna"), [shared["app_id"].as_u64().unwrap()]);

    // Its contract is verified again at the start, and another one takes its place.
    assert_eq!(server.stop().0, Some(0));
    let server = Server::start_in(folder);
    let folder = server.folder();
    let second = Shop::with_key(&server, &key);
    second.play("anna", 1);
    second.wait_for_bills("anna", 2);
    let replaced = done(folder.path(), &["partners", "deploy", "books"]);
    second.play("anna", 1);
    second.wait_for_bills("anna", 3);
    assert_eq!(apps(&second, "anna"), [replaced["app_id"].as_u64().unwrap(), app, app]);
    assert_eq!(done(folder.path(), &["verify"])["healthy"], true);
}
