//! The page of all codes is the codes' own table, below its introduction.

use crate::sources::root;

const PAGE: &str = "docs/reference/gateway-errors.md";

/// What ends the introduction, which is written by hand.
const MARK: &str = "<!-- Made from crates/gateway/src/problem/code.rs by: SNAPSHOTS=overwrite cargo test --test it page_of_codes -->\n";

#[test]
fn the_page_of_codes_is_fresh() {
    let path = root().join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let (introduction, _) = page.split_once(MARK).unwrap_or_else(|| panic!("{PAGE} lacks its mark: {MARK}"));
    let fresh = format!("{introduction}{MARK}\n{}", pnp_gateway::problem::markdown_table());
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        std::fs::write(&path, fresh).unwrap();
    } else {
        assert!(page == fresh, "{PAGE} is stale: run `SNAPSHOTS=overwrite cargo test --test it page_of_codes`");
    }
}
