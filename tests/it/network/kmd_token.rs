//! kmd's token: it goes to kmd, and into no line, no file and no memory that outlives its use.
#![cfg(target_os = "linux")]

use super::Upstream;
use super::kmd::{NAME, key, kmd};
use super::proxy::{Act, Proxy, Request};
use crate::cli::Project;
use crate::cli::secrets::{core_at_exit, files, found, places};
use pnp_client::{Kmd, Transport};
use pnp_network::{Environment, Layer, Network, ProjectFile};
use std::collections::BTreeMap;

/// Bytes of a part of a token that would give it away.
const PART: usize = 16;

/// A token that no program has by chance, and its parts by their numbers.
fn token() -> (String, Vec<(String, Vec<u8>)>) {
    let token = hex::encode(pnp_types::sha512_256(b"the token of the secrets test"));
    let parts = token.as_bytes().chunks(PART).enumerate();
    let parts = parts.map(|(number, part)| (number.to_string(), part.to_vec())).collect();
    (token, parts)
}

/// The kmd of that token.
fn with_token(request: &Request, number: u8) -> Act {
    let known = if request.token == token().0 { "a".repeat(64) } else { String::new() };
    kmd(&Request { token: known, ..request.clone() }, number)
}

#[test]
fn a_token_is_said_nowhere_and_stays_nowhere() {
    let upstream = Upstream::start();
    let proxy = Proxy::start("", |request| with_token(request, 8));
    let (token, needles) = token();
    let address = key(8).address().to_string();
    upstream.project(&upstream.url).done(&["account", "fund", &address, "--amount", "10"]);
    let project = Project::new()
        .with("PNP_NET", "localnet")
        .with("PNP_LOG", "trace")
        // Not the process's environment, which is the system's and stays in its memory.
        .file(".env", &format!("ALGOD_SERVER={}\nKMD_SERVER={}\nKMD_TOKEN={token}\n", upstream.url, proxy.url()));
    // Whatever has it hides it from those who print it, a panic's message among them.
    let known =
        Environment::empty().with(Layer::DotEnv, "KMD_TOKEN", &token).with(Layer::DotEnv, "KMD_SERVER", "http://a");
    let network = Network::resolve("localnet", &known, &ProjectFile::default()).unwrap();
    let client = Kmd::new("http://a", &token, Transport::default()).unwrap();
    let shown = format!("{known:?} {network:?} {client:?}");
    assert!(network.kmd.is_some_and(|kmd| kmd.token.is_some_and(|kept| kept.reveal() == token)));
    assert_eq!(found(shown.as_bytes(), &needles), Vec::<String>::new(), "{shown}");
    let made = ["asset", "create", "--from", NAME];
    let mut said = Vec::new();
    for (arguments, code) in [
        (&["-vv", "asset", "create", "--from", NAME][..], 0),
        (&["-vv", "deploy", "--provider", "nobody"], 2),
        (&["-vv", "account", "rekey", "stranger", "--to", NAME], 1),
        (&["-vv", "doctor"], 3),
        (&["-vv", "account", "list"], 0),
    ] {
        let ran = project.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        said.extend([ran.stdout, ran.stderr].concat().into_bytes());
    }
    assert!(said.len() > 10_000, "the libraries say something");
    assert_eq!(found(&said, &needles), Vec::<String>::new(), "on stdout or stderr");
    let mut all = Vec::new();
    files(project.path(), &mut all);
    all.retain(|path| !path.ends_with(".env"));
    assert!(all.len() > 2, "{all:?}");
    for path in all {
        assert_eq!(found(&std::fs::read(&path).unwrap(), &needles), Vec::<String>::new(), "{}", path.display());
    }
    let Some((core, code)) = core_at_exit(&project, &made, "") else {
        eprintln!("SKIPPED: there is no gdb here, or it may not look into other processes");
        return;
    };
    assert_eq!(code, 0);
    // What is left is what the HTTP library wrote to a connection last, or what of that is not written over yet.
    const SENT: &[u8] = b"x-kmd-api-token: ";
    let mut copies: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (part, place) in places(&core, &needles) {
        let part: usize = part.parse().unwrap();
        copies.entry(place - PART * part).or_default().push(part);
    }
    for (place, parts) in copies {
        let sent = core[..place].ends_with(SENT) || !parts.contains(&0);
        assert!(sent, "parts {parts:?} of the token are in memory at the end, at {place}");
    }
    assert!(proxy.seen().iter().any(|request| request.token == token), "the token was used");
}
