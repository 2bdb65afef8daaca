//! Finds the route of a method and a path as algod's router does.

use super::routes::{ROUTES, Route};
use super::unsupported::{GONE, UNSUPPORTED};

/// Where a request leads.
pub(super) enum Target {
    /// A route, and the values of its path's `{names}` as they are in the path.
    Route(&'static Route, Vec<(&'static str, Vec<u8>)>),
    /// An operation of algod that this network does not do, and the reason.
    Unsupported(&'static str),
    /// An operation of version 1.
    Gone,
    /// The path has other methods: those of the `Allow` header.
    OtherMethods(String),
    /// No such path.
    Nowhere,
}

/// Where `method` and a path (see [`super::url::routed_path`]) lead. One slash at the end of a path means nothing.
pub(super) fn find(method: &str, path: &[u8]) -> Target {
    for route in ROUTES.iter().filter(|route| route.method == method) {
        if let Some(values) = values_of(route.path, path) {
            return Target::Route(route, values);
        }
    }
    if let Some((_, _, reason)) = UNSUPPORTED.iter().find(|(name, row, _)| *name == method && is_at(row, path)) {
        return Target::Unsupported(reason);
    }
    if GONE.iter().any(|(name, row)| *name == method && is_at(row, path)) {
        return Target::Gone;
    }
    allowed(path).map_or(Target::Nowhere, Target::OtherMethods)
}

/// The `Allow` header of a path, if there is such a path.
pub(super) fn allowed(path: &[u8]) -> Option<String> {
    // algod answers OPTIONS on every path, so its router knows the root, too.
    if path == b"/" {
        return Some("OPTIONS".to_owned());
    }
    let mut methods: Vec<_> = rows().filter(|(_, row)| is_at(row, path)).map(|(method, _)| method).collect();
    methods.sort_unstable();
    if methods.is_empty() { None } else { Some(format!("OPTIONS, {}", methods.join(", "))) }
}

/// The methods and paths of all rows.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let served = ROUTES.iter().map(|route| (route.method, route.path));
    served.chain(UNSUPPORTED.iter().map(|(method, path, _)| (*method, *path))).chain(GONE.iter().copied())
}

fn is_at(row: &'static str, path: &[u8]) -> bool {
    values_of(row, path).is_some()
}

/// The values of the `{names}` of a row's path, if `path` matches the row. A name at the end of a row that no other row
/// continues takes all that is left of the path, with its slashes.
fn values_of(row: &'static str, path: &[u8]) -> Option<Vec<(&'static str, Vec<u8>)>> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let (mut values, mut left) = (Vec::new(), Some(path));
    let mut names = row.split('/').peekable();
    while let Some(expected) = names.next() {
        let rest = left?;
        let name = expected.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let slash = rest.iter().position(|byte| *byte == b'/');
        let end = slash.filter(|_| name.is_none() || names.peek().is_some() || is_continued(row));
        let (part, behind) = match end {
            Some(end) => (rest.get(..end)?, rest.get(end + 1..)),
            None => (rest, None),
        };
        left = behind;
        match name {
            Some(name) => values.push((name, part.to_vec())),
            None if expected.as_bytes() == part => {}
            None => return None,
        }
    }
    left.is_none().then_some(values)
}

/// Whether another row begins with this one.
fn is_continued(row: &str) -> bool {
    rows().filter_map(|(_, other)| other.strip_prefix(row)).any(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slash_at_the_end_means_nothing_and_two_mean_another_path() {
        assert!(matches!(find("GET", b"/v2/status"), Target::Route(..)));
        assert!(matches!(find("GET", b"/v2/status/"), Target::Route(..)));
        assert!(matches!(find("GET", b"/v2/status//"), Target::Nowhere));
        assert!(matches!(find("GET", b"//v2/status"), Target::Nowhere));
        assert!(matches!(find("GET", b"/v2/blocks/"), Target::Nowhere));
    }

    #[test]
    fn a_path_says_what_its_methods_are() {
        assert_eq!(allowed(b"/v2/participation/x").unwrap(), "OPTIONS, DELETE, GET, POST");
        assert_eq!(allowed(b"/v2/nope"), None);
        assert!(matches!(find("HEAD", b"/v2/status"), Target::OtherMethods(_)));
    }

    #[test]
    fn values_come_as_they_stand_in_the_path() {
        let Target::Route(route, values) = find("GET", b"/v2/blocks/%31/transactions//proof") else { panic!() };
        assert_eq!(route.path, "/v2/blocks/{round}/transactions/{txid}/proof");
        assert_eq!(values, [("round", b"%31".to_vec()), ("txid", Vec::new())]);
    }

    #[test]
    fn the_last_name_of_a_path_takes_all_that_is_left() {
        let values = |method: &str, path: &[u8]| match find(method, path) {
            Target::Route(route, values) => Some((route.path, values.last().map(|(_, value)| value.clone()))),
            _ => None,
        };
        assert_eq!(values("GET", b"/v2/assets/1/2"), Some(("/v2/assets/{asset-id}", Some(b"1/2".to_vec()))));
        let key = ("/v2/participation/{participation-id}", Some(b"generate/x".to_vec()));
        assert_eq!(values("GET", b"/v2/participation/generate/x"), Some(key));
        assert_eq!(values("GET", b"/v2/blocks/1/2"), None, "other rows continue there");
    }
}
