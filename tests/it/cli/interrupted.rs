//! A batch of bills that is not let come to its end, by Ctrl-C or --timeout: what it says is the same at every instant, and
//! what was reached is not lost.
#![cfg(target_os = "linux")]

use super::Project;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

const GO_ON: &str = "run the command again: it goes on where it stopped";

/// A command under way, which answers with a document a line.
struct Started {
    process: Child,
    answers: BufReader<ChildStdout>,
}

impl Started {
    fn new(project: &Project, arguments: &[&str]) -> Self {
        let mut command = project.command(&[&["--json"], arguments].concat());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, answers }
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn press(&self) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
    }

    /// Whether Ctrl-C would not just end it: signal 2 is the second bit of those that are caught.
    fn listens(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
    }

    /// Ctrl-C, which ends it at once.
    fn stop(mut self) {
        self.press();
        assert_interrupted(&self.answer()["error"]);
        assert_eq!(self.exit(), Some(130));
    }

    fn exit(mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn assert_interrupted(error: &Value) {
    assert_eq!((error["code"].as_str(), error["exit"].as_u64()), (Some("interrupted"), Some(130)), "{error:#}");
    assert_eq!(error["hint"], GO_ON);
}

/// A project with a contract and somebody who can pay.
fn shop() -> Project {
    let project = Project::new();
    project.done(&["deploy"]);
    project.done(&["account", "new", "alice"]);
    project
}

/// Who uses the embedded network: a command that runs it waits for them before it ends.
fn guest(project: &Project) -> File {
    let guests = File::open(project.path().join(".pnp/embedded/guests.lock")).unwrap();
    guests.lock_shared().unwrap();
    guests
}

#[test]
fn before_anything_is_begun_a_batch_says_to_run_it_again() {
    // Takes the connection and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let project = Project::new().with("ALGOD_SERVER", &address).with("PNP_NET", "localnet");
    let batch = Started::new(&project, &["bill", "--units", "1", "--count", "2"]);
    while !batch.listens() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // The handler is installed a little before the command waits for signals.
    std::thread::sleep(Duration::from_millis(20));
    batch.stop();
}

#[test]
fn a_batch_ends_in_good_order_and_at_once_when_asked_twice() {
    let project = shop();
    let mut batch = Started::new(&project, &["bill", "--from", "-"]);
    batch.process.stdin.as_mut().unwrap().write_all(b"alice,1\n").unwrap();
    assert_eq!(batch.answer()["outcome"], "charged");
    let _guest = guest(&project);
    batch.press();
    let summary = &batch.answer()["summary"];
    assert_eq!((&summary["charged"], &summary["complete"]), (&1.into(), &false.into()), "{summary:#}");
    assert_interrupted(&summary["error"]);
    // It waits for the guest, and its stdin is open yet.
    batch.stop();
}

#[test]
fn a_batch_that_is_done_is_not_called_interrupted() {
    let project = shop();
    let guest = guest(&project);
    let mut batch = Started::new(&project, &["bill", "--units", "1", "--count", "1"]);
    assert_eq!(batch.answer()["outcome"], "charged");
    assert_eq!(batch.answer()["summary"]["complete"], true);
    batch.press();
    std::thread::sleep(Duration::from_millis(200));
    assert!(batch.process.try_wait().unwrap().is_none(), "it does not leave its guest alone");
    drop(guest);
    assert_eq!(batch.exit(), Some(0), "the same again would be charged again");
}

#[test]
fn a_batch_that_takes_too_long_goes_on_where_it_stopped() {
    let project = shop();
    let mut batch = Started::new(&project, &["--timeout", "2", "bill", "--from", "-"]);
    // No line ever comes.
    let error = &batch.answer()["error"];
    assert_eq!((&error["code"], &error["exit"]), (&"timeout".into(), &5.into()), "{error:#}");
    assert_eq!(error["hint"], "run it again, with more time: it goes on where it stopped");
    assert_eq!(batch.exit(), Some(5));
}
