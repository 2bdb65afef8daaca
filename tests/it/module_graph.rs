//! Which modules of a crate import which others, read from its source files.

use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module or an item by its path from the root of the crate; the root itself is empty.
type Name = Vec<String>;

/// A path in a module's code, from the root of the crate, and whether it is passed on under the same name (`pub use`).
struct Mention {
    path: Name,
    passed_on: bool,
}

/// The modules of a crate, each with those it imports from. Tests inside the modules are left out.
pub(crate) struct ModuleGraph(BTreeMap<Name, BTreeSet<Name>>);

impl ModuleGraph {
    /// Reads the files below `root`. `sources` are paths from the repository's folder with their texts.
    ///
    /// `use`, and paths that begin with `crate::` or `super::`, are imports from the module that has the item. A module that
    /// only passes an item of a child on (`pub use`) does not import it, and who imports it from there imports it from the
    /// child.
    pub(crate) fn new(root: &Path, sources: &[(PathBuf, String)]) -> Self {
        let in_root = sources.iter().filter_map(|(path, text)| Some((path.strip_prefix(root).ok()?, text)));
        let texts: BTreeMap<Name, String> = in_root.map(|(path, text)| (module(path), code(text))).collect();
        let mentions: BTreeMap<&Name, Vec<Mention>> =
            texts.iter().map(|(module, text)| (module, mentions(module, text, &texts))).collect();
        let passed_on: BTreeMap<Name, &Name> = mentions
            .iter()
            .flat_map(|(module, all)| all.iter().filter(|one| one.passed_on).map(move |one| (module, &one.path)))
            .filter_map(|(module, path)| Some(([module.as_slice(), &[path.last()?.clone()]].concat(), path)))
            .collect();
        let edges = mentions.iter().map(|(module, all)| {
            let used = all.iter().filter(|one| !one.passed_on).map(|one| home(&one.path, &texts, &passed_on));
            ((*module).clone(), used.filter(|used| used != *module).collect())
        });
        Self(edges.collect())
    }

    /// A circle of imports, as the modules on it, the first one also last; `None` where there is none.
    pub(crate) fn circle(&self) -> Option<Vec<String>> {
        let mut done = BTreeSet::new();
        self.0.keys().find_map(|module| self.circle_from(module, &mut Vec::new(), &mut done))
    }

    fn circle_from<'m>(
        &'m self,
        module: &'m Name,
        way: &mut Vec<&'m Name>,
        done: &mut BTreeSet<&'m Name>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|one| *one == module) {
            let circle = way[start..].iter().copied().chain([module]);
            return Some(circle.map(|name| format!("crate::{}", name.join("::"))).collect());
        }
        if !done.insert(module) {
            return None;
        }
        way.push(module);
        let found = self.0.get(module).into_iter().flatten().find_map(|used| self.circle_from(used, way, done));
        way.pop();
        found
    }
}

/// The module of a file: `a::b` for `a/b.rs` and for `a/b/mod.rs`.
fn module(path: &Path) -> Name {
    let mut names: Name = path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") || names == ["lib"] {
        names.pop();
    }
    names
}

/// A source without its tests and comments.
fn code(text: &str) -> String {
    let tests = text.find("\n#[cfg(test)]\nmod ").unwrap_or(text.len());
    let lines = text[..tests].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn mentions(module: &Name, text: &str, modules: &BTreeMap<Name, String>) -> Vec<Mention> {
    let import = Regex::new(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([^;]+);").unwrap();
    let inline = Regex::new(r"\b(?:crate|super|self)(?:::\w+)+").unwrap();
    let imports = import.captures_iter(text).flat_map(|found| {
        let passed_on = found.get(1).is_some();
        paths(&found[2]).into_iter().map(move |path| (path, passed_on))
    });
    let rest = import.replace_all(text, "");
    let others = inline.find_iter(&rest).map(|found| (found.as_str().to_owned(), false));
    let all = imports.chain(others);
    all.filter_map(|(path, passed_on)| Some(Mention { path: absolute(module, &path, modules)?, passed_on })).collect()
}

/// Every path of a `use`: `a::{b, c::{d, e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, list)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let list = list.trim_end().strip_suffix('}').expect("a brace that is closed");
    let (mut depth, mut items) = (0_usize, vec![String::new()]);
    for character in list.chars() {
        match character {
            ',' if depth == 0 => items.push(String::new()),
            _ => {
                depth += usize::from(character == '{');
                depth -= usize::from(character == '}');
                items.last_mut().unwrap().push(character);
            }
        }
    }
    let items = items.iter().filter(|item| !item.trim().is_empty());
    items.flat_map(|item| paths(item)).map(|path| format!("{}{path}", before.trim())).collect()
}

/// A path that `module` mentions, from the crate's root; `None` for another crate's.
fn absolute(module: &Name, path: &str, modules: &BTreeMap<Name, String>) -> Option<Name> {
    let mut parts = path.split("::").map(str::to_owned).peekable();
    let mut start = module.clone();
    match parts.peek()?.as_str() {
        "crate" => {
            start.clear();
            parts.next();
        }
        "self" => drop(parts.next()),
        "super" => {
            while parts.next_if(|part| part == "super").is_some() {
                start.pop();
            }
        }
        child => {
            start.push(child.to_owned());
            parts.next();
            if !modules.contains_key(&start) {
                return None;
            }
        }
    }
    start.extend(parts.filter(|part| part != "self"));
    Some(start)
}

/// The module that has what a path names.
fn home(path: &Name, modules: &BTreeMap<Name, String>, passed_on: &BTreeMap<Name, &Name>) -> Name {
    let known = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length])).unwrap_or(0);
    let (module, rest) = path.split_at(known);
    match rest.split_first().and_then(|(item, rest)| Some((passed_on.get(&path[..=known])?, item, rest))) {
        Some((elsewhere, _, rest)) => home(&[elsewhere.as_slice(), rest].concat(), modules, passed_on),
        None => module.to_vec(),
    }
}

#[test]
fn circles_are_found_through_what_is_passed_on() {
    let source = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
    let mut sources = vec![
        source("src/lib.rs", "mod a;\nmod b;\npub use a::A;\n"),
        source("src/a/mod.rs", "mod child;\npub(crate) use child::{Child, Other as Name};\nuse crate::b::{self, B};\n"),
        source("src/a/child.rs", "use std::fmt;\n#[cfg(test)]\nmod tests { use crate::b::B; }\n"),
        source("src/b.rs", "// crate::a::A\nuse crate::a::Child;\n"),
    ];
    let circle = |sources: &[_]| ModuleGraph::new(Path::new("src"), sources).circle();
    assert_eq!(circle(&sources), None);
    sources[3].1 = "fn f() -> crate::A { panic!() }\n".to_owned();
    assert_eq!(circle(&sources).unwrap(), ["crate::a", "crate::b", "crate::a"]);
    sources[3].1 = "use crate::a::Child;\n".to_owned();
    sources[2].1 = "use super::super::b::B;\n".to_owned();
    assert_eq!(circle(&sources).unwrap(), ["crate::b", "crate::a::child", "crate::b"]);
}
