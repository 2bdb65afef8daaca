//! The tutorial's calls, as its readers send them: with sh and curl.

use super::server::Server;
use crate::sources::root;
use serde_json::Value;
use std::process::Command;

const PAGE: &str = "docs/tutorials/gateway.md";
/// Where the page says that the gateway is.
const ADDRESS: &str = "http://127.0.0.1:4080";

/// The fenced blocks of a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&*fence).skip(1).filter_map(|rest| rest.split_once("```").map(|(block, _)| block)).collect()
}

/// Whether an answer has everything that the page shows of it; `...` stands for any value.
fn agrees(shown: &Value, answer: &Value) -> bool {
    match (shown, answer) {
        (Value::String(text), _) if text == "..." => !answer.is_null(),
        (Value::Object(shown), Value::Object(answer)) => {
            shown.iter().all(|(name, value)| answer.get(name).is_some_and(|found| agrees(value, found)))
        }
        (Value::Array(shown), Value::Array(answer)) => {
            shown.len() == answer.len() && shown.iter().zip(answer).all(|(shown, answer)| agrees(shown, answer))
        }
        _ => shown == answer,
    }
}

#[test]
#[cfg_attr(not(unix), ignore = "the calls are written for sh")]
fn the_tutorial_of_the_gateway_shows_what_happens() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: there is no curl");
        return;
    }
    let server = Server::start();
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let script = blocks(&page, "sh").concat().replace(ADDRESS, &server.url);
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("sh").args(["-ec", &script]).current_dir(folder.path()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown: Vec<Value> =
        blocks(&page, "json").into_iter().map(|block| serde_json::from_str(block).unwrap()).collect();
    assert_eq!(answers.len(), shown.len(), "each call's answer is shown once:\n{printed}");
    for (answer, shown) in answers.iter().zip(&shown) {
        assert!(agrees(shown, answer), "{PAGE} shows\n{shown:#}\nand the answer is\n{answer:#}");
    }
}
