//! Commands that change a contract on a network, started at the same time.

use super::Project;
use serde_json::Value;
use std::process::Stdio;

#[test]
fn deployments_at_once_make_one_contract() {
    let project = Project::new();
    let start = |_| {
        let mut command = project.command(&["--json", "deploy"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let processes: Vec<_> = (0..4).map(start).collect();
    let mut operations = Vec::new();
    let mut apps = Vec::new();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr} {}", String::from_utf8_lossy(&output.stdout));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        operations.push(report["operation"].as_str().unwrap().to_owned());
        apps.push(report["app"].clone());
    }
    operations.sort();
    assert_eq!(operations, ["create", "nothing", "nothing", "nothing"]);
    assert!(apps.iter().all(|app| *app == apps[0]), "{apps:?}");
    let record = std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap();
    assert_eq!(record.matches("app_id:").count(), 1, "{record}");
}

#[test]
fn who_holds_the_turn_is_named_and_looking_needs_none() {
    let project = Project::new();
    project.done(&["deploy", "--updatable"]);
    let path = project.path().join(".pnp/locks/embedded.lock");
    let lock = std::fs::File::options().write(true).open(&path).unwrap();
    lock.lock().unwrap();
    let said = std::fs::read_to_string(&path).unwrap();
    assert!(said.starts_with("`deploy` (process "), "{said}");
    for changing in [
        &["deploy"][..],
        &["params", "--fee-pct", "100"],
        &["update"],
        &["delete"],
        &["asset", "create"],
        &["account", "rekey", "user", "--to", "creator"],
    ] {
        let ran = project.run(&[&["--timeout", "2"], changing].concat());
        assert_eq!(ran.code, 5, "{changing:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said.trim()), "{changing:?}: {}", ran.stderr);
    }
    project.done(&["status"]);
    project.done(&["deploy", "--check"]);
    project.done(&["bill", "--units", "1"]);
    project.done(&["asset", "optin", "--from", "user"]);
    drop(lock);
    project.done(&["asset", "create"]);
    project.done(&["params", "--fee-pct", "100"]);
}
