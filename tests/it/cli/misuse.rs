//! Bad input that needs no network to be refused: one clear message, the documented exit code, nothing written.

use super::Project;

/// 25 words whose checksum is right would be a key; these are not.
const NO_MNEMONIC: &str = "abandon abandon abandon secretword";

#[test]
fn wrong_use_is_exit_code_2_also_as_json() {
    let project = Project::new();
    project.refused(&["bill"], 2, "usage");
    project.refused(&["nonsense"], 2, "usage");
    project.refused(&["--net", "mordor", "status"], 2, "usage");
    project.refused(&["params"], 2, "usage");
    for (amount, why) in
        [("-1", "negative"), ("1.5", "whole number"), ("18446744073709551616", "too large"), ("ten", "not a number")]
    {
        let error = project.refused(&["bill", "--units", amount], 2, "usage");
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
    }
    assert_eq!(std::fs::read_dir(project.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn help_and_version_are_answers() {
    let project = Project::new();
    let help = project.run(&["--help"]);
    assert_eq!(help.code, 0);
    for command in ["demo", "compile", "account", "asset", "deploy", "optin", "bill", "params", "update", "leave"] {
        assert!(help.stdout.contains(command), "{command} is not listed");
    }
    assert!(help.stdout.contains("Exit codes:"));
    let version = project.run(&["--version"]);
    assert_eq!(version.code, 0);
    assert_eq!(project.run(&["version"]).stdout, version.stdout);
    assert_eq!(project.done(&["version"]), project.done(&["--version"]));
    for shell in ["bash", "zsh", "fish"] {
        let script = project.run(&["completions", shell]);
        assert!(script.code == 0 && script.stdout.contains("localnet"), "{shell}");
    }
}

#[test]
fn names_of_other_tools_are_taken_for_ours() {
    let project = Project::new();
    project.done(&["account", "create", "alice"]);
    assert!(project.done(&["account", "list"]).to_string().contains("alice"));
    for command in [["account", "create"], ["localnet", "start"]] {
        let ours = [command[0], if command[1] == "create" { "new" } else { "run" }, "--help"];
        assert_eq!(project.run(&[command[0], command[1], "--help"]).stdout, project.run(&ours).stdout);
    }
}

#[test]
fn malformed_files_are_named_by_line_without_their_content() {
    let env = Project::new().file(".env", "OK=1\nUSER_MNEMONIC abandon secretword\n");
    let error = env.refused(&["--net", "localnet", "status"], 1, "env_file");
    assert!(error["message"].as_str().unwrap().contains(".env:2"), "{error}");
    assert!(!error.to_string().contains("secretword"), "{error}");

    // What belongs to other programs stops nothing.
    let shared = "APP_TITLE=Play and Pay\nCONF={\"a\": 1, \"b\": \"x y\"}\nDEBUG\nTITLE: secretword\n";
    let ran = Project::new().file(".env", shared).run(&["account", "list"]);
    assert!(ran.code == 0 && ran.stderr.contains(".env: line 4 is not NAME=value"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secretword"), "{}", ran.stderr);

    let toml = Project::new().file("pnp.toml", "[networks.mine]\nalgod = 4001\n");
    let error = toml.refused(&["--net", "mine", "status"], 1, "project_file");
    assert!(error["message"].as_str().unwrap().contains("pnp.toml:2:"), "{error}");

    let port = Project::new().with("ALGOD_PORT", "99999");
    port.refused(&["--net", "localnet", "status"], 1, "bad_endpoint");
}

#[test]
fn an_unreachable_network_is_exit_code_5() {
    // Port 1 is reserved and unused.
    let project = Project::new().with("ALGOD_SERVER", "http://127.0.0.1").with("ALGOD_PORT", "1");
    let error = project.refused(&["--net", "localnet", "deploy"], 5, "unreachable");
    assert_eq!(error["url"], "http://127.0.0.1:1");
    assert!(error["hint"].as_str().unwrap().contains("localnet run"));
    assert!(!project.path().join("deployments").exists(), "nothing was written");
    let people = project.run(&["--net", "testnet", "status"]);
    assert_eq!((people.code, people.stdout.as_str()), (5, ""));
    assert!(people.stderr.contains("error:") && people.stderr.contains("next:"), "{}", people.stderr);
}

#[test]
fn a_secret_is_never_repeated() {
    let project = Project::new()
        .with("USER_MNEMONIC", NO_MNEMONIC)
        .with("ALGOD_TOKEN", "tokentoken")
        .with("ALGOD_SERVER", "http://127.0.0.1")
        .with("ALGOD_PORT", "1");
    for arguments in
        [&["--net", "testnet", "account", "list"][..], &["-vv", "--net", "localnet", "bill", "--units", "1"]]
    {
        let ran = project.run(arguments);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains("secretword") && !all.contains("tokentoken"), "{all}");
    }
}

#[test]
fn with_json_help_is_a_document_too() {
    let project = Project::new();
    let version = project.done(&["--version"]);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(project.done(&["bill", "--help"])["help"].as_str().unwrap().contains("--units"));
    assert!(project.done(&["completions", "bash"])["script"].as_str().unwrap().contains("localnet"));
    for arguments in [&["localnet"][..], &[]] {
        let error = project.refused(arguments, 2, "usage");
        assert_eq!(error["message"], "a command is missing");
    }
}

#[test]
fn scenarios_and_programs_that_cannot_be_read_are_named_by_line() {
    let project = Project::new().file("s.yaml", "- scenario: x\n  steps:\n    - bil: {}\n").file("a.teal", "foo\n");
    let error = project.refused(&["test", "s.yaml"], 2, "usage");
    assert!(error["message"].as_str().unwrap().starts_with("s.yaml:3:7: unknown field `bil`"), "{error}");
    std::fs::write(
        project.path().join("s.yaml"),
        "- scenario: x\n  contract: { fee_pct: 5, max_rate: 1.5 }\n  steps: []\n",
    )
    .unwrap();
    let error = project.refused(&["test", "s.yaml"], 2, "usage");
    let expected = "s.yaml:2:37: `max_rate` is a whole number from 0 to 18446744073709551615, not 1.5";
    assert_eq!(error["message"], expected, "{error}");
    project.refused(&["test", "--approval", "a.teal"], 1, "teal");
    project.refused(&["bill", "--units", "1", "--tick", "0xzz"], 2, "usage");
}

#[test]
fn the_account_that_pays_or_opts_in_is_the_user() {
    let project = Project::new();
    for command in [&["optin"][..], &["leave"], &["asset", "optin"], &["bill"]] {
        let help = project.run(&[command, &["--help"]].concat()).stdout;
        assert!(help.contains("--user <NAME>") && !help.contains("--from <NAME>"), "{help}");
    }
    // The older name still works.
    project.done(&["deploy"]);
    project.done(&["account", "new", "ann"]);
    project.done(&["account", "fund", "ann", "--amount", "5"]);
    for (first, second) in [("--user", "--from"), ("--from", "--user")] {
        project.done(&["asset", "optin", first, "ann"]);
        project.done(&["optin", first, "ann"]);
        project.done(&["leave", second, "ann"]);
    }
}

#[test]
fn a_taken_port_is_reported_before_anything_is_served() {
    let project = Project::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = project.run(&["localnet", "run", "--in-memory", "--algod-port", &port]);
    assert!(ran.stderr.contains(&format!("error: algod cannot listen on 127.0.0.1:{port}")), "{}", ran.stderr);
    assert!(!ran.stderr.contains("served") && ran.stdout.is_empty(), "{} {}", ran.stdout, ran.stderr);
}
