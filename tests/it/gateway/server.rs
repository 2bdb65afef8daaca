//! A gateway that runs as long as a test needs it.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A gateway on the embedded network, in a folder of its own.
pub(super) struct Server {
    /// Where it answers: `http://127.0.0.1:…`.
    pub(super) url: String,
    /// What it printed when it was ready.
    pub(super) ready: Value,
    child: Child,
    folder: Arc<TempDir>,
}

impl Server {
    pub(super) fn start() -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()))
    }

    /// With more arguments of `serve`.
    pub(super) fn start_with(arguments: &[&str]) -> Self {
        Self::run(Arc::new(tempfile::tempdir().unwrap()), arguments)
    }

    /// In a folder in which another may have run before.
    pub(super) fn start_in(folder: Arc<TempDir>) -> Self {
        Self::run(folder, &[])
    }

    fn run(folder: Arc<TempDir>, arguments: &[&str]) -> Self {
        let stderr = std::fs::File::options().create(true).append(true).open(folder.path().join("stderr")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pnp-contract"));
        command.args(["serve", "--port", "0", "--json"]).args(arguments).current_dir(folder.path()).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut text = String::new();
        // What it prints when it is ready is one document over several lines.
        let ready: Value = loop {
            let Some(line) = lines.next() else {
                let stderr = std::fs::read_to_string(folder.path().join("stderr")).unwrap();
                panic!("the gateway did not start: {text}{stderr}");
            };
            text.push_str(&line);
            if let Ok(ready) = serde_json::from_str(&text) {
                break ready;
            }
        };
        let url = ready["url"].as_str().unwrap_or_else(|| panic!("the gateway did not start: {ready:#}")).to_owned();
        Self { url, ready, child, folder }
    }

    /// The folder in which it runs.
    pub(super) fn folder(&self) -> Arc<TempDir> {
        Arc::clone(&self.folder)
    }

    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop as a service manager does; its exit code, and how long it took.
    pub(super) fn stop(mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        (status.code(), began.elapsed())
    }

    /// Ends it at once, whatever it does.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it wrote to its log; tests look that no handler panicked.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself, or ends now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
