//! The committed document: that it is what a gateway of a development network serves, and that nothing in it breaks clients of the
//! last release.

use super::client::Client;
use super::compatibility::breaking_changes;
use super::server::Server;
use crate::sources::root;
use serde_json::Value;

const DOCUMENT: &str = "docs/openapi.json";
/// The document of the last release. Each release replaces it; before the first one it is that of the working version.
const RELEASED: &str = "docs/openapi-released.json";

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_committed_openapi_document_is_the_one_that_is_served() {
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let served = runtime.block_on(Client::new(&server.url).get("/openapi.json"));
    let fresh = format!("{served:#}\n");
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        std::fs::write(root().join(DOCUMENT), fresh).unwrap();
    } else {
        let hint = "run `SNAPSHOTS=overwrite cargo test --test it openapi`";
        assert!(read(DOCUMENT) == fresh, "{DOCUMENT} is stale: {hint}");
    }
}

#[test]
fn nothing_of_the_last_release_is_broken() {
    let parse = |path| serde_json::from_str::<Value>(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let found = breaking_changes(&parse(RELEASED), &parse(DOCUMENT));
    assert!(found.is_empty(), "clients of the last release ({RELEASED}) break:\n{}", found.join("\n"));
}
