//! Many signers: bundles written instead of sent, read, signed on several machines, merged and sent.

use super::Project;
use serde_json::Value;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value:#}"))
}

/// A project with three signers and a multisignature `ops` of two of them, which has some Algos.
fn signers() -> (Project, String) {
    let project = Project::new();
    for name in ["alice", "bob", "carol"] {
        project.done(&["account", "new", name]);
    }
    let made = project.done(&["multisig", "new", "--threshold", "2", "--name", "ops", "alice", "bob", "carol"]);
    assert_eq!((made["threshold"].as_u64(), made["made"].as_bool()), (Some(2), Some(true)));
    let address = text(&made, "address").to_owned();
    project.done(&["account", "fund", &address, "--amount", "10"]);
    (project, address)
}

#[test]
fn two_of_three_make_a_contract_and_replace_its_programs() {
    let (project, address) = signers();
    let asset = project.done(&["asset", "create"])["asset"]["asset_id"].as_u64().unwrap().to_string();
    let deploy = ["deploy", "--updatable", "--asset", &asset, "--multisig", "ops", "--out", "deploy.msig"];
    project.done(&deploy);
    for name in ["alice", "bob"] {
        project.done(&["multisig", "sign", "deploy.msig", "--as", name, "--yes"]);
    }
    let made = project.done(&["multisig", "submit", "deploy.msig"]);
    let status = project.done(&["status"]);
    assert_eq!((&status["contract"]["app"], text(&status["contract"], "runs")), (&made["app"], "this source"));
    assert_eq!(
        (text(&status["contract"], "creator"), &status["contract"]["differs"]),
        (&*address, &serde_json::json!([]))
    );

    let update =
        ["update", "--updatable", "--deletable", "--max-rate", "50", "--multisig", "ops", "--out", "update.msig"];
    let written = project.done(&update);
    assert_eq!((text(&written, "sender"), &written["validity"]["rounds_left"]), (&*address, &1000.into()));
    project.refused(&update, 1, "exists");

    let inspected = project.done(&["multisig", "inspect", "update.msig"]);
    assert_eq!(inspected["simulation"]["passes"], true, "{inspected:#}");
    let transaction = &inspected["transactions"][0];
    let rate = &transaction["parameters"][2];
    assert_eq!((text(rate, "name"), &rate["before"], &rate["after"]), ("max_rate", &1000.into(), &50.into()));
    let [approval, clear] = [&transaction["programs"][0], &transaction["programs"][1]];
    assert_eq!((text(approval, "compared"), &clear["changed"]), ("source", &false.into()));
    let teal = text(approval, "teal");
    let changed: Vec<_> = teal.lines().filter(|line| line.starts_with(['+', '-'])).collect();
    assert_eq!(changed.len(), 4, "two names, and the one line that differs: {teal}");

    // Each on a copy, then merged.
    for name in ["alice", "carol"] {
        let copy = format!("{name}.msig");
        project.done(&["multisig", "sign", "update.msig", "--as", name, "--out", &copy, "--yes", "--offline"]);
    }
    let alone = project.refused(&["multisig", "submit", "alice.msig"], 1, "too_few_signatures");
    assert_eq!(alone["missing"], 1);
    let merged = project.done(&["multisig", "merge", "alice.msig", "carol.msig", "--out", "merged.msig"]);
    assert_eq!(merged["signatures"]["complete"], true);
    let status = project.done(&["multisig", "status", "merged.msig"]);
    let states: Vec<_> =
        status["signatures"]["signers"].as_array().unwrap().iter().map(|signer| text(signer, "state")).collect();
    assert_eq!(states, ["signed", "missing", "signed"]);
    let sent = project.done(&["multisig", "submit", "merged.msig"]);
    assert_eq!((&sent["app"], &sent["sent_before"]), (&made["app"], &false.into()));

    // Sent again it is found to be done, and recorded once.
    let again = project.done(&["multisig", "submit", "merged.msig"]);
    assert_eq!(
        (&again["sent_before"], &again["record"], &again["round"]),
        (&true.into(), &Value::Null, &sent["round"])
    );
    let record = std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap();
    assert_eq!(record.matches("action: update").count(), 1, "{record}");
    assert!(record.contains("TMPL_DELETABLE: 1"), "{record}");
    let status = project.done(&["status"]);
    assert_eq!(status["contract"]["parameters"]["max_rate"], 50);
    assert_eq!(status["contract"]["differs"], serde_json::json!([]));
}

#[test]
fn a_key_that_is_no_signers_is_refused_and_a_signer_is_found() {
    let (project, _) = signers();
    project.done(&["asset", "create"]);
    project.done(&["asset", "optin", "--multisig", "ops", "--out", "b.msig"]);
    project.done(&["account", "new", "mallory"]);
    project.refused(&["multisig", "sign", "b.msig", "--as", "mallory", "--yes"], 1, "not_a_signer");
    project.refused(&["multisig", "sign", "b.msig", "--as", "nobody", "--yes"], 1, "no_key");
    let several = project.refused(&["multisig", "sign", "b.msig", "--yes"], 2, "usage");
    assert!(text(&several, "message").contains("alice, bob, carol"), "{several:#}");
    project.refused(&["multisig", "sign", "b.msig", "--as", "alice"], 1, "not_confirmed");
    assert_eq!(project.done(&["multisig", "sign", "b.msig", "--as", "alice", "--yes"])["changed"], true);
    assert_eq!(project.done(&["multisig", "sign", "b.msig", "--as", "alice", "--yes"])["changed"], false);

    // Another machine, that has nothing of this project: it reads the file, and has no key for it.
    let bundle = std::fs::read(project.path().join("b.msig")).unwrap();
    let far = Project::new();
    std::fs::write(far.path().join("b.msig"), bundle).unwrap();
    let inspected = far.done(&["multisig", "inspect", "b.msig"]);
    assert!(inspected["simulation"].is_null() && inspected["unseen"][0].as_str().unwrap().contains("network"));
    far.refused(&["multisig", "sign", "b.msig", "--yes"], 1, "no_key");
    assert!(!far.path().join(".pnp").exists(), "a reader's folder is left as it is");
}

#[test]
fn an_account_is_rekeyed_to_many_and_back() {
    let (project, address) = signers();
    let deployed = project.done(&["deploy"]);
    let creator = text(&deployed["contract"], "creator").to_owned();
    let params = ["params", "--max-rate", "50", "--multisig", "ops", "--out", "params.msig"];
    let early = project.refused(&params, 1, "wrong_signer");
    assert!(text(&early, "cause").contains("its own key"), "{early:#}");
    let rekeyed = project.done(&["account", "rekey", "creator", "--to", "ops"]);
    assert_eq!((text(&rekeyed, "signer"), &rekeyed["changed"]), (&*address, &true.into()));
    assert_eq!(project.done(&["account", "rekey", "creator", "--to", "ops"])["changed"], false);
    project.refused(&["params", "--max-rate", "50"], 1, "wrong_signer");

    let written = project.done(&params);
    assert_eq!((text(&written, "sender"), text(&written, "multisig")), (&*creator, &*address));
    for name in ["bob", "carol"] {
        project.done(&["multisig", "sign", "params.msig", "--as", name, "--yes"]);
    }
    project.done(&["multisig", "submit", "params.msig"]);
    assert_eq!(project.done(&["status"])["contract"]["parameters"]["max_rate"], 50);

    // What they sign is loud where it gives something away.
    let back = ["account", "rekey", "--multisig", "ops", "--sender", &creator, "--to", &creator, "--out", "back.msig"];
    project.done(&back);
    let inspected = project.done(&["multisig", "inspect", "back.msig"]);
    let loud = inspected["warnings"].as_array().unwrap();
    assert!(loud.iter().any(|one| one.as_str().unwrap().starts_with("rekey to")), "{loud:?}");
    for name in ["alice", "bob"] {
        project.done(&["multisig", "sign", "back.msig", "--as", name, "--yes"]);
    }
    project.done(&["multisig", "submit", "back.msig"]);
    project.done(&["params", "--max-rate", "60"]);
    let stale = project.refused(&params, 1, "wrong_signer");
    assert!(text(&stale, "hint").contains("rekey"), "{stale:#}");
}

#[test]
fn every_command_that_sends_writes_a_bundle() {
    let (project, address) = signers();
    project.done(&["deploy", "--updatable", "--deletable"]);
    project.done(&["bill", "--units", "1"]);
    let opt_in = ["optin", "--multisig", "ops", "--out", "optin.msig"];
    project.done(&opt_in);
    for name in ["alice", "bob"] {
        project.done(&["multisig", "sign", "optin.msig", "--as", name, "--yes"]);
    }
    let sent = project.done(&["multisig", "submit", "optin.msig"]);
    assert_eq!(sent["txids"].as_array().unwrap().len(), 2, "the asset and the contract");
    project.done(&["asset", "send", "--amount", "5000", "--to", &address]);
    for (command, effect) in [
        (vec!["asset", "create", "--unit", "XYZ"], "create the asset \"XYZ\""),
        (vec!["asset", "send", "--amount", "1", "--to", "user"], "send 1 minor units"),
        (vec!["account", "fund", "alice", "--amount", "1"], "pay 1.000000 ALGO"),
        (vec!["account", "rekey", "--to", "bob"], "rekey"),
        (vec!["leave"], "leave application"),
        (vec!["bill", "--units", "2", "--price", "10"], "pay application"),
    ] {
        let all = [command.as_slice(), &["--multisig", "ops", "--out", "x.msig"]].concat();
        project.done(&all);
        let inspected = project.done(&["multisig", "inspect", "x.msig"]);
        let found = text(&inspected["transactions"][0], "effect");
        assert!(found.contains(effect), "{command:?}: {found}");
        assert_eq!(inspected["simulation"]["passes"], true, "{command:?}: {inspected:#}");
        std::fs::remove_file(project.path().join("x.msig")).unwrap();
    }
    let delete = project.refused(&["delete", "--multisig", "ops", "--out", "x.msig"], 1, "wrong_signer");
    assert!(text(&delete, "cause").contains("its own key"), "{delete:#}");
}

#[test]
fn what_is_expired_early_or_of_another_network_is_not_sent() {
    let (project, _) = signers();
    let bundle = |name: &str, more: &[&str]| {
        let fund = ["account", "fund", "alice", "--amount", "1", "--multisig", "ops", "--out", name];
        project.done(&[&fund, more].concat());
    };
    bundle("short.msig", &["--validity", "1"]);
    bundle("late.msig", &["--first-valid", "1000", "--validity", "10"]);
    bundle("good.msig", &[]);
    let warned = project.done(&["multisig", "inspect", "short.msig"]);
    assert!(warned["warnings"][0].as_str().unwrap().contains("expires soon"), "{warned:#}");
    // Every group is a round here.
    project.done(&["account", "fund", "alice", "--amount", "1"]);
    for command in
        [&["multisig", "sign", "short.msig", "--as", "alice", "--yes"][..], &["multisig", "submit", "short.msig"]]
    {
        let expired = project.refused(command, 1, "expired");
        assert!(text(&expired, "message").contains("its last round was"), "{expired:#}");
    }
    let status = project.done(&["multisig", "status", "short.msig"]);
    assert_eq!(status["validity"]["rounds_left"], 0);
    let later = project.done(&["multisig", "inspect", "late.msig"]);
    assert_eq!(later["simulation"]["passes"], true, "{later:#}");
    for name in ["alice", "bob"] {
        project.done(&["multisig", "sign", "late.msig", "--as", name, "--yes"]);
        project.done(&["multisig", "sign", "good.msig", "--as", name, "--yes"]);
    }
    let early = project.refused(&["multisig", "submit", "late.msig"], 1, "too_early");
    assert_eq!(early["first_valid"], 1000);
    project.refused(&["account", "fund", "alice", "--multisig", "ops", "--validity", "1001"], 2, "usage");
    project.refused(&["account", "fund", "alice", "--multisig", "nobody"], 1, "no_multisig");

    let elsewhere = Project::new();
    elsewhere.done(&["deploy"]);
    std::fs::copy(project.path().join("good.msig"), elsewhere.path().join("good.msig")).unwrap();
    elsewhere.refused(&["multisig", "submit", "good.msig"], 1, "wrong_network");
}

#[test]
fn files_that_are_no_bundles_or_do_not_belong_together_are_named() {
    let (project, _) = signers();
    let fund = ["account", "fund", "alice", "--amount", "1", "--multisig", "ops", "--out"];
    project.done(&[&fund[..], &["one.msig"]].concat());
    project.done(&[&fund[..], &["two.msig", "--validity", "500"]].concat());
    for (bundle, name) in [("one.msig", "alice"), ("two.msig", "bob")] {
        project.done(&["multisig", "sign", bundle, "--as", name, "--yes"]);
    }
    let unlike = project.refused(&["multisig", "merge", "one.msig", "two.msig", "--out", "m.msig"], 1, "unlike");
    assert!(text(&unlike, "cause").contains("valid rounds"), "{unlike:#}");
    assert!(!project.path().join("m.msig").exists());

    // A signature with a changed byte is reported with its signer.
    let path = project.path().join("one.msig");
    let good = std::fs::read(&path).unwrap();
    let mut bad = good.clone();
    let signature = bad.windows(3).position(|bytes| bytes == [0xa1, b's', 0xc4]).unwrap();
    bad[signature + 10] ^= 1;
    std::fs::write(&path, &bad).unwrap();
    let wrong = project.refused(&["multisig", "merge", "one.msig", "--out", "m.msig"], 1, "wrong_signature");
    let alice = project.done(&["multisig", "info", "ops"])["multisigs"][0]["signers"][0].clone();
    assert_eq!(wrong["signers"][0], alice);
    project.refused(&["multisig", "sign", "one.msig", "--as", "bob", "--yes"], 1, "wrong_signature");
    let inspected = project.done(&["multisig", "inspect", "one.msig"]);
    assert_eq!(inspected["signatures"]["signers"][0]["state"], "wrong");

    for content in [&b""[..], b"x", b"\xc1", &good[..good.len() - 1], &[good.as_slice(), b"\x80"].concat()] {
        std::fs::write(&path, content).unwrap();
        for command in [
            &["multisig", "inspect", "one.msig"][..],
            &["multisig", "status", "one.msig"],
            &["multisig", "submit", "one.msig"],
        ] {
            project.refused(command, 1, "bundle");
        }
    }
    project.refused(&["multisig", "inspect", "missing.msig"], 1, "unreadable");
    project.refused(&["multisig", "new", "--threshold", "4", "alice", "bob"], 2, "usage");
    project.refused(&["multisig", "new", "--threshold", "1", "alice", "alice"], 2, "usage");
    project.refused(&["multisig", "new", "--threshold", "1", "--name", "ops", "alice", "bob"], 1, "taken");
}

#[test]
fn a_group_of_two_replaces_a_contract_and_both_are_recorded() {
    let (project, _) = signers();
    project.done(&["asset", "create"]);
    let send = |bundle: &str| {
        for name in ["alice", "carol"] {
            project.done(&["multisig", "sign", bundle, "--as", name, "--yes"]);
        }
        project.done(&["multisig", "submit", bundle])
    };
    project.done(&["deploy", "--updatable", "--deletable", "--multisig", "ops", "--out", "deploy.msig"]);
    let old = send("deploy.msig")["app"].clone();
    let replace =
        ["deploy", "--unordered-ticks", "--on-update", "replace", "--multisig", "ops", "--out", "replace.msig"];
    project.done(&replace);
    let inspected = project.done(&["multisig", "inspect", "replace.msig"]);
    assert_eq!((&inspected["simulation"]["passes"], inspected["group"].is_string()), (&true.into(), true));
    let new = send("replace.msig")["app"].clone();
    assert_ne!(old, new);
    let record = std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap();
    assert_eq!((record.matches("deleted: true").count(), record.matches("action: delete").count()), (1, 1), "{record}");
    assert_eq!(project.done(&["status"])["contract"]["app"], new);
    project.done(&["delete", "--multisig", "ops", "--out", "delete.msig"]);
    send("delete.msig");
    assert!(project.done(&["status"])["contract"].is_null());
}

/// The bundle as another signer's program may write it: with a note that is empty, longer numbers, and a line end behind it.
fn otherwise(bundle: &[u8]) -> Vec<u8> {
    let map = bundle.windows(4).position(|bytes| bytes == b"\xa3txn").unwrap() + 4;
    let longer = [&bundle[..map], &[bundle[map] + 1], b"\xa4note\xc4\x00", &bundle[map + 1..], b"\n"].concat();
    let fee = longer.windows(4).position(|bytes| bytes == b"\xa3fee").unwrap() + 4;
    [&longer[..fee], b"\xce\x00\x00", &longer[fee + 1..]].concat()
}

#[test]
fn a_bundle_that_another_program_wrote_is_gone_on_with_canonically() {
    let (project, _) = signers();
    let path = project.path().join("x.msig");
    project.done(&["account", "fund", "alice", "--amount", "1", "--multisig", "ops", "--out", "x.msig"]);
    let written = std::fs::read(&path).unwrap();
    let fee = written.windows(5).position(|bytes| bytes == b"\xa3fee\xcd").expect("a fee of two bytes");
    assert!(fee > 0);
    std::fs::write(&path, otherwise(&written)).unwrap();
    let inspected = project.done(&["multisig", "inspect", "x.msig"]);
    assert_eq!(inspected["simulation"]["passes"], true, "{inspected:#}");
    project.done(&["multisig", "sign", "x.msig", "--as", "alice", "--yes"]);
    let signed = std::fs::read(&path).unwrap();
    // One copy has no keys: only the transaction, as goal writes it where it does not know them.
    let transaction = written.windows(4).position(|bytes| bytes == b"\xa3txn").unwrap();
    std::fs::write(project.path().join("bare.msig"), [b"\x81", &written[transaction..]].concat()).unwrap();
    project.refused(&["multisig", "status", "bare.msig"], 1, "bundle");
    project.done(&["multisig", "merge", "bare.msig", "x.msig", "--out", "merged.msig"]);
    assert_eq!(std::fs::read(project.path().join("merged.msig")).unwrap(), signed, "canonical, with alice's signature");
    std::fs::write(&path, otherwise(&signed)).unwrap();
    project.done(&["multisig", "sign", "x.msig", "--as", "bob", "--yes"]);
    std::fs::write(&path, otherwise(&std::fs::read(&path).unwrap())).unwrap();
    project.done(&["multisig", "submit", "x.msig"]);

    let map = signed.windows(4).position(|bytes| bytes == b"\xa3txn").unwrap() + 4;
    let with = |field: &[u8]| [&signed[..map], &[signed[map] + 1], field, &signed[map + 1..]].concat();
    for (field, reason) in [
        (&b"\xa3fee\x01"[..], "txn.fee is there twice"),
        (b"\xa5rekey\xc4\x21................................!", "txn.rekey has another length"),
        (b"\xa3abc\x01", "has a field abc"),
    ] {
        std::fs::write(&path, with(field)).unwrap();
        let refused = project.refused(&["multisig", "sign", "x.msig", "--as", "bob", "--yes"], 1, "bundle");
        assert!(text(&refused, "message").contains(reason), "{refused:#}");
    }
}
