//! What every command that sends shows and asks on MainNet, at a terminal and without one.
#![cfg(target_os = "linux")]

use super::Upstream;
use super::mainnet::{MAINNET, mainnet, project};
use super::proxy::{Act, Proxy, Request};
use crate::cli::{Project, Ran};
use pnp_types::SigningKey;
use std::process::Stdio;

/// Every command that sends, and what it is said to do.
const COMMANDS: [(&str, &str); 16] = [
    ("asset create --unit XYZ", "create an asset"),
    ("asset optin --from other", "opt in"),
    ("asset send --amount 1 --to user", "send 1 minor units"),
    ("account rekey user --to ops", "from then on"),
    ("deploy --new --updatable", "deploy a contract"),
    ("deploy --max-rate 900 --on-update update", "parameters"),
    ("optin --from other", "opt in"),
    ("leave", "leave"),
    ("bill --units 3 --price 100", "300 minor units"),
    ("bill --units 1 --price 100 --count 2", "bill 2"),
    ("bill --from lines.csv", "bill 3"),
    ("params --max-rate 900", "parameters"),
    ("update --deletable", "replace the programs"),
    ("delete", "delete application"),
    ("multisig submit optin.msig", "opt in to asset"),
    ("multisig submit rekey.msig", "rekey"),
];

/// The same, which says so in what transactions are made from too: bundles are MainNet's then, and no other chain takes them.
fn wholly_mainnet(request: &Request) -> Act {
    fn named(body: String) -> String {
        let mut document: serde_json::Value = serde_json::from_str(&body).unwrap();
        document["genesis-hash"] = MAINNET.into();
        document["genesis-id"] = "mainnet-v1.0".into();
        document.to_string()
    }
    if request.path == "/v2/transactions/params" { Act::Edit(named) } else { mainnet(request) }
}

/// A contract, two accounts, a multisignature and two bundles on a network that says it is MainNet.
fn furnished(upstream: &Upstream, proxy: &Proxy, whole: &Proxy) -> Project {
    let own = |byte| SigningKey::from_seed(&[byte; 32]);
    let words = |byte| pnp_keys::mnemonic::from_seed(&[byte; 32]).as_str().to_owned();
    let local = upstream.project(&upstream.url);
    for byte in [1, 2] {
        local.done(&["account", "fund", &own(byte).address().to_string(), "--amount", "100"]);
    }
    let project = project(upstream, proxy)
        .with("USER_MNEMONIC", &words(1))
        .with("OTHER_MNEMONIC", &words(2))
        .file("lines.csv", "user,1,100\nuser,2,100\nuser,3,100\n");
    let user = own(1).address().to_string();
    let done = |command: &str| {
        let mut all = vec!["--yes"];
        all.extend(command.split(' '));
        project.done(&all)
    };
    done("asset create --unit PLY --total 1000000");
    done("asset optin --from user");
    done(&format!("asset send --amount 100000 --to {user}"));
    done("deploy --updatable --deletable");
    done("optin");
    let ops = done("multisig new --threshold 1 --name ops creator user")["address"].as_str().unwrap().to_owned();
    local.done(&["account", "fund", &ops, "--amount", "10"]);
    for (name, command) in [("optin.msig", "asset optin"), ("rekey.msig", "account rekey --to user")] {
        for command in
            [format!("--yes {command} --multisig ops --out {name}"), format!("--yes multisig sign {name} --as creator")]
        {
            let arguments: Vec<_> = command.split(' ').collect();
            let output = project.command(&arguments).env("ALGOD_SERVER", whole.url()).output().unwrap();
            assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    project
}

/// Runs a command whose stdin is `stdin`; bundles go to the network they are of.
fn run(project: &Project, whole: &Proxy, command: &str, stdin: Stdio) -> Ran {
    let arguments: Vec<&str> = command.split(' ').collect();
    let mut started = project.command(&arguments);
    if command.starts_with("multisig") {
        started.env("ALGOD_SERVER", whole.url());
    }
    let output = started.stdin(stdin).output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A terminal at which `text` is typed, and who types.
fn typing(text: &str) -> (std::os::fd::OwnedFd, Stdio) {
    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let typist = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&typist).unwrap();
    unlockpt(&typist).unwrap();
    let name = ptsname(&typist, Vec::new()).unwrap();
    let terminal = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    rustix::io::write(&typist, text.as_bytes()).unwrap();
    (typist, Stdio::from(terminal))
}

/// What is missing in a refusal to send, of what everybody should see before.
fn missing(command: &str, effect: &str, ran: &Ran) -> Vec<String> {
    let whole = command.contains("--from lines") || command.contains("--count");
    let sender = if whole { "senders  " } else { "sender   " };
    let parts =
        ["this is MainNet", "network  mainnet (mainnet-v1.0)", "action   ", effect, sender, "fee      0.00", " ALGO"];
    let all = parts.into_iter().chain(["nothing was sent", "mainnet"]);
    all.filter(|part| !ran.stderr.contains(part)).map(str::to_owned).collect()
}

#[test]
fn no_command_sends_on_mainnet_before_its_name_is_typed() {
    let upstream = Upstream::start();
    let (proxy, whole) =
        (Proxy::start(&upstream.address(), mainnet), Proxy::start(&upstream.address(), wholly_mainnet));
    let project = furnished(&upstream, &proxy, &whole);
    let sent = || proxy.seen().iter().chain(&whole.seen()).filter(|request| request.sends()).count();
    let before = sent();
    let mut failed = Vec::new();
    for (command, effect) in COMMANDS {
        let answers = ["no\n", "yes\n", "MainNet!\n", "\n", "testnet\n"];
        let (typist, terminal) = typing(answers[command.len() % answers.len()]);
        let typed = run(&project, &whole, command, terminal);
        drop(typist);
        let piped = run(&project, &whole, command, Stdio::null());
        for (how, ran) in [("without a terminal", &piped), ("after another word", &typed)] {
            let missing = missing(command, effect, ran);
            if ran.code != 1 || !missing.is_empty() {
                failed.push(format!(
                    "{command} {how}: exit {}, missing {missing:?}\n{}{}",
                    ran.code, ran.stdout, ran.stderr
                ));
            }
        }
        if !typed.stderr.contains("Type mainnet to send it:") {
            failed.push(format!("{command}: no question: {}", typed.stderr));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(sent(), before, "something was sent unasked");

    // A bundle of MainNet's is sent, and this chain, which is another, refuses it.
    for (command, code) in
        [("asset send --amount 1 --to user", 0), ("account rekey user --to ops", 0), ("multisig submit rekey.msig", 1)]
    {
        let before = sent();
        let (typist, terminal) = typing("mainnet\n");
        let ran = run(&project, &whole, command, terminal);
        drop(typist);
        assert_eq!(ran.code, code, "{command}: {}{}", ran.stdout, ran.stderr);
        assert!(sent() > before, "{command}");
    }
}
